"""The fast clock: moments come nearer, spans become shorter, and a pace of 1 changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from compounds.models import Compound
from compounds.pace import longer_ago, plan_time, quickened, real_time
from compounds.places import Place
from compounds.rota import Rota
from compounds.sweeps import mark_missed
from drills.models import Mode
from lockdown.demo.clock import at
from notices.chase import chase
from notices.models import Receipt, Route
from seals.builtin import BUILT_IN
from seals.models import PlanTask, SealOrder
from seals.planning import Plan
from tests.cast import Site
from tests.drills.scene import Practised
from volunteers.models import CareVisit
from volunteers.planners import call_times
from waste.models import DisinfectionRound, RubbishWindow

START = datetime.fromisoformat("2026-03-02T15:00:00+08:00")


def plan(pace: int, days: int = 7) -> Plan:
    compound = Compound(name="御景湾", pace=pace)
    end = real_time(compound, START, START + timedelta(days=days))
    return Plan(compound, Place(compound, "compound"), "sealed", START, end, Rota([]))


@pytest.mark.parametrize("template", BUILT_IN, ids=lambda one: one.slug)
@pytest.mark.parametrize("pace", [12, 60, 120])
def test_a_fast_plan_has_the_same_moments_nearer(template, pace: int) -> None:
    slow, fast = plan(1), plan(pace)
    for step in template.steps:
        assert fast.moments(step) == slow.times(step)
        for moment, real in zip(slow.times(step), fast.times(step), strict=True):
            assert abs((real - START) * pace - (moment - START)) < timedelta(milliseconds=1)


@pytest.mark.parametrize("template", BUILT_IN, ids=lambda one: one.slug)
def test_with_a_pace_of_one_the_moments_are_the_times(template) -> None:
    for step in template.steps:
        for one in (plan(1), replace(plan(1), not_before=START + timedelta(days=2))):
            assert one.times(step) == one.moments(step)


@given(st.integers(0, 10**12), st.sampled_from([1, 12, 60, 120]))
def test_there_and_back_is_the_same_moment(microseconds: int, pace: int) -> None:
    compound = Compound(pace=pace)
    moment = START + timedelta(microseconds=microseconds)
    back = plan_time(compound, START, real_time(compound, START, moment))
    assert abs(back - moment) <= timedelta(microseconds=pace)
    if pace == 1:
        assert back == moment


def test_an_order_counts_the_days_of_its_plan() -> None:
    compound = Compound(pace=60)
    order = SealOrder(
        compound=compound,
        starts_at=START,
        ends_at=real_time(compound, START, START + timedelta(days=7)),
    )
    assert order.days == 7
    assert order.day_of(START) == 1
    assert order.day_of(START + timedelta(minutes=10)) == 2
    assert order.day_of(order.ends_at) == 7


def test_care_calls_keep_the_evening_of_the_plan() -> None:
    step = next(one for one in BUILT_IN[0].steps if one.key == "care")
    moments = call_times(plan(60), step)
    assert [f"{one:%d %H:%M}" for one in moments[:2]] == ["02 19:30", "03 19:30"]


def test_rows_of_a_drill_fall_due_on_the_fast_clock(practised: Practised) -> None:
    drill = practised.start()
    with practised.inside(drill):
        disinfection = DisinfectionRound.objects.get()
        window = RubbishWindow.objects.get()
        assert round(drill.minute(disinfection.due_at)) == 120  # 17:00
        assert round(drill.minute(window.put_out_at)) == 150
        assert round(drill.minute(window.due_at)) == 210
        assert window.gate == disinfection
        assert round(drill.minute(CareVisit.objects.get().due_at)) == 270
        assert {round(drill.minute(one.due_at)) for one in Receipt.objects.all()} == {60}
        assert round(drill.minute(PlanTask.objects.get(key="gate").due_at)) == 30


def test_grace_is_as_much_shorter(practised: Practised) -> None:
    drill = practised.start(mode=Mode.PEOPLE)
    with practised.inside(drill):
        due = DisinfectionRound.objects.get().due_at
    mark_missed(now=due + timedelta(minutes=2))
    with practised.inside(drill):
        assert DisinfectionRound.objects.get().missed_at is None
    mark_missed(now=due + timedelta(minutes=2, seconds=1))
    with practised.inside(drill):
        assert DisinfectionRound.objects.get().missed_at is not None


def test_patience_with_an_unread_page_is_as_much_shorter(practised: Practised) -> None:
    drill = practised.start(mode=Mode.PEOPLE)
    with practised.inside(drill):
        pages = Receipt.objects.filter(route=Route.APP).count()
    assert pages
    now = practised.began + timedelta(seconds=31)  # 31 minutes of the plan
    with at(now):
        chase(now=now)
    with practised.inside(drill):
        assert not Receipt.objects.filter(route=Route.APP, read_at=None).exists()
        given = Receipt.objects.filter(sent_at__isnull=False).first()
        assert given.due_at == now + timedelta(minutes=1)


def test_without_practice_the_sweep_asks_as_before(site: Site) -> None:
    assert quickened() == {}
    now = START
    span = timedelta(hours=2)
    assert longer_ago("due_at", span, now, {}) == Q(due_at__lt=now - span)


def test_only_a_practice_compound_runs_fast(site: Site) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Compound.objects.filter(pk=site.compound.pk).update(pace=60)
