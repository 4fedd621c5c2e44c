"""Rounds by the clock."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from journal.outbox import claim_tick
from supplies import sweeps


@shared_task(name="supplies.sweep")
def sweep() -> None:
    if claim_tick("supplies.sweep", timedelta(seconds=15)):
        sweeps.run(now=timezone.now())


@shared_task(name="supplies.food_calls")
def food_calls() -> None:
    """Each morning and noon; whoever has a call today is not called twice."""
    if claim_tick("supplies.food_calls", timedelta(hours=4)):
        sweeps.call_the_hungry(now=timezone.now())
