"""Handovers: prefilled, written by several, signed by two, frozen; and the shifts."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Building
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals import handover as deeds
from seals.duty import finish_point
from seals.guests import guest_gone
from seals.models import DutyKind, DutyTask, Gone, Handover, HandoverState, HandoverWord, WordKind
from seals.shifts import duty_of, set_duty
from tests.cast import Cast, Site, make_cast
from tests.seals.lodgers import FREE, barrier, guest
from tests.seals.scene import at, seal_place


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def opened(site: Site, by: object = None) -> Handover:
    duty = duty_of(site.compound)
    return deeds.open_handover(
        compound=site.compound,
        post=duty.posts[0],
        shift=duty.at(timezone.now()),
        by=by or site.guard,
    )


def word(site: Site, one: Handover, text: str = "钥匙在前台", **more: object) -> HandoverWord:
    fields = {"kind": WordKind.NOTE, "request_key": text, "by": site.guard} | more
    return deeds.add_word(handover=one, text=text, **fields)


def handed(site: Site, one: Handover) -> Handover:
    duty = duty_of(site.compound)
    return deeds.hand_over(handover=one, duty=duty, to=site.captain, by=site.guard)


def figures(one: Handover, site: Site) -> dict[str, int]:
    span = deeds.span_of(one, duty_of(site.compound), timezone.now())
    return {line["key"]: line["value"] for line in deeds.figures_now(span)}


@pytest.mark.parametrize(
    ("clock", "name", "day"),
    [
        ("2022-03-05T06:00", "Early shift", 5),
        ("2022-03-05T13:59", "Early shift", 5),
        ("2022-03-05T14:00", "Late shift", 5),
        ("2022-03-05T21:00", "Night shift", 5),
        ("2022-03-06T05:59", "Night shift", 5),
    ],
)
def test_every_moment_has_its_shift(site: Site, clock: str, name: str, day: int) -> None:
    with site.open():
        shift = duty_of(site.compound).at(at(site, clock))
    assert (shift.name, shift.begins_at.astimezone(site.compound.tz).day) == (name, day)


def test_the_shift_after_the_night_is_the_early_one(site: Site) -> None:
    with site.open():
        duty = duty_of(site.compound)
        night = duty.at(at(site, "2022-03-05T23:00"))
        assert duty.after(night).begins_at == at(site, "2022-03-06T06:00")


def test_own_shifts_hold_and_are_recorded(site: Site) -> None:
    two = [
        {"name": "白班", "begins": "08:00", "ends": "20:00"},
        {"name": "夜班", "begins": "20:00", "ends": "08:00"},
    ]
    with site.open():
        set_duty(compound=site.compound, shifts=two, posts=["南门", "南门", ""], by=site.manager)
        set_duty(compound=site.compound, shifts=two, posts=["南门"], by=site.manager)
        duty = duty_of(site.compound)
        assert duty.posts == ("南门",)
        assert duty.at(at(site, "2022-03-06T07:00")).name == "夜班"
        assert Entry.objects.filter(event="ShiftsChanged").count() == 1


@pytest.mark.parametrize(
    ("shifts", "posts"),
    [
        ([], ["南门"]),
        ([{"name": "白班", "begins": "08:00", "ends": "20:00"}], []),
        ([{"name": "白班", "begins": "08:00", "ends": "08:00"}], ["南门"]),
        (
            [
                {"name": "白班", "begins": "08:00", "ends": "20:00"},
                {"name": "夜班", "begins": "19:00", "ends": "08:00"},
            ],
            ["南门"],
        ),
        (
            [
                {"name": "白班", "begins": "08:00", "ends": "12:00"},
                {"name": "白班", "begins": "13:00", "ends": "18:00"},
            ],
            ["南门"],
        ),
    ],
)
def test_shifts_that_cannot_be_are_refused(site: Site, shifts: list, posts: list) -> None:
    with site.open(), pytest.raises(Refused):
        set_duty(compound=site.compound, shifts=shifts, posts=posts, by=site.manager)


def test_one_handover_for_a_shift_and_post(site: Site) -> None:
    with site.open():
        first = opened(site)
        assert opened(site, by=site.captain) == first
        assert Entry.objects.filter(event="HandoverOpened").count() == 1


def test_a_shift_that_has_not_begun_has_no_handover(site: Site) -> None:
    with site.open():
        duty = duty_of(site.compound)
        later = duty.after(duty.at(timezone.now()))
        with pytest.raises(Refused):
            deeds.open_handover(
                compound=site.compound, post=duty.posts[0], shift=later, by=site.guard
            )


def test_the_figures_come_from_every_room(site: Site, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True), site.open():
        seal_place(site)
    with site.open():
        guest(site)
        barrier(site, answers=FREE | {"lane": False}, stands_already=True)
        seen = figures(opened(site), site)
    assert seen["guests"] == 1
    assert seen["blocked"] == 1
    assert seen["verify"] == 6
    assert seen["reach"] == 6
    assert "rounds" in seen


def test_figures_freeze_when_it_is_handed_over(site: Site) -> None:
    with site.open():
        caught = guest(site)
        one = handed(site, opened(site))
        guest_gone(guest=caught, how=Gone.LEFT, by=site.captain)
        kept = {line["key"]: line for line in Handover.objects.get(pk=one.pk).figures}
        assert kept["guests"]["value"] == 1
        assert "吴桂枝" not in str(kept)
        assert figures(one, site)["guests"] == 0


def test_a_point_with_a_person_is_a_task_on_their_list(site: Site) -> None:
    with site.open():
        one = opened(site)
        line = word(site, one, "补一把液压剪", kind=WordKind.POINT, assignee=site.technician)
        task = line.task
        assert (task.kind, task.assignee, task.place) == (
            DutyKind.POINT,
            site.technician,
            "值班室",
        )
        assert word(site, one, "提醒", kind=WordKind.POINT).task is None
        finish_point(task=task, note="已补", by=site.technician)
        finish_point(task=task, note="又补", by=site.technician)
        task.refresh_from_db()
        assert task.note == "已补"
        with pytest.raises(Refused):
            word(site, one, "给她", kind=WordKind.POINT, assignee=site.adviser)


def test_the_same_form_twice_is_one_line(site: Site) -> None:
    with site.open():
        one = opened(site)
        assert word(site, one, request_key="k") == word(site, one, "另外", request_key="k")
        with pytest.raises(Refused):
            word(site, one, "  ")


def test_two_write_and_nothing_is_lost(site: Site) -> None:
    with site.open():
        one = opened(site)
        word(site, one, "甲写的")
        word(site, opened(site, by=site.captain), "乙写的", by=site.captain)
        assert [line.text for line in one.words.all()] == ["甲写的", "乙写的"]


def test_both_sign_and_then_it_is_frozen(site: Site) -> None:
    with site.open():
        one = handed(site, opened(site))
        assert one.state == HandoverState.HANDED
        assert handed(site, one).handed_at == one.handed_at
        word(site, one, "补一句")
        done = deeds.take_over(handover=one, by=site.captain)
        assert deeds.take_over(handover=one, by=site.captain).taken_at == done.taken_at
        with pytest.raises(Refused):
            word(site, one, "太晚了")
        assert Entry.objects.filter(event="HandoverTaken").count() == 1


def test_only_the_named_person_or_the_manager_signs(site: Site) -> None:
    with site.open():
        one = opened(site)
        with pytest.raises(Refused):
            deeds.take_over(handover=one, by=site.captain)
        handed(site, one)
        for stranger in (site.guard, site.cleaner):
            with pytest.raises(Refused):
                deeds.take_over(handover=one, by=stranger)
        assert deeds.take_over(handover=one, by=site.manager).taken_by == site.manager


def test_nobody_hands_over_to_themselves_or_to_an_adviser(site: Site) -> None:
    with site.open():
        one, duty = opened(site), duty_of(site.compound)
        for to in (site.guard, site.adviser):
            with pytest.raises(Refused) as refusal:
                deeds.hand_over(handover=one, duty=duty, to=to, by=site.guard)
            assert refusal.value.field == "to"


def test_a_question_waits_for_its_answer(site: Site) -> None:
    with site.open():
        one = handed(site, opened(site))
        deeds.ask(handover=one, text="药在哪里", request_key="q", by=site.captain)
        one = Handover.objects.get(pk=one.pk)
        assert one.state == HandoverState.ASKED
        with pytest.raises(Refused):
            deeds.take_over(handover=one, by=site.captain)
        deeds.answer_question(handover=one, text="左边第二层", request_key="a", by=site.guard)
        assert deeds.take_over(handover=one, by=site.captain).state == HandoverState.TAKEN
        kinds = list(one.words.values_list("kind", flat=True))
        assert kinds == [WordKind.QUESTION, WordKind.ANSWER]


def test_a_handover_missing_an_hour_after_its_shift_is_named(site: Site) -> None:
    now = at(site, "2022-03-05T15:01")
    with site.open():
        duty = duty_of(site.compound)
        post = duty.posts[0]
        first = [(post, at(site, "2022-03-04T21:00"))]
        assert [shift.name for _post, shift in deeds.missing(duty, first, now)] == ["Early shift"]
        assert deeds.missing(duty, first, now - timedelta(minutes=2)) == []
        assert deeds.missing(duty, [], now) == []


@pytest.mark.django_db(transaction=True)
def test_two_open_the_same_handover_and_write_at_the_same_moment() -> None:
    site = make_cast().yujingwan
    both = threading.Barrier(2)

    def write(member: object, text: str) -> None:
        try:
            with site.open():
                both.wait(10)
                one = opened(site, by=member)
                word(site, one, text, by=member)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=write, args=[site.guard, "甲"]),
        threading.Thread(target=write, args=[site.captain, "乙"]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with site.open():
        assert Handover.objects.count() == 1
        assert set(HandoverWord.objects.values_list("text", flat=True)) == {"甲", "乙"}
        assert not DutyTask.objects.exists()


def test_a_post_that_another_part_writes_is_named_and_no_way_to_nothing(
    cast: Cast, site: Site
) -> None:
    """Somebody of building 2 neither reads it nor lands on a page that is not there."""
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("2", "1", 2, 2)], by=site.manager)
        site.guard.buildings = [Building.objects.get(number="1").pk]
        site.guard.save(update_fields=["buildings"])
        site.cleaner.buildings = [Building.objects.get(number="2").pk]
        site.cleaner.save(update_fields=["buildings"])
        theirs = opened(site, by=site.guard)
    cleaner, guard = cast.client(site.cleaner), cast.client(site.guard)
    address = reverse("duty:handover", args=[site.slug, theirs.pk])
    for name in ("duty:handover-list", "duty:hub"):
        page = cleaner.get(reverse(name, args=[site.slug])).content.decode()
        assert "由其他负责范围的同事填写" in page
        assert address not in page
        assert address in guard.get(reverse(name, args=[site.slug])).content.decode()
    asked = {"post": theirs.post, "begins": theirs.begins_at.isoformat()}
    answer = cleaner.post(reverse("duty:handover-open", args=[site.slug]), asked, follow=True)
    assert answer.status_code == 200
    assert "请把事项告诉他们" in answer.content.decode()
    assert cleaner.get(address).status_code == 404
    with site.open():
        assert Handover.objects.count() == 1
