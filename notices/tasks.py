"""Sending what is due, and following up."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from journal.outbox import claim_tick
from lockdown.kernel.tasks import hand_over
from lockdown.kernel.tenancy import scope
from notices.chase import chase, due_notices
from notices.sending import deliver


@shared_task(name="notices.send")
def send(compound: int, notice: int) -> None:
    with scope([compound]):
        deliver(notice, now=timezone.now())


@shared_task(name="notices.sweep")
def sweep() -> None:
    """Send scheduled notices that are due, and those a lost worker left; then follow up."""
    if not claim_tick("notices.sweep", timedelta(seconds=30)):
        return
    now = timezone.now()
    for compound, notice in due_notices(now):
        hand_over(send, compound, notice)
    chase(now=now)
