"""A relative is ended while his deed is being written: real transactions on real connections."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from households import proxies, signin
from households.models import Access, Household, Invitation, Proxy
from journal.models import Entry
from lockdown.kernel.errors import Refused
from notices.models import Notice
from tests.cast import Site, make_cast
from tests.households.relatives import invite, let_in
from volunteers.asks import make_ask
from volunteers.models import Ask, AskKind

WAIT = 10.0


@pytest.fixture
def site(transactional_db: None) -> Site:
    return make_cast().yujingwan


class Thread(threading.Thread):
    """A deed on a connection of its own, inside the compound's scope; `error` is what it raised."""

    def __init__(self, site: Site, deed: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.site, self.deed = site, deed
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with self.site.open():
                self.deed()
        except BaseException as error:
            self.error = error
        finally:
            connection.close()


def ask_medicine(site: Site, access: Access, key: str = "a" * 32) -> Ask:
    return make_ask(
        household=Household.objects.get(pk=access.household_id),
        kind=AskKind.MEDICINE,
        text="降压药",
        form_key=key,
        by=access,
    )


def waits_for_a_lock(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


@pytest.mark.slow
def test_a_revocation_waits_for_the_deed_under_way_which_then_stands(site: Site) -> None:
    with site.open():
        access = let_in(site, "301")
    written, go_on, pid = threading.Event(), threading.Event(), []

    def deed() -> None:
        ask_medicine(site, access)
        written.set()
        assert go_on.wait(WAIT)

    def revoke() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid.append(cursor.fetchone()[0])
        signin.revoke(access=access, by=site.manager)

    acting = Thread(site, deed)
    acting.start()
    assert written.wait(WAIT)
    ending = Thread(site, revoke)
    ending.start()
    while not (pid and waits_for_a_lock(pid[0])):
        ending.join(0.02)
        assert ending.is_alive(), "the revocation did not wait for the deed"
    go_on.set()
    acting.join(WAIT)
    ending.join(WAIT)
    assert acting.error is None and ending.error is None
    with site.open():
        access.refresh_from_db()
        assert access.ended_at is not None
        ask = Ask.objects.get()
        acted = Entry.objects.get(event="ActedForHousehold")
        ended = Entry.objects.get(event="ProxyEnded")
        assert acted.pk < ended.pk and acted.data["cause"] == f"ask:{ask.pk}"
        told = set(Notice.objects.values_list("title", flat=True))
        assert {"儿子 李** 替您办了事", "儿子 李** 不再替您办事"} <= told


@pytest.mark.slow
def test_a_deed_that_comes_during_the_revocation_is_refused(site: Site) -> None:
    with site.open():
        access = let_in(site, "301")
    ended, go_on, pid = threading.Event(), threading.Event(), []

    def revoke() -> None:
        signin.revoke(access=access, by=site.manager)
        ended.set()
        assert go_on.wait(WAIT)

    def deed() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid.append(cursor.fetchone()[0])
        ask_medicine(site, access)

    ending = Thread(site, revoke)
    ending.start()
    assert ended.wait(WAIT)
    acting = Thread(site, deed)
    acting.start()
    while not (pid and waits_for_a_lock(pid[0])):
        acting.join(0.02)
        assert acting.is_alive(), "the deed did not wait for the revocation"
    go_on.set()
    ending.join(WAIT)
    acting.join(WAIT)
    assert ending.error is None
    assert isinstance(acting.error, Refused) and "没有提交" in str(acting.error)
    with site.open():
        assert not Ask.objects.exists()
        assert not Entry.objects.filter(event="ActedForHousehold").exists()


@pytest.mark.slow
def test_deeds_and_a_revocation_at_once_leave_no_deed_untold(site: Site) -> None:
    """However they fall: every request that stands has its fact, all before the end."""
    with site.open():
        access = let_in(site, "301")
    gate = threading.Barrier(5)

    def together(deed: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            gate.wait(WAIT)
            return deed()

        return run

    acts = [
        Thread(site, together(lambda key=key: ask_medicine(site, access, key * 32)))
        for key in "abcd"
    ]
    end = Thread(site, together(lambda: signin.revoke(access=access, by=site.manager)))
    for thread in (*acts, end):
        thread.start()
    for thread in (*acts, end):
        thread.join(WAIT)
    assert end.error is None
    assert all(one.error is None or isinstance(one.error, Refused) for one in acts)
    with site.open():
        causes = {f"ask:{ask.pk}" for ask in Ask.objects.all()}
        facts = Entry.objects.filter(event="ActedForHousehold")
        assert {entry.data["cause"] for entry in facts} == causes
        assert len(causes) == sum(one.error is None for one in acts)
        access.refresh_from_db()
        assert not Ask.objects.filter(asked_at__gt=F("access__ended_at")).exists()


@pytest.mark.slow
def test_the_same_form_twice_at_once_is_one_request(site: Site) -> None:
    with site.open():
        access = let_in(site, "301")
    threads = [Thread(site, lambda: ask_medicine(site, access)) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert [one.error for one in threads] == [None, None]
    with site.open():
        assert Ask.objects.count() == 1
        assert Entry.objects.filter(event="ActedForHousehold").count() == 1


@pytest.mark.slow
def test_two_phones_with_one_link_make_one_proxy(site: Site) -> None:
    with site.open():
        found = proxies.find_invitation(invite(site, "301"), timezone.now())
    assert found is not None

    def ask() -> None:
        proxies.ask(
            invitation=found, name="李志远", phone="13900139000", relation="son", home_of="mother"
        )

    threads = [Thread(site, ask) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    errors = [one.error for one in threads if one.error is not None]
    assert len(errors) == 1 and isinstance(errors[0], Refused)
    with site.open():
        assert Proxy.objects.count() == 1 and Invitation.objects.get().used_at


@pytest.mark.slow
def test_two_links_made_at_once_leave_one_that_works(site: Site) -> None:
    codes: list[str] = []
    threads = [Thread(site, lambda: codes.append(invite(site, "301"))) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert [one.error for one in threads] == [None, None]
    with site.open():
        living = [one for one in codes if proxies.find_invitation(one, timezone.now())]
        assert len(codes) == 2 and len(living) == 1
