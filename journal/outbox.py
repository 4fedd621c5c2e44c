"""The outbox: carrying out deliveries, and claiming periods of periodic work."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.utils import timezone

from journal.handlers import handler
from journal.models import Delivery, Tick
from lockdown.kernel.tenancy import scope, scope_of_every_compound

MESSAGE_LIVES = timedelta(seconds=30)  # our default: in half a minute a message is carried out

log = structlog.get_logger(__name__)


def carry_out(compound: int, delivery_id: int) -> bool:
    """Run one delivery's handler in one transaction. False if done or in another's hands."""
    with scope([compound]):
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=delivery_id, done_at__isnull=True)
            .select_related("entry")
            .first()
        )
        if delivery is None:
            return False
        _run(delivery)
        return delivery.done_at is not None


def _run(delivery: Delivery) -> None:
    known = handler(delivery.handler)
    try:
        # The savepoint takes the handler's rows back; the failure itself is kept.
        with transaction.atomic():
            known.handle(delivery)
    except Exception as error:
        log.exception("delivery_failed", handler=delivery.handler, delivery=delivery.pk)
        delivery.put_off(error, timezone.now())
        if known.failed is not None:
            known.failed(delivery, error)
        return
    delivery.done_at = timezone.now()
    delivery.save(update_fields=["done_at"])


def waiting(limit: int = 500) -> list[tuple[int, int]]:
    """(compound, delivery) of what is due again, oldest first, across all compounds."""
    with scope_of_every_compound():
        due = Delivery.objects.due(timezone.now()).order_by("next_at")
        return list(due.values_list("compound_id", "id")[:limit])


def take_waiting(now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """What `waiting` finds, for the one caller who hands it over now.

    It is due again when a message has had time to be carried out: a backlog that were queued anew
    by every sweep would grow faster than workers can clear it. What is in a worker's hands stays.
    """
    with scope_of_every_compound():
        due = Delivery.objects.due(now).select_for_update(skip_locked=True, of=("self",))
        found = list(due.order_by("next_at").values_list("compound_id", "id")[:limit])
        taken = Delivery.objects.filter(pk__in=[delivery for _compound, delivery in found])
        taken.update(next_at=now + MESSAGE_LIVES)
    return found


def claim_tick(job: str, every: timedelta, now: datetime | None = None) -> bool:
    """True for the one caller who may run this job in this period; closes the two-beats race."""
    now = now or timezone.now()
    seconds = int(every.total_seconds())
    period = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_tick (job, period, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [job, period, now],
        )
        won = cursor.rowcount == 1
    if won:
        Tick.objects.filter(at__lt=now - timedelta(days=2)).delete()
    return won
