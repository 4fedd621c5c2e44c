"""Fault tests speak to the real broker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lockdown.celery import app


@pytest.fixture
def plain_celery() -> Iterator[None]:
    """Messages go to the broker instead of running here."""
    app.conf.task_always_eager = False
    yield
    app.control.purge()
    app.conf.task_always_eager = True
