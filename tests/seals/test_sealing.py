"""Sealing starts the whole plan, once, and one failing part stops no other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from compounds.places import Place, find_place
from households.models import Verification
from journal.models import Delivery, Entry
from journal.outbox import carry_out, waiting
from lockdown.kernel.errors import Refused
from seals import planning
from seals.actions import seal
from seals.builtin import BUILT_IN
from seals.models import OrderState, PlanPart, PlanTask, Recall, SealOrder
from seals.planners import TaskPlanner
from seals.planning import Plan, Planned, Step
from tests.cast import Cast, Site, make_cast
from tests.seals.scene import away, seal_place, step, unit_place


@pytest.fixture
def sealed(cast: Cast, django_capture_on_commit_callbacks) -> SealOrder:
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():
        away(cast.yujingwan, "201")
        return seal_place(cast.yujingwan)


def test_sealing_puts_every_home_on_somebodys_list(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        rows = Verification.objects.all()
        assert rows.count() == 6
        assert rows.filter(assignee=None).count() == 0


def test_every_part_of_the_plan_is_started(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        parts = PlanPart.objects.filter(order=sealed)
        assert parts.count() == len(BUILT_IN[0].steps)
        assert [part.key for part in parts if part.started_at is None] == []
        assert PlanTask.objects.filter(key="gate").get().assignee == cast.yujingwan.guard


def test_whoever_is_out_is_on_the_recall_list(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        assert [recall.home.number for recall in Recall.objects.all()] == ["201"]


def test_confirming_twice_starts_nothing_twice(
    cast: Cast, sealed: SealOrder, django_capture_on_commit_callbacks
) -> None:
    with cast.yujingwan.open():
        before = _counts()
        with django_capture_on_commit_callbacks(execute=True):
            again = seal_place(cast.yujingwan)
        assert again.pk == sealed.pk
        assert _counts() == before


def _counts() -> tuple[int, ...]:
    models = (SealOrder, PlanPart, PlanTask, Verification, Recall, Entry, Delivery)
    return tuple(model.objects.count() for model in models)


def test_delivering_every_part_again_starts_nothing_twice(cast: Cast, sealed: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        before = _counts()
        Delivery.objects.update(done_at=None, next_at=timezone.now())
    for compound, delivery in waiting():
        assert carry_out(compound, delivery)
    with site.open():
        assert _counts() == before


def test_sealing_a_sealed_place_is_refused(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open(), pytest.raises(Refused) as refusal:
        seal_place(cast.yujingwan, key="other-key-1234567")
    assert refusal.value.code == "already_sealed"


def test_a_floor_of_a_sealed_unit_may_have_its_own_order(cast: Cast, sealed: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        floor = find_place(site.compound, "floor", row=site.unit().pk, floor=2)
        order = seal_place(site, floor, key="floor-key-1234567")
        assert order.number == sealed.number + 1


def test_an_end_before_the_start_is_refused(cast: Cast) -> None:
    now = timezone.now()
    with cast.yujingwan.open(), pytest.raises(Refused) as refusal:
        seal_place(cast.yujingwan, ends_at=now - timedelta(hours=1))
    assert refusal.value.field == "ends_at"
    with cast.yujingwan.open():
        assert SealOrder.objects.count() == 0


def test_a_place_without_homes_is_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        floor = find_place(site.compound, "floor", row=site.unit().pk, floor=44)
        seal_place(site, floor)


def test_steps_that_are_switched_off_are_not_started(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    off = Step(**{**step("gate").as_json(), "at": (), "days": (), "on": False})
    with django_capture_on_commit_callbacks(execute=True), site.open():
        seal_place(site, steps=[step("food"), off])
    with site.open():
        assert list(PlanPart.objects.values_list("key", flat=True)) == ["food"]
        assert list(PlanTask.objects.values_list("key", flat=True)) == ["food"]


def test_another_compound_sees_nothing_of_it(cast: Cast, sealed: SealOrder) -> None:
    with cast.huaidong.open():
        assert SealOrder.objects.count() == 0
        assert Verification.objects.count() == 0


class FailsOnce:
    """A planner whose first start breaks; a stand-in for any app's planner."""

    def __init__(self) -> None:
        self.tries = 0
        self.inner = TaskPlanner()

    def plan(self, plan: Plan, step: Step) -> Planned:
        return self.inner.plan(plan, step)

    def start(self, plan: Plan, step: Step) -> int:
        self.tries += 1
        count = self.inner.start(plan, step)
        if self.tries == 1:
            raise ZeroDivisionError("the first try breaks after it has written")
        return count

    def stop(self, order: SealOrder, after: object) -> int:
        return 0


