"""The till: carts that come at the same time are written together, each as if it had come alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from journal.models import Entry
from supplies import till
from supplies.actions.rounds import Item
from supplies.models import GroupBuy, OfferLine, Order, OrderLine, OrderRequest
from supplies.placing import Answer, Sent, place_alone, place_together
from supplies.reconciling import broken
from tests.cast import Site, make_cast
from tests.supplies import things
from tests.supplies.carts import cart
from tests.supplies.crowd import Crowd, at_the_till

pytestmark = pytest.mark.django_db(transaction=True)
DOORS = ("101", "102", "201", "202", "301", "302")
MILK = Item("牛奶", "箱", 6000, cap_total=40, cap_household=4)
RICE = Item("大米", "袋", 3590, tolerance=True, minimum=2)
WAIT = 10.0


@pytest.fixture
def site() -> Site:
    return make_cast().yujingwan


def state(buy: GroupBuy) -> tuple[Any, ...]:
    """All that an order writes, without the keys of rows."""
    orders = Order.objects.filter(buy=buy).order_by("number")
    lines = OrderLine.objects.filter(order__buy=buy).order_by("order__number", "line__position")
    return (
        GroupBuy.objects.get(pk=buy.pk).next_number,
        [
            (one.number, one.household_id, one.home_id, one.is_flagged, one.note, one.via)
            + (one.withdrawn_at is None,)
            for one in orders
        ],
        list(lines.values_list("order__number", "line__name", "quantity", "up_to")),
        list(lines.values_list("cap_household", flat=True)),
        list(
            OfferLine.objects.filter(buy=buy)
            .order_by("position")
            .values_list("name", "left", "ordered", "ordered_flagged")
        ),
        OrderRequest.objects.filter(buy=buy).count(),
        sorted(
            Entry.objects.filter(event="OrderPlaced", data__buy=buy.pk).values_list(
                "household_id", "by"
            )
        ),
    )


@pytest.mark.parametrize("seed", range(6))
def test_together_is_as_one_after_another(site: Site, seed: int) -> None:
    """Random carts, new ones, changes and withdrawals, some of them of homes with a care mark."""
    chance = random.Random(seed)
    with site.open():
        for door in ("101", "301"):
            things.flag(site, door)
        terms = {"reserve_percent": 40} if seed % 2 else {}
        scarce = replace(MILK, cap_total=15, essential=True)
        one = things.open_round(site, [scarce, RICE], title="一起", **terms)
        other = things.open_round(site, [scarce, RICE], title="逐个", **terms)
    together = 0
    for _turn in range(12):
        doors = chance.sample(DOORS, chance.randint(2, 5))
        picks = {
            door: {
                "牛奶": (n := chance.randint(1, 4), n),
                **({"大米": (2, chance.randint(2, 5))} if chance.random() < 0.5 else {}),
            }
            if chance.random() < 0.8
            else {}
            for door in doors
        }
        with site.open():
            mine = [cart(site, one, door, **picks[door]) for door in doors]
            theirs = [cart(site, other, door, **picks[door]) for door in doors]
        found = at_the_till(site, lambda mine=mine: place_together(mine))
        together += bool(found)
        if not found:
            for sent in mine:
                at_the_till(site, lambda sent=sent: place_alone(sent))
        alone = [at_the_till(site, lambda sent=sent: place_alone(sent)) for sent in theirs]
        if found:
            assert [found[sent.household].number for sent in mine] == [one.number for one in alone]
        with site.open():
            assert state(one) == state(other)
    assert together >= 3
    with site.open():
        assert broken(site.compound.pk) == []


@pytest.mark.parametrize(
    ("why", "wanted"),
    [
        ("more than is left", {"牛奶": (4, 4)}),
        ("what is held for homes with a care mark", {"牛奶": (1, 1)}),
        ("more than the cap of a household", {"牛奶": (5, 5)}),
        ("less than the minimum", {"大米": (1, 1)}),
        ("up to, where that is not possible", {"牛奶": (1, 2)}),
        ("an item of another round", {"鸡蛋": (1, 1)}),
        ("a known key", {"牛奶": (1, 1)}),
        ("a closed round", {"牛奶": (1, 1)}),
    ],
)
def test_one_that_needs_a_second_look_and_nothing_is_written(
    site: Site, why: str, wanted: dict[str, tuple[int, int]]
) -> None:
    with site.open():
        held = 50 if why.startswith("what is held") else 0
        milk = replace(MILK, cap_total=6, essential=True)
        buy = things.open_round(site, [milk, RICE], reserve_percent=held)
        eggs = things.line(things.open_round(site, [things.EGGS]))
        good = cart(site, buy, "101", 牛奶=(3, 3))
        odd = cart(site, buy, "102", **({} if "鸡蛋" in wanted else wanted))
        if "鸡蛋" in wanted:
            odd = replace(odd, cart={str(eggs.pk): [1, 1]})
    if why == "a known key":
        assert at_the_till(site, lambda: place_alone(odd)).code == "placed"
    with site.open():
        if why == "a closed round":
            past = timezone.now() - timedelta(seconds=1)
            GroupBuy.objects.filter(pk=buy.pk).update(closes_at=past)
        before = state(buy)
    assert at_the_till(site, lambda: place_together([good, odd])) == {}
    with site.open():
        assert state(buy) == before


def test_another_compounds_household_is_not_served(site: Site) -> None:
    """The wall and the keys of the tables hold for those who come together, too."""
    other = make_cast().xiaodongmen
    with other.open():
        foreign = other.household("101")
    with site.open():
        buy = things.open_round(site, [MILK])
        mine, odd = cart(site, buy, "101", 牛奶=(1, 1)), cart(site, buy, "102", 牛奶=(1, 1))
    odd = replace(odd, household=foreign.pk, home=foreign.home_id)
    with pytest.raises(DatabaseError):
        at_the_till(site, lambda: place_together([mine, odd]))
    with site.open():
        assert not Order.objects.filter(buy=buy).exists()


@pytest.fixture
def crowd(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crowd]:
    yield Crowd(site, monkeypatch)
    assert till._queues == {}


def test_those_who_wait_are_written_together_each_with_a_number(site: Site, crowd: Crowd) -> None:
    with site.open():
        buy = things.open_round(site, [MILK])
        carts = [cart(site, buy, door, 牛奶=(2, 2)) for door in DOORS]
    answers = crowd.order(carts)
    assert [one.code for one in answers] == ["placed"] * len(DOORS)
    assert sorted(one.number or 0 for one in answers) == [1, 2, 3, 4, 5, 6]
    assert (len(crowd.alone), crowd.batches) == (1, [5])
    with site.open():
        kept = {one.household_id: one.number for one in Order.objects.filter(buy=buy)}
        assert kept == {c.household: a.number for c, a in zip(carts, answers, strict=True)}
        assert broken(site.compound.pk) == []


def test_who_cannot_be_served_is_refused_alone(site: Site, crowd: Crowd) -> None:
    with site.open():
        buy = things.open_round(site, [replace(MILK, cap_total=9)])
        carts = [cart(site, buy, door, 牛奶=(2, 2)) for door in DOORS]
    answers = crowd.order(carts)
    assert sorted(one.code for one in answers) == ["line", "line", *["placed"] * 4]
    with site.open():
        assert things.line(buy, "牛奶").left == 1
        assert OrderRequest.objects.filter(buy=buy).count() == 4
        assert broken(site.compound.pk) == []


def test_two_phones_of_a_household_come_one_after_the_other(site: Site, crowd: Crowd) -> None:
    with site.open():
        buy = things.open_round(site, [MILK])
        carts = [cart(site, buy, door, 牛奶=(2, 2)) for door in ("101", "102", "201", "102")]
        carts[3] = replace(carts[3], cart={key: [1, 1] for key in carts[3].cart})
    answers = crowd.order(carts)
    assert [one.code for one in answers] == ["placed"] * 4
    assert answers[1].order == answers[3].order
    assert (len(crowd.alone), crowd.batches) == (2, [2])
    with site.open():
        rows = OrderLine.objects.filter(order__buy=buy).order_by("order__number")
        assert sorted(rows.values_list("quantity", flat=True)) == [1, 2, 2]
        assert GroupBuy.objects.get(pk=buy.pk).next_number == 4
        assert broken(site.compound.pk) == []


def test_the_same_request_many_times_at_once_is_one_order(site: Site, crowd: Crowd) -> None:
    with site.open():
        buy = things.open_round(site, [MILK])
        sent = cart(site, buy, "101", 牛奶=(2, 2))
    answers = crowd.order([sent] * 6)
    assert sorted(one.code for one in answers) == ["again"] * 5 + ["placed"]
    with site.open():
        assert things.line(buy, "牛奶").left == 38
        assert broken(site.compound.pk) == []


def test_an_error_of_the_database_is_everybodys_own(
    site: Site, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(carts: list[Sent]) -> dict[int, Answer]:
        raise DatabaseError("a connection was lost")

    monkeypatch.setattr(till, "place_together", fail)
    with site.open():
        buy = things.open_round(site, [MILK])
        carts = [cart(site, buy, door, 牛奶=(1, 1)) for door in DOORS]
    assert [one.code for one in crowd.order(carts)] == ["placed"] * 6
    assert len(crowd.alone) == 6
    with site.open():
        assert broken(site.compound.pk) == []


def test_after_a_failed_statement_the_connection_serves_the_next(site: Site) -> None:
    with site.open():
        buy = things.open_round(site, [MILK])
        good = cart(site, buy, "101", 牛奶=(1, 1))
        bad = replace(cart(site, buy, "102", 牛奶=(1, 1)), home=0)

    def both() -> Answer:
        with pytest.raises(DatabaseError):
            place_together([good, bad])
        return place_alone(good)

    assert at_the_till(site, both).code == "placed"
    with site.open():
        assert Order.objects.filter(buy=buy).count() == 1


def test_whoever_waits_too_long_is_told_so_and_the_same_key_is_safe(
    site: Site, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(till, "PATIENCE", 0.2)
    with site.open():
        buy = things.open_round(site, [MILK])
        first, second = (cart(site, buy, door, 牛奶=(1, 1)) for door in ("101", "102"))
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(at_the_till, site, lambda: till.take(first))
        crowd.until(lambda: True)
        assert at_the_till(site, lambda: till.take(second)).code == "busy"
        crowd.free.set()
        assert held.result(WAIT).code == "placed"
    assert at_the_till(site, lambda: till.take(second)).code == "placed"
    with site.open():
        assert broken(site.compound.pk) == []
