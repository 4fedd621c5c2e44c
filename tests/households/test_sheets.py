"""Paper sheets: numbered, printed again alike, typed back once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files, start_sweep
from households.files import add_member
from households.models import Resident, Sheet, SheetKind, Sweep, SweepTap, Verification
from households.sheets import Entry, Newcomer, make_sheet, type_back
from households.sweep_sheets import homes_on
from journal.models import Entry as JournalEntry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.queries import asked

SLUG = "yujingwan"


def begin(site: Site) -> Sweep:
    homes = Home.objects.all()
    open_missing_files(compound=site.compound, homes=homes)
    return start_sweep(
        compound=site.compound,
        cause=77,
        title="1-1",
        assigned=[(home, site.captain) for home in homes],
        due_at=timezone.now() + timedelta(hours=2),
    )


@pytest.fixture
def site(cast: Cast) -> Iterator[Site]:
    with cast.yujingwan.open():
        begin(cast.yujingwan)
        fields = {"name": "王甲"}
        add_member(
            household=cast.yujingwan.household("301"), fields=fields, by=cast.yujingwan.manager
        )
        yield cast.yujingwan


def printed(site: Site, *floors: int) -> Sheet:
    sweep, unit = Sweep.objects.get(), site.unit()
    return make_sheet(
        compound=site.compound,
        kind=SheetKind.SWEEP,
        title="核对表",
        homes=homes_on(sweep, site.manager, unit.pk, floors),
        unit=unit,
        floors=floors,
        sweep=sweep,
        by=site.manager,
    )


def outcome(number: str) -> str:
    return Verification.objects.get(home__number=number).outcome


def url(name: str, *args: object) -> str:
    return reverse(f"households:{name}", args=[SLUG, *args])


def test_sheets_are_numbered_and_recorded(site: Site) -> None:
    first, second = printed(site, 3), printed(site, 1, 2)
    assert (first.number, second.number) == (101, 102)
    numbers = {home.pk: home.number for home in Home.objects.all()}
    assert [numbers[pk] for pk in second.rows] == ["201", "202", "101", "102"]
    assert JournalEntry.objects.filter(event="SheetPrinted").count() == 2


def test_a_sheet_without_homes_is_refused(site: Site) -> None:
    with pytest.raises(Refused):
        printed(site, 77)


def test_typing_back_takes_doors_people_and_newcomers_in_one_go(site: Site) -> None:
    sheet = printed(site, 3)
    person, (first, second) = Resident.objects.get(), sheet.rows
    entries = [
        Entry(first, "verified", "", {person.pk: "away"}),
        Entry(second, "disputed", "多一人"),
    ]
    new = [Newcomer(1, second, "赵丁", "13800001234", "temporary")]
    form = uuid.uuid4()
    for _time in range(2):
        refused = type_back(sheet=sheet, entries=entries, new=new, form=form, by=site.manager)
        assert refused == {}
    assert (outcome("301"), outcome("302")) == ("verified", "disputed")
    person.refresh_from_db()
    assert person.presence == "away"
    assert Resident.objects.get(name="赵丁").household == site.household("302")
    assert SweepTap.objects.count() == 4
    sheet.refresh_from_db()
    assert sheet.typed_by == site.manager
    assert JournalEntry.objects.filter(event="SheetTyped").count() == 1


def test_a_refused_line_leaves_the_others(site: Site) -> None:
    sheet = printed(site, 3)
    first, second = sheet.rows
    refused = type_back(
        sheet=sheet,
        entries=[Entry(first, "verified")],
        new=[Newcomer(2, second, "赵丁", "12", "temporary"), Newcomer(3, 0, "钱戊", "", "inside")],
        form=uuid.uuid4(),
        by=site.manager,
    )
    assert set(refused) == {-2, -3} and all(refused.values())
    assert outcome("301") == "verified"


def test_the_pages_print_find_and_type(cast: Cast, site: Site) -> None:
    client, sweep = cast.client(site.captain), Sweep.objects.get()
    assert client.get(url("sheet-new", sweep.pk)).status_code == 200
    answer = client.post(url("sheet-new", sweep.pk), {"unit": site.unit().pk, "floors": ["3", "2"]})
    sheet = Sheet.objects.get()
    assert answer.url == url("sheet-paper", sheet.pk)
    paper = client.get(answer.url)
    assert "<svg" in paper.content.decode() and "王甲" in paper.content.decode()
    found = client.get(url("sheet-list"), {"number": f"#{sheet.number}"})
    assert found.url == url("sheet-type", sheet.pk)
    first = sheet.rows[0]
    typed = client.post(found.url, {f"o-{first}": "1", "key": uuid.uuid4()})
    assert typed.status_code == 302
    assert outcome("301") == "verified"
    page = client.get(found.url)
    assert [row["line"].door for _place, rows in page.context["floors"] for row in rows] == [
        "301",
        "302",
        "201",
        "202",
    ]


def test_what_cannot_be_understood_is_shown_in_its_row(cast: Cast, site: Site) -> None:
    sheet = printed(site, 3)
    first, second = sheet.rows
    data = {
        f"o-{first}": "9",
        f"n-{second}": "写了备注",
        "new-1-name": "赵丁",
        "new-1-door": "",
    }
    answer = cast.client(site.captain).post(url("sheet-type", sheet.pk), data)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert answer.context["refused"] == 3
    assert "写了备注" in shown and "赵丁" in shown
    assert not SweepTap.objects.exists()


@pytest.mark.parametrize("data", [{"unit": "x"}, {"unit": "999999", "floors": "1"}])
def test_printing_another_place_is_404(cast: Cast, site: Site, data: dict[str, str]) -> None:
    answer = cast.client(site.captain).post(url("sheet-new", Sweep.objects.get().pk), data)
    assert answer.status_code == 404


def test_printing_no_floor_is_refused(cast: Cast, site: Site) -> None:
    data = {"unit": site.unit().pk}
    answer = cast.client(site.captain).post(url("sheet-new", Sweep.objects.get().pk), data)
    assert answer.status_code == 422
    assert not Sheet.objects.exists()


def test_an_unknown_number_is_refused(cast: Cast, site: Site) -> None:
    for number in ("999", "abc", "9" * 9):
        answer = cast.client(site.captain).get(url("sheet-list"), {"number": number})
        assert answer.status_code == 422


def test_outsiders_find_no_sheet(cast: Cast, site: Site) -> None:
    sheet = printed(site, 3)
    for user in (cast.reviewer, cast.huaidong.manager):
        for name in ("sheet-type", "sheet-paper"):
            assert cast.client(user).get(url(name, sheet.pk)).status_code == 404
    site.captain.buildings = [site.unit().building_id + 1000]
    site.captain.save(update_fields=["buildings"])
    assert cast.client(site.captain).get(url("sheet-paper", sheet.pk)).status_code == 404


@pytest.mark.parametrize("page", ["sheet-paper", "sheet-type", "sheet-list"])
def test_the_pages_ask_as_much_for_twenty_homes_as_for_two(cast: Cast, page: str) -> None:
    site, counts = cast.huaidong, []
    for floors in (1, 10):
        with site.open() as compound:
            pattern = UnitPattern("1", "1", floors, 2)
            build_homes(compound=compound, patterns=[pattern], by=site.manager)
            begin(site)
            sheet = printed(site, *range(1, floors + 1))
        args = [] if page == "sheet-list" else [sheet.pk]
        client = cast.client(site.captain)
        with CaptureQueriesContext(connection) as seen:
            address = reverse(f"households:{page}", args=["huaidong", *args])
            assert client.get(address).status_code == 200
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12
