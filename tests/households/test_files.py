"""Household files: the list, search, one file, and what staff change in it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files
from households.files import (
    add_member,
    add_phone,
    end_flag,
    move_out,
    reveal_phone,
    set_flag,
    set_presence,
)
from households.models import CareFlag, CareKind, Phone, Presence, Resident
from households.queries import Wanted, household_list
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.queries import asked

SLUG = "yujingwan"


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        file = cast.yujingwan.household("101")
        zhang = add_member(
            household=file, fields={"name": "单小明", "birth_year": 1950}, by=cast.yujingwan.manager
        )
        add_phone(household=file, resident=zhang, number="138 0000 8000", by=cast.yujingwan.manager)
        yield cast.yujingwan


def doors(site: Site, **wanted) -> list[str]:
    return [one.home.number for one in household_list(site.manager, Wanted(**wanted))]


@pytest.mark.parametrize(
    "text",
    [
        "101",
        "0101",
        "1-1-101",
        "１０１",
        "1栋1单元101",
        "单小明",
        "小明",
        "shanxiaoming",
        "sxm",
        "8000",
    ],
)
def test_a_door_is_found_by_whatever_people_know(site: Site, text: str) -> None:
    assert doors(site, q=text) == ["101"]


def test_filters_narrow_the_list(site: Site) -> None:
    resident = Resident.objects.get()
    set_presence(resident=resident, presence=Presence.AWAY, by=site.manager)
    set_flag(
        household=resident.household,
        resident=resident,
        kind=CareKind.LONE_ELDER,
        note="子女在外地",
        by=site.manager,
    )
    assert doors(site, presence="away") == ["101"]
    assert doors(site, flag="lone_elder") == ["101"]
    assert doors(site, flag="dialysis") == []
    assert doors(site, floor=2) == ["201", "202"]
    assert len(doors(site, check="empty")) == 5


def test_presence_set_twice_is_one_fact(site: Site) -> None:
    resident = Resident.objects.get()
    for _time in range(2):
        set_presence(resident=resident, presence=Presence.TRANSFERRED, by=site.captain)
    entry = Entry.objects.get(event="PresenceChanged")
    assert (entry.data["door"], entry.data["code"], entry.by) == ("1-1-101", "transferred", "周强")


def test_a_mark_is_set_once_and_ends_once(site: Site) -> None:
    file = site.household("101")
    for _time in range(2):
        flag = set_flag(
            household=file, resident=None, kind=CareKind.INFANT, note="奶粉", by=site.manager
        )
    assert CareFlag.objects.count() == 1
    for _time in range(2):
        end_flag(flag=flag, by=site.manager)
    assert Entry.objects.filter(event="CareFlagEnded").count() == 1


def test_a_broken_number_is_refused(site: Site) -> None:
    with pytest.raises(Refused):
        add_phone(household=site.household("102"), resident=None, number="1380000", by=site.manager)


def test_the_same_person_twice_is_refused(site: Site) -> None:
    fields = {"name": "单小明", "birth_year": 1950}
    with pytest.raises(Refused):
        add_member(household=site.household("101"), fields=fields, by=site.manager)


def test_who_moved_out_leaves_the_lists_and_stays_in_the_file(site: Site) -> None:
    move_out(resident=Resident.objects.get(), by=site.manager)
    assert doors(site, q="单小明") == []
    assert Resident.objects.count() == 1


def test_a_number_is_shown_only_for_a_reason_which_is_kept(site: Site) -> None:
    phone = Phone.objects.get()
    with pytest.raises(Refused):
        reveal_phone(phone=phone, reason="  ", by=site.captain)
    assert Entry.objects.filter(event="PhoneRevealed").count() == 0
    assert reveal_phone(phone=phone, reason="敲门不应", by=site.captain) == "13800008000"
    entry = Entry.objects.get(event="PhoneRevealed")
    assert entry.data["reason"] == "敲门不应"
    assert "13800008000" not in str(entry.data)


# Pages


def test_the_file_masks_the_number_and_reveals_it_by_post(cast: Cast, site: Site) -> None:
    file = site.household("101")
    phone = Phone.objects.get()
    Resident.objects.update(note="女儿电话13611112222")
    client = cast.client(site.captain)
    page = client.get(reverse("households:file", args=[SLUG, file.pk])).content.decode()
    assert "138****8000" in page
    assert "13800008000" not in page and "13611112222" not in page
    shown = client.post(
        reverse("households:phone-reveal", args=[SLUG, phone.pk]), {"reason": "叫号"}
    )
    assert "13800008000" in shown.content.decode()


def test_the_drawer_gets_the_file_without_the_frame(cast: Cast, site: Site) -> None:
    address = reverse("households:file", args=[SLUG, site.household("101").pk])
    part = cast.client(site.manager).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "1-1-101" in part


def test_a_guard_sees_files_and_changes_none(cast: Cast, site: Site) -> None:
    file, phone = site.household("101"), Phone.objects.get()
    client = cast.client(site.guard)
    assert client.get(reverse("households:file", args=[SLUG, file.pk])).status_code == 200
    for name, key in (("note-write", file.pk), ("phone-reveal", phone.pk), ("flag-set", file.pk)):
        answer = client.post(reverse(f"households:{name}", args=[SLUG, key]), {"reason": "x"})
        assert answer.status_code == 404


def test_a_captain_of_one_unit_opens_no_other_unit(cast: Cast, site: Site) -> None:
    build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 1, 1)], by=site.manager)
    other = Home.objects.select_related("unit").get(label="1-2-101")
    site.captain.unit = other.unit
    site.captain.save(update_fields=["unit"])
    client = cast.client(site.captain)
    address = reverse("households:file", args=[SLUG, site.household("102").pk])
    assert client.get(address).status_code == 404


def test_another_compound_finds_nothing(cast: Cast, site: Site) -> None:
    file, resident = site.household("101"), Resident.objects.get()
    client = cast.client(cast.huaidong.manager)
    for name, key in (("file", file.pk), ("member-edit", resident.pk)):
        for slug in (SLUG, "huaidong"):
            answer = client.get(reverse(f"households:{name}", args=[slug, key]))
            assert answer.status_code == 404


def test_a_bad_form_keeps_the_file_as_it_is(cast: Cast, site: Site) -> None:
    file = site.household("101")
    answer = cast.client(site.manager).post(
        reverse("households:phone-add", args=[SLUG, file.pk]), {"number": "123"}
    )
    assert answer.status_code == 422
    assert Phone.objects.count() == 1


def test_a_member_is_corrected_from_the_page(cast: Cast, site: Site) -> None:
    resident = Resident.objects.get()
    cast.client(site.manager).post(
        reverse("households:member-edit", args=[SLUG, resident.pk]),
        {"name": "解小明", "age": "70", "relation": "户主", "presence": "away", "is_head": "on"},
    )
    resident.refresh_from_db()
    assert (resident.name, resident.initials, resident.presence) == ("解小明", "xxm", "away")
    assert resident.age == 70 and resident.is_head


def test_the_list_asks_as_much_for_twenty_homes_as_for_two(cast: Cast) -> None:
    counts = []
    for floors in (1, 10):
        with cast.huaidong.open() as compound:
            build_homes(
                compound=compound,
                patterns=[UnitPattern("9", "1", floors, 2)],
                by=cast.huaidong.manager,
            )
            homes = list(Home.objects.all())
            open_missing_files(compound=compound, homes=homes)
        client = cast.client(cast.huaidong.manager)
        with CaptureQueriesContext(connection) as seen:
            page = client.get(reverse("households:list", args=["huaidong"]), {"unit": ""})
        assert page.status_code == 200
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12


def test_a_file_asks_as_much_for_five_people_as_for_one(cast: Cast, site: Site) -> None:
    file, counts = site.household("101"), []
    client = cast.client(site.manager)
    for names in ("", "甲乙丙丁"):
        for name in names:
            one = add_member(household=file, fields={"name": name}, by=site.manager)
            add_phone(
                household=file,
                resident=one,
                number=f"1390000000{names.index(name)}",
                by=site.manager,
            )
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("households:file", args=[SLUG, file.pk]))
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12


def test_a_number_in_a_note_is_masked_in_the_form_and_kept(cast: Cast, site: Site) -> None:
    resident = Resident.objects.get()
    Resident.objects.update(note="女儿电话13611112222")
    client = cast.client(site.captain)
    address = reverse("households:member-edit", args=[SLUG, resident.pk])
    page = client.get(address)
    assert "13611112222" not in page.content.decode()
    typed = {"name": "单小明", "age": "70", "presence": "inside"}
    client.post(address, typed | {"note": "女儿电话136****2222"})
    resident.refresh_from_db()
    assert resident.note == "女儿电话13611112222"
    client.post(address, typed | {"note": "没有电话"})
    resident.refresh_from_db()
    assert resident.note == "没有电话"
