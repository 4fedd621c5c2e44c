"""Roster imports: preview, confirm, the same file again, a newer file, taking it back."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from compounds.actions import UnitPattern, build_homes, open_compound
from compounds.models import Home, Member
from households.comparing import compare
from households.files import end_flag, set_presence
from households.imports import build_doors, confirm_import, preview_roster, undo_import
from households.models import (
    Access,
    CareFlag,
    Household,
    Phone,
    Presence,
    Relative,
    Resident,
    RosterImport,
    Sweep,
    Verification,
)
from households.signin import ask
from households.sweeps import How, Outcome, verify
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site

DATA = Path(__file__).parents[1] / "data"
YUJINGWAN = (DATA / "yujingwan-roster.xlsx").read_bytes()
XIAODONGMEN = (DATA / "xiaodongmen-roster.csv").read_bytes()
SMALL = "房号,姓名,年龄,与户主关系,电话,备注\n101,张三,70,户主,13800008000,独居老人\n102,李四,40,户主,,\n"


def preview(site: Site, data: bytes | str, *, name: str = "roster.csv") -> RosterImport:
    raw = data.encode() if isinstance(data, str) else data
    return preview_roster(
        compound=site.compound, file_name=name, data=raw, unit=site.unit(), by=site.manager
    )


def imported(site: Site, data: bytes | str) -> RosterImport:
    return confirm_import(batch=preview(site, data), by=site.manager)


@pytest.fixture
def tower(cast: Cast) -> Site:
    """御景湾 with its 18 floors of 5 doors."""
    site = cast.yujingwan
    with site.open():
        build_homes(
            compound=site.compound, patterns=[UnitPattern("1", "1", 18, 5)], by=site.manager
        )
        yield site


@pytest.fixture
def small(cast: Cast) -> Site:
    with cast.yujingwan.open():
        yield cast.yujingwan


def test_the_yujingwan_sheet_previews_as_its_story_says(tower: Site) -> None:
    batch = preview(tower, YUJINGWAN, name="yujingwan-roster.xlsx")
    assert (batch.households, batch.people, batch.rejected) == (90, 186, 0)
    assert batch.parsed["stats"]["lone_elders"] == 12
    found = compare(batch)
    assert len(found.people("new")) == 186
    assert found.unlisted == [] and found.homeless == []
    assert Resident.objects.count() == 0


def test_confirming_writes_every_person_once(tower: Site) -> None:
    batch = imported(tower, YUJINGWAN)
    assert Resident.objects.count() == 186
    assert CareFlag.objects.filter(kind="lone_elder").count() == 12
    assert Household.objects.filter(residents__isnull=False).distinct().count() == 90
    assert Resident.objects.filter(presence=Presence.AWAY).count() == 10
    confirm_import(batch=batch, by=tower.manager)
    assert Resident.objects.count() == 186
    entry = Entry.objects.get(event="RosterImported")
    assert (entry.data["households"], entry.data["people"]) == (90, 186)


def test_the_same_file_again_is_the_same_import(tower: Site) -> None:
    first = imported(tower, YUJINGWAN)
    assert preview(tower, YUJINGWAN, name="again.xlsx").pk == first.pk
    assert compare(first).changes_nothing


def test_xiaodongmen_builds_its_own_doors(cast: Cast) -> None:
    site = cast.xiaodongmen
    compound = open_compound(
        organization=site.compound.organization,
        name="小东门二期",
        slug="xiaodongmen-2",
        duty_phone="",
        by=site.manager.user,
    )
    from_scratch = Site(compound)
    with from_scratch.open():
        manager = Member.objects.get()
        batch = preview_roster(
            compound=compound, file_name="a.csv", data=XIAODONGMEN, unit=None, by=manager
        )
        assert (batch.households, batch.people) == (64, 151)
        with pytest.raises(Refused) as refusal:
            confirm_import(batch=batch, by=manager)
        assert refusal.value.code == "no_homes"
        assert build_doors(batch=batch, building="1", unit="1", by=manager) == 64
        assert build_doors(batch=batch, building="1", unit="1", by=manager) == 0
        batch.refresh_from_db()
        confirm_import(batch=batch, by=manager)
        assert Home.objects.filter(building__number="3", unit__number="1").count() == 64
        assert Resident.objects.count() == 151


def test_a_newer_sheet_updates_what_differs(small: Site) -> None:
    imported(small, SMALL)
    newer = SMALL.replace("李四,40,户主,,", "李四,40,户主,13900001111,需买药").replace(
        "户主,13800008000", "本人,13800008000"
    )
    batch = imported(small, newer)
    assert len(compare(batch).people("same")) == 2
    changed = Resident.objects.get(name="李四")
    assert changed.note == "需买药"
    assert Phone.objects.get(resident=changed).number == "13900001111"
    assert CareFlag.objects.filter(resident=changed, kind="chronic").exists()
    assert Resident.objects.count() == 2


def test_what_staff_entered_stays(small: Site) -> None:
    imported(small, SMALL)
    zhang = Resident.objects.get(name="张三")
    set_presence(resident=zhang, presence=Presence.AWAY, by=small.manager)
    end_flag(flag=CareFlag.objects.get(), by=small.manager)
    imported(small, SMALL.replace("李四", "李思"))
    zhang.refresh_from_db()
    assert zhang.presence == Presence.AWAY
    assert CareFlag.objects.filter(ended_at=None).count() == 0


def test_nobody_missing_from_a_newer_sheet_is_removed(small: Site) -> None:
    imported(small, SMALL)
    batch = preview(
        small, SMALL.replace("101,张三,70,户主,13800008000,独居老人\n", "101,张五,33,,,\n")
    )
    found = compare(batch)
    assert [one.name for door in found.doors for one in door.missing] == ["张三"]
    confirm_import(batch=batch, by=small.manager)
    assert Resident.objects.filter(name="张三", moved_out_at=None).exists()


def test_undo_takes_everything_back_once(small: Site) -> None:
    files = Household.objects.count()
    batch = imported(small, SMALL)
    undo_import(batch=batch, by=small.manager)
    undo_import(batch=batch, by=small.manager)
    left = [one.objects.count() for one in (Resident, Phone, CareFlag, Relative)]
    assert left == [0, 0, 0, 0]
    assert Household.objects.count() == files
    assert Entry.objects.filter(event="RosterImportUndone").count() == 1
    assert preview(small, SMALL).pk != batch.pk


def test_undoing_the_newer_sheet_restores_the_older_values(small: Site) -> None:
    imported(small, SMALL)
    second = imported(small, SMALL.replace("李四,40,户主,,", "李四,40,租户,13900001111,新"))
    li = Resident.objects.get(name="李四")
    assert (li.relation, li.note) == ("租户", "新")
    undo_import(batch=second, by=small.manager)
    li.refresh_from_db()
    assert (li.relation, li.note, li.is_head) == ("户主", "", True)
    assert Phone.objects.filter(resident=li).count() == 0
    assert Resident.objects.count() == 2


def test_undo_keeps_whom_staff_changed_since(small: Site) -> None:
    batch = imported(small, SMALL)
    zhang = Resident.objects.get(name="张三")
    set_presence(resident=zhang, presence=Presence.TRANSFERRED, by=small.manager)
    undo_import(batch=batch, by=small.manager)
    assert [one.name for one in Resident.objects.all()] == ["张三"]
    assert Phone.objects.filter(resident=zhang).count() == 1


def test_undo_is_refused_when_a_door_was_verified(small: Site) -> None:
    batch = imported(small, SMALL)
    household = small.household("101")
    row = Verification.objects.create(
        compound=small.compound,
        sweep=Sweep.objects.create(compound=small.compound, title="1-1"),
        household=household,
        home=household.home,
        due_at=batch.confirmed_at,
    )
    verify(verification=row, outcome=Outcome.VERIFIED, how=How.DOOR, note="", by=small.manager)
    with pytest.raises(Refused) as refusal:
        undo_import(batch=batch, by=small.manager)
    assert refusal.value.code == "later_work"
    assert Resident.objects.count() == 2


def test_undo_is_refused_when_a_resident_asked_to_sign_in(small: Site) -> None:
    batch = imported(small, SMALL)
    ask(household=small.household("101"), resident=None, name="张三")
    assert Access.objects.count() == 1
    with pytest.raises(Refused):
        undo_import(batch=batch, by=small.manager)


def test_a_row_of_an_unknown_door_is_listed_with_its_reason(small: Site) -> None:
    batch = preview(small, SMALL + "9901,王五,20,,,\n")
    assert batch.rejected == 1
    assert batch.parsed["rejects"][0]["row"] == 4
    doors = [home.number for home in compare(batch).unlisted]
    assert doors == ["201", "202", "301", "302"]


# Pages


def upload(cast: Cast, data: bytes | str, *, name: str = "roster.csv", who: str = "manager"):
    site = cast.yujingwan
    raw = data.encode() if isinstance(data, str) else data
    client = cast.client(site.members[who])
    address = reverse("households:import-new", args=[site.slug])
    return client, client.post(address, {"file": SimpleUploadedFile(name, raw)})


def test_the_manager_uploads_sees_and_confirms(cast: Cast) -> None:
    client, answer = upload(cast, SMALL)
    assert answer.status_code == 302
    page = client.get(answer.url)
    assert page.status_code == 200
    assert page.context["stats"]["people"] == 2
    with cast.yujingwan.open():
        batch = RosterImport.objects.get()
    done = client.post(
        reverse("households:import-confirm", args=["yujingwan", batch.pk]), follow=True
    )
    assert done.status_code == 200
    with cast.yujingwan.open():
        assert Resident.objects.count() == 2
    undone = client.post(
        reverse("households:import-undo", args=["yujingwan", batch.pk]), follow=True
    )
    assert undone.status_code == 200
    with cast.yujingwan.open():
        assert Resident.objects.count() == 0


def test_what_is_no_roster_is_refused_with_what_to_do(cast: Cast) -> None:
    _client, answer = upload(cast, b"%PDF-1.7 something", name="roster.xlsx")
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


def test_a_file_over_ten_megabytes_is_refused_unread(cast: Cast) -> None:
    _client, answer = upload(cast, b"a" * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 422
    with cast.yujingwan.open():
        assert RosterImport.objects.count() == 0


def test_the_rejects_sheet_gives_row_and_reason(cast: Cast) -> None:
    client, _answer = upload(cast, SMALL + "9901,王五,20,,,\n")
    with cast.yujingwan.open():
        batch = RosterImport.objects.get()
    sheet = client.get(reverse("households:import-rejects", args=["yujingwan", batch.pk]))
    rows = list(load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
    assert rows[1][0] == "4"
    assert "9901" in rows[1]


def test_a_guard_cannot_import(cast: Cast) -> None:
    _client, answer = upload(cast, SMALL, who="guard")
    assert answer.status_code == 404


def test_another_compounds_import_is_not_there(cast: Cast) -> None:
    upload(cast, SMALL)
    with cast.yujingwan.open():
        batch = RosterImport.objects.get()
    stranger = cast.client(cast.huaidong.manager)
    for name in ("import-preview", "import-rejects"):
        address = reverse(f"households:{name}", args=["huaidong", batch.pk])
        assert stranger.get(address).status_code == 404
    assert (
        stranger.get(reverse("households:import-preview", args=["yujingwan", batch.pk])).status_code
        == 404
    )
