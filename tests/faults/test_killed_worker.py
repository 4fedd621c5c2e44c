"""A worker is killed with SIGKILL in the middle of a plan's start; another completes it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.utils import timezone

from compounds.places import find_place
from households.models import Verification
from journal.models import Delivery
from journal.tasks import redeliver
from seals.actions import seal
from seals.builtin import BUILT_IN
from seals.models import Level, PlanPart, PlanTask, SealOrder
from tests.cast import Cast, Site, make_cast

ENOUGH = 30.0  # seconds in which a healthy machine is done many times over


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker on the test's database and the test's broker."""
    name = settings.DATABASES["default"]["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])
    env = os.environ | {
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "REDIS_URL": settings.REDIS_URL,
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "lockdown",
        "worker",
        "-c",
        "1",
        "-l",
        "error",
        "-Q",
        "ticks,interactive,broadcast,outside",
        "--without-gossip",
        "--without-mingle",
    ]
    process = subprocess.Popen(
        command,
        env=env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def started(site: Site, order: SealOrder) -> int:
    with site.open():
        return PlanPart.objects.filter(order=order).exclude(started_at=None).count()


def until(reached, seconds: float = ENOUGH, step: float = 0.005) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if reached():
            return True
        time.sleep(step)
    return False


def broken(site: Site, order: SealOrder) -> list[str]:
    """The invariants of a started plan that do not hold."""
    with site.open():
        homes = find_place(site.compound, "compound").homes().count()
        rows = Verification.objects.filter(sweep__cause=order.pk)
        tasks = PlanTask.objects.filter(order=order)
        checks = {
            "every part started": not PlanPart.objects.filter(order=order, started_at=None),
            "one verification a home": rows.count() == homes == rows.distinct("household").count(),
            "nobody without a list": not rows.filter(assignee=None)
            and not tasks.filter(assignee=None),
            "no task twice": tasks.count() == tasks.distinct("key", "due_at").count(),
            "outbox empty": not Delivery.objects.filter(done_at=None),
        }
    return [name for name, holds in checks.items() if not holds]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_doubles_nothing(plain_celery: None) -> None:
    cast: Cast = make_cast(floors=18, doors=5)
    site = cast.yujingwan
    with site.open():
        now = timezone.now()
        order = seal(
            compound=site.compound,
            place=find_place(site.compound, "compound"),
            level=Level.SEALED,
            template_name=BUILT_IN[0].name,
            steps=BUILT_IN[0].steps,
            starts_at=now,
            ends_at=now + timedelta(days=7),
            request_key="killed-worker-test",
            by=site.manager,
        )
    total = len(BUILT_IN[0].steps)
    with worker() as first:
        assert until(lambda: started(site, order) >= 1)
        kill(first)
        at_death = started(site, order)
    assert 0 < at_death < total, "the worker was not killed in the middle"
    assert "every part started" in broken(site, order)
    with worker():
        assert until(lambda: redeliver.run() or started(site, order) == total, step=0.5)
        assert until(lambda: "outbox empty" not in broken(site, order), step=0.2)
    assert broken(site, order) == []


@pytest.mark.django_db
def test_each_invariant_bites(cast: Cast, django_capture_on_commit_callbacks) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        now = timezone.now()
        order = seal(
            compound=site.compound,
            place=find_place(site.compound, "compound"),
            level=Level.SEALED,
            template_name=BUILT_IN[0].name,
            steps=BUILT_IN[0].steps,
            starts_at=now,
            ends_at=now + timedelta(days=2),
            request_key="mutants-of-invariants",
            by=site.manager,
        )
    assert broken(site, order) == []
    with site.open():
        PlanPart.objects.filter(order=order, key="gate").update(started_at=None)
    assert broken(site, order) == ["every part started"]
    with site.open():
        PlanPart.objects.filter(order=order, key="gate").update(started_at=timezone.now())
        Verification.objects.filter(pk=Verification.objects.first().pk).update(assignee=None)
    assert broken(site, order) == ["nobody without a list"]
    with site.open():
        Delivery.objects.filter(pk=Delivery.objects.first().pk).update(done_at=None)
        Verification.objects.filter(assignee=None).delete()
    assert broken(site, order) == ["one verification a home", "outbox empty"]
