"""Hand-over and re-delivery."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from journal.outbox import carry_out, claim_tick, take_waiting
from lockdown.kernel.tasks import hand_over


@shared_task(name="journal.deliver")
def deliver(compound: int, delivery: int) -> None:
    carry_out(compound, delivery)


@shared_task(name="journal.redeliver")
def redeliver() -> None:
    """Send again what a lost message or a failure left behind."""
    if not claim_tick("journal.redeliver", timedelta(seconds=5)):
        return
    for compound, delivery in take_waiting(timezone.now()):
        hand_over(deliver, compound, delivery)
