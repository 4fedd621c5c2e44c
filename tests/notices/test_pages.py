"""The notice pages: writing, following up, the reach list, the resident's confirmation."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households.models import Household
from journal.models import Entry
from notices.models import Notice, Receipt, Route, Told
from tests.cast import Cast, Site, make_cast
from tests.notices.people import give_phone, phone_of, receipt, sign_in, tell


@pytest.fixture
def sent(cast: Cast, django_capture_on_commit_callbacks) -> Notice:
    """101 has a phone page, 102 a telephone, the others neither."""
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():
        sign_in(cast.yujingwan, "101")
        give_phone(cast.yujingwan, "102")
        return tell(cast.yujingwan, is_emergency=True)


def at(site: Site, name: str, *args: object) -> str:
    return reverse(f"notices:{name}", args=[site.slug, *args])


def written(site: Site, **more: object) -> dict[str, object]:
    with site.open():
        unit = site.unit().pk
    return {
        "title": "停水通知",
        "body": "明天 9:00 停水，11:00 恢复。",
        "units": [unit],
        "floors": "2-3",
        "needs_acknowledging": "on",
        "request_key": "one-form",
    } | more


def test_the_list_shows_how_many_were_reached(cast: Cast, sent: Notice) -> None:
    page = cast.client(cast.yujingwan.manager).get(at(cast.yujingwan, "list"))
    assert page.status_code == 200
    assert "停水通知" in page.text
    assert "0 / 6" in page.text


def test_an_empty_list_says_what_to_do_next(cast: Cast) -> None:
    page = cast.client(cast.yujingwan.manager).get(at(cast.yujingwan, "list"))
    assert at(cast.yujingwan, "new") in page.text


def test_the_preview_names_the_households_and_sends_nothing(cast: Cast) -> None:
    site = cast.yujingwan
    page = cast.client(site.manager).post(at(site, "new"), written(site) | {"deed": "preview"})
    assert page.status_code == 200
    assert "4" in re.findall(r"<b>(\d+)</b>", page.text)
    assert "停水通知" in page.text
    with site.open():
        assert Notice.objects.count() == 0


def test_the_preview_can_be_sent_as_it_stands(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    client = cast.client(site.manager)
    preview = client.post(at(site, "new"), written(site) | {"deed": "preview"}).text
    fields = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', preview)
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(at(site, "new"), data | {"deed": "send"})
        assert answer.status_code == 302
    with site.open():
        notice = Notice.objects.get()
        assert answer.url == at(site, "notice", notice.pk)
        assert (notice.body, notice.needs_acknowledging) == ("明天 9:00 停水，11:00 恢复。", True)
        assert notice.is_emergency is False
        numbers = set(notice.receipts.values_list("home__number", flat=True))
        assert numbers == {"201", "202", "301", "302"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"floors": "first"},
        {"floors": "9-1"},
        {"floors": "40"},
        {"doors": "9-9-999"},
        {"send_at": "2020-01-01T09:00"},
        {"units": ["999999"]},
    ],
)
@pytest.mark.parametrize("deed", ["preview", "send"])
def test_a_wrong_form_is_kept_and_refused(cast: Cast, wrong: dict[str, str], deed: str) -> None:
    site = cast.yujingwan
    data = written(site) | wrong | {"deed": deed}
    page = cast.client(site.manager).post(at(site, "new"), data)
    assert page.status_code == 422
    assert "明天 9:00 停水" in page.text
    with site.open():
        assert Notice.objects.count() == 0


def test_the_count_follows_the_form(cast: Cast) -> None:
    site = cast.yujingwan
    page = cast.client(site.manager).post(at(site, "count"), {"floors": "1"})
    assert re.findall(r"<b>(\d+)</b>", page.text) == ["2", "0", "0", "2"]


def test_the_notice_page_shows_figures_and_each_unreached_with_a_person(
    cast: Cast, sent: Notice
) -> None:
    site = cast.yujingwan
    page = cast.client(site.manager).get(at(site, "notice", sent.pk))
    assert page.status_code == 200
    assert page.text.count(site.captain.name) == 5
    assert "1-1-302" in page.text


def test_the_reach_list_masks_numbers_until_they_are_asked_for(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    client = cast.client(site.captain)
    page = client.get(at(site, "reach"))
    assert "138****8000" in page.text
    assert "13800138000" not in page.text
    with site.open():
        row = receipt(site, sent, "102")
    shown = client.post(at(site, "phones", row.pk))
    assert 'href="tel:13800138000"' in shown.text
    with site.open():
        entry = Entry.objects.get(event="PhoneRevealed")
        assert (entry.household_id, entry.data["reason"]) == (row.household_id, "停水通知")
        assert "13800138000" not in str(entry.data)


def test_a_guard_is_shown_no_number(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    client = cast.client(site.guard)
    assert "138****8000" not in client.get(at(site, "reach")).text
    with site.open():
        row = receipt(site, sent, "102")
    assert client.post(at(site, "phones", row.pk)).status_code == 404


def test_one_persons_list_and_the_late_ones(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    mine = cast.client(site.captain).get(at(site, "reach"), {"whose": "mine"})
    assert mine.text.count('id="r') == 5
    nobody = cast.client(site.manager).get(at(site, "reach"), {"whose": "mine"})
    assert nobody.text.count('id="r') == 0
    late = cast.client(site.manager).get(at(site, "reach"), {"whose": "late"})
    assert late.text.count('id="r') == 0


def test_telling_returns_to_the_list_and_the_household_is_gone(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    client = cast.client(site.captain)
    with site.open():
        row = receipt(site, sent, "301")
    here = at(site, "reach") + "?whose=mine"
    answer = client.post(at(site, "told", row.pk), {"how": "door", "next": here})
    assert (answer.status_code, answer.url) == (303, here)
    assert f'id="r{row.pk}"' not in client.get(here).text
    with site.open():
        assert receipt(site, sent, "301").told_how == Told.DOOR


def test_telling_in_an_unknown_way_is_refused(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        row = receipt(site, sent, "301")
    answer = cast.client(site.captain).post(at(site, "told", row.pk), {"how": "pigeon"})
    assert answer.status_code == 422


def test_a_link_out_of_the_house_is_not_followed(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        row = receipt(site, sent, "301")
    data = {"seen": "0", "next": "https://elsewhere.example/"}
    answer = cast.client(site.captain).post(at(site, "no-answer", row.pk), data)
    assert answer.url == at(site, "reach")
    with site.open():
        assert receipt(site, sent, "301").attempts == 1


def test_the_manager_hands_a_floor_over_and_a_captain_may_not(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        row = receipt(site, sent, "301")
    data = {"member": site.volunteer.pk, "whole_floor": "on"}
    assert (
        cast.client(site.captain).post(at(site, "receipt-assign", row.pk), data).status_code == 404
    )
    answer = cast.client(site.manager).post(at(site, "receipt-assign", row.pk), data)
    assert answer.status_code == 303
    with site.open():
        assert Receipt.objects.filter(assignee=site.volunteer).count() == 2


def test_work_cannot_be_given_to_another_compounds_member(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        row = receipt(site, sent, "301")
    data = {"member": cast.huaidong.captain.pk}
    answer = cast.client(site.manager).post(at(site, "receipt-assign", row.pk), data)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("name", "method", "data"),
    [
        ("notice", "get", {}),
        ("poster", "get", {}),
        ("withdraw", "post", {}),
    ],
)
def test_another_compounds_notice_is_not_there(
    cast: Cast, sent: Notice, name: str, method: str, data: dict[str, str]
) -> None:
    client = cast.client(cast.huaidong.manager)
    assert getattr(client, method)(at(cast.huaidong, name, sent.pk), data).status_code == 404
    assert getattr(client, method)(at(cast.yujingwan, name, sent.pk), data).status_code == 404


@pytest.mark.parametrize("name", ["told", "no-answer", "receipt-assign", "phones"])
def test_another_compounds_receipt_is_not_there(cast: Cast, sent: Notice, name: str) -> None:
    with cast.yujingwan.open():
        row = receipt(cast.yujingwan, sent, "301")
    client = cast.client(cast.huaidong.manager)
    data = {"how": "door", "seen": "0", "member": cast.huaidong.captain.pk}
    assert client.post(at(cast.huaidong, name, row.pk), data).status_code == 404
    with cast.yujingwan.open():
        assert receipt(cast.yujingwan, sent, "301").finished_at is None


def test_a_resident_confirms_their_own_receipt_only(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        _access, secret = sign_in(site, "202")
    client = phone_of(site, secret)
    answer = client.post(reverse("notices:acknowledge", args=[sent.pk]))
    assert (answer.status_code, answer.url) == (302, reverse("reports:home"))
    with site.open():
        done = Receipt.objects.exclude(acknowledged_at=None)
        assert [row.home.number for row in done.select_related("home")] == ["202"]


def test_a_resident_cannot_confirm_what_was_not_for_them(
    cast: Cast, sent: Notice, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with site.open():
        Receipt.objects.filter(home__number="202").delete()
        _access, secret = sign_in(site, "202")
    with cast.huaidong.open():
        _other, far = sign_in(cast.huaidong, "202")
    url = reverse("notices:acknowledge", args=[sent.pk])
    assert phone_of(site, secret).post(url).status_code == 404
    assert phone_of(cast.huaidong, far).post(url).status_code == 404
    with site.open():
        assert Receipt.objects.exclude(acknowledged_at=None).count() == 0


def test_the_poster_can_be_printed(cast: Cast, sent: Notice) -> None:
    page = cast.client(cast.yujingwan.guard).get(at(cast.yujingwan, "poster", sent.pk))
    assert page.status_code == 200
    assert cast.yujingwan.compound.duty_phone in page.text


@pytest.mark.parametrize("name", ["list", "reach", "notice"])
def test_pages_cost_the_same_for_six_homes_and_for_sixty(
    db: None, django_capture_on_commit_callbacks, name: str
) -> None:
    cast = make_cast(floors=30, doors=2)
    site = cast.yujingwan
    client = cast.client(site.manager)
    with site.open():
        last = list(Household.objects.order_by("-home__floor").values_list("pk", flat=True)[:54])
        Household.objects.filter(pk__in=last).update(closed_at="2021-01-01T00:00:00Z")
    few = _queries_of(client, site, name, "few", django_capture_on_commit_callbacks)
    with site.open():
        Household.objects.filter(pk__in=last).update(closed_at=None)
    many = _queries_of(client, site, name, "many", django_capture_on_commit_callbacks)
    assert few == many <= 12


def _queries_of(client, site: Site, name: str, cause: str, on_commit) -> int:
    with on_commit(execute=True), site.open():
        notice = tell(site, cause=cause)
    args = [notice.pk] if name == "notice" else []
    url = at(site, name, *args)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    # The test's own transaction turns the product's two into savepoints and resets.
    frame = ("SAVEPOINT", "RELEASE")
    return sum(
        not one["sql"].startswith(frame) and not one["sql"].endswith("= ''") for one in captured
    )


def test_a_page_that_was_not_opened_names_its_reason(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        assert receipt(site, sent, "302").route == Route.KNOCK
        reasons = {receipt(site, sent, number).reason for number in ("101", "102", "302")}
        assert len(reasons) == 3
