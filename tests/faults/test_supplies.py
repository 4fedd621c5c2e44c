"""A sale in which processes die: nothing oversold, nothing lost, no request answered twice.

After each fault the invariants of supplies.reconciling hold, and each of them has a mutant that
trips it: the same ones as after `make faults`.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis import Redis

from bench.faults_checks import OF_THE_BOOKS
from journal.models import Tick
from supplies import tasks
from supplies.actions.locking import close
from supplies.actions.waiting import ask_to_wait, grant_waiting
from supplies.models import BuyState, GroupBuy, LedgerEntry, OrderRequest
from supplies.reconciling import INVARIANTS, breaches, broken
from tests.cast import Site, make_cast
from tests.faults.test_killed_worker import kill, until, worker
from tests.supplies import things
from tests.supplies.phones import phone

HOST = "127.0.0.1"
TOKEN = "c" * 32


def _environment() -> dict[str, str]:
    url = urlsplit(os.environ["DATABASE_URL"])
    name = settings.DATABASES["default"]["NAME"]
    return os.environ | {
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "REDIS_URL": settings.REDIS_URL,
        "SECURE_COOKIES": "0",
        "ALLOWED_HOSTS": "*",
        "PLAIN_STATIC": "1",
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def web() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A real web server on the test's database."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "lockdown.wsgi:application"]
    command += ["--host", HOST, "--port", str(port), "--workers", "2", "--blocking-threads", "2"]
    process = subprocess.Popen(
        command,
        env=_environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert until(lambda: _answers(port), seconds=60, step=0.1)
        yield process, port
    finally:
        kill(process)


def _answers(port: int) -> bool:
    try:
        return _request(port, "GET", "/healthz", "", "") == 200
    except OSError:
        return False


def _request(port: int, method: str, path: str, body: str, session: str) -> int:
    link = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        link.request(
            method,
            path,
            body,
            {
                "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        return link.getresponse().status
    finally:
        link.close()


class Crowd:
    """Phones that order until they are stopped; an order without an answer is sent again with
    the same key, as a browser's reload does."""

    def __init__(self, site: Site, buy: GroupBuy, lines: dict[str, int]) -> None:
        self.path = f"/home/buys/{buy.number}/order/"
        self.lines = lines
        self.sessions = [
            phone(site, door).cookies["sessionid"].value
            for door in ("101", "102", "201", "202", "301", "302")
        ]
        self.answered: set[str] = set()
        self.statuses: list[int] = []
        self.port = 0
        self.stopped = False

    @contextmanager
    def ordering(self, port: int) -> Iterator[None]:
        self.port = port
        threads = [Thread(target=self._order, args=[one]) for one in self.sessions]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped = True
            for thread in threads:
                thread.join(timeout=60)

    def _order(self, session: str) -> None:
        number = 0
        while not self.stopped:
            number += 1
            key = uuid.uuid4().hex
            cart = {f"q-{self.lines['牛奶']}": number % 3, f"q-{self.lines['茶叶']}": number % 5}
            body = urlencode({"csrfmiddlewaretoken": TOKEN, "key": key, **cart})
            while (status := self._send(body, session)) is None and not self.stopped:
                time.sleep(0.05)
            if status is not None:
                self.statuses.append(status)
            if status == 302:
                self.answered.add(key)

    def _send(self, body: str, session: str) -> int | None:
        try:
            status = _request(self.port, "POST", self.path, body, session)
        except (OSError, http.client.HTTPException):
            return None
        return None if status in (500, 503) else status


@pytest.fixture
def sale() -> tuple[Site, GroupBuy, Crowd]:
    site = make_cast().yujingwan
    with site.open():
        items = [
            things.Item("牛奶", "箱", 6000, cap_total=5, cap_household=3),
            things.Item("茶叶", "盒", 900),
        ]
        buy = things.open_round(site, items)
        lines = {name: line.pk for name, line in things.lines(buy).items()}
    return site, buy, Crowd(site, buy, lines)


def kept(site: Site) -> set[str]:
    with site.open():
        return set(OrderRequest.objects.values_list("key", flat=True))


def enough(crowd: Crowd, more: int) -> bool:
    """So many further orders were answered."""
    wanted = len(crowd.answered) + more
    return until(lambda: len(crowd.answered) >= wanted, seconds=60, step=0.02)


