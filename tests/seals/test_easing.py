"""Stepwise easing: each stage is confirmed by a person, its plan starts, the one before ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from journal.models import Delivery, Entry
from lockdown.kernel.errors import Refused
from notices.models import Notice, NoticeKind
from seals.actions import reduce
from seals.builtin import BUILT_IN, find_builtin
from seals.easing import ease, stage_of
from seals.handlers import start_part
from seals.lift import checklist
from seals.lifting import lift
from seals.models import (
    STRICTNESS,
    Level,
    OrderChange,
    PlanPart,
    PlanTask,
    PlanTemplate,
    SealOrder,
)
from seals.queries import rule_for_home
from tests.cast import Cast, Site
from tests.seals.scene import WORDS, seal_place
from tests.seals.test_pages import _template_form, posted, url
from waste.models import DisinfectionRound

PLAN = find_builtin("xian-2021")
assert PLAN is not None


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def stepwise(site: Site, commits: Any) -> SealOrder:
    """7 + 7, begun eight days ago: the first stage is over."""
    begun = timezone.now() - timedelta(days=8)
    with commits(), site.open():
        return seal_place(
            site,
            steps=PLAN.steps,
            easing=PLAN.easing,
            starts_at=begun,
            ends_at=begun + timedelta(days=7),
        )


def test_the_next_stage_loosens_the_level_and_counts_its_own_days(
    site: Site, stepwise: SealOrder, commits: Any
) -> None:
    with commits(), site.open():
        assert stage_of(stepwise, timezone.now()).is_over
        order = ease(order=stepwise, stage=1, by=site.manager)
        assert (order.level, order.stage) == (Level.CONTROLLED, 1)
        assert order.day_of(timezone.now()) == 1
        tz = site.compound.tz
        left = order.ends_at.astimezone(tz).date() - timezone.localdate(timezone.now(), tz)
        assert left.days == 7
        assert rule_for_home(site.home("101"), timezone.now()).level == Level.CONTROLLED
        change = OrderChange.objects.get()
        assert (change.old_level, change.new_level) == ("sealed", "controlled")
        assert (change.old_end, change.new_end) == (stepwise.ends_at, order.ends_at)
        assert Entry.objects.get(event="OrderEased").data["level"] == "controlled"


def test_the_plan_of_the_new_level_starts_and_the_old_recurring_work_stops(
    site: Site, commits: Any
) -> None:
    begun = timezone.now() - timedelta(days=8)
    with commits(), site.open():
        order = seal_place(
            site,
            steps=PLAN.steps,
            easing=PLAN.easing,
            starts_at=begun,
            ends_at=begun + timedelta(days=20),  # as if it had been extended by mistake
        )
        # Two rounds a day while sealed, one a day while controlled.
        ahead = DisinfectionRound.objects.filter(due_at__gt=timezone.now() + timedelta(days=2))
    with site.open():
        before = set(ahead.open().values_list("due_at", flat=True))
        SealOrder.objects.filter(pk=order.pk).update(ends_at=timezone.now() - timedelta(hours=1))
    with commits(), site.open():
        eased = ease(order=order, stage=1, by=site.manager)
    with site.open():
        tz = site.compound.tz
        clocks = {f"{one.astimezone(tz):%H:%M}" for one in before}
        assert clocks == {"09:00", "17:00"}
        after = ahead.open().values_list("due_at", flat=True)
        assert {f"{one.astimezone(tz):%H:%M}" for one in after} == {"17:00"}
        assert max(after) <= eased.ends_at
        gate = PlanTask.objects.filter(order=order, key="gate").latest("due_at")
        assert gate.title == "Change the exits: nobody leaves the area"
        parts = PlanPart.objects.filter(order=order)
        assert {one.key for one in parts.filter(stage=1)} == {
            one.key for one in PLAN.easing[0].steps
        }
        assert all(one.started_at for one in parts.filter(stage=1))
        assert parts.filter(stage=0).count() == len(PLAN.steps)


def test_every_household_is_told_what_it_may_do_now(
    site: Site, stepwise: SealOrder, commits: Any
) -> None:
    with commits(), site.open():
        ease(order=stepwise, stage=1, by=site.manager)
    with site.open():
        notice = Notice.objects.get(kind=NoticeKind.CHANGE)
        assert "管控" in notice.title
        assert "能出小区吗" in notice.body
        assert notice.receipts.count() == 6


def test_confirming_a_stage_twice_is_once(site: Site, stepwise: SealOrder) -> None:
    with site.open():
        first = ease(order=stepwise, stage=1, by=site.manager)
        again = ease(order=stepwise, stage=1, by=site.manager)
        assert again.ends_at == first.ends_at
        assert OrderChange.objects.count() == 1
        assert Entry.objects.filter(event="OrderEased").count() == 1
        with pytest.raises(Refused) as refusal:
            ease(order=stepwise, stage=2, by=site.manager)
        assert refusal.value.code == "no_stage"


def test_a_stage_that_lasts_is_not_eased_before_it_is_shortened(site: Site) -> None:
    with site.open():
        order = seal_place(site, steps=PLAN.steps, easing=PLAN.easing)
        with pytest.raises(Refused) as refusal:
            ease(order=order, stage=1, by=site.manager)
        assert refusal.value.code == "stage_not_over"
        soon = timezone.now() + timedelta(seconds=1)
        reduce(order=order, ends_at=soon, reason="提前", by=site.manager)
        assert SealOrder.objects.get().stage == 0


def test_a_part_delivered_after_its_stage_starts_nothing(
    site: Site, django_capture_on_commit_callbacks: Any
) -> None:
    begun = timezone.now() - timedelta(days=8)
    with django_capture_on_commit_callbacks(), site.open():
        order = seal_place(
            site,
            steps=PLAN.steps,
            easing=PLAN.easing,
            starts_at=begun,
            ends_at=begun + timedelta(days=7),
        )
    with site.open():
        late = list(Delivery.objects.filter(handler="seals.start_part"))
        ease(order=order, stage=1, by=site.manager)
        assert len(late) == len(PLAN.steps)
        for delivery in late:
            start_part(delivery)
        assert PlanTask.objects.count() == 0
        assert Notice.objects.count() == 0


def test_lifting_from_the_first_stage_wants_a_statement(site: Site, stepwise: SealOrder) -> None:
    with site.open():
        found = {one.key: one for one in checklist(stepwise, timezone.now())}
        assert (found["stages"].is_met, found["stages"].fact) == (False, "1 / 2")
        with pytest.raises(Refused):
            said = {key: "已落实" for key in found if key != "stages"} | WORDS
            lift(order=stepwise, statements=said, by=site.manager)
        eased = ease(order=stepwise, stage=1, by=site.manager)
        found = {one.key: one for one in checklist(eased, timezone.now())}
        assert found["stages"].is_met


def test_a_plan_of_one_stage_is_at_its_last(site: Site) -> None:
    with site.open():
        here = stage_of(seal_place(site), timezone.now())
        assert (here.number, here.total, here.is_last, here.is_over) == (1, 1, True, False)


@pytest.mark.parametrize("plan", BUILT_IN, ids=lambda one: one.slug)
def test_built_in_stages_only_loosen_and_name_their_source(plan: Any) -> None:
    levels = [STRICTNESS[Level(plan.level)], *(STRICTNESS[one.level] for one in plan.easing)]
    assert levels == sorted(set(levels), reverse=True)
    for stage in plan.easing:
        assert stage.source
        assert stage.days > 0
        keys = [one.key for one in stage.steps]
        assert len(keys) == len(set(keys))
        assert all(one.source for one in stage.steps)


def test_the_page_shows_the_next_plan_and_confirms_it(
    cast: Cast, site: Site, stepwise: SealOrder
) -> None:
    desk = cast.client(site.manager)
    address = url("order-ease", site, stepwise.pk)
    page = desk.get(address).content.decode()
    assert "管控" in page
    assert "出入口改为人不出区" in page
    assert desk.post(address, {"stage": "1"}).status_code == 302
    assert desk.post(address, {"stage": "2"}).status_code == 422
    shown = desk.get(url("order", site, stepwise.pk)).content.decode()
    assert "由封控降为管控" in shown
    assert cast.client(site.guard).post(address, {"stage": "1"}).status_code == 404


def test_confirming_a_stepwise_plan_by_the_form_freezes_its_stages(cast: Cast, site: Site) -> None:
    desk = cast.client(site.manager)
    desk.post(url("order-confirm", site), posted(desk, site, template="beijing-2022"))
    with site.open():
        order = SealOrder.objects.get()
        assert [(one["level"], one["days"]) for one in order.stages] == [
            ("sealed", 10),
            ("controlled", 4),
        ]
        assert order.stages[0]["steps"] == order.steps


def test_an_own_template_changes_the_length_of_a_stage_or_leaves_it_out(
    cast: Cast, site: Site
) -> None:
    desk = cast.client(site.manager)
    desk.post(url("template-copy", site, "xian-2021"))
    with site.open():
        own = PlanTemplate.objects.get()
        assert own.easing[0]["days"] == 7
    for days, left in (("5", [5]), ("0", [])):
        fields = _template_form(desk, site, own)
        fields["stage_0"] = days
        assert desk.post(url("template", site, own.pk), fields).status_code == 302
        with site.open():
            own.refresh_from_db()
            assert [one["days"] for one in own.easing] == left
