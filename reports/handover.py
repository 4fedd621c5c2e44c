"""Open and late work of every kind, for the handover of a shift."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from lockdown.kernel.packed import Lists
from reports import rows
from reports.rows import is_open, work_rows
from reports.words import KINDS, place_of
from seals.handover import Figure, Span

# Told, verified and barriers have figures of their own.
LISTED = (rows.CARE, rows.ROUND, rows.WINDOW, rows.RECALL, rows.TASK)
PAGES = {
    rows.CARE: "volunteers:care-list",
    rows.ROUND: "waste:day",
    rows.WINDOW: "waste:day",
    rows.RECALL: "seals:order-list",
    rows.TASK: "seals:order-list",
}


def open_work(span: Span, _lists: Lists) -> Iterable[Figure]:
    """What was due by the end of the shift and is not done, by kind; one query."""
    wanted = is_open() & Q(due_at__lt=max(span.shift.ends_at, span.now))
    found = work_rows(dict.fromkeys(LISTED, wanted))
    for kind in LISTED:
        mine = [row for row in found if row.kind == kind]
        late = [row for row in mine if row.is_late(span.now)]
        if mine:
            yield Figure(
                f"open-{kind}",
                KINDS[kind],
                len(mine),
                "late" if late else "now",
                tuple(dict.fromkeys(place_of(row) for row in late)),
                PAGES[kind],
            )
