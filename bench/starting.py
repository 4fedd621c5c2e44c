"""From confirming an order to everything started, with one worker of one process."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from functools import partial

from bench.copying import forget, insert_again
from bench.measure import Result, Target, at_most
from bench.scenes import Site, place_of, seal_place, site, site_of_3000
from bench.web import running
from compounds.models import Unit
from journal.models import Delivery
from lockdown.celery import app
from notices.models import Receipt
from seals.models import PlanPart, SealOrder

ROUNDS = 3
LIMIT = "the same rows, one raw INSERT … SELECT a table"
PATIENCE = 120  # seconds until a plan that does not start is a failure
BOOT = 120  # seconds for the worker to come up


def unit() -> Iterator[Result]:
    """Units of 90 homes, one a round; the first warms the worker up."""
    made = site("start", units=ROUNDS + 1, floors=18, doors=5)
    with worker():
        _started(made, made.units[0])
        pairs = tuple(_round(made, one) for one in made.units[1:])
    yield _result("start", pairs, at_most(5), "90 homes; seal() to the last part and receipt")


def compound() -> Iterator[Result]:
    """A compound of 3,000 homes, sealed anew from nothing in each round."""
    made = site_of_3000()
    with worker():
        pairs = tuple(_round(made, None) for _number in range(ROUNDS))
    yield _result("compound", pairs, at_most(30), "3,000 homes; seal() to the last receipt")


def _result(name: str, pairs: tuple, target: Target, note: str) -> Result:
    return Result(name, "s", pairs, target, LIMIT, note)


def _round(made: Site, place: Unit | None) -> tuple[float, float]:
    seconds, order = _started(made, place)
    limit = insert_again(made.compound.pk, order.pk)
    forget(made.compound.pk, order.pk)
    return seconds, limit


def _started(made: Site, chosen: Unit | None) -> tuple[float, SealOrder]:
    """Seconds from calling seal() until every part has started, every household has its receipt
    and nothing waits in the outbox."""
    began = time.perf_counter()
    with made.open():
        order = seal_place(made, place_of(made, chosen))
    waiting = partial(_waits, made, order)
    while waiting():
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("the plan does not start")
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    _check(made, order, chosen)
    return seconds, order


def _waits(made: Site, order: SealOrder) -> bool:
    with made.open():
        return (
            PlanPart.objects.filter(order=order, started_at=None).exists()
            or Delivery.objects.filter(done_at=None).exists()
        )


def _check(made: Site, order: SealOrder, chosen: Unit | None) -> None:
    with made.open():
        receipts = Receipt.objects.filter(notice__order_id=order.pk).count()
        homes = place_of(made, chosen).homes().count()
    if receipts != homes:
        raise AssertionError(f"{receipts} receipts for {homes} homes")


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """One Celery worker with one process, ready to take tasks."""
    command = [sys.executable, "-m", "celery", "-A", "lockdown", "worker"]
    command += ["-Q", "ticks,interactive,broadcast,outside", "--concurrency", "1", "-l", "WARNING"]
    command += ["-n", f"bench-{os.getpid()}@%h", "--without-gossip", "--without-mingle"]
    with running("worker", command, {}) as process:
        deadline = time.monotonic() + BOOT
        while not app.control.ping(timeout=0.5):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the worker does not start")
        yield
