"""The organiser's pages: list, draft in steps, the round as a spine, live, ending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from supplies.actions.locking import close
from supplies.actions.rounds import keep_as_template, reject, submit
from supplies.models import BuyState, BuyTemplate, GroupBuy, OfferLine, ShortageRule, Supplier
from tests.cast import Cast, Site
from tests.supplies import things
from tests.waste.test_pages import questions

S = BuyState
BASE = "/c/yujingwan/buys/"


def keeper(cast: Cast) -> Client:
    return cast.client(cast.yujingwan.warehouse)


def made(site: Site, **terms: Any) -> GroupBuy:
    with site.open():
        return things.draft(site, **terms)


def state(site: Site, buy: GroupBuy) -> str:
    with site.open():
        return GroupBuy.objects.get(pk=buy.pk).state


def opened(site: Site, doors: tuple[str, ...] = (), **terms: Any) -> GroupBuy:
    with site.open():
        buy = things.open_round(site, **terms)
        for door in doors:
            things.order(site, buy, door, 鸡蛋=2)
        return buy


# The list.


def test_without_a_round_the_list_says_how_to_begin(cast: Cast) -> None:
    page = keeper(cast).get(BASE).content.decode()
    assert "还没有团购" in page
    assert f'href="{BASE}new/"' in page


def test_the_list_has_late_rounds_first_and_says_whose_turn_it_is(cast: Cast) -> None:
    site = cast.yujingwan
    opened(site, title="准时团")
    late = opened(site, title="迟到团")
    made(site, title="草稿团", opens_at=timezone.now() + timedelta(hours=1))
    with site.open():
        GroupBuy.objects.filter(pk=late.pk).update(
            closes_at=timezone.now() - timedelta(minutes=5),
            opens_at=timezone.now() - timedelta(hours=9),
        )
    page = keeper(cast).get(BASE).content.decode()
    assert page.index("迟到团") < page.index("准时团") < page.index("草稿团")
    assert "轮到 住户" in page
    assert f"轮到 {site.warehouse.name}" in page


def test_who_may_only_look_is_offered_no_deed(cast: Cast) -> None:
    opened(cast.yujingwan)
    page = cast.client(cast.yujingwan.guard).get(BASE).content.decode()
    assert "new/" not in page
    assert "鸡蛋团" in page


def test_the_list_asks_as_much_for_twenty_rounds_as_for_two(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    counts = []
    for more in (2, 18):
        for _one in range(more):
            made(site)
        with CaptureQueriesContext(connection) as asked:
            client.get(BASE)
        counts.append(questions(asked))
    assert counts[0] == counts[1] <= 12


# A new one.


def test_a_round_from_nothing_becomes_a_draft_to_go_on_with(cast: Cast) -> None:
    answer = keeper(cast).post(f"{BASE}new/", {"from": "blank", "title": "蔬菜团"})
    with cast.yujingwan.open():
        buy = GroupBuy.objects.get()
        assert (buy.title, buy.state) == ("蔬菜团", S.DRAFT)
    assert answer["Location"] == f"{BASE}{buy.pk}/edit/"


def test_a_round_without_a_title_is_refused_beside_the_field(cast: Cast) -> None:
    answer = keeper(cast).post(f"{BASE}new/", {"from": "blank", "title": " "})
    assert answer.status_code == 422
    assert 'id="title-error"' in answer.content.decode()


def test_an_earlier_round_starts_a_new_one_with_one_tap(cast: Cast) -> None:
    site = cast.yujingwan
    before = opened(site, min_households=3)
    page = keeper(cast).get(f"{BASE}new/").content.decode()
    assert f'value="round:{before.pk}"' in page
    keeper(cast).post(f"{BASE}new/", {"from": f"round:{before.pk}"})
    with site.open():
        again = GroupBuy.objects.get(source=before)
        assert [line.name for line in again.lines.all()] == ["鸡蛋", "大米"]
        assert again.min_households == 3


def test_a_template_starts_a_round_and_a_round_becomes_a_template(cast: Cast) -> None:
    site = cast.yujingwan
    buy = made(site)
    keeper(cast).post(f"{BASE}{buy.pk}/deed/", {"deed": "template", "name": "每周鸡蛋"})
    with site.open():
        template = BuyTemplate.objects.get(name="每周鸡蛋")
    keeper(cast).post(f"{BASE}new/", {"from": f"template:{template.pk}"})
    with site.open():
        assert GroupBuy.objects.filter(title="每周鸡蛋", state=S.DRAFT).exists()


def test_another_compounds_round_starts_nothing(cast: Cast) -> None:
    with cast.huaidong.open():
        other = things.open_round(cast.huaidong)
    answer = keeper(cast).post(f"{BASE}new/", {"from": f"round:{other.pk}"})
    assert answer.status_code == 404


# The steps of a draft.


def goods(**first: str) -> dict[str, str]:
    """A posted table with one row and an empty one."""
    row = {"name": "鸡蛋", "unit": "板", "price_fen": "28", "case_size": "", "minimum": ""} | first
    head = {"i-TOTAL_FORMS": "2", "i-INITIAL_FORMS": "0", "step": "goods"}
    return head | {f"i-0-{name}": value for name, value in row.items()}


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("28", 2800), ("35.9", 3590), ("1,280.50", 128050), ("１２８０", 128000), ("¥28 元", 2800)],
)
def test_prices_are_read_as_people_write_them_and_shown_back(
    cast: Cast, typed: str, fen: int
) -> None:
    site = cast.yujingwan
    buy = made(site, items=[])
    answer = keeper(cast).post(f"{BASE}{buy.pk}/edit/", goods(price_fen=typed))
    assert answer["Location"] == f"{BASE}{buy.pk}/edit/?step=when"
    with site.open():
        assert OfferLine.objects.get(buy=buy).price_fen == fen
    yuan = f"{fen // 100}.{fen % 100:02d}".removesuffix(".00")
    assert (
        f'value="{yuan}"' in keeper(cast).get(f"{BASE}{buy.pk}/edit/?step=goods").content.decode()
    )


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("price_fen", "0"),
        ("price_fen", "-5"),
        ("price_fen", "二十八"),
        ("price_fen", "1.234"),
        ("case_size", "0"),
        ("minimum", "-1"),
        ("cap_household", "两"),
        ("cap_total", "0"),
        ("unit", ""),
    ],
)
def test_a_wrong_number_is_refused_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, field: str, typed: str
) -> None:
    buy = made(cast.yujingwan, items=[])
    data = goods(**{field: typed}) | {"i-1-name": "大米", "i-1-unit": "袋", "i-1-price_fen": "35"}
    answer = keeper(cast).post(f"{BASE}{buy.pk}/edit/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_i-0-{field}_error"' in page
    assert 'value="大米"' in page
    if typed:
        assert f'value="{typed}"' in page
    with cast.yujingwan.open():
        assert not OfferLine.objects.filter(buy=buy).exists()


def test_contradicting_caps_and_equal_names_are_refused(cast: Cast) -> None:
    buy = made(cast.yujingwan, items=[])
    path = f"{BASE}{buy.pk}/edit/"
    assert keeper(cast).post(path, goods(minimum="3", cap_household="2")).status_code == 422
    assert keeper(cast).post(path, goods(case_size="6", cap_total="5")).status_code == 422
    twice = goods() | {"i-1-name": "鸡蛋", "i-1-unit": "盒", "i-1-price_fen": "3"}
    answer = keeper(cast).post(path, twice)
    assert (answer.status_code, "重名" in answer.content.decode()) == (422, True)


def test_more_rows_keep_what_is_typed_and_a_removed_row_goes(cast: Cast) -> None:
    buy = made(cast.yujingwan)
    path = f"{BASE}{buy.pk}/edit/"
    answer = keeper(cast).post(path, goods(price_fen="二十") | {"deed": "more"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="二十"' in page
    assert 'name="i-7-name"' in page
    keeper(cast).post(path, goods(price_fen="bad", gone="on"))
    with cast.yujingwan.open():
        assert not OfferLine.objects.filter(buy=buy).exists()


def test_when_for_whom_and_rules_are_saved(cast: Cast) -> None:
    site = cast.yujingwan
    buy = made(site)
    with site.open():
        unit = site.unit()
    path = f"{BASE}{buy.pk}/edit/"
    when = {"place": f"unit:{unit.pk}", "opens_at": "2031-03-01T10:00"}
    bad = keeper(cast).post(path, {"step": "when", "closes_at": "2031-03-01T09:00"} | when)
    assert bad.status_code == 422
    assert 'value="2031-03-01T09:00"' in bad.content.decode()
    keeper(cast).post(path, {"step": "when", "closes_at": "2031-03-01T20:00"} | when)
    rules = {
        "step": "rules",
        "min_amount_fen": "１，０００",
        "min_households": "20",
        "fee_fen": "30",
    }
    rules |= {"rule": "lottery", "fee_split": "equal", "reserve_percent": "20"}
    answer = keeper(cast).post(path, rules)
    assert answer["Location"] == f"{BASE}{buy.pk}/"
    with site.open():
        now = GroupBuy.objects.get(pk=buy.pk)
        assert (now.place_kind, now.unit_id) == ("unit", unit.pk)
        assert (now.min_amount_fen, now.min_households, now.fee_fen) == (100000, 20, 3000)
        assert (now.rule, now.reserve_percent) == (ShortageRule.LOTTERY, 20)


def test_each_rule_stands_with_its_sentence_and_worked_example(cast: Cast) -> None:
    buy = made(cast.yujingwan)
    page = keeper(cast).get(f"{BASE}{buy.pk}/edit/?step=rules").content.decode()
    assert "101 得 2、102 得 2、103 得 1" in page
    assert "101 得 2、102 得 1、103 得 2" in page
    assert "101 得 4、102 得 1、103 得 0" in page


def test_a_reserve_over_eighty_percent_is_refused(cast: Cast) -> None:
    buy = made(cast.yujingwan)
    rules = {"step": "rules", "rule": "rotation", "fee_split": "none", "reserve_percent": "90"}
    assert keeper(cast).post(f"{BASE}{buy.pk}/edit/", rules).status_code == 422


def test_a_round_that_is_no_draft_has_no_steps(cast: Cast) -> None:
    buy = opened(cast.yujingwan)
    answer = keeper(cast).get(f"{BASE}{buy.pk}/edit/")
    assert answer["Location"] == f"{BASE}{buy.pk}/"


# From the check list to the committee and back.


def test_an_incomplete_draft_says_what_is_missing_and_cannot_be_sent(cast: Cast) -> None:
    site = cast.yujingwan
    buy = made(site, items=[])
    client = keeper(cast)
    page = client.get(f"{BASE}{buy.pk}/").content.decode()
    assert "还没有商品" in page
    assert 'value="submit" disabled' in page
    client.post(f"{BASE}{buy.pk}/deed/", {"deed": "submit"})
    assert state(site, buy) == S.DRAFT


def test_a_complete_draft_is_sent_taken_back_and_sent_twice_is_once(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = made(site)
    for _time in range(2):
        client.post(f"{BASE}{buy.pk}/deed/", {"deed": "submit"})
    assert state(site, buy) == S.IN_REVIEW
    client.post(f"{BASE}{buy.pk}/deed/", {"deed": "take-back"})
    assert state(site, buy) == S.DRAFT


def test_a_rejected_round_shows_the_reason_and_the_way_back(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = submit(buy=things.draft(site), by=site.warehouse)
        reject(buy=buy, reason="价格偏高", by=things.reviewer(site))
    page = keeper(cast).get(f"{BASE}{buy.pk}/").content.decode()
    assert "价格偏高" in page
    assert 'value="take-back"' in page


# The open round.


def test_the_open_round_shows_how_far_it_is(cast: Cast) -> None:
    buy = opened(cast.yujingwan, ("101", "201"), min_households=3)
    page = keeper(cast).get(f"{BASE}{buy.pk}/").content.decode()
    assert "已订 4 板" in page
    assert "还可订 16" in page
    assert "1-1-101" in page
    assert cast.yujingwan.captain.name in page


def test_the_poll_answers_304_until_somebody_orders(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101",))
    path = f"{BASE}{buy.pk}/live/"
    first = client.get(path)
    assert first.status_code == 200
    assert 'id="round-live" hx-swap-oob="innerHTML"' in first.content.decode()
    same = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    with site.open():
        things.order(site, buy, "201", 鸡蛋=1)
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "已订 3 板" in changed.content.decode()


def test_the_page_loads_again_when_the_round_is_closed(cast: Cast) -> None:
    site = cast.yujingwan
    buy = opened(site, ("101",))
    with site.open():
        close(buy=buy, by=site.warehouse)
    answer = keeper(cast).get(f"{BASE}{buy.pk}/live/")
    assert answer["HX-Refresh"] == "true"


def test_a_captain_of_one_stair_sees_only_its_orders(cast: Cast) -> None:
    site = cast.yujingwan
    buy = opened(site, ("101",))
    client = cast.client(site.captain)
    assert "1-1-101" in client.get(f"{BASE}{buy.pk}/").content.decode()
    with site.open():
        member = site.captain
        member.buildings = [999_999]
        member.save(update_fields=["buildings"])
    for path in (f"{BASE}{buy.pk}/", f"{BASE}{buy.pk}/live/"):
        assert "1-1-101" not in client.get(path).content.decode()


def test_the_page_of_a_round_asks_as_much_for_twenty_orders_as_for_two(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101", "102"))
    with CaptureQueriesContext(connection) as few:
        client.get(f"{BASE}{buy.pk}/")
    with site.open():
        for door in ("201", "202", "301", "302"):
            things.order(site, buy, door, 鸡蛋=1, 大米=1)
    with CaptureQueriesContext(connection) as many:
        client.get(f"{BASE}{buy.pk}/")
    assert questions(few) == questions(many) <= 12


# Ending.


def test_cutting_off_shows_first_what_will_happen(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101", "201"), fee_fen=300)
    page = client.get(f"{BASE}{buy.pk}/close/").content.decode()
    assert "可以成团：2 户，¥112" in page
    assert "另收配送费 ¥3" in page
    assert state(site, buy) == S.OPEN
    client.post(f"{BASE}{buy.pk}/close/")
    assert state(site, buy) == S.LOCKED
    assert client.post(f"{BASE}{buy.pk}/close/").status_code == 302


def test_a_short_round_says_that_it_will_not_form_and_whom_it_tells(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101",), min_households=4)
    page = client.get(f"{BASE}{buy.pk}/close/").content.decode()
    assert "不能成团" in page
    client.post(f"{BASE}{buy.pk}/close/")
    assert state(site, buy) == S.NOT_FORMED
    assert "已告知流团" in client.get(f"{BASE}{buy.pk}/").content.decode()


def test_the_result_tells_what_up_to_added(cast: Cast) -> None:
    site = cast.yujingwan
    rice = things.Item("大米", "袋", 3590, case_size=6, tolerance=True)
    with site.open():
        buy = things.open_round(site, [rice])
        things.order(site, buy, "101", 大米=(4, 8))
        close(buy=buy, by=site.warehouse)
    page = keeper(cast).get(f"{BASE}{buy.pk}/").content.decode()
    assert "“可多拿”加订" in page


def test_extending_is_asked_once_and_refused_backwards(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101",))
    path = f"{BASE}{buy.pk}/extend/"
    earlier = f"{timezone.localtime() - timedelta(days=1):%Y-%m-%dT%H:%M}"
    later = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    assert client.post(path, {"closes_at": earlier}).status_code == 422
    assert client.post(path, {"closes_at": later}).status_code == 302
    again = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert client.post(path, {"closes_at": again}).status_code == 422


def test_giving_up_needs_a_reason_and_shows_how_many_are_told(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = opened(site, ("101", "201"))
    path = f"{BASE}{buy.pk}/cancel/"
    assert "2 户已下单" in client.get(path).content.decode()
    assert client.post(path, {"reason": ""}).status_code == 422
    client.post(path, {"reason": "供应中断"})
    assert state(site, buy) == S.CANCELLED
    assert "供应中断" in client.get(f"{BASE}{buy.pk}/").content.decode()


def test_a_supplier_that_fails_after_the_cut_off_is_noted_as_such(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
    client.post(f"{BASE}{buy.pk}/cancel/", {"how": "failed", "reason": "货车进不来"})
    assert state(site, buy) == S.SUPPLIER_FAILED


@pytest.mark.parametrize(
    "page", ["new/", "{}/edit/", "{}/close/", "{}/extend/", "{}/cancel/", "{}/chat/"]
)
def test_whoever_does_not_organise_finds_no_such_page(cast: Cast, page: str) -> None:
    buy = opened(cast.yujingwan)
    path = BASE + page.format(buy.pk)
    for who in (cast.yujingwan.guard, cast.yujingwan.captain, cast.huaidong.manager):
        assert cast.client(who).get(path).status_code == 404


def test_another_compounds_round_is_not_there(cast: Cast) -> None:
    with cast.huaidong.open():
        other = things.open_round(cast.huaidong)
    for page in ("", "live/", "edit/", "close/", "extend/", "cancel/", "chat/", "purchase/"):
        assert keeper(cast).get(f"{BASE}{other.pk}/{page}").status_code == 404


def test_a_template_kept_by_an_action_is_offered(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        keep_as_template(buy=things.draft(site), name="周三蔬菜", by=site.warehouse)
    assert "周三蔬菜" in keeper(cast).get(f"{BASE}new/").content.decode()


# Suppliers.


def test_a_supplier_is_added_from_a_draft_and_leads_back_to_it(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = made(site)
    answer = client.post(
        "/c/yujingwan/suppliers/new/",
        {"name": "新供应商", "licence_number": "JY1", "for": str(buy.pk)},
    )
    assert answer["Location"].endswith(f"?for={buy.pk}")
    page = client.get(answer["Location"]).content.decode()
    assert f"{BASE}{buy.pk}/edit/?step=what" in page
    twice = client.post("/c/yujingwan/suppliers/new/", {"name": "新供应商"})
    assert twice.status_code == 422


def test_a_paper_is_kept_and_no_picture_is_refused(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        shop = things.supplier(site)
    path = f"/c/yujingwan/suppliers/{shop.pk}/"
    good = {"deed": "paper", "title": "许可证", "picture": things.photo()}
    assert client.post(path, good).status_code == 302
    bad = {"deed": "paper", "title": "许可证", "picture": _no_photo()}
    assert client.post(path, bad).status_code == 422
    with site.open():
        paper = Supplier.objects.get(pk=shop.pk).files.get()
    assert client.get(f"/c/yujingwan/papers/{paper.pk}/")["Content-Type"] == "image/jpeg"
    other = cast.client(cast.huaidong.warehouse)
    assert other.get(f"/c/huaidong/papers/{paper.pk}/").status_code == 404


def _no_photo() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    return SimpleUploadedFile("photo.jpg", b"no picture at all")


def test_a_supplier_is_changed_and_retired(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        shop = things.supplier(site)
    path = f"/c/yujingwan/suppliers/{shop.pk}/"
    client.post(path, {"deed": "change", "licence_number": "JY9", "licence_until": "2030-01-01"})
    with site.open():
        assert Supplier.objects.get(pk=shop.pk).licence_number == "JY9"
    client.post(path, {"deed": "retire"})
    assert client.get(path).status_code == 404
