"""The committee's reviewer: figures of two companies, a comment, and no other door."""

from __future__ import annotations

import pytest

from compounds.roles import PERMISSIONS, Role
from reports.models import DayComment
from tests.cast import Cast
from tests.guards.test_urls import INSIDE, _path

pytestmark = pytest.mark.django_db


def test_two_companies_stand_on_one_page_and_the_third_compound_does_not(cast: Cast) -> None:
    page = cast.client(cast.reviewer).get("/review/").content.decode()
    assert "御景湾" in page and "槐东" in page
    assert "小东门" not in page


def test_a_comment_is_kept_once_however_often_it_is_sent(cast: Cast) -> None:
    client = cast.client(cast.reviewer)
    form = client.get("/review/yujingwan/").context["form"]
    fields = {
        "day": cast.yujingwan.compound.today().isoformat(),
        "text": "四户未核对",
        "request_key": form["request_key"].value(),
    }
    for _twice in range(2):
        assert client.post("/review/yujingwan/comments/", fields).status_code == 302
    with cast.yujingwan.open():
        assert [one.text for one in DayComment.objects.all()] == ["四户未核对"]


def test_a_comment_goes_to_granted_compounds_only(cast: Cast) -> None:
    client = cast.client(cast.reviewer)
    assert client.get("/review/xiaodongmen/").status_code == 404
    assert client.post("/review/xiaodongmen/comments/", {"text": "x"}).status_code == 404


def test_nothing_can_be_changed(cast: Cast) -> None:
    client = cast.client(cast.reviewer)
    closed = [one for one in INSIDE if one.rule.permission not in PERMISSIONS[Role.REVIEWER]]
    assert len(closed) > 30
    for address in closed:
        path = _path(address, "yujingwan")
        got = [client.get(path).status_code, client.post(path).status_code]
        assert got == [404, 404], address.name
