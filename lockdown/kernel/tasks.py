"""Handing work to Celery so that a lost broker loses nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from celery import Task
from django.db import transaction

log = structlog.get_logger(__name__)


def hand_over(task: Task, *args: Any) -> None:
    """Send the task after commit. If the broker is away, the row stays and a sweep finds it."""
    transaction.on_commit(partial(_publish, task, args), robust=True)


def _publish(task: Task, args: tuple[Any, ...]) -> None:
    try:
        task.apply_async(args=args, retry=False)
    except Exception as error:
        log.warning("broker_away", task=task.name, error=type(error).__name__)
