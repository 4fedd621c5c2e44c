"""Periodic work of the files."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from households.purging import purge_due
from households.sheet_identities import forget_numbers
from journal.outbox import claim_tick


@shared_task(name="households.sweep_retention")
def sweep_retention() -> None:
    if claim_tick("households.sweep_retention", timedelta(minutes=1)):
        now = timezone.now()
        purge_due(now=now)
        forget_numbers(now=now)
