"""Extending, reducing and lifting: what goes on, what is cancelled, what stays on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from households.models import Presence, Resident, Sweep, Verification
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals.actions import extend, finish_task, reduce
from seals.lift import checklist
from seals.lifting import lift
from seals.models import (
    OrderChange,
    OrderState,
    PlanPart,
    PlanTask,
    Recall,
    RecallOutcome,
    SealOrder,
)
from seals.recalls import record_recall
from tests.cast import Cast, Site
from tests.seals.scene import WORDS, at, away, seal_place, step


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def sealed(site: Site, django_capture_on_commit_callbacks) -> SealOrder:
    with django_capture_on_commit_callbacks(execute=True), site.open():
        away(site, "201")
        return seal_place(site, steps=[step("verify"), step("recall"), step("food"), *DAILY])


DAILY = [
    # Every day at 08:00, as a task: whatever the hour of the test, seven days hold seven.
    type(step("care"))("health", "task", "health", repeat="daily", at=("08:00",)),
]


def _due(order: SealOrder) -> list:
    rows = PlanTask.objects.filter(order=order, key="health", cancelled_at=None)
    return list(rows.order_by("due_at").values_list("due_at", flat=True))


def _shift(site: Site, order: SealOrder, days: int):
    return order.ends_at + timedelta(days=days)


def test_an_extension_plans_further_rounds_and_nothing_twice(
    site: Site, sealed: SealOrder, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        before = _due(sealed)
        swept = Verification.objects.count()
    for _again in range(2):
        with django_capture_on_commit_callbacks(execute=True), site.open():
            later = sealed.ends_at + timedelta(days=2)
            extend(order=sealed, ends_at=later, reason="新增 1 例", by=site.manager)
    with site.open():
        after = _due(sealed)
        assert after[: len(before)] == before
        assert len(after) == len(before) + 2
        assert Verification.objects.count() == swept
        assert Recall.objects.count() == 1
        assert PlanTask.objects.filter(key="food").count() == 1
        change = OrderChange.objects.get()
        assert (change.kind, change.old_end, change.new_end) == ("extended", sealed.ends_at, later)


def test_a_reduction_cancels_what_is_later_and_keeps_the_sweep(
    site: Site, sealed: SealOrder
) -> None:
    with site.open():
        earlier = sealed.ends_at - timedelta(days=3)
        reduce(order=sealed, ends_at=earlier, reason="按新规定", by=site.manager)
        assert all(due <= earlier for due in _due(sealed))
        assert PlanTask.objects.filter(cancelled_at__isnull=False).count() == 3
        assert PlanTask.objects.get(key="food").cancelled_at is None
        assert Sweep.objects.get().closed_at is None
        assert Verification.objects.filter(cancelled_at=None).count() == 6
        assert Recall.objects.get().cancelled_at is None


def test_rounds_cancelled_by_a_reduction_come_back_with_an_extension(
    site: Site, sealed: SealOrder, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        before = _due(sealed)
        end = sealed.ends_at
        earlier = end - timedelta(days=3)
        order = reduce(order=sealed, ends_at=earlier, reason="按新规定", by=site.manager)
        assert len(_due(sealed)) == len(before) - 3
    with django_capture_on_commit_callbacks(execute=True), site.open():
        extend(order=order, ends_at=end, reason="又有新增", by=site.manager)
    with site.open():
        assert _due(sealed) == before


def test_dates_move_only_the_way_they_say(site: Site, sealed: SealOrder) -> None:
    day = timedelta(days=1)
    with site.open():
        for action, end in (
            (extend, sealed.ends_at - day),
            (reduce, sealed.ends_at + day),
            (reduce, timezone.now() - day),
        ):
            with pytest.raises(Refused) as refusal:
                action(order=sealed, ends_at=end, reason="", by=site.manager)
            assert refusal.value.field == "ends_at"
        assert OrderChange.objects.count() == 0


def test_lifting_names_what_is_not_settled(site: Site, sealed: SealOrder) -> None:
    with site.open(), pytest.raises(Refused) as refusal:
        lift(order=sealed, statements={}, by=site.manager)
    assert refusal.value.code == "not_ready"
    with site.open():
        assert SealOrder.objects.get().state == OrderState.IN_FORCE


def test_the_checklist_names_the_doors_behind_a_condition(site: Site, sealed: SealOrder) -> None:
    with site.open():
        Verification.objects.exclude(home__number="302").update(
            outcome="verified", finished_at=timezone.now()
        )
        found = {one.key: one for one in checklist(sealed, timezone.now())}
        assert [one.label for one in found["verified"].behind] == ["302"]
        assert found["verified"].fact == "5 / 6"
        assert [one.label for one in found["recalled"].behind] == ["201 闫**"]
        assert not found["end"].is_met
        assert found["no_new_case"].by_person


def test_lifting_cancels_everything_open_and_records_the_words(
    site: Site, sealed: SealOrder
) -> None:
    with site.open():
        keys = {one.key: "已落实" for one in checklist(sealed, timezone.now())}
        lift(order=sealed, statements=keys | WORDS, by=site.manager)
        order = SealOrder.objects.get()
        assert (order.state, order.lifted_by) == (OrderState.LIFTED, site.manager)
        assert PlanTask.objects.open().count() == 0
        assert Recall.objects.open().count() == 0
        assert Verification.objects.open().count() == 0
        assert Sweep.objects.get().closed_at is not None
        said = {one["key"]: one for one in order.lift_statement}
        assert said["no_new_case"]["statement"] == "14 天无新增"
        assert said["recalled"]["behind"] == ["201 闫**"]
        assert Entry.objects.filter(event="OrderLifted", order_id=order.pk).count() == 1


def test_lifting_what_is_lifted_is_refused(site: Site, sealed: SealOrder) -> None:
    with site.open():
        keys = {one.key: "已落实" for one in checklist(sealed, timezone.now())}
        lift(order=sealed, statements=keys, by=site.manager)
        with pytest.raises(Refused) as refusal:
            lift(order=sealed, statements=keys, by=site.manager)
        assert refusal.value.code == "not_in_force"
        assert Entry.objects.filter(event="OrderLifted").count() == 1


def test_a_part_delivered_after_lifting_starts_nothing(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, site.open():
        order = seal_place(site, steps=[step("food"), step("gate")])
    with site.open():
        keys = {one.key: "已落实" for one in checklist(order, timezone.now())}
        lift(order=order, statements=keys, by=site.manager)
    for callback in callbacks:
        callback()
    with site.open():
        assert PlanTask.objects.count() == 0
        assert PlanPart.objects.filter(started_at__isnull=False).count() == 0


@pytest.mark.parametrize(
    ("outcome", "presence", "open_left"),
    [
        (RecallOutcome.NO_ANSWER, Presence.AWAY, 1),
        (RecallOutcome.COMING, Presence.RECALLED, 1),
        (RecallOutcome.RETURNED, Presence.INSIDE, 0),
        (RecallOutcome.STAYS_AWAY, Presence.AWAY, 0),
    ],
)
def test_a_recall_settles_and_presence_follows(
    site: Site,
    sealed: SealOrder,
    outcome: RecallOutcome,
    presence: Presence,
    open_left: int,
) -> None:
    with site.open():
        soon = timezone.now() + timedelta(hours=2)
        recall = Recall.objects.get()
        record_recall(recall=recall, outcome=outcome, expected_at=soon, by=site.captain)
        recall.refresh_from_db()
        assert recall.attempts == 1
        assert Recall.objects.open().count() == open_left
        assert Resident.objects.get().presence == presence
        entry = Entry.objects.get(event="PersonRecalled")
        assert entry.data["name"] == "闫**"
        assert entry.order_id == sealed.pk


def test_recording_a_settled_recall_again_changes_nothing(site: Site, sealed: SealOrder) -> None:
    with site.open():
        recall = Recall.objects.get()
        record_recall(recall=recall, outcome=RecallOutcome.RETURNED, by=site.captain)
        record_recall(recall=recall, outcome=RecallOutcome.STAYS_AWAY, by=site.guard)
        recall.refresh_from_db()
        assert (recall.outcome, recall.finished_by) == (RecallOutcome.RETURNED, site.captain)
        assert Entry.objects.filter(event="PersonRecalled").count() == 1


def test_a_task_is_done_once_and_not_after_lifting(site: Site, sealed: SealOrder) -> None:
    with site.open():
        task = PlanTask.objects.get(key="food")
        finish_task(task=task, note="美团买菜", by=site.warehouse)
        finish_task(task=task, note="另一家", by=site.guard)
        task.refresh_from_db()
        assert (task.note, task.finished_by) == ("美团买菜", site.warehouse)
        keys = {one.key: "已落实" for one in checklist(sealed, timezone.now())}
        lift(order=sealed, statements=keys, by=site.manager)
        cancelled = PlanTask.objects.filter(key="health").first()
        with pytest.raises(Refused):
            finish_task(task=cancelled, note="", by=site.guard)


def test_times_are_the_compounds_own(site: Site, django_capture_on_commit_callbacks) -> None:
    start = at(site, "2021-07-31T15:30:00")
    with django_capture_on_commit_callbacks(execute=True), site.open():
        seal_place(site, steps=DAILY, starts_at=start, ends_at=start + timedelta(days=2))
    with site.open():
        due = PlanTask.objects.order_by("due_at").first().due_at
        assert due == at(site, "2021-08-01T08:00:00")
