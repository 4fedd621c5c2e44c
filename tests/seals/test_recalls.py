"""The recall list: late first, whom to ring, numbers shown on record, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from households.files import add_relative
from households.models import Phone, Relative
from journal.models import Entry
from seals.models import Recall, RecallOutcome, SealOrder
from seals.recall_list import in_order, recall_counts, recalls_of
from seals.recalls import record_recall
from tests.cast import Cast, Site
from tests.households.queries import asked
from tests.seals.scene import away, give_phone, seal_place

NAMES = ("闫洋", "李丙", "赵丁", "钱戊")


@pytest.fixture
def site(cast: Cast, django_capture_on_commit_callbacks: object) -> Iterator[Site]:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():  # type: ignore[operator]
        for number, name in zip(("101", "102", "201", "202"), NAMES, strict=True):
            give_phone(site, away(site, number, name), f"1380000{number}0")
        seal_place(site)
    with site.open():
        yield site


def url(name: str, *args: object) -> str:
    return reverse(f"seals:{name}", args=["yujingwan", *args])


def recall(name: str) -> Recall:
    return Recall.objects.get(resident__name=name)


def test_late_ones_come_first_and_settled_ones_last(site: Site) -> None:
    now = timezone.now()
    record_recall(recall=recall("闫洋"), outcome=RecallOutcome.RETURNED, by=site.captain)
    soon = now + timedelta(hours=3)
    record_recall(
        recall=recall("李丙"), outcome=RecallOutcome.COMING, expected_at=soon, by=site.captain
    )
    Recall.objects.filter(resident__name="钱戊").update(due_at=now - timedelta(hours=1))
    Recall.objects.filter(resident__name="赵丁").update(due_at=now + timedelta(hours=1))
    rows = in_order(recalls_of(site.captain), now)
    assert [one.resident.name for one in rows] == ["钱戊", "赵丁", "李丙", "闫洋"]
    counts = recall_counts(recalls_of(site.captain), now)
    assert (counts.total, counts.late, counts.coming, counts.returned, counts.left) == (
        4,
        1,
        1,
        1,
        3,
    )
    later = recall_counts(recalls_of(site.captain), soon + timedelta(minutes=1))
    assert later.late == 3  # expected back and not there


def test_a_lifted_order_is_not_on_the_compounds_list(site: Site) -> None:
    SealOrder.objects.update(state="lifted", lifted_at=timezone.now())
    assert recalls_of(site.captain).count() == 0
    assert recalls_of(site.captain, SealOrder.objects.get()).count() == 4


def test_the_list_masks_and_the_call_shows_one_number_on_record(cast: Cast, site: Site) -> None:
    client = cast.client(site.captain)
    page = client.get(url("recall-list")).content.decode()
    assert "闫**" in page and "闫洋" not in page and "13800001010" not in page
    phone = Phone.objects.get(resident__name="闫洋")
    address = url("recall-call", recall("闫洋").pk)
    answer = client.post(address, {"ring": f"phone:{phone.pk}", "next": url("recall-list")})
    assert "tel:13800001010" in answer.content.decode()
    assert answer.context["next"] == url("recall-list")
    entry = Entry.objects.get(event="PhoneRevealed")
    assert (entry.data["last_four"], entry.member_id) == ("1010", site.captain.pk)


def test_a_relative_is_rung_on_record_too(cast: Cast, site: Site) -> None:
    add_relative(
        household=site.household("101"),
        relation="儿子",
        name="",
        number="13700000001",
        by=site.manager,
    )
    relative = Relative.objects.get()
    client = cast.client(site.captain)
    answer = client.post(url("recall-call", recall("闫洋").pk), {"ring": f"relative:{relative.pk}"})
    assert "tel:13700000001" in answer.content.decode()
    elsewhere = client.post(
        url("recall-call", recall("李丙").pk), {"ring": f"relative:{relative.pk}"}
    )
    assert elsewhere.status_code == 404


def test_the_record_page_holds_no_full_number(cast: Cast, site: Site) -> None:
    page = cast.client(site.captain).get(url("recall-record", recall("闫洋").pk))
    assert "13800001010" not in page.content.decode()


def test_whoever_may_not_see_numbers_cannot_ring(cast: Cast, site: Site) -> None:
    phone = Phone.objects.get(resident__name="闫洋")
    answer = cast.client(site.guard).post(
        url("recall-call", recall("闫洋").pk), {"ring": f"phone:{phone.pk}"}
    )
    assert answer.status_code == 404
    assert not Entry.objects.filter(event="PhoneRevealed").exists()


def test_recording_goes_back_to_where_one_came_from(cast: Cast, site: Site) -> None:
    client, address = cast.client(site.captain), url("recall-record", recall("闫洋").pk)
    there = f"{url('recall-list')}?all=1"
    page = client.get(address, headers={"Referer": f"http://testserver{there}"})
    assert page.context["next"] == there
    done = client.post(address, {"outcome": "no_answer", "next": there})
    assert done.url == there
    elsewhere = client.post(address, {"outcome": "no_answer", "next": "https://example.com/"})
    assert elsewhere.url == url("order", recall("闫洋").order_id)
    outside = client.get(address, headers={"Referer": "https://example.com/x"})
    assert outside.context["next"] == url("order", recall("闫洋").order_id)


def test_a_refused_form_keeps_the_way_back(cast: Cast, site: Site) -> None:
    address = url("recall-record", recall("闫洋").pk)
    data = {"outcome": "coming", "next": url("recall-list")}
    answer = cast.client(site.captain).post(address, data)
    assert (answer.status_code, answer.context["next"]) == (422, url("recall-list"))


def test_a_limited_member_sees_no_recall_elsewhere(cast: Cast, site: Site) -> None:
    site.captain.buildings = [site.unit().building_id + 1000]
    site.captain.save(update_fields=["buildings"])
    client = cast.client(site.captain)
    assert client.get(url("recall-list")).context["counts"].total == 0
    assert client.get(url("recall-record", recall("闫洋").pk)).status_code == 404


def test_the_list_asks_as_much_for_four_as_for_one(cast: Cast, site: Site) -> None:
    counts, client = [], cast.client(site.captain)
    for _size in ("four", "one"):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url("recall-list") + "?all=1").status_code == 200
        counts.append(asked(seen))
        Recall.objects.exclude(resident__name="闫洋").update(cancelled_at=timezone.now())
    assert counts[0] == counts[1] <= 12
