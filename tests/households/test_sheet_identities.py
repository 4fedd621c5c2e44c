"""Identity numbers on a roster sheet: kept only when ticked, encrypted, and nowhere in the clear."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from compounds.models import Member
from households.identities import keep_identity, reveal_identity
from households.imports import confirm_import, preview_roster, undo_import
from households.models import Identity, IdentityKind, ImportChange, Resident, RosterImport
from households.sheet_identities import KEPT_FOR, forget_numbers
from journal.models import Entry
from lockdown.kernel import crypto
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site

GOOD, WRONG, SHORT = "11010519491231002X", "110105194912310021", "110105491231002"
SECOND = "440524194912010016"
HEAD = "房号,姓名,年龄,与户主关系,身份证号\n"
SHEET = (
    HEAD
    + f"101,张三,,户主,{GOOD}\n"
    + f"102,李四,40,户主,{WRONG}\n"
    + f"201,王五,30,户主,{SHORT}\n"
    + "202,赵六,50,户主,无\n"
    + f"9999,钱七,20,户主,{GOOD}\n"
)
NUMBERS = (GOOD, WRONG, SHORT)


@pytest.fixture
def site(cast: Cast) -> Iterator[Site]:
    with cast.yujingwan.open():
        yield cast.yujingwan


def preview(site: Site, text: str = SHEET, by: Member | None = None) -> RosterImport:
    return preview_roster(
        compound=site.compound,
        file_name="roster.csv",
        data=text.encode(),
        unit=site.unit(),
        by=by or site.manager,
    )


def ticked(site: Site, text: str = SHEET) -> RosterImport:
    return confirm_import(batch=preview(site, text), keep_numbers=True, by=site.manager)


def every_row(table: str) -> str:
    """All of a table as text, as somebody with a copy of the database reads it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM {table} t")
        return str(cursor.fetchone()[0])


def clear_places() -> str:
    tables = (
        "households_rosterimport", "households_importchange", "households_identity",
        "households_resident", "journal_entry", "journal_delivery",
    )  # fmt: skip
    return "".join(every_row(table) for table in tables)


def test_without_the_tick_nothing_is_kept_and_the_batch_forgets(site: Site) -> None:
    batch = preview(site)
    assert batch.numbers_found == 1
    done = confirm_import(batch=batch, by=site.manager)
    done.refresh_from_db()
    assert (done.numbers, done.numbers_kept) == ("", None)
    assert not Identity.objects.exists()
    assert Resident.objects.get(name="张三").birth_year is not None


def test_with_the_tick_valid_numbers_are_in_the_files_encrypted(site: Site) -> None:
    done = ticked(site)
    assert done.numbers_kept == 1
    kept = Identity.objects.get()
    assert (kept.resident.name, kept.kind) == ("张三", IdentityKind.ID_CARD)
    assert kept.last_four == "002X"
    assert kept.blind_index == crypto.blind_index(GOOD, compound=site.compound.pk)
    assert reveal_identity(identity=kept, reason="核对", by=site.manager) == GOOD
    done.refresh_from_db()
    assert done.numbers == ""
    assert Entry.objects.get(event="RosterImported").data["numbers"] == 1


