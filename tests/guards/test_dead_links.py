"""No page links to what its reader cannot open.

Each kind of member kept to a part follows every link of every page, from page to page. The rows
of both buildings are those of `tests/limits.py`.
"""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from compounds.models import Compound, Member
from lockdown.kernel.tenancy import scope
from seals.handover import open_handover
from seals.shifts import duty_of
from tests.cast import Cast
from tests.guards.test_limits import EVERY, _path
from tests.guards.test_urls import API
from tests.limits import Scene, limited

HREF = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
# Not pages of a compound: files, phones, the door to sign out.
LEFT = ("/static/", "/media/", "/account/", "/sign-out/")
KINDS = [("manager", False), ("captain", True), ("volunteer", False), ("warehouse", False)]
SOME = 2  # of pages that differ in their numbers alone


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """Every post of the shift that runs now was begun by somebody of the other building."""
    scene = Scene(cast.yujingwan)
    site = scene.site
    with site.open():
        other = Member.objects.get(user__username=f"of-{scene.far.pk}")
        duty, now = duty_of(site.compound), timezone.now()
        for post in duty.posts:
            for shift in duty.around(now):
                if shift.begins_at <= now:
                    open_handover(compound=site.compound, post=post, shift=shift, by=other)
    return scene


def links_of(page: str, text: str) -> set[str]:
    """The addresses that a page links to, without what follows the path's question."""
    found = {urlsplit(urljoin(page, unescape(one))) for one in HREF.findall(text)}
    return {
        one.path + (f"?{one.query}" if one.query else "")
        for one in found
        if not one.netloc and one.scheme in ("", "http") and not one.path.startswith(LEFT)
    }


def kind_of(path: str) -> str:
    """Pages that differ in their numbers alone link alike; a few of each are followed."""
    return re.sub(r"\d+", "0", path)


def broken(client: Client, starts: list[str]) -> tuple[list[str], int]:
    """The links to nothing, each with the page on which it stands; how many were opened."""
    waiting = deque((path, "") for path in starts)
    known, wrong, opened, kinds = set(starts), [], 0, {}
    while waiting:
        path, source = waiting.popleft()
        kinds[kind_of(path)] = kinds.get(kind_of(path), 0) + 1
        if source and kinds[kind_of(path)] > SOME:
            continue
        answer = client.get(path)
        opened += answer.status_code == 200
        if source and answer.status_code == 404:
            wrong.append(f"{source} → {path}")
        if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
            continue
        for link in links_of(path, answer.content.decode()) - known:
            known.add(link)
            waiting.append((link, path))
    return wrong, opened


def _practise(member: Member) -> None:
    """A drill copies the staff of its place; those of the scene are bare."""
    for practice in Compound.objects.filter(practice_of=member.compound_id):
        with scope([practice.pk]):
            Member.objects.create(
                compound=practice, user=member.user, role=member.role, name=member.name
            )


@pytest.mark.parametrize(("role", "by_unit"), KINDS)
def test_every_link_leads_somewhere(scene: Scene, role: str, by_unit: bool) -> None:
    member = limited(scene.site, role, by_unit=by_unit)
    starts = [
        _path(one, scene.ours, scene)
        for one in EVERY
        if one not in API and member.may(one.rule.permission)
    ]
    _practise(member)
    wrong, opened = broken(Cast.client(member), starts)
    assert not wrong, "\n".join(sorted(wrong))
    assert opened > 8
