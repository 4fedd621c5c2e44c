"""Runs stair by stair, isolated homes last by somebody else, and an outcome at each door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home, Picture
from compounds.places import find_place
from households.actions import open_missing_files
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals.models import Level
from supplies import isolation, sweeps
from supplies.actions.allocating import allocate
from supplies.actions.delivering import (
    hand_run_to,
    record_ring,
    record_stop,
    start_delivery,
    take_in,
)
from supplies.models import BuyState, DeliveryRun, GroupBuy, Order, Stop, StopOutcome
from tests.cast import Cast, Site
from tests.seals.scene import seal_place
from tests.supplies import things

CARTS = {"101": {"蔬菜包": 1}, "201": {"蔬菜包": 2}, "302": {"蔬菜包": 1}}
O = StopOutcome  # noqa: E741


def started(site: Site, carts: dict | None = None, **terms) -> GroupBuy:
    buy = things.counted_round(site, carts or CARTS, {}, items=[things.VEG, things.RICE], **terms)
    allocate(buy=buy, by=site.warehouse)
    return start_delivery(buy=buy, due_at=timezone.now() + timedelta(hours=2), by=site.warehouse)


def stop(door: str) -> Stop:
    return Stop.objects.select_related("run__buy").get(home__number=door)


def seal_home(site: Site, door: str) -> None:
    seal_place(
        site,
        find_place(site.compound, "home", row=site.home(door).pk),
        level=Level.SEALED,
        steps=[],
        key="seal-one-home-test",
    )


def test_a_stair_is_walked_from_the_top_down(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = started(site)
        assert buy.state == BuyState.DELIVERING
        assert list(Stop.objects.values_list("home__number", flat=True)) == ["302", "201", "101"]
        run = DeliveryRun.objects.get()
        assert run.assignee == site.warehouse
        assert not run.is_isolated
        told = Entry.objects.get(event="SuppliesArriving")
        assert told.data["building"] == site.home("101").building_id


def test_each_building_is_told_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        patterns = [UnitPattern("1", "2", 1, 1), UnitPattern("2", "1", 1, 1)]
        build_homes(compound=site.compound, patterns=patterns, by=site.manager)
        open_missing_files(compound=site.compound, homes=Home.objects.all())
        buy = things.open_round(site, [things.VEG])
        for home in Home.objects.filter(number__startswith="10"):
            household = home.households.select_related("home").get()
            things.place_order(
                buy=GroupBuy.objects.get(pk=buy.pk),
                household=household,
                wanted={things.line(buy, "蔬菜包").pk: (1, 1)},
                key=things.key(),
                by=site.captain,
            )
        buy = things.through_count(site, buy)
        allocate(buy=buy, by=site.warehouse)
        start_delivery(buy=buy, due_at=timezone.now(), by=site.warehouse)
        assert DeliveryRun.objects.count() == 3
        assert Entry.objects.filter(event="SuppliesArriving").count() == 2


def test_isolated_homes_come_last_and_by_somebody_else(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        seal_home(site, "302")
        started(site)
        clean, apart = DeliveryRun.objects.order_by("position")
        assert (clean.is_isolated, apart.is_isolated) == (False, True)
        assert [one.home.number for one in apart.stops.all()] == ["302"]
        assert clean.assignee != apart.assignee
        with pytest.raises(Refused):
            hand_run_to(run=apart, member=clean.assignee, by=site.warehouse)
        assert hand_run_to(run=apart, member=site.guard, by=site.warehouse).assignee == site.guard


def test_another_room_may_know_who_is_isolated(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    site = cast.yujingwan
    monkeypatch.setattr(isolation, "_lookups", {})
    with site.open():
        positive = site.home("201").pk
        isolation.register("screening", lambda homes: {positive})
        assert isolation.isolated_homes([positive, site.home("101").pk]) == {positive}
        assert isolation.isolated_homes([site.home("101").pk]) == set()


def test_when_every_door_has_its_outcome_the_round_is_delivered(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = started(site)
        record_stop(stop=stop("302"), outcome=O.LEFT, by=site.volunteer)
        record_stop(stop=stop("201"), outcome=O.NO_ANSWER, by=site.volunteer)
        assert GroupBuy.objects.get(pk=buy.pk).state == BuyState.DELIVERING
        record_stop(stop=stop("101"), outcome=O.REFUSED, note="不要了", by=site.volunteer)
        buy.refresh_from_db()
        assert (buy.state, bool(buy.delivered_at)) == (BuyState.DELIVERED, True)
        run = DeliveryRun.objects.get()
        assert (run.finished_by, bool(run.started_at)) == (site.volunteer, True)
        # Somebody opens later: the door is recorded again.
        assert record_stop(stop=stop("201"), outcome=O.TAKEN, by=site.volunteer).taken_at
        assert Entry.objects.filter(event="GroupBuyDelivered").count() == 1


def test_a_door_is_final_when_taken_or_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        started(site)
        record_stop(stop=stop("302"), outcome=O.TAKEN, by=site.volunteer)
        record_stop(stop=stop("302"), outcome=O.TAKEN, by=site.volunteer)
        with pytest.raises(Refused):
            record_stop(stop=stop("302"), outcome=O.NO_ANSWER, by=site.volunteer)
        assert Entry.objects.filter(event="StopRecorded").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": O.WAITING},
        {"outcome": O.LEFT, "bags_left": 3},
        {"outcome": O.LEFT, "bags_left": -1},
        {"outcome": O.LEFT, "bags_left": 0},
        {"outcome": O.LEFT, "upload": things.SimpleUploadedFile("x.jpg", b"no photo at all")},
    ],
)
def test_what_cannot_be_at_a_door_is_refused(cast: Cast, wrong: dict) -> None:
    site = cast.yujingwan
    with site.open():
        started(site)
        with pytest.raises(Refused):
            record_stop(stop=stop("302"), by=site.volunteer, **wrong)
        assert stop("302").outcome == O.WAITING


def test_fewer_bags_with_a_word_why(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {}, items=[things.VEG])
        allocate(buy=buy, by=site.warehouse)
        order = Order.objects.get(number=1)
        start_delivery(buy=buy, due_at=timezone.now(), bags={order.pk: 2}, by=site.warehouse)
        door = stop("101")
        assert door.bags == 2
        done = record_stop(
            stop=door, outcome=O.LEFT, bags_left=1, note="一袋在车上", by=site.volunteer
        )
        assert (done.bags_left, done.note) == (1, "一袋在车上")


def test_a_photo_of_the_door(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        started(site)
        done = record_stop(
            stop=stop("302"), outcome=O.LEFT, upload=things.photo(), by=site.volunteer
        )
        assert done.picture == Picture.objects.get(kind="supplies.stop")


def test_bags_are_counted(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {}, items=[things.VEG])
        allocate(buy=buy, by=site.warehouse)
        order = Order.objects.get(number=1)
        with pytest.raises(Refused):
            start_delivery(buy=buy, due_at=timezone.now(), bags={order.pk: 0}, by=site.warehouse)


def test_a_household_takes_its_own_bags_in(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        started(site)
        own, other = things.access(site, "302"), things.access(site, "101")
        with pytest.raises(Refused):
            take_in(stop=stop("302"), by=own)
        record_stop(stop=stop("302"), outcome=O.LEFT, by=site.volunteer)
        with pytest.raises(Refused):
            take_in(stop=stop("302"), by=other)
        first = take_in(stop=stop("302"), by=own)
        assert take_in(stop=stop("302"), by=own).taken_at == first.taken_at


def test_fresh_goods_at_a_door_for_half_an_hour_are_rung_about(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        started(site, {"101": {"蔬菜包": 1}, "201": {"大米": 1}, "302": {"蔬菜包": 1}})
        for door in ("101", "201", "302"):
            record_stop(stop=stop(door), outcome=O.LEFT, by=site.volunteer)
        take_in(stop=stop("302"), by=site.captain)
    now = timezone.now()
    assert sweeps.ring_for_perishables(now=now + timedelta(minutes=29)) == 0
    assert sweeps.ring_for_perishables(now=now + timedelta(minutes=31)) == 1
    assert sweeps.ring_for_perishables(now=now + timedelta(minutes=32)) == 0
    with site.open():
        assert Stop.objects.get(ring_at__isnull=False).home.number == "101"
        assert Entry.objects.get(event="PerishableWaiting").data["door"] == "1-1-101"
        door = record_ring(stop=stop("101"), reached=False, by=site.volunteer)
        assert (door.rings, door.rung_at) == (1, None)
        door = record_ring(stop=door, reached=True, by=site.volunteer)
        assert (door.rings, door.rung_by) == (2, site.volunteer)
        assert record_ring(stop=door, reached=True, by=site.volunteer).rings == 2
        with pytest.raises(Refused):
            record_ring(stop=stop("201"), reached=True, by=site.volunteer)


def test_when_nothing_came_there_is_no_door(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {"蔬菜包": 0}, items=[things.VEG])
        allocate(buy=buy, by=site.warehouse)
        buy = start_delivery(buy=buy, due_at=timezone.now(), by=site.warehouse)
        assert (buy.state, Stop.objects.count()) == (BuyState.DELIVERED, 0)
