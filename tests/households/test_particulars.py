"""Pets, the key, notes with author, why a mark was set, and the timeline of a file."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from households import timeline
from households.files import (
    add_phone,
    add_relative,
    change_member,
    reveal_phone,
    set_flag,
    set_presence,
)
from households.identities import keep_identity
from households.keeper import FileKeeper
from households.keeping import keepers
from households.medical import keep_medicine
from households.models import (
    CareFlag,
    CareKind,
    Household,
    Identity,
    IdentityKind,
    Medicine,
    Note,
    Pet,
    Phone,
    Presence,
    Relative,
    Resident,
)
from households.particulars import (
    keep_pet,
    remove_pet,
    set_key_holder,
    strike_note,
    write_note,
)
from households.whole_file import household_file
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.people import card, person
from tests.households.queries import asked
from tests.seals.scene import seal_place

SLUG = "yujingwan"


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        yield cast.yujingwan


@pytest.fixture
def file(site: Site) -> Household:
    return site.household("101")


def facts(what: str) -> int:
    return Entry.objects.filter(event="HouseholdChanged", data__what=what).count()


def test_a_note_has_its_author_and_two_taps_are_one(site: Site, file: Household) -> None:
    for _time in range(2):
        write_note(household=file, text=" 耳背，多敲几下 ", by=site.captain)
    note = Note.objects.get()
    assert (note.text, note.written_by) == ("耳背，多敲几下", "周强")
    assert facts("note") == 1
    with pytest.raises(Refused):
        write_note(household=file, text="  ", by=site.captain)


def test_a_note_struck_out_leaves_the_page_and_stays(site: Site, file: Household) -> None:
    note = write_note(household=file, text="门铃坏了", by=site.captain)
    for _time in range(2):
        strike_note(note=note, by=site.manager)
    assert household_file(file).notes == []
    assert (Note.objects.count(), facts("note_struck")) == (1, 1)


def test_the_old_note_becomes_the_first_row(site: Site, file: Household) -> None:
    move = importlib.import_module("households.migrations.0004_file").NOTES_BECOME_ROWS
    Household.objects.filter(pk=file.pk).update(note="有一把钥匙在物业")
    for _time in range(2):
        with connection.cursor() as cursor:
            cursor.execute(move)
            # The statement ends without a scope, as the migration does; the test goes on in it.
            cursor.execute(f"SET LOCAL lockdown.compounds = '{{{site.compound.pk}}}'")
    note = Note.objects.get()
    assert (note.text, note.written_by, note.household_id) == ("有一把钥匙在物业", "", file.pk)
    assert note.written_at == file.opened_at


def test_animals_of_a_kind_are_counted_once_and_corrected(site: Site, file: Household) -> None:
    for count in (1, 1, 3):
        keep_pet(household=file, kind="cat", count=count, note="怕生", by=site.captain)
    pet = Pet.objects.get()
    assert (pet.count, facts("pet")) == (3, 2)
    with pytest.raises(Refused):
        keep_pet(household=file, kind="dog", count=0, note="", by=site.captain)
    for _time in range(2):
        remove_pet(pet=pet, by=site.captain)
    assert (Pet.objects.count(), facts("pet_removed")) == (0, 1)


def test_the_holder_of_the_key_is_one_fact(site: Site, file: Household) -> None:
    for _time in range(2):
        set_key_holder(household=file, key_holder="对门", by=site.captain)
    assert site.household("101").key_holder == "对门" and facts("key") == 1


def test_a_mark_set_by_hand_needs_its_reason(site: Site, file: Household) -> None:
    with pytest.raises(Refused):
        set_flag(household=file, resident=None, kind=CareKind.INFANT, note=" ", by=site.captain)
    assert CareFlag.objects.count() == 0


def test_the_page_shows_who_set_a_mark_and_why(cast: Cast, site: Site, file: Household) -> None:
    set_flag(household=file, resident=None, kind=CareKind.INFANT, note="缺奶粉", by=site.captain)
    page = cast.client(site.guard).get(reverse("households:file", args=[SLUG, file.pk]))
    assert "缺奶粉" in page.content.decode() and "周强" in page.content.decode()


def test_small_forms_of_the_page(cast: Cast, site: Site, file: Household) -> None:
    client = cast.client(site.captain)
    for name, good, bad in (
        ("note-write", {"text": "门铃坏了"}, {"text": ""}),
        ("pet-keep", {"kind": "dog", "count": "1"}, {"kind": "dragon", "count": "1"}),
        ("key-set", {"key_holder": "物业"}, {"key_holder": "x" * 99}),
        ("flag-set", {"kind": "infant", "note": "双胞胎"}, {"kind": "infant", "note": ""}),
    ):
        address = reverse(f"households:{name}", args=[SLUG, file.pk])
        assert client.post(address, bad).status_code == 422, name
        assert client.post(address, good).status_code == 302, name
    for name, key in (("note-strike", Note), ("pet-remove", Pet)):
        address = reverse(f"households:{name}", args=[SLUG, key.objects.get().pk])
        assert cast.client(site.guard).post(address).status_code == 404
        assert cast.client(cast.huaidong.manager).post(address).status_code == 404
        assert client.post(address).status_code == 302


def test_who_can_be_rung_on_the_floor_stands_on_the_file(site: Site, file: Household) -> None:
    neighbour = person(site, "102", "李梅", is_head=True)
    add_phone(
        household=neighbour.household, resident=neighbour, number="13800008000", by=site.manager
    )
    person(site, "102", "李强")
    far = person(site, "302", "王丽")
    add_phone(household=far.household, resident=far, number="13800008001", by=site.manager)
    assert [(one.door, one.name) for one in household_file(file).neighbours] == [
        ("1-1-102", "李梅")
    ]


# The timeline


def test_the_timeline_tells_what_was_changed_and_filters_by_kind(
    cast: Cast, site: Site, file: Household
) -> None:
    who = person(site, "101", "张小明")
    phone = add_phone(household=file, resident=who, number="13800008000", by=site.manager)
    reveal_phone(phone=phone, reason="敲门不应", by=site.captain)
    set_presence(resident=who, presence=Presence.AWAY, by=site.captain)
    client = cast.client(site.guard)
    address = reverse("households:timeline", args=[SLUG, file.pk])
    everything = client.get(address).content.decode()
    for words in ("增加一名成员", "登记了电话", "敲门不应", "张**"):
        assert words in everything
    presence = client.get(address, {"kind": "presence"}).content.decode()
    assert "张**" in presence and "敲门不应" not in presence
    shown = client.get(address, {"kind": "shown"}).content.decode()
    assert "敲门不应" in shown and "增加一名成员" not in shown
    assert "还没有记录" not in client.get(address, {"kind": "nonsense"}).content.decode()


def test_the_orders_over_a_household_stand_on_its_timeline_with_their_page(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        order = seal_place(site)
    with site.open():
        key = site.household("101").pk
    page = cast.client(site.guard).get(reverse("households:timeline", args=[SLUG, key]))
    text = page.content.decode()
    assert "1栋1单元" in text and reverse("seals:order", args=[SLUG, order.pk]) in text


def test_every_event_of_the_catalogue_has_a_kind() -> None:
    known = {kind for kind, _word, _events in timeline.KINDS}
    assert {timeline.kind_of(name) for name in timeline.CATALOGUE} <= known
    assert timeline.kind_of("CareCallRecorded") == "care"
    assert timeline.kind_of("HouseholdChanged") == "file"


def test_a_long_timeline_is_paged_and_asks_no_more(cast: Cast, site: Site, file: Household) -> None:
    client, counts = cast.client(site.manager), []
    address = reverse("households:timeline", args=[SLUG, file.pk])
    for many in (2, 90):
        for place in range(many):
            write_note(household=file, text=f"第 {place} 条 {many}", by=site.manager)
        with CaptureQueriesContext(connection) as seen:
            page = client.get(address)
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12
    assert page.context["page"].paginator.num_pages == 2
    assert len(page.context["page"].object_list) == 60


def test_a_full_file_asks_as_much_as_an_empty_one(cast: Cast, site: Site, file: Household) -> None:
    client, counts = cast.client(site.manager), []
    for names in ("", "甲乙丙丁戊己庚辛壬"):
        for place, name in enumerate(names):
            one = person(site, "101", f"欧阳{name}")
            keep_identity(
                resident=one,
                kind=IdentityKind.ID_CARD,
                number=card(order=f"{place + 10:03d}"),
                by=site.manager,
            )
            keep_medicine(
                resident=one, name="药", dose="", days_left=1, prescribed_at="", by=site.manager
            )
            write_note(household=file, text=name, by=site.manager)
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("households:file", args=[SLUG, file.pk]))
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12


# What is kept: export and purge


@pytest.fixture
def full(site: Site, file: Household) -> Resident:
    who = person(site, "101", "张小明", birth_year=1950, note="夜里值班")
    add_phone(household=file, resident=who, number="13800008000", by=site.manager)
    add_relative(
        household=file, relation="女儿", name="张丽", number="13700007000", by=site.manager
    )
    set_flag(household=file, resident=who, kind=CareKind.CHRONIC, note="高血压", by=site.manager)
    keep_identity(resident=who, kind=IdentityKind.ID_CARD, number=card(), by=site.manager)
    keep_medicine(
        resident=who, name="降压药", dose="1 片", days_left=2, prescribed_at="", by=site.manager
    )
    keep_pet(household=file, kind="cat", count=1, note="", by=site.manager)
    write_note(household=file, text="耳背", by=site.manager)
    set_key_holder(household=file, key_holder="对门", by=site.manager)
    return who


def test_the_export_holds_everything_unmasked(full: Resident, file: Household) -> None:
    text = str([section.rows for section in FileKeeper().export(file)])
    for word in ("张小明", "13800008000", "13700007000", card(), "降压药", "1 片", "高血压"):
        assert word in text
    for word in ("耳背", "对门", "夜里值班"):
        assert word in text
    assert "households" in [one.name for one in keepers()]


def test_the_export_of_one_household_holds_nobody_elses(site: Site, full: Resident) -> None:
    text = str([section.rows for section in FileKeeper().export(site.household("102"))])
    assert "张小明" not in text and card() not in text


def test_the_purge_leaves_the_bare_roster_and_twice_is_once(
    site: Site, full: Resident, file: Household
) -> None:
    later = timezone.now() + timedelta(days=1)
    assert FileKeeper().redact([file.pk], before=later) > 0
    assert FileKeeper().redact([file.pk], before=later) == 0
    for model in (Identity, Medicine, Pet, Note):
        assert model.objects.count() == 0
    relative = Relative.objects.get()
    assert (relative.name, relative.relation, relative.phone) == ("", "", "")
    flag = CareFlag.objects.get()
    assert flag.note == "" and flag.ended_at is not None
    full.refresh_from_db()
    assert (full.name, full.birth_year, full.note) == ("张小明", 1950, "")
    assert Phone.objects.get().number == "13800008000"
    assert household_file(site.household("101")).relatives == []
    assert site.household("101").key_holder == ""


def test_what_was_gathered_since_stays(site: Site, file: Household) -> None:
    Household.objects.filter(pk=file.pk).update(opened_at=timezone.now() - timedelta(days=30))
    old = person(site, "101", "张小明", note="旧")
    moment = timezone.now() + timedelta(seconds=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: moment + timedelta(minutes=1))
        change_member(resident=old, fields={"note": "新"}, by=site.manager)
        write_note(household=file, text="新的备注", by=site.manager)
        set_key_holder(household=file, key_holder="物业", by=site.manager)
    FileKeeper().redact([file.pk], before=moment)
    old.refresh_from_db()
    assert (old.note, Note.objects.get().text) == ("新", "新的备注")
    assert site.household("101").key_holder == "物业"
