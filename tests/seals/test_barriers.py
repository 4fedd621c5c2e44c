"""Barriers: three questions, an opener, a look every day, and down before the lift."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from compounds.sweeps import mark_missed
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals.barriers import change_barrier, check_lane, remove_barrier
from seals.duty import give
from seals.guests import guest_gone
from seals.lift import checklist
from seals.models import Barrier, BarrierKind, DutyKind, DutyTask, Gone
from tests.cast import Cast, Site, make_cast
from tests.seals.lodgers import FREE, OPENER, barrier, guest
from tests.seals.scene import seal_place


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def open_tasks(kind: DutyKind) -> list[DutyTask]:
    return list(DutyTask.objects.filter(kind=kind).open())


def test_a_barrier_owes_its_next_look_to_a_guard(site: Site) -> None:
    with site.open():
        one = barrier(site, fields=OPENER | {"check_hours": 12})
        (task,) = open_tasks(DutyKind.LANE)
        assert task.assignee == site.guard
        assert task.due_at - one.checked_at == timedelta(hours=12)
        assert one.due_again == task.due_at
        data = Entry.objects.get(event="BarrierRegistered").data
        assert data["opener"] == "李**"
        assert "139" not in str(data)


@pytest.mark.parametrize("answer", ["lane", "door", "gate"])
def test_a_no_is_refused_with_the_rule_and_what_to_do(site: Site, answer: str) -> None:
    with site.open():
        with pytest.raises(Refused) as refusal:
            barrier(site, answers=FREE | {answer: False})
        assert "第九条" in str(refusal.value)
        assert refusal.value.field == answer
        assert not Barrier.objects.exists()
        assert not DutyTask.objects.exists()


def test_a_question_not_answered_counts_as_no(site: Site) -> None:
    with site.open(), pytest.raises(Refused):
        barrier(site, answers={"lane": True, "door": True})


def test_a_barrier_that_stands_already_is_the_managers_hazard_at_once(site: Site) -> None:
    with site.open():
        one = barrier(site, answers=FREE | {"door": False}, stands_already=True)
        assert one.hazard == ["door"]
        (task,) = open_tasks(DutyKind.HAZARD)
        assert task.assignee == site.manager
        assert task.due_at <= timezone.now()
        assert Entry.objects.filter(event="WayBlocked").count() == 1


def test_a_hazard_stays_until_somebody_finds_the_way_free(site: Site) -> None:
    with site.open():
        one = barrier(site, answers=FREE | {"lane": False}, stands_already=True)
        check_lane(barrier=one, answers=FREE | {"lane": False}, by=site.guard)
        assert len(open_tasks(DutyKind.HAZARD)) == 1
        found = check_lane(barrier=one, answers=FREE, by=site.guard)
        assert found.hazard == []
        assert open_tasks(DutyKind.HAZARD) == []
        assert Entry.objects.filter(event="WayCleared").count() == 1


def test_a_failed_look_is_a_fact_and_the_next_one_is_owed(site: Site) -> None:
    with site.open():
        one = barrier(site)
        check_lane(barrier=one, answers=FREE | {"gate": False}, note="门锁死", by=site.guard)
        done = DutyTask.objects.get(kind=DutyKind.LANE, finished_at__isnull=False)
        assert done.answers == {"lane": True, "door": True, "gate": False}
        assert done.note == "门锁死"
        assert len(open_tasks(DutyKind.LANE)) == 1
        assert Entry.objects.filter(event="WayBlocked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_look_nobody_took_is_missed_and_can_still_be_taken() -> None:
    site = make_cast().yujingwan
    with site.open():
        one = barrier(site)
    later = timezone.now() + timedelta(hours=27)
    assert mark_missed(now=later) == 1
    assert mark_missed(now=later) == 0
    with site.open():
        entry = Entry.objects.get(event="WorkMissed")
        assert entry.data["what"] == "Fire-lane check"
        assert "南侧围挡" in entry.data["place"]
        check_lane(barrier=one, answers=FREE, by=site.guard)
        assert DutyTask.objects.filter(missed_at__isnull=False, finished_at__isnull=False).exists()


def test_the_same_barrier_twice_is_one(site: Site) -> None:
    with site.open():
        assert barrier(site) == barrier(site)
        assert barrier(site, unit=None) != barrier(site)
        assert barrier(site, kind=BarrierKind.LOCK) != barrier(site)
        assert len(open_tasks(DutyKind.LANE)) == 3


def test_the_deputy_is_somebody_else(site: Site) -> None:
    with site.open():
        for same in ({"deputy": "李建国"}, {"deputy_phone": OPENER["opener_phone"]}):
            with pytest.raises(Refused) as refusal:
                barrier(site, fields=OPENER | same)
            assert refusal.value.field == "deputy"
        one = barrier(site)
        with pytest.raises(Refused):
            change_barrier(barrier=one, fields=OPENER | {"deputy": "李建国"}, by=site.guard)


def test_changing_nothing_records_nothing(site: Site) -> None:
    with site.open():
        one = barrier(site)
        change_barrier(barrier=one, fields=OPENER, by=site.guard)
        assert not Entry.objects.filter(event="BarrierChanged").exists()
        change_barrier(barrier=one, fields=OPENER | {"key_place": "前台"}, by=site.guard)
        data = Entry.objects.get(event="BarrierChanged").data
        assert data["fields"] == ["key_place"]


def test_taken_down_it_is_nobodys_work(site: Site) -> None:
    with site.open():
        one = barrier(site, answers=FREE | {"lane": False}, stands_already=True)
        gone = remove_barrier(barrier=one, by=site.guard)
        assert remove_barrier(barrier=one, by=site.manager).removed_by == gone.removed_by
        assert not DutyTask.objects.open().exists()
        assert Entry.objects.filter(event="BarrierRemoved").count() == 1
        with pytest.raises(Refused):
            check_lane(barrier=one, answers=FREE, by=site.guard)
        assert barrier(site) != one


def test_a_look_can_be_given_to_somebody_else(site: Site) -> None:
    with site.open():
        barrier(site)
        (task,) = open_tasks(DutyKind.LANE)
        assert give(task=task, member=site.technician, by=site.manager).assignee == site.technician
        with pytest.raises(Refused):
            give(task=task, member=site.adviser, by=site.manager)


def test_the_lift_names_barriers_and_guests_that_are_still_there(site: Site) -> None:
    with site.open():
        order = seal_place(site)
        one, caught = barrier(site, order=order), guest(site)
        found = {line.key: line for line in checklist(order, timezone.now())}
        assert not found["barriers"].is_met
        assert [one.label for one in found["barriers"].behind] == ["1栋1单元 南侧围挡"]
        assert not found["guests"].is_met
        assert "吴桂枝" not in str(found["guests"].behind)
        remove_barrier(barrier=one, by=site.guard)
        guest_gone(guest=caught, how=Gone.LEFT, by=site.captain)
        found = {line.key: line for line in checklist(order, timezone.now())}
        assert found["barriers"].is_met
        assert found["guests"].is_met
        assert found["guests"].fact == "1 / 1"


def test_barriers_of_another_order_do_not_keep_this_one(site: Site) -> None:
    with site.open():
        barrier(site, unit=None)  # of the whole compound, of no order
        order = seal_place(site)
        found = {line.key: line for line in checklist(order, timezone.now())}
        assert found["barriers"].is_met


@pytest.mark.django_db(transaction=True)
def test_two_guards_register_the_same_barrier_at_the_same_moment() -> None:
    site = make_cast().yujingwan
    both = threading.Barrier(2)
    made: list[int] = []

    def register() -> None:
        try:
            with site.open():
                both.wait(10)
                made.append(barrier(site).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=register) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(made) == 2
    assert len(set(made)) == 1
    with site.open():
        assert DutyTask.objects.filter(kind=DutyKind.LANE).count() == 1
