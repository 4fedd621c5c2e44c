"""Rounds and windows of a plan: what starts, what does not start twice, what ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Unit
from compounds.places import find_place
from compounds.rota import rota
from seals.actions import extend, reduce
from seals.lift import checklist
from seals.lifting import lift
from seals.models import PlanPart, SealOrder
from seals.planning import Plan, Step, plan_of, planner_for
from tests.cast import Cast, Site
from tests.waste.things import END, START, TZ, at, make_round, seal_place, template
from waste.models import DisinfectionRound, RubbishWindow, Scheme
from waste.planners import put_out_of


def step(kind: str, slug: str = "yujingwan") -> Step:
    return next(one for one in template(slug).steps if one.kind == kind)


def draft(site: Site, place: Any = None) -> Plan:
    place = place or find_place(site.compound, "unit", row=site.unit().pk)
    return Plan(site.compound, place, "sealed", START, END, rota())


def clocks(moments: list) -> list[str]:
    return [f"{one.astimezone(TZ):%m-%d %H:%M}" for one in moments]


def lifted(order: SealOrder, site: Site) -> SealOrder:
    told = {one.key: "checked" for one in checklist(order, timezone.now())}
    return lift(order=order, statements=told, by=site.manager)


def test_a_sealed_unit_is_disinfected_every_day_at_five(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        rounds = list(DisinfectionRound.objects.order_by("due_at"))
        assert clocks([one.due_at for one in rounds]) == [
            "07-31 17:00",
            *(f"08-0{day} 17:00" for day in range(1, 7)),
        ]
        assert {one.assignee for one in rounds} == {cast.yujingwan.cleaner}
        assert {one.order_id for one in rounds} == {sealed.pk}
        assert (rounds[0].mg_per_litre, rounds[0].contact_minutes) == (1000, 30)


def test_every_window_waits_for_the_round_of_its_day(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        windows = list(RubbishWindow.objects.select_related("gate").order_by("due_at"))
        assert len(windows) == 7
        assert clocks([windows[0].put_out_at, windows[0].due_at]) == ["07-31 17:30", "07-31 18:30"]
        assert [one.put_out_at - one.gate.due_at for one in windows] == [timedelta(minutes=30)] * 7


@pytest.mark.parametrize("kinds", [("disinfect", "rubbish"), ("rubbish", "disinfect")])
def test_the_gate_is_found_whichever_part_starts_first(cast: Cast, kinds: tuple[str, str]) -> None:
    with cast.yujingwan.open():
        order = seal_place(cast.yujingwan)
        for kind in kinds:
            planner_for(kind).start(plan_of(order), step(kind))
        gates = RubbishWindow.objects.values_list("gate__due_at", flat=True).order_by("due_at")
        assert clocks(list(gates))[:2] == ["07-31 17:00", "08-01 17:00"]
        assert None not in gates


def test_where_bags_go_out_first_the_window_waits_for_the_round_before_collection(
    cast: Cast, start_plan: Callable[..., SealOrder]
) -> None:
    start_plan(cast.yujingwan, plan=template("high-risk-9"))
    with cast.yujingwan.open():
        window = RubbishWindow.objects.select_related("gate").order_by("due_at").first()
        assert window.scheme == Scheme.BAG_THEN_DISINFECT
        assert clocks([window.put_out_at, window.gate.due_at, window.due_at]) == [
            "08-01 09:00",
            "08-01 09:00",
            "08-01 11:00",
        ]


def test_boxes_at_the_door_wait_for_nothing(
    cast: Cast, start_plan: Callable[..., SealOrder]
) -> None:
    start_plan(cast.yujingwan, plan=template("december-2022"))
    with cast.yujingwan.open():
        assert RubbishWindow.objects.count() > 0
        assert set(RubbishWindow.objects.values_list("gate", flat=True)) == {None}


@pytest.mark.parametrize("kind", ["disinfect", "rubbish"])
def test_the_preview_counts_exactly_what_then_starts(
    cast: Cast, start_plan: Callable[..., SealOrder], kind: str
) -> None:
    site = cast.yujingwan
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 2, 2)], by=site.manager)
        place = find_place(site.compound, "compound")
        dry = planner_for(kind).plan(draft(site, place), step(kind))
        model = type(dry.rows[0])
        assert model.objects.count() == 0
        planned = {(row.unit_id, row.due_at, row.assignee_id) for row in dry.rows}
    order = start_plan(site, place=place)
    with site.open():
        started = set(model.objects.values_list("unit_id", "due_at", "assignee_id"))
        assert started == planned
        assert dry.count == len(planned) == 14
        assert PlanPart.objects.get(order=order, kind=kind).count == dry.count
        assert dry.who == "刘桂兰"


def test_a_window_whose_put_out_has_passed_is_not_planned(
    cast: Cast, start_plan: Callable[..., SealOrder]
) -> None:
    start_plan(cast.yujingwan, starts_at=at(31, "18:00", 7))
    with cast.yujingwan.open():
        first = RubbishWindow.objects.order_by("due_at").first()
        assert clocks([first.due_at]) == ["08-01 18:30"]


def test_starting_a_part_twice_plans_nothing_twice(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        order = SealOrder.objects.get(pk=sealed.pk)
        assert planner_for("disinfect").start(plan_of(order), step("disinfect")) == 7
        assert planner_for("rubbish").start(plan_of(order), step("rubbish")) == 7
        assert DisinfectionRound.objects.count() == 7
        assert RubbishWindow.objects.count() == 7


def test_a_shorter_order_cancels_what_is_due_after_it(cast: Cast) -> None:
    with cast.yujingwan.open():
        start = timezone.now() - timedelta(hours=1)
        order = seal_place(
            cast.yujingwan, starts_at=start, ends_at=start + timedelta(days=6), key="later-end-01"
        )
        for kind in ("disinfect", "rubbish"):
            planner_for(kind).start(plan_of(order), step(kind))
        end = timezone.now() + timedelta(days=3)
        reduce(order=order, ends_at=end, reason="区里通知", by=cast.yujingwan.manager)
        for model in (DisinfectionRound, RubbishWindow):
            assert model.objects.open().filter(due_at__gt=end).count() == 0
            assert model.objects.open().count() > 0
            assert model.objects.filter(cancelled_at__isnull=False).count() > 0


def test_a_longer_order_wants_again_what_a_shorter_one_cancelled(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    site = cast.yujingwan
    # From a morning, so that the first evening's round is in the plan whatever the hour is now.
    morning = timezone.localtime(timezone.now(), site.compound.tz).replace(hour=8, minute=0)
    start = morning - timedelta(days=1)
    long, short = start + timedelta(days=6), timezone.now() + timedelta(days=3)
    with django_capture_on_commit_callbacks(execute=True), site.open():
        order = seal_place(site, starts_at=start, ends_at=long, key="longer-again")
    with site.open():
        before = DisinfectionRound.objects.open().count(), RubbishWindow.objects.open().count()
        reduce(order=order, ends_at=short, reason="试", by=site.manager)
    with django_capture_on_commit_callbacks(execute=True), site.open():
        extend(order=order, ends_at=long, reason="新增病例", by=site.manager)
    with site.open():
        after = DisinfectionRound.objects.open().count(), RubbishWindow.objects.open().count()
        assert after == before
        assert RubbishWindow.objects.open().filter(gate=None).count() == 0


def test_lifting_cancels_everything_open_and_keeps_what_was_done(
    cast: Cast, sealed: SealOrder
) -> None:
    with cast.yujingwan.open():
        done = DisinfectionRound.objects.order_by("due_at").first()
        DisinfectionRound.objects.filter(pk=done.pk).update(
            finished_at=done.due_at, done_mg_per_litre=1000, done_contact_minutes=30
        )
        lifted(sealed, cast.yujingwan)
        assert DisinfectionRound.objects.open().count() == 0
        assert RubbishWindow.objects.open().count() == 0
        assert DisinfectionRound.objects.filter(cancelled_at=None).get() == done


def test_bags_at_the_doors_are_still_collected_after_lifting(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        out = RubbishWindow.objects.order_by("due_at").first()
        RubbishWindow.objects.filter(pk=out.pk).update(phase="put_out")
        spraying = DisinfectionRound.objects.order_by("due_at").last()
        DisinfectionRound.objects.filter(pk=spraying.pk).update(started_at=spraying.due_at)
        lifted(sealed, cast.yujingwan)
        assert RubbishWindow.objects.open().get() == out
        assert DisinfectionRound.objects.open().get() == spraying


def test_two_orders_over_one_unit_disinfect_it_once(
    cast: Cast, start_plan: Callable[..., SealOrder]
) -> None:
    site = cast.yujingwan
    first = start_plan(site)
    with site.open():
        building = find_place(site.compound, "building", row=site.unit().building_id)
    second = start_plan(site, place=building, key="building-order")
    with site.open():
        assert DisinfectionRound.objects.count() == 7
        assert PlanPart.objects.get(order=second, kind="disinfect").count == 7
        lifted(first, site)
        assert DisinfectionRound.objects.open().count() == 7
        assert set(DisinfectionRound.objects.values_list("order", flat=True)) == {second.pk}
        assert set(RubbishWindow.objects.open().values_list("order", flat=True)) == {second.pk}
        lifted(second, site)
        assert DisinfectionRound.objects.open().count() == 0


def test_a_unit_stays_with_one_cleaner(cast: Cast, start_plan: Callable[..., SealOrder]) -> None:
    site = cast.yujingwan
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 2, 2)], by=site.manager)
    start_plan(site, place=find_place(site.compound, "compound"))
    with site.open():
        for unit in Unit.objects.all():
            assert (
                DisinfectionRound.objects.filter(unit=unit).values("assignee").distinct().count()
                == 1
            )


def test_put_out_later_than_the_collection_is_the_evening_before() -> None:
    assert put_out_of(at(2, "06:30"), "20:00", TZ) == at(1, "20:00")
    assert put_out_of(at(2, "18:30"), "17:30", TZ) == at(2, "17:30")
    assert put_out_of(at(2, "18:30"), "", TZ) == at(2, "17:30")


def test_a_round_that_was_added_by_hand_is_adopted(
    cast: Cast, start_plan: Callable[..., SealOrder]
) -> None:
    with cast.yujingwan.open():
        known = make_round(cast.yujingwan, at(1, "17:00"))
    start_plan(cast.yujingwan)
    with cast.yujingwan.open():
        assert DisinfectionRound.objects.filter(due_at=known.due_at).get() == known
        assert DisinfectionRound.objects.count() == 7
