"""Replaying days that have passed: the product's clock stands where the story is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from celery import current_app
from django.utils import translation


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Actions inside see this moment as now. For stories and demo data only."""
    with patch("django.utils.timezone.now", lambda: moment):
        yield


@contextmanager
def in_process() -> Iterator[None]:
    """Hand-overs run here and now instead of in a worker, in the compound's language."""
    before = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    try:
        with translation.override("zh-hans"):
            yield
    finally:
        current_app.conf.task_always_eager = before
