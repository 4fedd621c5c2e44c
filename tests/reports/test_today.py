"""The rubbish figure of the strip speaks of today."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation

from reports.rows import WINDOW, Row
from reports.today import rubbish_now


@pytest.fixture(autouse=True)
def english() -> None:
    with translation.override("en"):
        yield


def window(due: datetime, phase: str) -> Row:
    blank = dict.fromkeys(Row._fields)
    return Row(**(blank | {"kind": WINDOW, "id": 1, "unit_id": 1, "due_at": due, "code": phase}))


def test_an_old_missed_window_does_not_stand_for_today() -> None:
    now = timezone.now().replace(hour=4)
    old = window(now - timedelta(days=2), "keep_in")
    today = window(now + timedelta(hours=1), "put_out")
    assert rubbish_now([old, today], now)[0] == "put out"
    assert rubbish_now([old], now)[1] == "no collection today"
