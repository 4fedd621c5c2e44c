"""Set-wise sweeps over every kind of work, across all compounds at once."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps

from compounds.pace import quickened
from compounds.work import Work
from journal.actions import SYSTEM, record_many
from journal.models import Entry
from lockdown.kernel.tenancy import scope_of_every_compound

BATCH = 2000


def work_models() -> list[type[Work]]:
    """Every model that is somebody's work; a new app's work is swept without being named here."""
    return [model for model in apps.get_models() if issubclass(model, Work)]


def mark_missed(*, now: datetime) -> int:
    """Work whose grace is over becomes missed, with an entry each. Twice changes nothing."""
    with scope_of_every_compound():
        return mark_missed_here(now)


def mark_missed_here(now: datetime) -> int:
    """The same within the scope in force."""
    paces = quickened()
    return sum(_mark(model, now, paces) for model in work_models())


def _mark(model: type[Work], now: datetime, paces: dict[int, list[int]]) -> int:
    rows = list(
        model.objects.to_miss(now, paces)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related(*model.MISS_RELATED)[:BATCH]
    )
    if not rows:
        return 0
    model.objects.filter(pk__in=[row.pk for row in rows]).update(missed_at=now)
    record_many([_entry(row, now) for row in rows])
    return len(rows)


def _entry(row: Work, now: datetime) -> Entry:
    return Entry(
        compound_id=row.compound_id,
        at=now,
        event=row.MISS_EVENT,
        by=SYSTEM.actor_label,
        household_id=getattr(row, "household_id", None),
        order_id=getattr(row, "order_id", None),
        data=row.missed_data(),
    )
