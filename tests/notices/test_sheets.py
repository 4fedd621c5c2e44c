"""A notice's list on paper: printed from the reach page, typed back, twice is once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone

from households.models import Sheet
from households.sheets import Entry, type_back
from notices.models import Notice, Receipt
from tests.cast import Cast, Site
from tests.notices.people import earlier, receipt, tell

SLUG = "yujingwan"


@pytest.fixture
def notice(cast: Cast, django_capture_on_commit_callbacks: object) -> Iterator[Notice]:
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():  # type: ignore[operator]
        notice = tell(cast.yujingwan)
    with cast.yujingwan.open():
        earlier(notice, 300)
        Receipt.objects.update(route="call", assignee=cast.yujingwan.captain)
        yield notice


def printed(cast: Cast, notice: Notice) -> Sheet:
    client = cast.client(cast.yujingwan.captain)
    answer = client.post(reverse("notices:sheet-new", args=[SLUG, notice.pk]))
    sheet = Sheet.objects.latest("number")
    assert answer.url == reverse("households:sheet-paper", args=[SLUG, sheet.pk])
    assert client.get(answer.url).status_code == 200
    return sheet


def test_a_list_is_printed_and_typed_back(cast: Cast, notice: Notice) -> None:
    sheet, site = printed(cast, notice), cast.yujingwan
    assert (sheet.kind, sheet.subject, len(sheet.rows)) == ("tell", notice.pk, 6)
    first, second = sheet.rows[:2]
    client = cast.client(site.captain)
    address = reverse("households:sheet-type", args=[SLUG, sheet.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {f"o-{first}": "1", f"o-{second}": "2"}).status_code == 302
    done = Receipt.objects.get(home_id=first)
    assert (done.told_how, done.finished_by) == ("door", site.captain)
    assert Receipt.objects.get(home_id=second).attempts == 1


def test_the_same_form_twice_counts_one_try(cast: Cast, notice: Notice) -> None:
    sheet, site, form = printed(cast, notice), cast.yujingwan, uuid.uuid4()
    for _time in range(2):
        entries = [Entry(sheet.rows[0], "no_answer")]
        assert type_back(sheet=sheet, entries=entries, form=form, by=site.captain) == {}
    assert Receipt.objects.get(home_id=sheet.rows[0]).attempts == 1


def test_a_notice_that_no_longer_holds_is_refused_in_its_row(
    cast: Cast, site: Site, notice: Notice
) -> None:
    sheet = printed(cast, notice)
    row = receipt(site, notice, "301")
    Receipt.objects.filter(pk=row.pk).update(cancelled_at=timezone.now())
    refused = type_back(
        sheet=sheet, entries=[Entry(row.home_id, "told")], form=uuid.uuid4(), by=site.captain
    )
    assert list(refused) == [row.home_id] and refused[row.home_id]


def test_an_empty_list_prints_nothing(cast: Cast, site: Site, notice: Notice) -> None:
    Receipt.objects.update(finished_at=timezone.now())
    client = cast.client(site.captain)
    answer = client.post(reverse("notices:sheet-new", args=[SLUG, notice.pk]))
    assert answer.url.endswith(f"?notice={notice.pk}")
    assert not Sheet.objects.exists()


def test_outsiders_print_nothing(cast: Cast, notice: Notice) -> None:
    for user in (cast.reviewer, cast.huaidong.manager):
        answer = cast.client(user).post(reverse("notices:sheet-new", args=[SLUG, notice.pk]))
        assert answer.status_code == 404


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan
