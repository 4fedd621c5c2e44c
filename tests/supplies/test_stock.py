"""The store: on hand is the sum of its moves, never below zero; hand-outs door by door."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from households.models import Household
from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.actions.stock import add_item, count, hand_to_door, issue, plan_hand_out, receive
from supplies.models import StockItem, StockKind, StockMove
from supplies.queries import hand_outs, stock
from tests.cast import Cast, Site
from tests.supplies import things


def masks(site: Site, quantity: int = 100, minimum: int = 20) -> StockItem:
    item = add_item(
        compound=site.compound,
        name="口罩",
        unit="只",
        kind=StockKind.PROTECTIVE,
        minimum=minimum,
        by=site.warehouse,
    )
    if quantity:
        receive(
            item=item,
            quantity=quantity,
            source="街道",
            request_key=things.key(),
            by=site.warehouse,
        )
    return StockItem.objects.get(pk=item.pk)


def on_hand() -> tuple[int, int]:
    """What the item says, and what its moves say."""
    item = StockItem.objects.get()
    return item.on_hand, item.moves.aggregate(total=Sum("quantity"))["total"] or 0


def test_in_and_out(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        item = masks(site)
        to_home = {"household": site.household("101"), "request_key": things.key()}
        for _time in range(2):
            issue(item=item, quantity=10, by=site.warehouse, **to_home)
        issue(
            item=item,
            quantity=5,
            member=site.volunteer,
            request_key=things.key(),
            by=site.warehouse,
        )
        assert on_hand() == (85, 85)
        assert stock().get().moved_at is not None


def test_nothing_goes_out_that_is_not_there(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        item = masks(site, 3)
        with pytest.raises(Refused, match="3"):
            issue(
                item=item,
                quantity=4,
                member=site.volunteer,
                request_key=things.key(),
                by=site.warehouse,
            )
        assert on_hand() == (3, 3)
        with pytest.raises(IntegrityError), transaction.atomic():
            StockItem.objects.update(on_hand=-1)


@pytest.mark.parametrize("quantity", [0, -3, 10**9])
def test_a_wrong_quantity_is_refused(cast: Cast, quantity: int) -> None:
    site = cast.yujingwan
    with site.open():
        item = masks(site)
        with pytest.raises(Refused):
            receive(item=item, quantity=quantity, request_key=things.key(), by=site.warehouse)


def test_it_goes_to_somebody(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        item = masks(site)
        for nobody in ({}, {"household": site.household("101"), "member": site.volunteer}):
            with pytest.raises(Refused):
                issue(item=item, quantity=1, request_key=things.key(), by=site.warehouse, **nobody)


def test_a_stocktake_writes_the_difference(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        item = masks(site)
        key = things.key()
        for _time in range(2):
            move = count(item=item, found=97, request_key=key, by=site.warehouse)
        assert move.quantity == -3
        assert on_hand() == (97, 97)
        with pytest.raises(Refused):
            count(item=item, found=-1, request_key=things.key(), by=site.warehouse)


def test_falling_below_the_minimum_is_told_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        item = masks(site)
        for found in (25, 19, 18):
            count(item=item, found=found, request_key=things.key(), by=site.warehouse)
        told = Entry.objects.get(event="StockShort")
        assert (told.data["on_hand"], told.data["minimum"]) == (19, 20)


def test_the_same_name_is_the_same_item(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        assert masks(site).pk == masks(site, 0, minimum=50).pk
        assert StockItem.objects.get().minimum == 50


def test_a_hand_out_leaves_the_store_door_by_door(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        item = masks(site, 12)
        homes = list(Household.objects.select_related("home"))
        made = plan_hand_out(item=item, title="发口罩", each=5, households=homes, by=site.warehouse)
        assert on_hand() == (12, 12)
        doors = list(made.doors.all())
        assert len(doors) == 6
        for _time in range(2):
            assert hand_to_door(door=doors[0], by=site.volunteer).given_by == site.volunteer
        hand_to_door(door=doors[1], by=site.volunteer)
        assert on_hand() == (2, 2)
        with pytest.raises(Refused):
            hand_to_door(door=doors[2], by=site.volunteer)
        doors[2].refresh_from_db()
        assert doors[2].given_at is None
        assert StockMove.objects.filter(hand_out=made).count() == 2
        found = hand_outs().get()
        assert (found.doors_in_all, found.given) == (6, 2)


def test_a_hand_out_is_for_somebody(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        plan_hand_out(item=masks(site), title="发口罩", each=5, households=[], by=site.warehouse)
