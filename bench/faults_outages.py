"""Web, database and broker go away in the middle of a sale."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.db import connections
from redis import Redis

from bench.faults_checks import Measure
from bench.faults_crowd import PAUSE, Cart, Choose, Crowd, of_placed
from bench.faults_examining import Done
from bench.faults_processes import (
    Process,
    Web,
    beat,
    broker,
    database,
    running,
    until,
    web,
    worker,
)
from bench.faults_scene import Scene, scene
from bench.faults_told import finished, waiting_work

PHONES = 12
BEFORE, AFTER = 40, 60  # orders that are taken before a fault and after it
BROKER_AWAY = 30.0  # seconds
HEALED = "orders are answered again within {} s"
FOUND = "queued work is found again within {} s"


@dataclass
class Sale:
    scene: Scene
    web: Web
    crowd: Crowd


def cart_of(where: Scene) -> Choose:
    """Small carts that change with every order, so that the scarce items are always fought for."""
    eggs, tea, rice = (where.lines[name] for name in ("鸡蛋", "茶叶", "大米"))

    def choose(place: int, number: int) -> Cart:
        return {
            eggs: (place + number) % 5,
            tea: 1 + (place + number) % 3,
            rice: (place * number) % 4,
        }

    return choose


@contextmanager
def sale(
    name: str, *others: Process, phones: int = PHONES, before: int = BEFORE, pause: float = PAUSE
) -> Iterator[Sale]:
    """A scene, a web server, other processes, and phones that order until the block ends."""
    where, server = scene(name), web()
    with running(server, *others):
        crowd = Crowd(where, server.port, where.phones[:phones], cart_of(where), pause=pause)
        with crowd.ordering():
            enough(crowd, before)
            yield Sale(where, server, crowd)
        connections.close_all()


def enough(crowd: Crowd, more: int, since: float | None = None) -> None:
    """Wait until so many orders sent from now on are taken."""
    since = time.monotonic() if since is None else since
    if not until(lambda: crowd.taken(since) >= more, seconds=90):
        raise RuntimeError(f"only {crowd.taken(since)} of {more} orders were taken")


def recovered(crowd: Crowd, moment: float) -> float:
    """Seconds until each phone was answered again; waits for it."""
    until(lambda: crowd.recovered_after(moment) is not None, seconds=90)
    found = crowd.recovered_after(moment)
    if found is None:
        raise RuntimeError("not every phone was answered again")
    return found


def done(shop: Sale, seconds: float, bound: int, *, says: str = HEALED, note: str = "") -> Done:
    """The crowd has gone home; what is still in the outbox is carried out."""
    finished(shop.scene)
    orders = sum(one.status == 302 for one in shop.crowd.answers)
    counted = f"{orders} orders taken, {shop.crowd.sent_again()} sendings repeated"
    return Done(
        shop.scene.compound,
        [*shop.crowd.answers, *of_placed(shop.scene)],
        recovery_s=seconds,
        measures=[Measure(says.format(bound), seconds, bound)],
        note=f"{counted}; {note}" if note else counted,
    )


def web_killed() -> Done:
    """kill -9 of every web process, twice; started again a second later, as a supervisor does."""
    slowest = 0.0
    with sale("web-killed") as shop:
        for _time in range(2):
            moment = time.monotonic()
            shop.web.kill()
            time.sleep(1)
            shop.web.start()
            slowest = max(slowest, recovered(shop.crowd, moment))
            enough(shop.crowd, AFTER)
    return done(shop, slowest, 45, note="killed twice")


def database_restarted() -> Done:
    """pg_ctl -m immediate: every session is cut off, the log is replayed at the start."""
    slowest = 0.0
    with sale("database-restarted") as shop:
        for _time in range(2):
            connections.close_all()
            moment = time.monotonic()
            database().crash()
            database().start()
            slowest = max(slowest, recovered(shop.crowd, moment))
            enough(shop.crowd, AFTER)
    return done(shop, slowest, 10, note="restarted twice")


def backends_terminated() -> Done:
    """pg_terminate_backend of every connection of the app's role, five times."""
    slowest, ended = 0.0, 0
    with sale("backends-terminated") as shop:
        for _time in range(5):
            moment = time.monotonic()
            ended += _terminate()
            slowest = max(slowest, recovered(shop.crowd, moment))
            enough(shop.crowd, AFTER // 3)
    return done(shop, slowest, 10, note=f"{ended} connections ended")


def _terminate() -> int:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as link:
        found = link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
            "current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        return len(found.fetchall())


def broker_flushed() -> Done:
    """FLUSHALL with tasks in the queue and nobody to take them; then a worker and beats start."""
    hands = worker(), beat()
    with sale("broker-flushed", pause=0.3) as shop:
        if not until(lambda: queued() and waiting_work(shop.scene), seconds=30):
            raise RuntimeError("nothing was queued")
        lost, moment = queued(), time.monotonic()
        Redis.from_url(os.environ["REDIS_URL"]).flushall()
        signed_in = recovered(shop.crowd, moment)
        enough(shop.crowd, AFTER)
    with running(*hands):
        moment = time.monotonic()
        seconds = told_again(shop.scene, moment)
    note = f"{lost} queued tasks lost; phones stayed signed in, answered after {signed_in:.1f} s"
    return done(shop, seconds, 60, says=FOUND, note=note)


def queued() -> int:
    link = Redis.from_url(os.environ["REDIS_URL"])
    return sum(int(link.llen(name)) for name in ("ticks", "interactive", "broadcast", "outside"))


def told_again(where: Scene, moment: float) -> float:
    """Seconds from the moment until nothing is left to do."""
    if not until(lambda: not waiting_work(where), seconds=120, step=0.2):
        raise RuntimeError(f"{waiting_work(where)} deliveries are still waiting")
    return time.monotonic() - moment


def broker_stopped() -> Done:
    """No broker for 30 s: orders go on; a relative's order has to be told, which waits."""
    with sale("broker-stopped", worker(), beat(), phones=8, before=20, pause=0.5) as shop:
        moment = time.monotonic()
        broker().stop()
        while time.monotonic() < moment + BROKER_AWAY:
            time.sleep(0.5)
        during = shop.crowd.taken(moment)
        back = time.monotonic()
        broker().start()
        enough(shop.crowd, AFTER // 3, since=back)
        shop.crowd.stopped = True
        seconds = told_again(shop.scene, back)
    if not during:
        raise RuntimeError("no order was taken while the broker was away")
    note = f"{during} orders taken while it was away"
    return done(shop, seconds, 60, says=FOUND, note=note)
