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
from journal.tasks import deliver, redeliver
from lockdown.celery import TICKS, app
from supplies.tasks import sweep as sweep_supplies
from tests.cast import Cast, make_cast
from tests.faults.test_killed_worker import until, worker

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


def test_periodic_work_does_not_queue_behind_the_work_of_others() -> None:
    """In one queue with some hundreds of deliveries it would expire before its turn came."""
    for name in {one["task"] for one in app.conf.beat_schedule.values()}:
        assert app.amqp.router.route({}, name)["queue"].name == TICKS, name
    for name in ("journal.deliver", "notices.send"):
        assert app.amqp.router.route({}, name)["queue"].name != TICKS


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_sweep_comes_to_its_turn_in_a_long_queue(plain_celery: None, backlog: Cast) -> None:
    """A real worker is still busy with what was queued before when the sweep has run."""
    for number in range(2000):
        deliver.delay(backlog.yujingwan.compound.pk, -number)
    Tick.objects.all().delete()
    sweep_supplies.delay()
    with worker():
        assert until(lambda: Tick.objects.filter(job="supplies.sweep").exists())
        assert queued() > 1000
