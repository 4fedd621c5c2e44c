"""More is waiting than workers can do at once: it is queued once, and found again when lost."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone
from redis import Redis

from journal.actions import SYSTEM, HandTo, record
from journal.models import Delivery, Tick
from journal.outbox import MESSAGE_LIVES, take_waiting
from journal.tasks import redeliver
from tests.cast import Cast, make_cast

WAITING = 20


@pytest.fixture
def backlog() -> Cast:
    """Deliveries that are due, and whose messages are lost."""
    cast = make_cast()
    with cast.yujingwan.open():
        for number in range(WAITING):
            record(
                "OrderReduced",
                compound=cast.yujingwan.compound.pk,
                by=SYSTEM,
                hand_to=[HandTo("seals.start_part", key=str(number))],
            )
        Delivery.objects.exclude(handler="seals.start_part").delete()
    Redis.from_url(settings.REDIS_URL).delete("interactive")
    return cast


def sweep() -> int:
    """How many messages the sweep of a new period queues."""
    Tick.objects.all().delete()
    before = queued()
    redeliver.run()
    return queued() - before


def queued() -> int:
    return int(Redis.from_url(settings.REDIS_URL).llen("interactive"))  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_a_backlog_is_not_queued_anew_by_every_sweep(plain_celery: None, backlog: Cast) -> None:
    assert sweep() == WAITING
    assert sweep() == 0
    with backlog.yujingwan.open():
        assert Delivery.objects.filter(done_at=None).count() == WAITING


@pytest.mark.django_db(transaction=True)
def test_what_was_queued_and_lost_is_found_again(plain_celery: None, backlog: Cast) -> None:
    now = timezone.now()
    assert len(take_waiting(now)) == WAITING
    assert take_waiting(now + timedelta(seconds=5)) == []
    assert len(take_waiting(now + MESSAGE_LIVES)) == WAITING


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_has_in_its_hands_is_left_to_it(plain_celery: None, backlog: Cast) -> None:
    compound = backlog.yujingwan.compound.pk
    known = settings.DATABASES["default"]
    with psycopg.connect(
        dbname=known["NAME"],
        user=known["USER"],
        password=known["PASSWORD"],
        host=known["HOST"],
        port=known["PORT"],
    ) as worker:
        worker.execute(f"SET LOCAL lockdown.compounds = '{{{compound}}}'".encode())
        worker.execute("SELECT 1 FROM journal_delivery ORDER BY id LIMIT 3 FOR UPDATE")
        assert len(take_waiting(timezone.now())) == WAITING - 3
        worker.rollback()
    assert len(take_waiting(timezone.now())) == 3
