"""Care calls: who is called, when, what came of it, and that nobody is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.places import find_place
from households.models import CareFlag, CareKind, Presence, Relative
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals.lift import checklist
from seals.lifting import lift
from seals.models import SealOrder
from tests.cast import Cast, Site
from tests.seals.scene import at, elder, person, seal_place, step
from volunteers.actions import record_call
from volunteers.models import CareOutcome, CareVisit
from volunteers.queries import care_counts


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def seal_care(site: Site, capture, **more) -> SealOrder:
    with capture(execute=True), site.open():
        return seal_place(site, steps=[step("care")], **more)


def today_visit(site: Site, resident) -> CareVisit:
    """A call that is due today, whatever the hour of the test."""
    return CareVisit.objects.create(
        compound=site.compound,
        household=resident.household,
        resident=resident,
        home=resident.household.home,
        day=site.compound.today(),
        assignee=site.volunteer,
        due_at=timezone.now() + timedelta(minutes=30),
    )


def test_each_lone_elder_is_called_once_a_day_by_a_volunteer(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    start = at(site, "2021-07-31T15:30:00")
    with site.open():
        elder(site, "302")
    seal_care(
        site,
        django_capture_on_commit_callbacks,
        starts_at=start,
        ends_at=at(site, "2021-08-03T12:00:00"),
    )
    with site.open():
        visits = list(CareVisit.objects.order_by("due_at"))
        assert [f"{visit.day:%m-%d}" for visit in visits] == ["07-31", "08-01", "08-02"]
        assert visits[0].due_at == at(site, "2021-07-31T19:30:00")
        assert {visit.assignee for visit in visits} == {site.volunteer}


def test_a_mark_on_the_household_means_its_head_and_the_absent_are_not_called(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        person(site, "101", "唐芳", birth_year=1990)
        head = person(site, "101", "唐霞桂", birth_year=1950, is_head=True)
        away = elder(site, "201", "查然")
        away.presence = Presence.TRANSFERRED
        away.save(update_fields=["presence"])
        CareFlag.objects.create(
            compound=site.compound,
            household=head.household,
            kind=CareKind.LONE_ELDER,
            set_by="王芳",
        )
    seal_care(site, django_capture_on_commit_callbacks)
    with site.open():
        assert set(CareVisit.objects.values_list("resident", flat=True)) == {head.pk}


def test_a_seal_in_the_evening_still_calls_on_the_first_day(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        elder(site, "302")
    start = at(site, "2021-07-31T18:50:00")
    care = type(step("care"))(**step("care").as_json() | {"at": ("08:00",), "days": ()})
    with django_capture_on_commit_callbacks(execute=True), site.open():
        seal_place(site, steps=[care], starts_at=start, ends_at=start + timedelta(days=1))
    with site.open():
        due = list(CareVisit.objects.order_by("due_at").values_list("due_at", flat=True))
        assert due == [at(site, "2021-07-31T20:50:00"), at(site, "2021-08-01T08:00:00")]


def test_two_orders_over_one_home_make_one_call_and_lifting_one_keeps_it(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        elder(site, "302")
    first = seal_care(site, django_capture_on_commit_callbacks)
    with site.open():
        floor = find_place(site.compound, "floor", row=site.unit().pk, floor=3)
        calls = CareVisit.objects.count()
    with django_capture_on_commit_callbacks(execute=True), site.open():
        second = seal_place(site, floor, key="floor-key-1234567", steps=[step("care")])
    with site.open():
        assert CareVisit.objects.count() == calls
        words = {one.key: "已落实" for one in checklist(first, timezone.now())}
        lift(order=first, statements=words, by=site.manager)
        assert CareVisit.objects.open().filter(order=second).count() == calls
        words = {one.key: "已落实" for one in checklist(second, timezone.now())}
        lift(order=second, statements=words, by=site.manager)
        assert CareVisit.objects.open().count() == 0


def test_no_answer_twice_becomes_a_knock_and_the_journal_says_so(site: Site) -> None:
    with site.open():
        visit = today_visit(site, elder(site, "302"))
        record_call(visit=visit, outcome=CareOutcome.NO_ANSWER, by=site.volunteer)
        visit.refresh_from_db()
        assert (visit.attempts, visit.needs_knock) == (1, False)
        record_call(visit=visit, outcome=CareOutcome.NO_ANSWER, by=site.volunteer)
        visit.refresh_from_db()
        assert visit.needs_knock
        assert visit.finished_at is None
        said = list(Entry.objects.filter(event="CareCallRecorded").values_list("data", flat=True))
        assert said[0]["outcome"] == "no answer twice, somebody knocks at the door"
        record_call(visit=visit, outcome=CareOutcome.WELL, by=site.captain)
        assert care_counts(site.compound.today()) == (1, 1)


def test_a_need_wants_words_and_is_not_written_in_the_journal(site: Site) -> None:
    with site.open():
        visit = today_visit(site, elder(site, "302"))
        with pytest.raises(Refused) as refusal:
            record_call(visit=visit, outcome=CareOutcome.NEEDS, by=site.volunteer)
        assert refusal.value.field == "needs"
        record_call(
            visit=visit, outcome=CareOutcome.NEEDS, needs="降压药，明天前", by=site.volunteer
        )
        again = record_call(visit=visit, outcome=CareOutcome.WELL, by=site.guard)
        assert (again.outcome, again.needs) == (CareOutcome.NEEDS, "降压药，明天前")
        entry = Entry.objects.get(event="CareCallRecorded")
        assert "降压药" not in str(entry.data)


def test_the_lift_checklist_names_doors_not_called_today(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        resident = elder(site, "302")
    order = seal_care(site, django_capture_on_commit_callbacks)
    with site.open():
        CareVisit.objects.filter(day=site.compound.today()).delete()
        visit = today_visit(site, resident)
        CareVisit.objects.filter(pk=visit.pk).update(order=order)
        found = {one.key: one for one in checklist(order, timezone.now())}
        assert [one.label for one in found["care"].behind] == ["302 杨**"]
        record_call(visit=visit, outcome=CareOutcome.WELL, by=site.volunteer)
        found = {one.key: one for one in checklist(order, timezone.now())}
        assert found["care"].is_met


def test_the_list_masks_relatives_and_rings_for_those_who_may(cast: Cast, site: Site) -> None:
    with site.open():
        resident = elder(site, "302")
        today_visit(site, resident)
        Relative.objects.create(
            compound=site.compound,
            household=resident.household,
            name="杨明",
            relation="儿子",
            phone="13900000009",
        )
    path = reverse("volunteers:care-list", args=[site.slug])
    seen = cast.client(site.volunteer).get(path).content.decode()
    assert "139****0009" in seen and "13900000009" not in seen
    assert "tel:13800000128" in seen
    assert "杨**" in seen and "杨静" not in seen
    adviser = cast.client(site.adviser).get(path).content.decode()
    assert "13800000128" not in adviser
    assert cast.client(site.cleaner).get(path).status_code == 404


def test_the_list_costs_as_many_queries_for_six_as_for_one(cast: Cast, site: Site) -> None:
    client = cast.client(site.volunteer)
    path = reverse("volunteers:care-list", args=[site.slug])

    def queries() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            client.get(path)
        return len(found)

    with site.open():
        today_visit(site, elder(site, "101"))
    one = queries()
    with site.open():
        for number in ("102", "201", "202", "301", "302"):
            today_visit(site, elder(site, number, phone=f"13800000{number}"))
    assert queries() == one


def test_a_call_is_recorded_by_the_form_and_refused_without_words(cast: Cast, site: Site) -> None:
    with site.open():
        visit = today_visit(site, elder(site, "302"))
    client = cast.client(site.volunteer)
    path = reverse("volunteers:care-record", args=[site.slug, visit.pk])
    assert client.get(path).status_code == 200
    assert client.post(path, {"outcome": "needs"}).status_code == 422
    assert client.post(path, {"outcome": "well", "note": "药够 5 天"}).status_code == 302
    with site.open():
        visit.refresh_from_db()
        assert (visit.finished_by, visit.note) == (site.volunteer, "药够 5 天")
    other = cast.client(cast.huaidong.volunteer)
    elsewhere = reverse("volunteers:care-record", args=[cast.huaidong.slug, visit.pk])
    assert other.get(elsewhere).status_code == 404
