"""Two files of the same people become one, and two entries of one person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files, start_sweep
from households.files import add_relative, move_out, set_presence
from households.identities import keep_identity
from households.likeness import Sign, keep_apart, likely_duplicates
from households.medical import keep_appointment, keep_medicine
from households.merging import merge, merge_people, plan_merge
from households.models import (
    Access,
    Appointment,
    CareFlag,
    CareKind,
    Household,
    Identity,
    IdentityKind,
    Medicine,
    Note,
    Phone,
    Presence,
    Relative,
    Resident,
    TripKind,
    Verification,
)
from households.particulars import keep_pet, set_key_holder, write_note
from households.signin import ask
from households.whole_file import household_file
from journal.models import Entry
from lockdown.kernel.errors import Refused
from notices.models import Notice, Receipt
from seals.models import Recall
from tests.cast import Cast, Site, make_cast
from tests.households.pairs import SLUG, mark, phone, unite
from tests.households.people import card, person
from tests.seals.scene import seal_place
from volunteers.models import CareVisit


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        yield cast.yujingwan


# What looks alike


def test_files_that_share_something_are_found_the_likeliest_first(site: Site) -> None:
    for door, name in (("101", "张小明"), ("302", "张晓明")):
        who = person(site, door, name)
        keep_identity(resident=who, kind=IdentityKind.ID_CARD, number=card(), by=site.manager)
    for door in ("102", "201"):
        phone(site, person(site, door, f"李{door}"), "13800008000")
    for door in ("202", "301"):
        person(site, door, "王丽", birth_year=1980)
    found = likely_duplicates(site.manager)
    assert [one.signs for one in found] == [(Sign.IDENTITY,), (Sign.NAME,), (Sign.PHONE,)]


def test_a_name_of_another_year_or_somebody_gone_is_no_likeness(site: Site) -> None:
    person(site, "101", "王丽", birth_year=1980)
    person(site, "102", "王丽", birth_year=1981)
    person(site, "201", "赵玉", birth_year=1970)
    move_out(resident=person(site, "202", "赵玉", birth_year=1970), by=site.manager)
    assert likely_duplicates(site.manager) == []


def test_a_number_in_every_file_says_nothing(site: Site) -> None:
    for door in ("101", "102", "201", "202", "301", "302"):
        phone(site, person(site, door, f"李{door}"), "13800008000")
    assert likely_duplicates(site.manager) == []


def test_a_pair_that_was_judged_different_is_not_suggested_again(site: Site) -> None:
    for door in ("101", "302"):
        person(site, door, "王丽", birth_year=1980)
    first, second = site.household("302"), site.household("101")
    for _time in range(2):
        keep_apart(first=first, second=second, by=site.manager)
    assert likely_duplicates(site.manager) == []
    assert Entry.objects.filter(event="FilesKeptApart").count() == 2
    with pytest.raises(Refused):
        keep_apart(first=first, second=first, by=site.manager)


def test_a_limited_manager_is_shown_pairs_of_their_buildings_only(site: Site) -> None:
    build_homes(compound=site.compound, patterns=[UnitPattern("2", "1", 1, 1)], by=site.manager)
    open_missing_files(compound=site.compound, homes=Home.objects.all())
    for label in ("1-1-102", "2-1-101"):
        file = Household.objects.get(home__label=label)
        Resident.objects.create(
            compound=site.compound, household=file, name="王丽", birth_year=1980
        )
    assert len(likely_duplicates(site.manager)) == 1
    site.manager.buildings = [Home.objects.get(label="2-1-101").building_id]
    assert likely_duplicates(site.manager) == []


# The merge


def test_the_survivor_gets_what_it_lacks_and_nothing_is_deleted(site: Site) -> None:
    zhang = person(site, "101", "张小明", birth_year=1950)
    twin = person(site, "302", "张小明", sex="m")
    wife = person(site, "302", "李梅", birth_year=1952)
    phone(site, zhang, "13800008000")
    phone(site, twin, "13800008000")
    phone(site, twin, "13900009000")
    mark(site, zhang)
    mark(site, twin)
    mark(site, wife, CareKind.DISABLED)
    other = site.household("302")
    add_relative(household=other, relation="女儿", name="", number="13700007000", by=site.manager)
    write_note(household=other, text="门铃坏了", by=site.captain)
    keep_pet(household=other, kind="cat", count=2, note="", by=site.manager)
    before = {model: model.objects.count() for model in (Resident, Phone, CareFlag, Relative, Note)}

    kept = unite(site)

    file = household_file(site.household("101"))
    assert kept == file.household
    assert [one.name for one in file.people] == ["张小明", "李梅"]
    assert (file.people[0].sex, file.people[0].birth_year) == ("m", 1950)
    assert sorted(one.number for one in file.people[0].numbers) == ["13800008000", "13900009000"]
    assert sorted((one.whose, one.kind) for one in file.marks) == [
        ("张小明", "chronic"),
        ("李梅", "disabled"),
    ]
    assert [one.relation for one in file.relatives] == ["女儿"]
    assert [(one.text, one.written_by) for one in file.notes] == [("门铃坏了", "周强")]
    assert [one.kind for one in file.pets] == ["cat"]
    closed = Household.objects.get(pk=other.pk)
    assert closed.closed_at is not None and closed.merged_into == kept
    twin.refresh_from_db()
    assert twin.merged_into == zhang and twin.moved_out_at is not None
    assert before == {model: model.objects.count() for model in before}


def test_the_emptied_door_keeps_an_empty_file(site: Site) -> None:
    person(site, "302", "李梅")
    unite(site)
    assert household_file(site.household("302")).people == []


def test_the_preview_says_what_the_merge_does(site: Site) -> None:
    person(site, "101", "张小明", birth_year=1950)
    person(site, "302", "张小明")
    person(site, "302", "张小明", birth_year=1980)
    plan = plan_merge(site.household("101"), site.household("302"))
    assert [(one.resident.birth_year, one.into is not None) for one in plan.people] == [
        (None, True),
        (1980, False),
    ]
    unite(site)
    years = [one.birth_year for one in household_file(site.household("101")).people]
    assert years == [1950, 1980]


def test_a_document_decides_who_is_the_same(site: Site) -> None:
    first = person(site, "101", "张小明")
    same_name, same_card = person(site, "302", "张小明"), person(site, "302", "张晓明")
    kind = IdentityKind.ID_CARD
    keep_identity(resident=first, kind=kind, number=card(), by=site.manager)
    keep_identity(resident=same_card, kind=kind, number=card(), by=site.manager)
    keep_identity(resident=same_name, kind=kind, number=card(order="009"), by=site.manager)
    plan = plan_merge(site.household("101"), site.household("302"))
    assert {one.resident.name: one.into for one in plan.people} == {
        "张小明": None,
        "张晓明": first,
    }


def test_documents_medicines_and_trips_of_the_same_person_come_together(site: Site) -> None:
    kept, gone = person(site, "101", "张小明"), person(site, "302", "张小明")
    keep_identity(resident=gone, kind=IdentityKind.PASSPORT, number="E1234567", by=site.manager)
    for who, name in ((kept, "甲"), (gone, "甲"), (gone, "乙")):
        keep_medicine(
            resident=who, name=name, dose="", days_left=3, prescribed_at="", by=site.manager
        )
    for who, hour in ((kept, 8), (gone, 8), (gone, 14)):
        keep_appointment(
            resident=who,
            kind=TripKind.DIALYSIS,
            weekdays=[1],
            day=None,
            at=time(hour),
            place="",
            escort="",
            by=site.manager,
        )
    unite(site)
    assert Identity.objects.get().resident == kept
    taken = Medicine.objects.filter(resident=kept, ended_at=None)
    assert sorted(one.plain_name for one in taken) == sorted(["甲", "乙"])
    hours = Appointment.objects.filter(ended_at=None).values_list("resident_id", "at__hour")
    assert sorted(hours) == [(kept.pk, 8), (kept.pk, 14)]


def test_two_holders_of_a_key_are_both_kept(site: Site) -> None:
    set_key_holder(household=site.household("101"), key_holder="物业", by=site.manager)
    set_key_holder(household=site.household("302"), key_holder="邻居 301", by=site.manager)
    unite(site)
    assert site.household("101").key_holder == "物业"
    assert "邻居 301" in Note.objects.get().text


def test_a_signed_in_phone_follows_with_its_person(site: Site) -> None:
    kept, gone = person(site, "101", "张小明"), person(site, "302", "张小明")
    ask(household=site.household("302"), resident=gone, name="张小明")
    unite(site)
    assert Access.objects.values_list("household_id", "resident_id").get() == (
        kept.household_id,
        kept.pk,
    )


def test_both_histories_show_on_the_survivors_timeline(cast: Cast, site: Site) -> None:
    gone = person(site, "302", "李梅")
    set_presence(resident=gone, presence=Presence.AWAY, by=site.captain)
    closed = site.household("302").pk
    unite(site)
    client = cast.client(site.manager)
    file = site.household("101")
    page = client.get(reverse("households:timeline", args=[SLUG, file.pk])).content.decode()
    assert "1-1-302" in page and "李**" in page
    assert "李梅" not in page
    old = client.get(reverse("households:file", args=[SLUG, closed]))
    assert old["Location"] == reverse("households:file", args=[SLUG, file.pk])


def test_a_chain_of_merges_leads_to_the_last_file(site: Site) -> None:
    first = site.household("302").pk
    unite(site, into="201", gone="302")
    unite(site, into="101", gone="201")
    assert Household.objects.get(pk=first).merged_into == site.household("101")


# Refused, or resolved


def test_a_file_into_itself_is_refused(site: Site) -> None:
    with pytest.raises(Refused, match="同一份"):
        unite(site, into="101", gone="101")
    assert Household.objects.filter(closed_at=None).count() == 6


def test_merging_twice_is_once(site: Site) -> None:
    survivor, other = site.household("101"), site.household("302")
    for _time in range(2):
        merge(survivor=survivor, other=other, by=site.manager)
    assert Entry.objects.filter(event="HouseholdsMerged").count() == 1


def test_a_closed_file_is_refused_with_where_it_went(site: Site) -> None:
    other = site.household("302")
    unite(site)
    with pytest.raises(Refused, match="1-1-101"):
        merge(survivor=site.household("201"), other=other, by=site.manager)
    with pytest.raises(Refused, match="1-1-101"):
        merge(survivor=other, other=site.household("201"), by=site.manager)


def test_a_file_of_another_compound_is_refused(cast: Cast, site: Site) -> None:
    with cast.huaidong.open():
        foreign = cast.huaidong.household("101")
    with pytest.raises(Refused):
        merge(survivor=site.household("101"), other=foreign, by=site.manager)


@pytest.fixture
def committed(transactional_db: None) -> Site:
    return make_cast().yujingwan


def at_once(*functions: Callable[[], None]) -> list[BaseException]:
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


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(3))
def test_two_people_merging_a_pair_both_ways_at_once_merge_it_once(
    committed: Site, round_: int
) -> None:
    with committed.open():
        first, second = committed.household("101"), committed.household("302")

    def one_way(survivor: Household, other: Household) -> Callable[[], None]:
        def run() -> None:
            with committed.open():
                merge(survivor=survivor, other=other, by=committed.manager)

        return run

    errors = at_once(one_way(first, second), one_way(second, first))
    assert [type(error) for error in errors] == [Refused]
    assert "1-1-" in str(errors[0])
    with committed.open():
        pair = Household.objects.filter(pk__in=[first.pk, second.pk])
        assert pair.filter(closed_at=None).count() == 1
        closed, kept = pair.exclude(closed_at=None).get(), pair.get(closed_at=None)
        assert closed.merged_into_id == kept.pk and kept.merged_into_id is None
        assert Entry.objects.filter(event="HouseholdsMerged").count() == 1
        assert Household.objects.filter(closed_at=None).count() == 6


@pytest.mark.slow
def test_whoever_adds_a_member_while_the_file_closes_is_told_or_taken_along(
    committed: Site,
) -> None:
    with committed.open():
        gone = committed.household("302")

    def add() -> None:
        with committed.open():
            person(committed, "302", "李梅")

    def close() -> None:
        with committed.open():
            merge(survivor=committed.household("101"), other=gone, by=committed.manager)

    at_once(add, close)
    with committed.open():
        left = Resident.objects.filter(household=gone, moved_out_at=None)
        assert left.count() == 0


# Work of other rooms follows


def test_open_work_follows_and_the_same_work_is_done_once(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        kept = person(site, "101", "张小明", birth_year=1940, presence=Presence.AWAY)
        person(site, "302", "张小明", birth_year=1940, presence=Presence.AWAY)
        alone = person(site, "302", "李梅", birth_year=1941, presence=Presence.AWAY)
        elder, twin = person(site, "101", "杨静"), person(site, "302", "杨静")
        for who in (elder, twin, person(site, "302", "闫洋")):
            mark(site, who, CareKind.LONE_ELDER)
        order = seal_place(site)
    with django_capture_on_commit_callbacks(execute=True), site.open():
        assert Recall.objects.open().filter(order=order).count() == 3
        days = CareVisit.objects.open().filter(resident=elder).count()
        assert days > 0 and CareVisit.objects.open().count() == 3 * days
        unite(site)
    with site.open():
        file = site.household("101")
        recalled = Recall.objects.open().values_list("resident_id", "household_id", "home_id")
        assert sorted(recalled) == [
            (kept.pk, file.pk, file.home_id),
            (alone.pk, file.pk, file.home_id),
        ]
        calls = CareVisit.objects.open()
        assert calls.count() == 2 * days
        assert set(calls.values_list("household_id", "home_id")) == {(file.pk, file.home_id)}
        assert not calls.filter(resident=twin).exists()
        assert Verification.objects.open().filter(household=file).count() == 1
        closed = Household.objects.get(merged_into=file)
        for model in (Verification, Recall, CareVisit, Receipt):
            assert model.objects.open().filter(household=closed).count() == 0
        for notice in Notice.objects.filter(sent_at__isnull=False):
            assert Receipt.objects.open().filter(notice=notice, household=file).count() <= 1


def test_a_verification_that_only_the_closed_file_has_follows(site: Site) -> None:
    home = site.home("302")
    start_sweep(
        compound=site.compound,
        cause=7,
        title="x",
        assigned=[(home, site.captain)],
        due_at=timezone.now() + timedelta(hours=2),
    )
    unite(site)
    row = Verification.objects.open().get()
    file = site.household("101")
    assert (row.household_id, row.home_id) == (file.pk, file.home_id)


# The same person twice in one file


def test_two_entries_of_one_person_become_one(site: Site) -> None:
    kept, gone = person(site, "101", "张小明"), person(site, "101", "张晓明", birth_year=1950)
    phone(site, gone, "13800008000")
    mark(site, gone)
    for _time in range(2):
        merge_people(kept=kept, gone=gone, by=site.manager)
    file = household_file(site.household("101"))
    assert [(one.name, one.birth_year) for one in file.people] == [("张小明", 1950)]
    assert [one.number for one in file.people[0].numbers] == ["13800008000"]
    assert [one.kind for one in file.people[0].open_flags] == ["chronic"]
    assert file.moved_out == []
    assert Entry.objects.filter(event="PeopleMerged").count() == 1


def test_a_person_into_themselves_or_across_files_is_refused(site: Site) -> None:
    one, other = person(site, "101", "张小明"), person(site, "302", "张小明")
    for gone in (one, other):
        with pytest.raises(Refused):
            merge_people(kept=one, gone=gone, by=site.manager)
    assert Resident.objects.filter(moved_out_at=None).count() == 2


def test_two_cards_on_two_entries_are_two_people(site: Site) -> None:
    one, other = person(site, "101", "张小明"), person(site, "101", "张晓明")
    for who, order in ((one, "001"), (other, "009")):
        keep_identity(
            resident=who, kind=IdentityKind.ID_CARD, number=card(order=order), by=site.manager
        )
    with pytest.raises(Refused):
        merge_people(kept=one, gone=other, by=site.manager)


def test_an_entry_that_was_merged_away_is_changed_no_more(site: Site) -> None:
    one, other = person(site, "101", "张小明"), person(site, "101", "张晓明")
    merge_people(kept=one, gone=other, by=site.manager)
    with pytest.raises(Refused):
        set_presence(resident=other, presence=Presence.AWAY, by=site.manager)
