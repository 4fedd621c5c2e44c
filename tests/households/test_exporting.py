"""All that is kept about one household, handed out to it and by staff."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from households.exporting import _sheet_name, everything, hand_out, is_of_the_home, workbook
from households.keeping import Section
from households.models import Access
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals.models import Recall
from seals.recalls import record_recall
from tests.cast import Cast, Site
from tests.notices.people import phone_of, sign_in
from tests.seals.scene import away, seal_place, step


@pytest.fixture
def site(cast: Cast, django_capture_on_commit_callbacks) -> Site:
    """201 was called back, with a note that looks like a formula; 302 has its own."""
    site = cast.yujingwan
    with site.open():
        away(site, "201", "闫洋")
        away(site, "302", "别家人")
    with django_capture_on_commit_callbacks(execute=True), site.open():
        seal_place(site, steps=[step("recall"), step("notice")])
    with site.open():
        for number, note in (("201", "=1+1 在女儿家"), ("302", "别家的事")):
            recall = Recall.objects.get(home__number=number)
            record_recall(recall=recall, outcome="returned", note=note, by=site.guard)
    return site


def path(site: Site, number: str = "201") -> str:
    with site.open():
        return reverse("households:export", args=[site.slug, site.household(number).pk])


def test_every_room_gives_its_rows_of_this_household_alone(site: Site) -> None:
    with site.open():
        text = str([section.rows for section in everything(site.household("201"))])
    assert "闫洋" in text
    assert "在女儿家" in text
    assert "别家" not in text


def test_handing_out_needs_a_reason_and_is_recorded(site: Site) -> None:
    with site.open():
        file = site.household("201")
        with pytest.raises(Refused) as refusal:
            hand_out(household=file, reason=" ", by=site.manager)
        assert refusal.value.field == "reason"
        assert Entry.objects.filter(event="SubjectExported").count() == 0
        hand_out(household=file, reason="本人到岗亭申请", by=site.manager)
        entry = Entry.objects.get(event="SubjectExported")
        assert (entry.household_id, entry.by) == (file.pk, site.manager.name)
        assert entry.data == {"door": "1-1-201", "reason": "本人到岗亭申请"}


def test_the_spreadsheet_has_a_sheet_for_each_table_and_no_formula(cast: Cast, site: Site) -> None:
    client = cast.client(site.manager)
    answer = client.post(path(site), {"reason": "本人申请", "as": "sheet"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    book = openpyxl.load_workbook(BytesIO(answer.content))
    with site.open():
        titles = [str(one.title) for one in everything(site.household("201"))]
    assert len(book.sheetnames) == len(titles) >= 5
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert "'=1+1 在女儿家" in [cell.value for cell in cells]


def test_the_page_to_print_holds_the_same(cast: Cast, site: Site) -> None:
    html = cast.client(site.manager).post(path(site), {"reason": "本人申请", "as": "page"})
    assert "在女儿家" in html.content.decode()
    assert "别家" not in html.content.decode()


def test_without_a_reason_the_form_comes_back(cast: Cast, site: Site) -> None:
    client = cast.client(site.manager)
    assert client.get(path(site)).status_code == 200
    assert client.post(path(site), {"as": "sheet"}).status_code == 422
    with site.open():
        assert Entry.objects.filter(event="SubjectExported").count() == 0


def test_only_those_who_may_hand_out_do(cast: Cast, site: Site) -> None:
    for member in (site.captain, site.guard, site.adviser, cast.huaidong.manager):
        assert cast.client(member).post(path(site), {"reason": "x"}).status_code == 404
    with site.open():
        site.manager.buildings = [999_999]
        site.manager.save(update_fields=["buildings"])
    assert cast.client(site.manager).get(path(site)).status_code == 404


def test_a_household_reads_its_own_and_is_recorded_once(site: Site) -> None:
    with site.open():
        access, secret = sign_in(site, "201")
    phone = phone_of(site, secret)
    for _again in range(2):
        answer = phone.get(reverse("households:home-export"))
        assert answer.status_code == 200
        assert "在女儿家" in answer.content.decode()
        assert "别家" not in answer.content.decode()
    with site.open():
        entry = Entry.objects.get(event="SubjectExported")
        assert entry.household_id == access.household_id
        assert entry.by == "张**"


def test_somebody_who_moved_out_and_a_proxy_outside_are_refused(site: Site) -> None:
    with site.open():
        access, secret = sign_in(site, "201")
        yan = site.household("201").residents.get()
        yan.moved_out_at = timezone.now()
        yan.save(update_fields=["moved_out_at"])
        Access.objects.filter(pk=access.pk).update(resident=yan)
    assert phone_of(site, secret).get(reverse("households:home-export")).status_code == 404
    outside = Access(said_name="张明")
    assert is_of_the_home(outside)
    outside.is_proxy = True
    assert not is_of_the_home(outside)


def test_names_of_sheets_are_accepted_by_a_spreadsheet() -> None:
    used: set[str] = set()
    names = [_sheet_name("通知/送达: 全部" * 5, used) for _again in range(3)]
    assert len({name.lower() for name in names}) == 3
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert workbook([Section("[]", ("a",), [(None,), (True,)]), Section("[]", ("a",))])
