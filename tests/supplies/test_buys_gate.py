"""From the committee to the shares: review, purchase order, the gate, the count, the allocation."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from households.roster.reading import read_sheet
from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.actions.answers import EVENT, offered_pieces, record_answer
from supplies.actions.counting import arrive
from supplies.actions.purchasing import cancel_order, order_from_supplier
from supplies.actions.rounds import submit
from supplies.actions.suppliers import add_supplier_file
from supplies.buys import sheet
from supplies.buys.returned import read_returned
from supplies.models import (
    Allocation,
    Arrival,
    BuyState,
    Count,
    GroupBuy,
    OfferLine,
    Order,
    PurchaseOrder,
    StockItem,
)
from tests.cast import Cast, Site
from tests.supplies import things
from tests.waste.test_pages import questions

S = BuyState
BASE = "/c/yujingwan/buys/"
CARTS = {"101": {"鸡蛋": 2}, "102": {"鸡蛋": 2, "大米": 1}, "201": {"鸡蛋": 1}}


def keeper(cast: Cast) -> Client:
    return cast.client(cast.yujingwan.warehouse)


def now(site: Site, buy: GroupBuy) -> GroupBuy:
    with site.open():
        return GroupBuy.objects.get(pk=buy.pk)


def sent(site: Site) -> GroupBuy:
    with site.open():
        return submit(buy=things.draft(site), by=site.warehouse)


def ordered(site: Site, **terms: Any) -> tuple[GroupBuy, PurchaseOrder]:
    with site.open():
        buy = things.locked_round(site, CARTS, **terms)
        order = order_from_supplier(buy=buy, by=site.warehouse)
        return GroupBuy.objects.select_related("compound", "supplier").get(pk=buy.pk), order


# The committee.


def test_the_committee_sees_what_waits_in_all_its_compounds(cast: Cast) -> None:
    sent(cast.yujingwan)
    sent(cast.huaidong)
    sent(cast.xiaodongmen)
    page = cast.client(cast.reviewer).get("/review/buys/").content.decode()
    assert "/review/yujingwan/buys/" in page
    assert "/review/huaidong/buys/" in page
    assert "/review/xiaodongmen/" not in page


def test_the_list_is_not_there_for_whoever_reviews_nothing(cast: Cast) -> None:
    for who in (cast.yujingwan.manager, cast.stranger):
        assert cast.client(who).get("/review/buys/").status_code == 404


def test_the_list_asks_as_much_for_twenty_as_for_two(cast: Cast) -> None:
    client, counts = cast.client(cast.reviewer), []
    for more in (2, 18):
        for _one in range(more):
            sent(cast.yujingwan)
        with CaptureQueriesContext(connection) as asked:
            client.get("/review/buys/")
        counts.append(questions(asked))
    assert counts[0] == counts[1] <= 12


def test_the_committee_approves_and_the_round_opens(cast: Cast) -> None:
    site = cast.yujingwan
    buy = sent(site)
    client = cast.client(cast.reviewer)
    path = f"/review/yujingwan/buys/{buy.pk}/"
    page = client.get(path).content.decode()
    assert "JY14308110001" in page
    assert "¥28/板" in page
    assert client.post(path, {"deed": "approve", "note": "同意"}).status_code == 302
    assert (now(site, buy).state, now(site, buy).review_note) == (S.OPEN, "同意")


def test_a_rejection_needs_its_reason(cast: Cast) -> None:
    site = cast.yujingwan
    buy = sent(site)
    client = cast.client(cast.reviewer)
    path = f"/review/yujingwan/buys/{buy.pk}/"
    assert client.post(path, {"deed": "reject", "note": " "}).status_code == 422
    assert now(site, buy).state == S.IN_REVIEW
    client.post(path, {"deed": "reject", "note": "价格偏高"})
    assert (now(site, buy).state, now(site, buy).review_note) == (S.REJECTED, "价格偏高")


def test_who_organises_does_not_review_and_a_draft_is_not_shown(cast: Cast) -> None:
    site = cast.yujingwan
    buy = sent(site)
    for who in (site.warehouse, site.manager):
        assert cast.client(who).get(f"/review/yujingwan/buys/{buy.pk}/").status_code == 404
    with site.open():
        draft = things.draft(site)
    client = cast.client(cast.reviewer)
    assert client.get(f"/review/yujingwan/buys/{draft.pk}/").status_code == 404


def test_the_committee_opens_the_licence_of_a_round_and_no_other(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        shop, other = things.supplier(site), things.supplier(site, "别家")
        mine, foreign = (
            add_supplier_file(
                supplier=one, title="许可证", upload=things.photo(), by=site.warehouse
            )
            for one in (shop, other)
        )
    buy = sent(site)
    client = cast.client(cast.reviewer)
    base = f"/review/yujingwan/buys/{buy.pk}/papers/"
    assert client.get(f"{base}{mine.pk}/")["Content-Type"] == "image/jpeg"
    assert client.get(f"{base}{foreign.pk}/").status_code == 404


def test_the_committee_sees_what_an_item_cost_the_last_time(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.locked_round(site, {"101": {"鸡蛋": 2}}, title="上次")
        GroupBuy.objects.update(locked_at=timezone.now() - timedelta(days=1))
        OfferLine.objects.update(price_fen=2500)
    buy = sent(site)
    page = cast.client(cast.reviewer).get(f"/review/yujingwan/buys/{buy.pk}/").content.decode()
    assert "¥25/板" in page


# The purchase order.


def test_the_purchase_order_is_made_once(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy = things.locked_round(site, CARTS)
    path = f"{BASE}{buy.pk}/purchase/"
    assert "¥175.90" in client.get(path).content.decode()
    for _time in range(2):
        client.post(path, {"deed": "make"})
    with site.open():
        assert PurchaseOrder.objects.count() == 1
    assert now(site, buy).state == S.ORDERED


def test_before_the_cut_off_there_is_no_purchase_order(cast: Cast) -> None:
    with cast.yujingwan.open():
        buy = things.open_round(cast.yujingwan)
    for page in ("purchase/", "arrival/", "shares/"):
        assert keeper(cast).get(f"{BASE}{buy.pk}/{page}").status_code == 404


def test_the_sheet_is_a_workbook_without_formulas(cast: Cast) -> None:
    site = cast.yujingwan
    evil = things.Item("=1+1 鸡蛋", "板", 2800)
    with site.open():
        buy = things.locked_round(site, {"101": {"=1+1 鸡蛋": 2}}, items=[evil])
        order_from_supplier(buy=buy, by=site.warehouse)
    answer = keeper(cast).get(f"{BASE}{buy.pk}/purchase/1/sheet/")
    rows = read_sheet("po.xlsx", answer.content).rows
    assert rows[sheet.HEAD_ROW][sheet.ITEM] == "商品"
    assert rows[sheet.HEAD_ROW + 1][sheet.ITEM] == "'=1+1 鸡蛋"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        inner = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in inner
        assert 'state="frozen"' in inner
        assert "Print_Area" in book.read("xl/workbook.xml").decode()


def test_a_later_cancellation_makes_a_version_that_is_printed_beside_the_old_one(
    cast: Cast,
) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy, _order = ordered(site)
    with site.open():
        leaver = Order.objects.get(buy=buy, home__number="201")
        cancel_order(order=leaver, reason="住院", by=site.warehouse)
    page = client.get(f"{BASE}{buy.pk}/purchase/").content.decode()
    assert "第 2 版" in page
    assert f"{BASE}{buy.pk}/purchase/1/print/" in page
    assert "住院" in client.get(f"{BASE}{buy.pk}/purchase/2/print/").content.decode()
    assert client.get(f"{BASE}{buy.pk}/purchase/3/print/").status_code == 404


# The sheet that comes back.


def edited(buy: GroupBuy, order: PurchaseOrder, answers: dict[str, Any], **more: Any) -> bytes:
    """Our own sheet as a supplier fills it: item to what stands in "you can deliver"."""
    rows = read_sheet("po.xlsx", sheet.workbook(buy, order)).rows
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if more.get("no_mark") and "PO-" in str(cell):
                continue
            page.write(
                place, column, more["mark"] if "PO-" in str(cell) and "mark" in more else cell
            )
        name = str(row[sheet.ITEM]) if len(row) > sheet.ITEM else ""
        if name in answers:
            page.write(place, sheet.ANSWER, answers[name])
    if "extra" in more:
        page.write(len(rows) + 1, sheet.ITEM, more["extra"])
        page.write(len(rows) + 1, sheet.ANSWER, 5)
    book.close()
    return buffer.getvalue()


def test_a_returned_sheet_says_what_differs(cast: Cast) -> None:
    site = cast.yujingwan
    buy, order = ordered(site)
    data = edited(buy, order, {"鸡蛋": "４ 板"})
    found = read_returned(order, "po.xlsx", data)
    assert [(one.name, one.offered, one.more) for one in found.different] == [("鸡蛋", 4, -1)]
    assert found.notes == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"no_mark": True}, "no_mark"),
        ({"mark": "PO-1-99.1"}, "other_order"),
        ({"extra": "带鱼"}, "foreign_item"),
    ],
)
def test_a_wrong_sheet_is_refused_in_a_sentence(
    cast: Cast, more: dict[str, Any], code: str
) -> None:
    buy, order = ordered(cast.yujingwan)
    with pytest.raises(Refused) as refused:
        read_returned(order, "po.xlsx", edited(buy, order, {}, **more))
    assert refused.value.code == code
    assert str(refused.value)


@pytest.mark.parametrize(
    ("typed", "code"), [("=2+2", "formula"), ("很多", "no_number"), (-3, "no_number")]
)
def test_a_formula_or_a_word_for_a_number_is_refused(cast: Cast, typed: Any, code: str) -> None:
    buy, order = ordered(cast.yujingwan)
    with pytest.raises(Refused) as refused:
        read_returned(order, "po.xlsx", edited(buy, order, {"鸡蛋": typed}))
    assert refused.value.code == code
    assert "鸡蛋" in str(refused.value) or "I7" in str(refused.value)


def test_a_formula_beside_the_answer_does_no_harm(cast: Cast) -> None:
    buy, order = ordered(cast.yujingwan)
    data = edited(buy, order, {"合计": "=SUM(I7:I8)"})
    assert read_returned(order, "po.xlsx", data).different == []


def test_a_csv_with_chinese_titles_is_read_and_a_lost_item_is_named(cast: Cast) -> None:
    buy, order = ordered(cast.yujingwan)
    text = f"采购单 {sheet.mark(order)}\n品名,数量,备注\n鸡蛋,3,缺货\n"
    found = read_returned(order, "po.csv", text.encode("gb18030"))
    assert {one.name: (one.offered, one.remark[:2]) for one in found.said}["鸡蛋"] == (3, "缺货")
    assert len(found.notes) == 1
    assert buy.pk


def test_no_table_is_refused_on_the_page_with_the_readers_sentence(cast: Cast) -> None:
    buy, _order = ordered(cast.yujingwan)
    path = f"{BASE}{buy.pk}/purchase/"
    junk = SimpleUploadedFile("po.xlsx", b"%PDF-1.7 no table")
    assert keeper(cast).post(path, {"deed": "read", "file": junk}).status_code == 422
    assert keeper(cast).post(path, {"deed": "read"}).status_code == 422


def test_reading_stores_nothing_and_the_confirmed_numbers_become_the_first_count(
    cast: Cast,
) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy, order = ordered(site)
    path = f"{BASE}{buy.pk}/purchase/"
    upload = SimpleUploadedFile("po.xlsx", edited(buy, order, {"鸡蛋": 4}))
    page = client.post(path, {"deed": "read", "file": upload}).content.decode()
    eggs, rice = (line["line"] for line in order.lines)
    assert f'name="n-{eggs}" inputmode="numeric" maxlength="8" value="4"' in page
    with site.open():
        assert not Entry.objects.filter(event=EVENT).exists()
    data = {"deed": "answer", f"n-{eggs}": "4", f"r-{eggs}": "只有四板", f"n-{rice}": "1"}
    for _time in range(2):
        assert client.post(path, data).status_code == 302
    with site.open():
        assert Entry.objects.filter(event=EVENT).count() == 1
        assert offered_pieces(now(site, buy))[0] == {eggs: 4, rice: 1}
        arrive(buy=buy, by=site.guard)
    count = client.get(f"{BASE}{buy.pk}/arrival/").content.decode()
    assert "供应商说有 4" in count
    assert f'name="good-{eggs}" value="4"' in count


def test_an_answer_with_a_foreign_item_is_refused(cast: Cast) -> None:
    site = cast.yujingwan
    _buy, order = ordered(site)
    with site.open(), pytest.raises(Refused):
        record_answer(order=order, offered={999_999: 1}, by=site.warehouse)


# The gate.


def test_a_vehicle_pass_is_made_and_the_guard_lets_it_in_once(cast: Cast) -> None:
    site = cast.yujingwan
    buy, _order = ordered(site)
    path = f"{BASE}{buy.pk}/arrival/"
    expected = f"{timezone.localtime() + timedelta(hours=2):%Y-%m-%dT%H:%M}"
    data = {"deed": "expect", "expected_at": expected, "plate": "湘g1", "drop_zone": "南门"}
    assert keeper(cast).post(path, data).status_code == 302
    with site.open():
        code = Arrival.objects.get().pass_code
    guard = cast.client(site.guard)
    assert code not in guard.get(path).content.decode()
    assert guard.post(path, {"deed": "arrive", "code": "ZZZZZZ"}).status_code == 422
    assert guard.post(path, {"deed": "arrive", "code": ""}).status_code == 422
    assert guard.post(path, {"deed": "arrive", "code": code.lower()}).status_code == 302
    assert now(site, buy).state == S.ARRIVED
    assert guard.post(path, {"deed": "arrive", "code": code}).status_code == 422


def test_the_guard_makes_no_pass_and_counts_nothing(cast: Cast) -> None:
    site = cast.yujingwan
    buy, _order = ordered(site)
    guard, path = cast.client(site.guard), f"{BASE}{buy.pk}/arrival/"
    guard.post(path, {"deed": "expect", "expected_at": "2031-01-01T10:00"})
    with site.open():
        assert not Arrival.objects.exists()
        arrive(buy=buy, by=site.guard)
    assert guard.post(path, {"good-1": "3"}).status_code != 302
    with site.open():
        assert not Count.objects.exists()


# The count.


def at_the_gate(site: Site, **terms: Any) -> tuple[GroupBuy, int, int]:
    with site.open():
        buy = things.locked_round(site, CARTS, **terms)
        order_from_supplier(buy=buy, by=site.warehouse)
        arrive(buy=buy, by=site.guard)
        known = things.lines(buy)
        return buy, known["鸡蛋"].pk, known["大米"].pk


def counted(eggs: int, rice: int, **typed: str) -> dict[str, str]:
    data = {f"good-{eggs}": "5", f"damaged-{eggs}": "0", f"good-{rice}": "1"}
    names = {"good": f"good-{eggs}", "damaged": f"damaged-{eggs}", "missing": f"missing-{eggs}"}
    return data | {names.get(name, name): value for name, value in typed.items()}


def test_the_count_shows_what_was_ordered_and_works_out_what_is_missing(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy, eggs, rice = at_the_gate(site)
    path = f"{BASE}{buy.pk}/arrival/"
    assert "订了 <b>5</b> 板" in client.get(path).content.decode()
    answer = client.post(path, counted(eggs, rice, good="３", damaged="1"))
    assert answer["Location"] == f"{BASE}{buy.pk}/shares/"
    with site.open():
        row = Count.objects.get(line_id=eggs)
        assert (row.good, row.damaged, row.missing) == (3, 1, 1)


@pytest.mark.parametrize(
    "typed",
    [
        {"good": ""},
        {"good": "三"},
        {"good": "-1"},
        {"good": "3", "damaged": "1", "missing": "0"},
        {"good": "5", "damaged": "0", "missing": "2"},
    ],
)
def test_numbers_that_do_not_add_up_are_refused_beside_the_item(
    cast: Cast, typed: dict[str, str]
) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy, eggs, rice = at_the_gate(site)
    answer = client.post(f"{BASE}{buy.pk}/arrival/", counted(eggs, rice, **typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="error-{eggs}"' in page
    assert f'id="error-{rice}"' not in page
    with site.open():
        assert not Count.objects.exists()


def test_more_than_ordered_is_asked_about_and_goes_where_it_is_said(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy, eggs, rice = at_the_gate(site)
    path, more = f"{BASE}{buy.pk}/arrival/", counted(eggs, rice, good="7")
    asked = client.post(path, more)
    assert (asked.status_code, 'name="more"' in asked.content.decode()) == (422, True)
    assert client.post(path, more | {"more": "yes"}).status_code == 302
    shares = f"{BASE}{buy.pk}/shares/"
    assert f'name="surplus-{eggs}"' in client.get(shares).content.decode()
    assert client.post(shares, {}).status_code == 422
    assert client.post(shares, {f"surplus-{eggs}": "stock"}).status_code == 302
    with site.open():
        assert StockItem.objects.get(name="鸡蛋").on_hand == 2


def test_the_count_may_be_put_right_until_the_goods_are_shared_out(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy, eggs, rice = at_the_gate(site)
    path = f"{BASE}{buy.pk}/arrival/"
    client.post(path, counted(eggs, rice, good="3"))
    assert f'name="good-{eggs}" value="3"' in client.get(path).content.decode()
    client.post(path, counted(eggs, rice, good="4"))
    with site.open():
        assert Count.objects.get(line_id=eggs).good == 4


# The shares.


def short_round(site: Site, **terms: Any) -> GroupBuy:
    with site.open():
        return things.counted_round(site, CARTS, {"鸡蛋": 3}, **terms)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("rotation", "轮流每户一件，再轮到时 3 件已分完"),
        ("pro_rata", "共订 5，到好货 3"),
        ("flagged_first", "先给关爱户，余下轮流每户一件"),
        ("first_come", "按先后顺序，分到第 2 号为止"),
        ("lottery", "3 户中抽在第"),
    ],
)
def test_each_rule_says_who_gets_less_and_why(cast: Cast, rule: str, says: str) -> None:
    buy = short_round(cast.yujingwan, rule=rule)
    page = keeper(cast).get(f"{BASE}{buy.pk}/shares/").content.decode()
    assert says in page
    assert "户拿不足" in page


def test_the_preview_shares_nothing_and_committing_is_once(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = short_round(site)
    path = f"{BASE}{buy.pk}/shares/"
    client.get(path)
    with site.open():
        assert not Allocation.objects.exists()
    for _time in range(2):
        assert client.post(path).status_code == 302
    with site.open():
        assert Allocation.objects.filter(line__name="鸡蛋").count() == 3
    page = client.get(path).content.decode()
    assert "每一行都相同" in page


def test_a_share_changed_by_hand_shows_in_the_replay(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = short_round(site)
    client.post(f"{BASE}{buy.pk}/shares/")
    with site.open():
        row = Allocation.objects.filter(allocated=1, refunded=1).first()
        Allocation.objects.filter(pk=row.pk).update(allocated=0, refunded=2)
    assert "重算后有 1 行不一致" in keeper(cast).get(f"{BASE}{buy.pk}/shares/").content.decode()


def test_the_shares_are_not_there_for_anybody_else(cast: Cast) -> None:
    site = cast.yujingwan
    buy = short_round(site)
    for who in (site.guard, site.captain, site.volunteer, cast.reviewer, cast.huaidong.manager):
        client = cast.client(who)
        assert client.get(f"{BASE}{buy.pk}/shares/").status_code == 404
        assert client.post(f"{BASE}{buy.pk}/shares/").status_code == 404
    with site.open():
        assert not Allocation.objects.exists()


def test_the_shares_ask_as_much_for_six_homes_as_for_two(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    counts = []
    for doors in (("101", "102"), ("101", "102", "201", "202", "301", "302")):
        with site.open():
            carts = {door: {"鸡蛋": 2} for door in doors}
            buy = things.counted_round(site, carts, {"鸡蛋": 3})
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{BASE}{buy.pk}/shares/")
        counts.append(questions(asked))
    assert counts[0] == counts[1] <= 12