@pytest.mark.parametrize("keep", [False, True])
def test_no_number_stands_anywhere_in_the_clear(
    site: Site, keep: bool, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    batch = preview(site)
    before = clear_places()
    confirm_import(batch=batch, keep_numbers=keep, by=site.manager)
    written = before + clear_places() + caplog.text + "".join(capfd.readouterr())
    assert "张三" in written
    for number in NUMBERS:
        assert number not in written
        assert number[:14] not in written
    assert json.dumps(batch.parsed).count("002X") == 0


def test_numbers_that_are_none_are_listed_with_their_end_only(site: Site) -> None:
    batch = preview(site)
    told = {
        one["code"]: one for one in batch.parsed["remarks"] if one["code"].startswith("identity_")
    }
    assert told["identity_check"]["params"]["masked"] == "**** 0021"
    assert told["identity_check"]["row"] == 3
    assert told["identity_length"]["params"] == {"masked": "**** 1002", "count": 15}
    assert told["identity_length"]["row"] == 4


def test_the_sheet_of_rejects_holds_no_number(cast: Cast, site: Site) -> None:
    batch = preview(site)
    assert batch.rejected == 1
    url = reverse("households:import-rejects", args=[site.slug, batch.pk])
    content = cast.client(site.manager).get(url).content
    cells = [cell for row in load_workbook(io.BytesIO(content)).active.values for cell in row]
    assert "钱七" in cells
    assert not any(GOOD in str(cell) for cell in cells)


def test_importing_twice_keeps_one_number(site: Site) -> None:
    first = ticked(site)
    kept_at = Identity.objects.get().kept_at
    again = ticked(site)
    assert again.pk == first.pk
    newer = ticked(site, SHEET.replace("40", "41"))
    assert newer.pk != first.pk
    assert newer.numbers_kept == 0
    assert Identity.objects.get().kept_at == kept_at
    assert not ImportChange.objects.filter(batch=newer, model="identity").exists()


def test_who_forgot_the_tick_uploads_the_same_file_again(site: Site) -> None:
    first = confirm_import(batch=preview(site), by=site.manager)
    people = Resident.objects.count()
    second = ticked(site)
    assert second.pk != first.pk
    assert second.numbers_kept == 1
    assert Resident.objects.count() == people


def test_a_number_that_staff_entered_stays(site: Site) -> None:
    confirm_import(batch=preview(site, "房号,姓名\n101,张三\n"), by=site.manager)
    person = Resident.objects.get(name="张三")
    keep_identity(resident=person, kind=IdentityKind.ID_CARD, number=SECOND, by=site.captain)
    done = ticked(site, HEAD + f"101,张三,,,{GOOD}\n")
    assert done.numbers_kept == 0
    assert Identity.objects.get().last_four == SECOND[-4:]


def test_taking_the_import_back_takes_its_numbers_back(site: Site) -> None:
    done = ticked(site)
    undo_import(batch=done, by=site.manager)
    assert not Identity.objects.exists()
    assert not Resident.objects.filter(name="张三").exists()


def test_a_person_whose_document_staff_added_since_stays(site: Site) -> None:
    done = ticked(site)
    person = Resident.objects.get(name="李四")
    keep_identity(resident=person, kind=IdentityKind.PASSPORT, number="E12345678", by=site.captain)
    undo_import(batch=done, by=site.manager)
    assert Identity.objects.get().resident == person


def test_who_may_not_keep_documents_cannot_tick(site: Site) -> None:
    batch = preview(site)
    with pytest.raises(Refused):
        confirm_import(batch=batch, keep_numbers=True, by=site.guard)
    assert not Resident.objects.exists()


def test_numbers_nobody_confirmed_are_gone_after_a_day(cast: Cast) -> None:
    batches = []
    for site in (cast.yujingwan, cast.huaidong):
        with site.open():
            batches.append(preview(site, HEAD + f"101,张三,,户主,{GOOD}\n"))
    now = timezone.now()
    assert forget_numbers(now=now) == 0
    assert forget_numbers(now=now + KEPT_FOR + timedelta(minutes=1)) == 2
    with cast.yujingwan.open():
        with pytest.raises(Refused) as refused:
            confirm_import(batch=batches[0], keep_numbers=True, by=cast.yujingwan.manager)
        assert refused.value.code == "numbers_gone"
        again = preview(cast.yujingwan, HEAD + f"101,张三,,户主,{GOOD}\n")
        assert again.pk == batches[0].pk
        confirm_import(batch=again, keep_numbers=True, by=cast.yujingwan.manager)
        assert Identity.objects.count() == 1


# The page


def url(site: Site, batch: RosterImport, name: str = "preview") -> str:
    return reverse(f"households:import-{name}", args=[site.slug, batch.pk])


def test_the_dry_run_offers_the_tick_off_and_says_what_for(cast: Cast, site: Site) -> None:
    batch = preview(site)
    page = cast.client(site.manager).get(url(site, batch)).content.decode()
    box = page[page.index('name="numbers"') - 30 :].split(">")[0]
    assert "checked" not in box
    assert "只在核对身份时需要" in page
    assert f"解封后 {site.compound.retention_days} 天删除" in page
    assert "**** 0021" in page
    assert all(number not in page for number in NUMBERS)
    plain = preview(site, "房号,姓名\n101,张三\n")
    assert 'name="numbers"' not in cast.client(site.manager).get(url(site, plain)).content.decode()


def test_the_tick_of_the_page_keeps_and_twice_is_once(cast: Cast, site: Site) -> None:
    batch = preview(site)
    client = cast.client(site.manager)
    for _twice in range(2):
        sent = client.post(url(site, batch, "confirm"), {"numbers": "1"})
        assert sent.status_code == 302
    assert Identity.objects.count() == 1
    page = client.get(url(site, batch)).content.decode()
    assert "已加密保存 1 个身份证号" in page
    assert 'name="numbers"' not in page


def test_a_refused_confirmation_keeps_the_tick(cast: Cast, site: Site) -> None:
    batch = preview(site)
    RosterImport.objects.filter(pk=batch.pk).update(numbers="")
    answer = cast.client(site.manager).post(url(site, batch, "confirm"), {"numbers": "1"})
    assert answer.status_code == 422
    assert "请重新上传文件" in answer.content.decode()
    assert not Resident.objects.exists()