@pytest.fixture
def fails_once(monkeypatch: pytest.MonkeyPatch) -> FailsOnce:
    planner = FailsOnce()
    monkeypatch.setitem(planning._planners, "breaks", planner)
    return planner


def test_one_failing_part_stops_no_other_and_completes_later(
    cast: Cast, fails_once: FailsOnce, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    steps = [
        Step("first", "task", "first"),
        Step("broken", "breaks", "broken"),
        Step("last", "task", "last"),
    ]
    with django_capture_on_commit_callbacks(execute=True), site.open():
        order = seal_place(site, steps=steps)
    with site.open():
        parts = {part.key: part for part in PlanPart.objects.filter(order=order)}
        assert parts["first"].started_at and parts["last"].started_at
        assert parts["broken"].started_at is None
        assert parts["broken"].error == "ZeroDivisionError"
        # What the failing part had written is taken back.
        assert sorted(PlanTask.objects.values_list("key", flat=True)) == ["first", "last"]
        assert Entry.objects.filter(event="PlanPartFailed").count() == 1
        Delivery.objects.filter(key="broken").update(next_at=timezone.now())
    for compound, delivery in waiting():
        carry_out(compound, delivery)
    with site.open():
        part = PlanPart.objects.get(key="broken")
        assert part.started_at is not None
        assert (part.error, part.failed_at, part.attempts) == ("", None, 1)
        assert PlanTask.objects.filter(key="broken").count() == 1


@pytest.fixture
def committed(transactional_db: None) -> Site:
    return make_cast(floors=2, doors=2).yujingwan


def at_once(*functions: Callable[[], None]) -> list[BaseException]:
    """Run each in its own thread and connection, started together."""
    gate = threading.Barrier(len(functions))
    errors: list[BaseException] = []

    def run(function: Callable[[], None]) -> None:
        try:
            gate.wait(timeout=10)
            function()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return errors


def _seal_in_thread(site: Site, key: str) -> Callable[[], None]:
    def run() -> None:
        with site.open():
            place: Place = unit_place(site)
            now = timezone.now()
            seal(
                compound=site.compound,
                place=place,
                level="sealed",
                template_name="x",
                steps=[step("food")],
                starts_at=now,
                ends_at=now + timedelta(days=1),
                request_key=key,
                by=site.manager,
            )

    return run


@pytest.mark.slow
def test_two_people_sealing_one_place_at_once_make_one_order(committed: Site) -> None:
    errors = at_once(
        _seal_in_thread(committed, "key-of-the-first-"),
        _seal_in_thread(committed, "key-of-the-second"),
    )
    assert [type(error) for error in errors] == [Refused]
    with committed.open():
        assert SealOrder.objects.filter(state=OrderState.IN_FORCE).count() == 1
        assert PlanTask.objects.count() == 1


@pytest.mark.slow
def test_the_same_form_sent_twice_at_once_makes_one_order(committed: Site) -> None:
    errors = at_once(*[_seal_in_thread(committed, "the-very-same-key")] * 2)
    assert errors == []
    with committed.open():
        assert SealOrder.objects.count() == 1
        assert PlanTask.objects.count() == 1
