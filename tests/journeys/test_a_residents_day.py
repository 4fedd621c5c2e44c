"""A resident's day: the door, the digits, the page, a notice; and nobody else's door."""

from __future__ import annotations

import pytest
from django.test import Client

from households.doors import issue_door_codes
from households.models import Access, Phone, Resident
from notices.models import Receipt
from tests.cast import Cast, Site
from tests.seals.scene import seal_place

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def doors(cast: Cast, django_capture_on_commit_callbacks) -> dict[str, str]:
    """Two homes of a sealed stair with a resident and a phone each, and their codes."""
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        _somebody(site, "201", "张三", "13800008000")
        _somebody(site, "202", SCRIPT, "13900009999")
        seal_place(site)
        homes = [site.home(number) for number in ("201", "202")]
        issued = issue_door_codes(compound=site.compound, homes=homes, by=site.manager)
    return {home.number: f"/s/{code}/" for home, code in issued}


def _somebody(site: Site, number: str, name: str, phone: str) -> None:
    household = site.household(number)
    resident = Resident.objects.create(
        compound=site.compound, household=household, name=name, is_head=True
    )
    Phone.objects.create(
        compound=site.compound,
        household=household,
        resident=resident,
        number=phone,
        last_four=phone[-4:],
    )


def come_in(door: str, digits: str, name: str = "张三") -> tuple[Client, int]:
    client = Client()
    fields = {"who": "other", "name": name, "digits": digits, "deed": "prove"}
    return client, client.post(door, fields).status_code


def test_the_right_digits_open_the_homes_page(cast: Cast, doors: dict[str, str]) -> None:
    client, status = come_in(doors["201"], "8000")
    assert status == 302
    page = client.get("/home/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "0744-8000001" in text
    assert "13800008000" not in text


def test_wrong_digits_are_told_and_what_was_typed_stays(doors: dict[str, str]) -> None:
    client, status = come_in(doors["201"], "1234")
    assert status == 422
    assert client.get("/home/").status_code == 302


def test_the_sixth_try_waits_even_with_the_right_digits(doors: dict[str, str]) -> None:
    for _try in range(5):
        assert come_in(doors["201"], "1234")[1] == 422
    assert come_in(doors["201"], "8000")[1] == 422


def test_full_width_digits_open_the_door_too(doors: dict[str, str]) -> None:
    assert come_in(doors["201"], "8000")[1] == 302


def test_a_notice_is_confirmed_once_and_only_for_this_home(
    cast: Cast, doors: dict[str, str]
) -> None:
    client, _status = come_in(doors["201"], "8000")
    with cast.yujingwan.open():
        receipt = Receipt.objects.get(home__number="201")
    for _twice in range(2):
        assert client.post(f"/home/notices/{receipt.notice_id}/acknowledge/").status_code == 302
    with cast.yujingwan.open():
        confirmed = Receipt.objects.exclude(acknowledged_at=None)
        assert [one.home.number for one in confirmed.select_related("home")] == ["201"]


def test_the_page_of_one_home_tells_nothing_of_another(doors: dict[str, str]) -> None:
    client, _status = come_in(doors["201"], "8000")
    text = client.get("/home/").content.decode()
    assert "1-1-202" not in text
    assert "alert(1)" not in text


def test_a_script_in_a_name_is_shown_as_text(cast: Cast, doors: dict[str, str]) -> None:
    at_door = Client().get(doors["202"]).content.decode()
    assert "<script>alert" not in at_door
    with cast.yujingwan.open():
        household = cast.yujingwan.household("202").pk
    office = cast.client(cast.yujingwan.manager)
    file = office.get(f"/c/yujingwan/households/{household}/").content.decode()
    assert SCRIPT not in file
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in file


def test_new_labels_end_the_old_codes(cast: Cast, doors: dict[str, str]) -> None:
    site = cast.yujingwan
    with site.open():
        issue_door_codes(compound=site.compound, homes=[site.home("201")], by=site.manager)
    answer = Client().get(doors["201"])
    assert answer.status_code == 404
    assert "0744-8000001" in answer.content.decode()


@pytest.mark.parametrize("code", ["1-zzzzzzzzzzzz", "nonsense", "9999999-aaaaaaaaaaaa", "²-x"])
def test_an_unknown_code_is_told_so(doors: dict[str, str], code: str) -> None:
    assert Client().get(f"/s/{code}/").status_code == 404


def test_a_phone_that_staff_end_is_out_at_once(cast: Cast, doors: dict[str, str]) -> None:
    client, _status = come_in(doors["201"], "8000")
    with cast.yujingwan.open():
        access = Access.objects.get()
    office = cast.client(cast.yujingwan.manager)
    office.post(f"/c/yujingwan/access/{access.pk}/", {"decision": "revoke"})
    assert client.get("/home/").status_code == 302
