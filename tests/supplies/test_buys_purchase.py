"""The purchase order and the sheet that comes back."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from households.roster.reading import read_sheet
from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.actions.answers import EVENT, offered_pieces, record_answer
from supplies.actions.counting import arrive
from supplies.actions.purchasing import cancel_order, order_from_supplier
from supplies.buys import sheet
from supplies.buys.returned import read_returned
from supplies.models import (
    GroupBuy,
    Order,
    PurchaseOrder,
)
from tests.cast import Cast
from tests.supplies import things
from tests.supplies.gate import BASE, CARTS, S, keeper, now, ordered

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
