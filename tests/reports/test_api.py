"""The same figures and remarks for programs."""

from __future__ import annotations

import json

import pytest

from compounds.actions import issue_token
from compounds.models import Member
from reports.models import DayComment
from seals.models import SealOrder
from tests.cast import Cast, Site
from tests.reports import scenes

BASE = "/api/v1/compounds/yujingwan"


def bearer(site: Site, member: Member) -> dict[str, str]:
    with site.open():
        _row, text = issue_token(member=member, name="test", by=site.manager)
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def running(cast: Cast) -> SealOrder:
    with cast.yujingwan.open():
        return scenes.running(cast.yujingwan, verified=4, untold=2)


def test_the_board_in_numbers(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    answer = cast.client().get(f"{BASE}/board/", headers=bearer(site, site.manager))
    data = answer.json()
    assert data["verified"] == {"done": 4, "total": 6}
    assert data["told"] == {"done": 4, "total": 6}
    assert data["elders_called"]["total"] == 1
    assert [order["day"] for order in data["orders"]] == [3]


def test_who_may_not_see_care_gets_no_care_figures(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    data = cast.client().get(f"{BASE}/board/", headers=bearer(site, site.guard)).json()
    assert "elders_called" not in data


def test_the_day_and_its_remarks(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    day = site.compound.today().isoformat()
    headers = bearer(site, site.reviewer)
    client = cast.client()
    figures = client.get(f"{BASE}/days/{day}/", headers=headers).json()
    assert {name: figures["people"][0][name] for name in ("key", "should", "done")} == {
        "key": "verify",
        "should": 6,
        "done": 4,
    }
    for _again in range(2):
        made = client.post(
            f"{BASE}/days/{day}/comments/add/",
            json.dumps({"text": "请补敲 904。"}),
            content_type="application/json",
            headers={**headers, "Idempotency-Key": "remark-0001"},
        )
        assert made.status_code == 200
    found = client.get(f"{BASE}/days/{day}/comments/", headers=headers).json()
    assert [one["text"] for one in found] == ["请补敲 904。"]


def test_a_day_to_come_is_not_there(cast: Cast) -> None:
    site = cast.yujingwan
    headers = bearer(site, site.manager)
    for day in ("2999-01-01", "x", "2026-13-01"):
        assert cast.client().get(f"{BASE}/days/{day}/", headers=headers).status_code == 404


def test_staff_do_not_comment_and_reviewers_have_no_work(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    day = site.compound.today().isoformat()
    client = cast.client()
    answer = client.post(
        f"{BASE}/days/{day}/comments/add/",
        json.dumps({"text": "x"}),
        content_type="application/json",
        headers={**bearer(site, site.manager), "Idempotency-Key": "remark-0002"},
    )
    assert answer.status_code == 404
    headers = bearer(site, site.reviewer)
    assert client.get(f"{BASE}/my-work/", headers=headers).status_code == 404
    assert client.get(f"{BASE}/board/", headers=headers).status_code == 404
    with site.open():
        assert DayComment.objects.count() == 0


def test_my_work_is_the_callers(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    data = cast.client().get(f"{BASE}/my-work/", headers=bearer(site, site.cleaner)).json()
    assert {item["kind"] for item in (*data["late"], *data["today"])} == {"round", "window"}
    assert data["count"] == 2
