"""The sweep that turns work nobody did into a fact on the board."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from compounds.sweeps import mark_missed
from journal.outbox import claim_tick


@shared_task(name="compounds.sweep_work")
def sweep_work() -> None:
    if claim_tick("compounds.sweep_work", timedelta(seconds=30)):
        mark_missed(now=timezone.now())
