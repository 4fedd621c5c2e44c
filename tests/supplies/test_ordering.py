"""Ordering: the cart as a whole, once a key, within every cap."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compounds.places import find_place
from journal import handlers
from journal.models import Delivery, Entry
from lockdown.kernel.errors import Refused
from supplies.actions.orders import place_order
from supplies.actions.rounds import Item
from supplies.models import GroupBuy, OfferLine, Order, OrderLine, OrderRequest, Via
from tests.cast import Cast
from tests.supplies import things


def test_an_order_takes_from_the_shelf(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        placed = things.order(site, buy, "101", 鸡蛋=3, 大米=(1, 4))
        eggs = things.line(buy)
        assert (placed.number, placed.again) == (1, False)
        assert (eggs.left, eggs.ordered) == (17, 3)
        assert things.line(buy, "大米").ordered == 1
        rows = OrderLine.objects.order_by("line__position").values_list("quantity", "up_to")
        assert list(rows) == [(3, 3), (1, 4)]
        assert things.order(site, buy, "102", 鸡蛋=1).number == 2


def test_changing_the_cart_gives_back_what_is_no_longer_wanted(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        first = things.order(site, buy, "101", 鸡蛋=3, 大米=2)
        second = things.order(site, buy, "101", 鸡蛋=1)
        assert first.number == second.number
        assert (things.line(buy).left, things.line(buy).ordered) == (19, 1)
        assert things.line(buy, "大米").ordered == 0


def test_an_empty_cart_takes_the_order_back_and_keeps_the_number(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        things.order(site, buy, "101", 鸡蛋=3)
        things.order(site, buy, "102", 鸡蛋=1)
        things.order(site, buy, "101")
        order = Order.objects.get(household=site.household("101"))
        assert order.withdrawn_at is not None
        assert things.line(buy).ordered == 1
        assert things.order(site, buy, "101", 鸡蛋=2).number == 1
        order.refresh_from_db()
        assert order.withdrawn_at is None


def test_the_same_key_again_is_the_same_answer(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        key = things.key()
        first = things.order(site, buy, "101", key_=key, 鸡蛋=3)
        again = things.order(site, buy, "101", key_=key, 鸡蛋=3)
        assert (again.number, again.order_id, again.again) == (1, first.order_id, True)
        assert things.line(buy).ordered == 3
        assert OrderRequest.objects.count() == 1
        assert Entry.objects.filter(event__startswith="OrderPlaced").count() == 1


def test_the_same_key_with_another_cart_is_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        key = things.key()
        things.order(site, buy, "101", key_=key, 鸡蛋=3)
        with pytest.raises(Refused) as refusal:
            things.order(site, buy, "101", key_=key, 鸡蛋=2)
        assert refusal.value.code == "key_reused"
        assert things.line(buy).ordered == 3


def test_a_refused_cart_leaves_nothing_and_its_key_free(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        key = things.key()
        with pytest.raises(Refused):
            things.order(site, buy, "101", key_=key, 鸡蛋=5)
        assert not Order.objects.exists()
        assert not OrderRequest.objects.exists()
        assert not Entry.objects.filter(event__startswith="OrderPlaced").exists()
        assert things.order(site, buy, "101", key_=key, 鸡蛋=4).number == 1


@pytest.mark.parametrize(
    ("cart", "code"),
    [
        ({"鸡蛋": 5}, "household_cap"),
        ({"鸡蛋": (1, 2)}, "quantity"),
        ({"大米": (3, 1)}, "quantity"),
        ({"大米": (0, 2)}, "quantity"),
        ({"大米": (-1, 2)}, "quantity"),
        ({"大米": 1_000_000}, "quantity"),
    ],
)
def test_what_cannot_be_ordered_is_refused_with_a_sentence(
    cast: Cast, cart: dict, code: str
) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        with pytest.raises(Refused) as refusal:
            things.order(site, buy, "101", **cart)
        assert refusal.value.code == code
        assert str(refusal.value)
        assert not Order.objects.exists()


def test_less_than_the_minimum_is_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, [Item("苹果", "斤", 500, minimum=3)])
        with pytest.raises(Refused, match="3"):
            things.order(site, buy, "101", 苹果=2)
        assert things.order(site, buy, "101", 苹果=3).number == 1


def test_another_rounds_item_is_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy, other = things.open_round(site), things.open_round(site, title="另一团")
        foreign = things.line(other).pk
        with pytest.raises(Refused) as refusal:
            place_order(
                buy=buy,
                household=site.household("101"),
                wanted={foreign: (1, 1)},
                key=things.key(),
                by=site.captain,
            )
        assert refusal.value.code == "foreign_item"


def test_the_last_pieces_are_sold_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, [Item("牛奶", "箱", 6000, cap_total=3)])
        things.order(site, buy, "101", 牛奶=2)
        with pytest.raises(Refused, match="1") as refusal:
            things.order(site, buy, "102", 牛奶=2)
        assert refusal.value.code == "sold_out"
        things.order(site, buy, "102", 牛奶=1)
        with pytest.raises(Refused) as refusal:
            things.order(site, buy, "201", 牛奶=1)
        assert refusal.value.code == "sold_out"
        # Whoever has some may keep and lessen it.
        things.order(site, buy, "101", 牛奶=1)
        assert things.line(buy, "牛奶").left == 1


def test_after_the_cut_off_nobody_orders(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        GroupBuy.objects.filter(pk=buy.pk).update(
            opens_at=timezone.now() - timedelta(hours=3), closes_at=timezone.now()
        )
        with pytest.raises(Refused) as refusal:
            things.order(site, buy, "101", 鸡蛋=1)
        assert refusal.value.code == "closed"
        assert things.line(buy).ordered == 0


def test_a_round_that_closed_meanwhile_takes_nothing(cast: Cast) -> None:
    """The page was read while it was open; the statement that takes the goods asks again."""
    site = cast.yujingwan
    with site.open():
        read = things.open_round(site)
        GroupBuy.objects.filter(pk=read.pk).update(state="locked")
        with pytest.raises(Refused) as refusal:
            place_order(
                buy=read,
                household=site.household("101"),
                wanted={things.line(read).pk: (1, 1)},
                key=things.key(),
                by=site.captain,
            )
        assert refusal.value.code == "closed"
        assert not Order.objects.exists()


def test_a_round_of_another_stair_is_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        place = find_place(site.compound, "floor", row=site.unit().pk, floor=2)
        buy = things.open_round(site, place=place)
        with pytest.raises(Refused) as refusal:
            things.order(site, buy, "101", 鸡蛋=1)
        assert refusal.value.code == "other_place"
        assert things.order(site, buy, "201", 鸡蛋=1).number == 1


def test_a_share_is_held_for_homes_with_a_care_mark(cast: Cast) -> None:
    site = cast.yujingwan
    milk = [Item("牛奶", "箱", 6000, cap_total=10, essential=True)]
    with site.open():
        things.flag(site, "202")
        buy = things.open_round(site, milk, reserve_percent=30)
        assert things.line(buy, "牛奶").reserved == 3
        things.order(site, buy, "101", 牛奶=7)
        with pytest.raises(Refused) as refusal:
            things.order(site, buy, "102", 牛奶=1)
        assert refusal.value.code == "reserved"
        things.order(site, buy, "202", 牛奶=2)
        with pytest.raises(Refused):
            things.order(site, buy, "102", 牛奶=1)
        GroupBuy.objects.filter(pk=buy.pk).update(reserve_until=timezone.now())
        things.order(site, buy, "102", 牛奶=1)
        line = things.line(buy, "牛奶")
        assert (line.left, line.ordered, line.ordered_flagged) == (0, 10, 2)


def test_a_marked_home_that_takes_its_order_back_frees_its_share(cast: Cast) -> None:
    site = cast.yujingwan
    milk = [Item("牛奶", "箱", 6000, cap_total=10, essential=True)]
    with site.open():
        mark = things.flag(site, "202")
        buy = things.open_round(site, milk, reserve_percent=50)
        things.order(site, buy, "202", 牛奶=3)
        mark.ended_at = timezone.now()
        mark.save()
        things.order(site, buy, "202", 牛奶=3)  # the mark is gone: no longer counted as marked
        assert things.line(buy, "牛奶").ordered_flagged == 0
        things.order(site, buy, "202")
        line = things.line(buy, "牛奶")
        assert (line.left, line.ordered, line.ordered_flagged) == (10, 0, 0)


@pytest.mark.parametrize(
    ("who", "via", "event"),
    [
        ("own", Via.OWN, "OrderPlaced"),
        ("neighbour", Via.NEIGHBOUR, "OrderPlacedFor"),
        ("staff", Via.STAFF, "OrderPlacedFor"),
    ],
)
def test_whoever_orders_for_a_household_it_is_told(
    cast: Cast, who: str, via: Via, event: str
) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        by = {
            "own": lambda: things.access(site, "101"),
            "neighbour": lambda: things.access(site, "102"),
            "staff": lambda: site.warehouse,
        }[who]()
        things.order(site, buy, "101", by=by, 鸡蛋=1)
        order = Order.objects.get()
        assert order.via == via
        entry = Entry.objects.get(event__startswith="OrderPlaced")
        assert (entry.event, entry.household_id) == (event, site.household("101").pk)
        assert entry.data["door"] == "1-1-101"


def test_the_database_itself_refuses_more_than_a_households_cap(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        things.order(site, buy, "101", 鸡蛋=1)
        row = OrderLine.objects.filter(line=things.line(buy))
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(quantity=5, up_to=5)


def test_the_database_itself_refuses_to_sell_what_is_not_there(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        line = things.line(things.open_round(site))
        for change in ({"left": -1, "ordered": 21}, {"left": 19}, {"ordered": 1}):
            with pytest.raises(IntegrityError), transaction.atomic():
                OfferLine.objects.filter(pk=line.pk).update(**change)


def test_an_order_is_one_statement(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy, own = things.open_round(site), things.access(site, "101")
        household, line = site.household("101"), things.line(buy).pk
        with CaptureQueriesContext(connection) as seen:
            place_order(
                buy=buy,
                household=household,
                wanted={line: (1, 1)},
                key=things.key(),
                by=own,
            )
        kinds = [one["sql"].split()[0] for one in seen.captured_queries]
        assert kinds == ["SELECT"]


def test_an_entry_that_somebody_waits_for_is_handed_over(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a subscriber the entry has its delivery; a refused or repeated cart has neither."""
    monkeypatch.setattr(handlers, "_subscriptions", defaultdict(list))
    monkeypatch.setattr(handlers, "_handlers", dict(handlers._handlers))
    handlers.subscribe("OrderPlacedFor", "test.told", lambda delivery: None)
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        key = things.key()
        for _time in range(2):
            things.order(site, buy, "101", key_=key, 鸡蛋=1)
        with pytest.raises(Refused):
            things.order(site, buy, "102", 鸡蛋=9)
        told = Delivery.objects.get(handler="test.told")
        assert told.entry.household_id == site.household("101").pk
        assert Entry.objects.filter(event="OrderPlacedFor").count() == 1
