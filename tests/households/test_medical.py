"""Medicines and appointments: kept encrypted, listed by the day, shown to few."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files
from households.files import move_out
from households.medical import end_appointment, end_medicine, keep_appointment, keep_medicine
from households.medical_list import running_out, trips_of_week
from households.models import Appointment, Medicine, Resident, TripKind
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.people import person
from tests.households.queries import asked

SLUG = "yujingwan"


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        yield cast.yujingwan


@pytest.fixture
def zhang(site: Site) -> Resident:
    return person(site, "101", "张小明")


def note(site: Site, resident: Resident, name: str = "胰岛素", days: int | None = 3) -> Medicine:
    return keep_medicine(
        resident=resident,
        name=name,
        dose="早晚各一针",
        days_left=days,
        prescribed_at="市肿瘤医院",
        by=site.manager,
    )


def trip(site: Site, resident: Resident, **more: object) -> Appointment:
    fields = {
        "kind": TripKind.DIALYSIS,
        "weekdays": [1, 3, 5],
        "day": None,
        "at": time(8, 0),
        "place": "人民医院",
        "escort": "社区车",
    } | more
    return keep_appointment(resident=resident, by=site.manager, **fields)


def facts(what: str) -> int:
    return Entry.objects.filter(event="HouseholdChanged", data__what=what).count()


def test_the_database_holds_no_readable_medicine(site: Site, zhang: Resident) -> None:
    note(site, zhang)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM households_medicine t")
        ((row,),) = cursor.fetchall()
    for word in ("胰岛素", "早晚", "肿瘤"):
        assert word not in row
    assert str(site.compound.today() + timedelta(days=3)) in row


def test_the_same_medicine_again_is_corrected(site: Site, zhang: Resident) -> None:
    first = note(site, zhang)
    assert note(site, zhang) == first
    assert facts("medicine") == 1 and facts("medicine_changed") == 0
    note(site, zhang, name=" 胰岛素 ", days=9)
    kept = Medicine.objects.get()
    assert kept.runs_out_on == site.compound.today() + timedelta(days=9)
    assert facts("medicine_changed") == 1


def test_a_medicine_needs_its_name(site: Site, zhang: Resident) -> None:
    with pytest.raises(Refused):
        note(site, zhang, name=" ")


def test_a_medicine_no_longer_taken_leaves_the_list_once(site: Site, zhang: Resident) -> None:
    kept = note(site, zhang)
    for _time in range(2):
        end_medicine(medicine=kept, by=site.manager)
    assert list(running_out(site.manager, within=7, today=site.compound.today())) == []
    assert facts("medicine_ended") == 1


def test_the_list_begins_with_what_runs_out_first(site: Site, zhang: Resident) -> None:
    today = site.compound.today()
    note(site, zhang, "甲", 7)
    note(site, zhang, "乙", 0)
    note(site, zhang, "丙", 8)
    note(site, zhang, "丁", None)
    found = running_out(site.manager, within=7, today=today)
    assert [one.plain_name for one in found] == ["乙", "甲"]
    move_out(resident=zhang, by=site.manager)
    assert running_out(site.manager, within=7, today=today).count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": [], "day": None},
        {"weekdays": [1], "day": date(2030, 1, 1)},
        {"weekdays": [], "day": date(2020, 1, 1)},
    ],
)
def test_an_appointment_is_weekly_or_on_one_day_to_come(
    site: Site, zhang: Resident, wrong: dict
) -> None:
    with pytest.raises(Refused):
        trip(site, zhang, **wrong)
    assert Appointment.objects.count() == 0


def test_the_same_appointment_again_is_corrected_and_ends_once(site: Site, zhang: Resident) -> None:
    first = trip(site, zhang)
    assert trip(site, zhang, weekdays=[5, 3, 1, 1]) == first
    trip(site, zhang, escort="女儿")
    assert Appointment.objects.get().escort == "女儿"
    assert (facts("appointment"), facts("appointment_changed")) == (1, 1)
    for _time in range(2):
        end_appointment(appointment=first, by=site.manager)
    assert facts("appointment_ended") == 1


def test_the_week_shows_each_day_with_its_trips(site: Site, zhang: Resident) -> None:
    monday = date(2030, 1, 7)
    trip(site, zhang)
    trip(site, zhang, kind=TripKind.OTHER, weekdays=[], day=date(2030, 1, 9), at=time(7, 30))
    trip(site, zhang, kind=TripKind.PRENATAL, weekdays=[], day=date(2030, 1, 14), at=time(7, 0))
    week = trips_of_week(site.manager, first=monday)
    assert [(one.day.day, [row.kind for row in one.trips]) for one in week] == [
        (7, ["dialysis"]),
        (9, ["other", "dialysis"]),
        (11, ["dialysis"]),
    ]


# Who sees what


def test_the_adviser_reads_the_list_and_no_file(cast: Cast, site: Site, zhang: Resident) -> None:
    note(site, zhang)
    trip(site, zhang)
    client = cast.client(site.adviser)
    page = client.get(reverse("households:medical", args=[SLUG])).content.decode()
    assert "胰岛素" in page and "人民医院" in page and "张小明" in page
    file = reverse("households:file", args=[SLUG, zhang.household_id])
    assert file not in page and client.get(file).status_code == 404


def test_the_captain_sees_that_there_is_a_medicine_and_when_somebody_goes_out(
    cast: Cast, site: Site, zhang: Resident
) -> None:
    note(site, zhang)
    trip(site, zhang, kind=TripKind.CHEMOTHERAPY)
    for who in (site.captain, site.guard):
        client = cast.client(who)
        page = client.get(reverse("households:file", args=[SLUG, zhang.household_id]))
        text = page.content.decode()
        assert "08:00" in text and "张小明" in text
        for word in ("胰岛素", "肿瘤", "早晚", "人民医院", "社区车", "化疗"):
            assert word not in text
        assert client.get(reverse("households:medical", args=[SLUG])).status_code == 404
    person_page = cast.client(site.captain).get(
        reverse("households:member-edit", args=[SLUG, zhang.pk])
    )
    assert "胰岛素" not in person_page.content.decode()


def test_the_manager_sees_all_of_it_on_the_file(cast: Cast, site: Site, zhang: Resident) -> None:
    note(site, zhang)
    trip(site, zhang)
    page = cast.client(site.manager).get(
        reverse("households:file", args=[SLUG, zhang.household_id])
    )
    for word in ("胰岛素", "市肿瘤医院", "人民医院", "社区车"):
        assert word in page.content.decode()


def test_a_limited_adviser_sees_their_unit_only(cast: Cast, site: Site, zhang: Resident) -> None:
    build_homes(compound=site.compound, patterns=[UnitPattern("2", "1", 1, 1)], by=site.manager)
    note(site, zhang)
    trip(site, zhang)
    other = Home.objects.get(label="2-1-101")
    site.adviser.buildings = [other.building_id]
    site.adviser.save(update_fields=["buildings"])
    assert running_out(site.adviser, within=7, today=site.compound.today()).count() == 0
    assert trips_of_week(site.adviser, first=site.compound.today()) == []


def test_medicine_and_appointment_are_written_from_the_page(
    cast: Cast, site: Site, zhang: Resident
) -> None:
    client = cast.client(site.captain)
    medicine = reverse("households:medicine-keep", args=[SLUG, zhang.pk])
    assert client.post(medicine, {"name": "降压药", "days_left": "2"}).status_code == 302
    assert client.post(medicine, {"name": "", "days_left": "999"}).status_code == 422
    appointment = reverse("households:appointment-keep", args=[SLUG, zhang.pk])
    good = {"kind": "dialysis", "weekdays": ["2", "4"], "at": "07:30"}
    assert client.post(appointment, good).status_code == 302
    assert client.post(appointment, good | {"day": "2030-01-01"}).status_code == 422
    assert (Medicine.objects.count(), Appointment.objects.get().weekdays) == (1, [2, 4])


def test_another_compound_ends_nothing(cast: Cast, site: Site, zhang: Resident) -> None:
    kept, booked = note(site, zhang), trip(site, zhang)
    client = cast.client(cast.huaidong.manager)
    for name, key in (("medicine-end", kept.pk), ("appointment-end", booked.pk)):
        for slug in (SLUG, "huaidong"):
            answer = client.post(reverse(f"households:{name}", args=[slug, key]))
            assert answer.status_code == 404
    assert Medicine.objects.filter(ended_at=None).count() == 1


def test_the_list_asks_as_much_for_twenty_as_for_two(cast: Cast) -> None:
    site, counts = cast.huaidong, []
    client = cast.client(site.adviser)
    for floors in (1, 10):
        with site.open() as compound:
            pattern = UnitPattern("9", "1", floors, 2)
            build_homes(compound=compound, patterns=[pattern], by=site.manager)
            open_missing_files(compound=compound, homes=Home.objects.all())
            for home in Home.objects.filter(building__number="9"):
                if not Resident.objects.filter(household__home=home).exists():
                    who = _live(site, home)
                    note(site, who)
                    trip(site, who)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("households:medical", args=["huaidong"])).status_code == 200
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12


def _live(site: Site, home: Home) -> Resident:
    resident = Resident.objects.create(
        compound=site.compound, household=home.households.get(), name=f"王{home.number}"
    )
    return Resident.objects.select_related("household__home", "compound").get(pk=resident.pk)
