"""The beat of the drills that are running."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from drills import clearing, ticks
from journal.outbox import claim_tick
from lockdown.kernel.tasks import hand_over

EVERY = timedelta(seconds=5)
CLEARING = timedelta(minutes=50)


@shared_task(name="drills.tick")
def tick() -> None:
    """One message for each running drill, so that a large one delays no other."""
    if not claim_tick("drills.tick", EVERY):
        return
    for compound, drill in ticks.running():
        hand_over(tick_one, compound, drill)


@shared_task(name="drills.clear")
def clear() -> None:
    if claim_tick("drills.clear", CLEARING):
        clearing.clear_ended(now=timezone.now())


@shared_task(name="drills.tick_one")
def tick_one(compound: int, drill: int) -> None:
    ticks.tick(compound, drill, now=timezone.now())
