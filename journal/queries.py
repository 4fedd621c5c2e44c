"""Reading what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from journal.events import QUIET, sentence
from journal.models import Entry, Tick


@dataclass(frozen=True)
class Line:
    """One line of a timeline."""

    at: datetime
    by: str
    event: str
    text: str
    household_id: int | None
    order_id: int | None


def _line(entry: Entry) -> Line:
    return Line(
        entry.at,
        entry.by,
        entry.event,
        sentence(entry.event, entry.data),
        entry.household_id,
        entry.order_id,
    )


def feed(*, limit: int = 12) -> list[Line]:
    """The newest facts of the scope for a board, without the quiet ones."""
    return [_line(entry) for entry in Entry.objects.exclude(event__in=QUIET)[:limit]]


def household_timeline(household: int, *, limit: int = 100) -> list[Line]:
    return [_line(entry) for entry in Entry.objects.filter(household_id=household)[:limit]]


def order_timeline(order: int, *, limit: int = 100) -> list[Line]:
    return [_line(entry) for entry in Entry.objects.filter(order_id=order)[:limit]]


def last_tick() -> datetime | None:
    return Tick.objects.aggregate(at=Max("at"))["at"]
