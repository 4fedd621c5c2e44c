"""The newest facts of the scope, read lean: the same lines as `journal.queries.feed`."""

from __future__ import annotations

from django.db.models import QuerySet

from journal.events import QUIET, sentence
from journal.models import Entry
from journal.queries import Line
from reports.prepared import prepared

FEW, MANY = 7, 84


def newest(*, many: bool = False) -> list[Line]:
    """`FEW` lines without the quiet ones, newest first, or `MANY` to choose from; one query."""
    return [
        Line(at, by, event, sentence(event, data), household, order)
        for at, by, event, data, household, order in _entries(many=many)
    ]


@prepared
def _entries(many: bool) -> QuerySet:
    columns = ("at", "by", "event", "data", "household_id", "order_id")
    return Entry.objects.exclude(event__in=QUIET).values_list(*columns)[: MANY if many else FEW]
