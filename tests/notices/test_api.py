"""Notices for programs: the same permissions, actions and refusals as the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from compounds.actions import issue_token
from notices.models import Notice, Receipt
from tests.cast import Cast, Site
from tests.notices.people import receipt, sign_in, tell


class Program:
    """A program that holds a member's token."""

    def __init__(self, site: Site, role: str = "manager") -> None:
        member = site.members[role]
        with site.open():
            _token, text = issue_token(member=member, name="test", by=site.manager)
        self.base = f"/api/v1/compounds/{site.slug}"
        self.headers = {"Authorization": f"Bearer {text}"}

    def get(self, path: str):
        return Client().get(f"{self.base}/{path}", headers=self.headers)

    def post(self, path: str, data: object, *, key: str = "key-0001"):
        headers = self.headers | {"Idempotency-Key": key}
        return Client().post(
            f"{self.base}/{path}", data, content_type="application/json", headers=headers
        )


@pytest.fixture
def sent(cast: Cast, django_capture_on_commit_callbacks) -> Notice:
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():
        sign_in(cast.yujingwan, "101")
        return tell(cast.yujingwan)


def test_notices_are_listed_with_their_figures(cast: Cast, sent: Notice) -> None:
    answer = Program(cast.yujingwan).get("notices/").json()
    assert answer["next_after"] is None
    (only,) = answer["results"]
    assert (only["id"], only["state"]) == (sent.pk, "sent")
    assert only["reach"] == {
        "total": 6,
        "reached": 0,
        "read": 0,
        "acknowledged": 0,
        "unreached": 6,
    }


def test_the_list_comes_in_pages(cast: Cast, sent: Notice) -> None:
    with cast.yujingwan.open():
        second = tell(cast.yujingwan, cause="second")
    program = Program(cast.yujingwan)
    first = program.get("notices/?limit=1").json()
    assert first["next_after"] == sent.pk
    rest = program.get(f"notices/?limit=1&after={sent.pk}").json()
    assert ([one["id"] for one in rest["results"]], rest["next_after"]) == ([second.pk], None)


def test_one_notice_shows_its_ways_and_floors(cast: Cast, sent: Notice) -> None:
    answer = Program(cast.yujingwan).get(f"notices/{sent.pk}/").json()
    assert {line["total"] for line in answer["by_place"]} == {2}
    assert sorted(line["total"] for line in answer["by_route"]) == [1, 5]
    assert answer["body"] == sent.body


def test_sending_twice_with_one_key_sends_once(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    program = Program(site)
    data = {"title": "停水", "body": "九点停水。", "audience": {"floors": [2]}}
    with django_capture_on_commit_callbacks(execute=True):
        first = program.post("notices/send/", data)
    again = program.post("notices/send/", data)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["id"] == again.json()["id"]
    with site.open():
        assert Notice.objects.count() == 1
        assert set(Receipt.objects.values_list("home__floor", flat=True)) == {2}


def test_another_compounds_unit_is_refused_as_an_audience(cast: Cast) -> None:
    with cast.huaidong.open():
        theirs = cast.huaidong.unit().pk
    data = {"title": "停水", "body": "九点停水。", "audience": {"unit": [theirs]}}
    answer = Program(cast.yujingwan).post("notices/send/", data)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_place")


def test_a_bad_body_is_told_field_by_field(cast: Cast) -> None:
    answer = Program(cast.yujingwan).post("notices/send/", {"title": ""})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"title", "body"}


def test_the_reach_list_names_door_and_person(cast: Cast, sent: Notice) -> None:
    rows = Program(cast.yujingwan, "captain").get("notices/reach/").json()["results"]
    assert sorted(row["door"] for row in rows) == [
        "1-1-102",
        "1-1-201",
        "1-1-202",
        "1-1-301",
        "1-1-302",
    ]
    assert {row["assignee"] for row in rows} == {cast.yujingwan.captain.name}


def test_telling_is_recorded_and_cancelled_work_refused(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        row = receipt(site, sent, "301")
        other = receipt(site, sent, "302")
        Receipt.objects.filter(pk=other.pk).update(cancelled_at=sent.made_at)
    program = Program(site, "captain")
    answer = program.post(f"notices/receipts/{row.pk}/told/", {"how": "door"})
    assert answer.status_code == 200
    assert answer.json()["told_how"] == "door"
    refused = program.post(f"notices/receipts/{other.pk}/told/", {"how": "door"}, key="key-0002")
    assert (refused.status_code, refused.json()["code"]) == (409, "cancelled")


def test_who_may_not_send_gets_the_404_of_nothing(cast: Cast, sent: Notice) -> None:
    data = {"title": "停水", "body": "九点停水。"}
    assert Program(cast.yujingwan, "guard").post("notices/send/", data).status_code == 404


def test_another_compounds_rows_are_not_there(cast: Cast, sent: Notice) -> None:
    with cast.yujingwan.open():
        row = receipt(cast.yujingwan, sent, "301")
    program = Program(cast.huaidong)
    assert program.get(f"notices/{sent.pk}/").status_code == 404
    told = program.post(f"notices/receipts/{row.pk}/told/", {"how": "door"})
    assert told.status_code == 404
    assert program.get("notices/").json()["results"] == []
