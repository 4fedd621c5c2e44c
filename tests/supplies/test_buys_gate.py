"""The gate, the count and the shares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from supplies.actions.counting import arrive
from supplies.actions.purchasing import order_from_supplier
from supplies.models import (
    Allocation,
    Arrival,
    Count,
    GroupBuy,
    StockItem,
)
from tests.cast import Cast, Site
from tests.supplies import things
from tests.supplies.gate import BASE, CARTS, S, keeper, now, ordered
from tests.waste.test_pages import questions

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
