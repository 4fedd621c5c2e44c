"""The session and the access in one message: guessed by what a process has read, never trusted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from households.access import SESSION_KEY
from households.models import Access
from households.signin import ask, grant, revoke
from lockdown import sessions
from tests.cast import Cast, Site

HOME = "/home/"
WELCOME = "/home/welcome/"


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def access(site: Site, door: str) -> tuple[Access, str]:
    with site.open():
        made, secret = ask(household=site.household(door), resident=None, name="住户")
        return grant(access=made, by=site.captain), secret


def phone(site: Site, door: str = "101") -> tuple[Client, Access]:
    """A signed-in phone whose home has been opened once."""
    client, (made, secret) = Client(), access(site, door)
    session = client.session
    session[SESSION_KEY] = {"compound": site.compound.pk, "secret": secret}
    session.save()
    assert client.get(HOME).status_code == 200
    return client, made


def statements(client: Client) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(HOME).status_code == 200
    return [one["sql"] for one in asked if "django_session" in one["sql"]]


def test_the_second_page_asks_for_session_and_access_at_once(site: Site) -> None:
    client, _made = phone(site)
    [both] = statements(client)
    assert "households_access" in both
    sessions._remembered.clear()
    [alone] = statements(client)
    assert "households_access" not in alone


def test_a_session_that_was_ended_elsewhere_is_nobodys_at_once(site: Site) -> None:
    client, _made = phone(site)
    Session.objects.all().delete()
    answer = client.get(HOME)
    assert (answer.status_code, answer.url) == (302, WELCOME)


def test_a_session_whose_time_is_over_is_nobodys(site: Site) -> None:
    client, _made = phone(site)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get(HOME).url == WELCOME


def test_an_access_that_was_taken_away_is_closed_at_once(site: Site) -> None:
    client, made = phone(site)
    with site.open():
        revoke(access=made, by=site.captain)
    assert client.get(HOME).url == WELCOME
    assert SESSION_KEY not in client.session


def test_another_home_chosen_elsewhere_is_the_one_that_is_shown(site: Site) -> None:
    client, _made = phone(site)
    _other, secret = access(site, "202")
    session = client.session
    session[SESSION_KEY] = {"compound": site.compound.pk, "secret": secret}
    session.save()
    for _visit in range(2):
        page = client.get(HOME).content.decode()
        assert ("202" in page, "101" in page) == (True, False)


def test_a_home_of_another_compound_chosen_elsewhere_stays_behind_its_own_wall(cast: Cast) -> None:
    client, _made = phone(cast.yujingwan)
    _other, secret = access(cast.xiaodongmen, "101")
    session = client.session
    session[SESSION_KEY] = {"compound": cast.xiaodongmen.compound.pk, "secret": secret}
    session.save()
    for _visit in range(2):
        page = client.get(HOME).content.decode()
        assert cast.xiaodongmen.compound.name in page
        assert cast.yujingwan.compound.name not in page


def test_what_is_guessed_may_be_changed_and_the_memory_does_not_change_with_it(site: Site) -> None:
    client, _made = phone(site)
    key = client.session.session_key
    guess = sessions.SessionStore(key).guess()
    assert guess is not None
    guess.data[SESSION_KEY]["compound"] = 0
    again = sessions.SessionStore(key).guess()
    assert again is not None
    assert again.data[SESSION_KEY]["compound"] == site.compound.pk


def test_a_process_remembers_so_many_and_forgets_the_one_read_longest_ago(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions._remembered.clear()
    monkeypatch.setattr(sessions, "MOST", 2)
    first, second, third = (phone(site, door)[0] for door in ("101", "102", "201"))
    assert set(sessions._remembered) == {one.session.session_key for one in (second, third)}
    assert first.get(HOME).status_code == 200


def test_a_loaded_session_is_not_guessed(site: Site) -> None:
    client, _made = phone(site)
    store = sessions.SessionStore(client.session.session_key)
    assert store.guess() is not None
    assert store.get(SESSION_KEY) is not None
    assert store.guess() is None