def check(site: Site, crowd: Crowd) -> None:
    """What was answered is kept, and everything adds up."""
    assert crowd.answered <= kept(site)
    assert set(crowd.statuses) <= {302, 422}
    assert broken(site.compound.pk) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_web_server_killed_in_mid_sale(sale: tuple[Site, GroupBuy, Crowd]) -> None:
    site, _buy, crowd = sale
    with web() as (first, port), crowd.ordering(port):
        assert enough(crowd, 20)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(10)
        assert broken(site.compound.pk) == []
        with web() as (_second, again):
            crowd.port = again
            assert enough(crowd, 20)
            crowd.stopped = True
            time.sleep(0.5)
    check(site, crowd)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_database_cut_off_in_mid_sale(sale: tuple[Site, GroupBuy, Crowd]) -> None:
    """Every connection is ended at once, as by an immediate restart; the site heals by itself."""
    site, _buy, crowd = sale
    with web() as (_server, port), crowd.ordering(port):
        for _time in range(3):
            assert enough(crowd, 10)
            _end_connections()
        began = time.monotonic()
        assert enough(crowd, 10)
        assert time.monotonic() - began < 30
    check(site, crowd)


def _end_connections() -> None:
    """Those of the app's role, from outside and by that role itself."""
    with psycopg.connect(_environment()["DATABASE_URL"], autocommit=True) as link:
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
            "current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    connection.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_broker_emptied_in_mid_sale(sale: tuple[Site, GroupBuy, Crowd]) -> None:
    """Nothing of a sale lies in Redis."""
    site, buy, crowd = sale
    with web() as (_server, port), crowd.ordering(port):
        assert enough(crowd, 10)
        Redis.from_url(settings.REDIS_URL).flushdb()
        assert enough(crowd, 10)
    check(site, crowd)
    with site.open():
        close(buy=buy, by=site.warehouse)
    assert broken(site.compound.pk) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_closes_rounds(
    plain_celery: None, sale: tuple[Site, GroupBuy, Crowd]
) -> None:
    """Each round is closed and charged once, by whichever worker comes to it."""
    site, buy, _crowd = sale
    with site.open():
        rounds = [buy, *(things.open_round(site, title=f"团 {number}") for number in range(30))]
        for one in rounds:
            for door in ("101", "102", "201"):
                name = "茶叶" if one == buy else "大米"
                things.order(site, one, door, **{name: 1})
        past = timezone.now() - timedelta(minutes=1)
        GroupBuy.objects.update(opens_at=past - timedelta(hours=5), closes_at=past)

    def locked() -> int:
        with site.open():
            return GroupBuy.objects.filter(state=BuyState.LOCKED).count()

    tasks.sweep.delay()
    with worker() as first:
        assert until(lambda: locked() >= 3, seconds=60)
        kill(first)
    assert 0 < locked() < len(rounds), "the worker was not killed in the middle"
    assert broken(site.compound.pk) == []
    Tick.objects.all().delete()  # the next period
    tasks.sweep.delay()
    with worker():
        assert until(lambda: locked() == len(rounds), seconds=90, step=0.1)
    with site.open():
        assert LedgerEntry.objects.count() == 3 * len(rounds)
    assert broken(site.compound.pk) == []


@pytest.mark.django_db(transaction=True)
def test_each_invariant_bites() -> None:
    site = make_cast().yujingwan
    with site.open():
        things.locked_round(site, {"101": {"鸡蛋": 2}, "102": {"鸡蛋": 1}})
        things.draft(site, [things.VEG])
    assert broken(site.compound.pk) == []
    assert set(OF_THE_BOOKS) == set(INVARIANTS)
    for name, statements in OF_THE_BOOKS.items():
        assert _broken_after(site, statements) == [name]


@pytest.mark.django_db(transaction=True)
def test_what_is_granted_from_the_waiting_list_breaks_nothing() -> None:
    site = make_cast().yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
        for door in ("101", "102"):
            request = ask_to_wait(
                buy=buy,
                line=things.line(buy),
                household=site.household(door),
                quantity=1,
                by=site.captain,
            )
            grant_waiting(request=request, by=site.warehouse)
    assert broken(site.compound.pk) == []


def _broken_after(site: Site, statements: tuple[str, ...]) -> list[str]:
    known = settings.DATABASES["owner"]
    with psycopg.connect(
        dbname=settings.DATABASES["default"]["NAME"],
        user=known["USER"],
        password=known["PASSWORD"],
        host=known["HOST"],
        port=known["PORT"],
    ) as owner:
        owner.execute(f"SET LOCAL lockdown.compounds = '{{{site.compound.pk}}}'".encode())
        for statement in statements:
            owner.execute(statement.encode())
        found = breaches(owner.cursor())
        owner.rollback()
    return found
