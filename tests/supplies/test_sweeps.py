"""By the clock: open, remind, release, close, repeat, call; over all compounds and once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from compounds.places import find_place
from households.models import Presence, Resident
from journal.models import Entry
from seals.models import PlanTask
from supplies import sweeps, tasks
from supplies.actions.rounds import approve, cancel, keep_as_template, submit
from supplies.food import households_without_food, plan_food_calls
from supplies.models import BuyState, GroupBuy
from supplies.queries import progress
from tests.cast import Cast, Site
from tests.seals.scene import person, seal_place, step
from tests.supplies import things
from volunteers.models import CareVisit


def state(site: Site, buy: GroupBuy) -> str:
    with site.open():
        return GroupBuy.objects.get(pk=buy.pk).state


def count(site: Site, event: str) -> int:
    with site.open():
        return Entry.objects.filter(event=event).count()


def approved(site: Site, **terms) -> GroupBuy:
    with site.open():
        later = timezone.now() + timedelta(hours=1)
        buy = submit(buy=things.draft(site, opens_at=later, **terms), by=site.warehouse)
        return approve(buy=buy, by=site.reviewer)


def test_rounds_of_every_compound_open_in_time(cast: Cast) -> None:
    first, second = approved(cast.yujingwan), approved(cast.huaidong)
    sweeps.run(now=timezone.now())
    assert state(cast.yujingwan, first) == BuyState.APPROVED
    later = timezone.now() + timedelta(hours=1, minutes=1)
    for _time in range(2):
        sweeps.run(now=later)
    for site, buy in ((cast.yujingwan, first), (cast.huaidong, second)):
        assert state(site, buy) == BuyState.OPEN
        assert count(site, "GroupBuyOpened") == 1


def test_a_round_whose_time_has_passed_unopened_is_given_up(cast: Cast) -> None:
    site = cast.yujingwan
    buy = approved(site)
    sweeps.run(now=timezone.now() + timedelta(days=1))
    assert state(site, buy) == BuyState.CANCELLED


def test_reminded_once_before_the_cut_off_and_closed_after_it(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, reserve_percent=20)
        things.order(site, buy, "101", 鸡蛋=1)
    now = timezone.now()
    sweeps.run(now=now + timedelta(hours=2))
    assert count(site, "GroupBuyClosingSoon") == 0
    for _time in range(2):
        sweeps.run(now=now + timedelta(hours=3, minutes=1))
    assert (count(site, "GroupBuyClosingSoon"), count(site, "ReserveReleased")) == (1, 1)
    assert state(site, buy) == BuyState.OPEN
    for _time in range(2):
        sweeps.run(now=now + timedelta(hours=5, minutes=1))
    assert state(site, buy) == BuyState.LOCKED
    assert count(site, "GroupBuyLocked") == 1


def test_one_round_that_fails_stops_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with cast.yujingwan.open():
        first = things.open_round(cast.yujingwan)
        things.order(cast.yujingwan, first, "101", 鸡蛋=1)
    with cast.huaidong.open():
        second = things.open_round(cast.huaidong)
        things.order(cast.huaidong, second, "101", 鸡蛋=1)
    real = sweeps.close

    def fails(*, buy: GroupBuy, by: object) -> GroupBuy:
        if buy.pk == first.pk:
            raise RuntimeError("broken")
        return real(buy=buy, by=by)

    monkeypatch.setattr(sweeps, "close", fails)
    sweeps.run(now=timezone.now() + timedelta(hours=6))
    assert state(cast.yujingwan, first) == BuyState.OPEN
    assert state(cast.huaidong, second) == BuyState.LOCKED


def test_a_weekly_round_is_sent_to_the_committee_again_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, repeats_weekly=True)
        things.order(site, buy, "101", 鸡蛋=1)
    now = timezone.now()
    for _time in range(3):
        sweeps.run(now=now + timedelta(hours=5, minutes=1))
    with site.open():
        (again,) = GroupBuy.objects.filter(source=buy)
        assert again.state == BuyState.IN_REVIEW
        assert again.opens_at == buy.opens_at + timedelta(days=7)


def test_a_cancelled_weekly_round_ends_the_row(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        cancel(buy=things.open_round(site, repeats_weekly=True), reason="停", by=site.warehouse)
    sweeps.run(now=timezone.now() + timedelta(hours=6))
    with site.open():
        assert GroupBuy.objects.count() == 1


def test_two_beats_sweep_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    monkeypatch.setattr(sweeps, "run", lambda **_all: runs.append(1))
    tasks.sweep()
    tasks.sweep()
    assert len(runs) <= 2  # a period may end between the two
    monkeypatch.setattr(sweeps, "call_the_hungry", lambda **_all: runs.append(2))
    tasks.food_calls()
    tasks.food_calls()
    assert 1 <= runs.count(2) <= 2


class TestFood:
    """Who has ordered nothing for days, where a round was open."""

    def scene(self, site: Site) -> GroupBuy:
        for door in ("101", "102", "201"):
            person(site, door, f"住户{door}")
        person(site, "302", "外出", presence=Presence.AWAY)
        buy = things.open_round(site)
        things.order(site, buy, "101", 鸡蛋=1)
        return buy

    def doors(self, **more) -> list[str]:
        return [one.home.number for one in households_without_food(**more)]

    def test_without_a_round_nobody_is_named(self, cast: Cast) -> None:
        site = cast.yujingwan
        with site.open():
            person(site, "101", "住户")
            assert self.doors() == []

    def test_who_ordered_or_is_away_is_not_named(self, cast: Cast) -> None:
        site = cast.yujingwan
        with site.open():
            buy = self.scene(site)
            assert self.doors() == ["102", "201"]
            things.order(site, buy, "101")  # taken back
            assert self.doors() == ["101", "102", "201"]

    def test_an_order_of_a_round_that_brought_nothing_does_not_count(self, cast: Cast) -> None:
        site = cast.yujingwan
        with site.open():
            buy = self.scene(site)
            cancel(buy=buy, reason="封路", by=site.warehouse)
            assert self.doors() == ["101", "102", "201"]

    def test_sealed_households_are_called_once(self, cast: Cast) -> None:
        site = cast.yujingwan
        with site.open():
            self.scene(site)
            tz = site.compound.tz
            noon = datetime.combine(site.compound.today(), datetime.min.time(), tzinfo=tz)
            noon += timedelta(hours=12)
            assert plan_food_calls(compound=site.compound.pk, now=noon) == 0  # nothing is sealed
            seal_place(site, steps=[], now=noon - timedelta(hours=1))
            assert plan_food_calls(compound=site.compound.pk, now=noon) == 2
            assert plan_food_calls(compound=site.compound.pk, now=noon) == 0
            visits = CareVisit.objects.order_by("home__position")
            assert [one.home.number for one in visits] == ["102", "201"]
            assert all(one.assignee and one.note for one in visits)
            assert Entry.objects.get(event="FoodCallsPlanned").data == {"count": 2}
            evening = noon + timedelta(hours=7)
            assert plan_food_calls(compound=site.compound.pk, now=evening) == 0
        assert sweeps.call_the_hungry(now=noon) == 0


class TestThePlan:
    """Sealing leaves the task on somebody's list, and a draft beside it."""

    def sealed(self, site: Site, capture) -> None:
        with capture(execute=True), site.open():
            place = find_place(site.compound, "unit", row=site.unit().pk)
            seal_place(site, place, steps=[step("food")])

    def test_the_usual_goods_without_prices(
        self, cast: Cast, django_capture_on_commit_callbacks
    ) -> None:
        site = cast.yujingwan
        self.sealed(site, django_capture_on_commit_callbacks)
        with site.open():
            assert PlanTask.objects.get(key="food").assignee == site.warehouse
            buy = GroupBuy.objects.get()
            assert (buy.state, buy.place_kind, buy.drafted_by) == (
                BuyState.DRAFT,
                "unit",
                site.manager,
            )
            assert buy.lines.count() == 5
            assert progress(buy).units == 0

    def test_from_the_compounds_own_template(
        self, cast: Cast, django_capture_on_commit_callbacks
    ) -> None:
        site = cast.yujingwan
        with site.open():
            keep_as_template(buy=things.draft(site), name="应急套餐", by=site.warehouse)
        self.sealed(site, django_capture_on_commit_callbacks)
        with site.open():
            buy = GroupBuy.objects.get(cause__isnull=False)
            assert buy.title == "应急套餐"
            assert [one.name for one in buy.lines.all()] == ["鸡蛋", "大米"]


def test_residents_stay_out_of_the_journal(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        TestFood().scene(site)
        names = set(Resident.objects.values_list("name", flat=True))
        for entry in Entry.objects.all():
            assert not names & {str(value) for value in entry.data.values()}
