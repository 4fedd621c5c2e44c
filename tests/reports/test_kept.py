"""Drawn panels are shared by those who may see the same, and only until something happens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client

from households.models import Resident, Verification
from journal.actions import record
from reports import kept
from seals.models import SealOrder
from tests.cast import Cast, Site
from tests.reports import scenes
from tests.reports.test_board import statements
from tests.reports.test_home import page, resident

URL = "/c/yujingwan/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
AWAY = {
    "BACKEND": "lockdown.cache.ForgivingRedisCache",
    "LOCATION": "redis://127.0.0.1:1/0",
    "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
}


@pytest.fixture(autouse=True)
def one_long_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute ends between two looks of a test."""
    monkeypatch.setattr(kept, "MINUTE", 10**10)


@pytest.fixture
def running(cast: Cast) -> SealOrder:
    with cast.yujingwan.open():
        return scenes.running(cast.yujingwan, verified=2, untold=2)


def rename(site: Site, number: str, name: str) -> None:
    """A change that the journal does not tell."""
    with site.open():
        Resident.objects.filter(household=site.household(number)).update(name=name)


def board_of(client: Client) -> str:
    answer = client.get(f"{URL}live/?lens=verify")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_kept_board_asks_only_for_the_newest_fact(cast: Cast, running: SealOrder) -> None:
    client = cast.client(cast.yujingwan.manager)
    asked = [text for text in statements(client, URL) if text.startswith("SELECT")]
    inside = [text for text in asked if "journal_entry" in text or "verification" in text]
    assert len(inside) == 1
    cache.clear()
    assert len(statements(client, URL)) < 12


def test_a_fact_in_the_journal_shows_at_once(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    client = cast.client(site.manager)
    before = board_of(client)
    with site.open():
        row = Verification.objects.filter(finished_at=None).select_related("home").first()
        Verification.objects.filter(pk=row.pk).update(
            outcome="disputed", finished_at=None, attempts=1
        )
        unchanged = board_of(client)
        record(
            "HouseholdVerified",
            compound=site.compound.pk,
            by=site.volunteer,
            household=row.household_id,
            data={"door": "9-9-909", "outcome": "Verified", "how": "at the door"},
        )
    assert unchanged == before
    assert "9-9-909" in board_of(client)


def test_a_poll_of_kept_panels_answers_304(cast: Cast, running: SealOrder) -> None:
    client = cast.client(cast.yujingwan.manager)
    first = client.get(f"{URL}live/")
    tag = {"If-None-Match": first["ETag"]}
    assert client.get(f"{URL}live/", headers=tag).status_code == 304


def test_members_who_may_see_less_get_their_own_panels(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    full = cast.client(site.manager).get(URL).content.decode()
    less = cast.client(site.guard).get(URL).content.decode()
    again = cast.client(site.manager).get(URL).content.decode()
    assert "lens=care" in full
    assert "lens=care" not in less
    assert "lens=care" in again


def test_two_compounds_share_nothing(cast: Cast, running: SealOrder) -> None:
    cast.client(cast.yujingwan.manager).get(URL)
    other = cast.client(cast.huaidong.manager).get(f"/c/{cast.huaidong.slug}/").content.decode()
    assert URL not in other


def test_two_households_share_nothing(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    rename(site, "301", "独孤求败")
    mine, other = resident(site, "301"), resident(site, "202")
    assert "独**" in page(mine)
    assert "独**" not in page(other)
    assert "独**" in page(mine)


def test_what_the_journal_does_not_tell_waits_until_the_panels_expire(
    cast: Cast, running: SealOrder
) -> None:
    client = resident(cast.yujingwan, "301")
    page(client)
    rename(cast.yujingwan, "301", "独孤求败")
    assert "独**" not in page(client)
    cache.clear()
    assert "独**" in page(client)
    assert max(kept.SECONDS) <= 15


def test_a_kept_form_carries_the_token_of_its_own_request(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    first, second = resident(site, "301"), resident(site, "301")
    page(first)
    second.handler.enforce_csrf_checks = True
    html = page(second)
    form = html[html.index("/acknowledge/") - 60 :]
    address = form.split('action="')[1].split('"')[0]
    refused = second.post(address, {"csrfmiddlewaretoken": "x" * 64})
    token = TOKEN.findall(form)[0]
    taken = second.post(address, {"csrfmiddlewaretoken": token})
    assert (refused.status_code, taken.status_code) == (403, 302)
    assert address not in page(second)


def test_without_a_cache_every_page_is_drawn(cast: Cast, running: SealOrder, settings: Any) -> None:
    settings.CACHES = {"default": AWAY}
    client = resident(cast.yujingwan, "301")
    page(client)
    rename(cast.yujingwan, "301", "独孤求败")
    assert "独**" in page(client)
    assert "lens=care" in cast.client(cast.yujingwan.manager).get(URL).content.decode()


def test_who_waits_too_long_for_another_draws(
    cast: Cast, running: SealOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocMemCache, "add", lambda *_arguments, **_named: False)
    monkeypatch.setattr(kept, "WAIT", 0)
    assert "board-plan" in board_of(cast.client(cast.yujingwan.manager))
