"""What people and programs send by mistake or by malice: a clear answer, nothing stored."""

from __future__ import annotations

import io
import uuid
import zipfile

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compounds.actions import issue_token
from households.models import Resident, RosterImport
from lockdown.demo.deeds import DATA
from notices.models import Notice
from seals.models import SealOrder
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SCRIPT = "<img src=x onerror=alert(1)>"
UPLOAD = "/c/yujingwan/households/imports/new/"


def bomb() -> bytes:
    """A few hundred kilobytes that would unpack to 60 MB."""
    buffer = io.BytesIO((DATA / "yujingwan-roster.xlsx").read_bytes())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (60 * 1024 * 1024))
    return buffer.getvalue()


def formulas() -> bytes:
    """A roster whose cells are formulas, one with a value and one that would call a program."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["房号", "姓名", "备注"])
    sheet.write_formula(1, 0, "=100+1", value=101)
    sheet.write_string(1, 1, SCRIPT)
    sheet.write_string(1, 2, "=cmd|'/c calc'!A0")
    book.close()
    return buffer.getvalue()


@pytest.fixture
def office(cast: Cast) -> Client:
    return cast.client(cast.yujingwan.manager)


@pytest.mark.parametrize(
    "make",
    [
        bomb,
        lambda: b"1,a\n" * 1_000_000,
        lambda: b"",
        lambda: b"%PDF-1.7 not a roster",
        lambda: bytes(range(256)) * 40,
    ],
    ids=["a bomb", "a million rows", "nothing", "a PDF", "noise"],
)
def test_a_hostile_file_is_refused_in_a_sentence(cast: Cast, office: Client, make) -> None:
    sheet = SimpleUploadedFile("roster.xlsx", make())
    answer = office.post(UPLOAD, {"file": sheet})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    with cast.yujingwan.open():
        assert RosterImport.objects.count() == 0


def test_formulas_give_values_and_markup_stays_text(cast: Cast, office: Client) -> None:
    preview = office.post(UPLOAD, {"file": SimpleUploadedFile("roster.xlsx", formulas())})
    assert preview.status_code == 302
    assert office.post(f"{preview['Location']}confirm/").status_code == 302
    with cast.yujingwan.open():
        resident = Resident.objects.select_related("household__home").get()
        assert resident.household.home.number == "101"
        household = resident.household_id
    for path in (preview["Location"], f"/c/yujingwan/households/{household}/"):
        page = office.get(path)
        assert page.status_code == 200
        assert "<img src=x" not in page.content.decode()


def test_a_place_of_another_compound_cannot_be_sealed(cast: Cast, office: Client) -> None:
    with cast.huaidong.open():
        unit = cast.huaidong.unit().pk
    chosen = {"place": f"unit:{unit}", "template": "yujingwan"}
    assert office.get("/c/yujingwan/orders/preview/", chosen).status_code == 422
    sent = chosen | {"request_key": "k" * 32}
    assert office.post("/c/yujingwan/orders/confirm/", sent).status_code == 422
    for site in (cast.yujingwan, cast.huaidong):
        with site.open():
            assert SealOrder.objects.count() == 0


def test_the_api_does_not_seal_another_compounds_place_either(cast: Cast) -> None:
    with cast.huaidong.open():
        unit = cast.huaidong.unit().pk
    with cast.yujingwan.open():
        manager = cast.yujingwan.manager
        token = issue_token(member=manager, name="tests", by=manager)[1]
    answer = cast.client().post(
        "/api/v1/compounds/yujingwan/orders/seal/",
        {"place": f"unit:{unit}", "template": "yujingwan"},
        "application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
    )
    assert answer.status_code in {409, 422}
    assert answer.json()["detail"]
    with cast.huaidong.open():
        assert SealOrder.objects.count() == 0


def test_a_notice_sent_twice_by_a_slow_network_is_one_notice(
    cast: Cast, office: Client, django_capture_on_commit_callbacks
) -> None:
    sent = {"title": "停水", "body": "今晚停水", "deed": "send", "request_key": "n" * 32}
    with django_capture_on_commit_callbacks(execute=True):
        answers = [office.post("/c/yujingwan/notices/new/", sent) for _twice in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    with cast.yujingwan.open():
        assert Notice.objects.filter(title="停水").count() == 1


def test_an_order_that_is_not_there_is_not_found(office: Client) -> None:
    assert office.post("/c/yujingwan/orders/999999/lift/").status_code == 404
    assert office.get("/c/yujingwan/orders/99999999999999999999/").status_code == 404


@pytest.mark.parametrize("path", ["c/yujingwan/orders/preview/", "c/yujingwan/households/"])
@pytest.mark.parametrize(
    "query",
    ["place=unit:²", "place=floor:1:2:3", "floor=99999999999999999999", "page=-1", "q=%00%ff"],
)
def test_odd_queries_are_answered(office: Client, path: str, query: str) -> None:
    assert office.get(f"/{path}?{query}").status_code in {200, 422}


def test_a_superscript_is_no_number_of_floors(office: Client) -> None:
    answer = office.post("/c/yujingwan/settings/homes/", {"pattern": "1 1 ² 5"})
    assert answer.status_code == 422
