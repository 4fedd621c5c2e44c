"""Open recalls follow when two files, or two entries of one person, become one."""

from __future__ import annotations

from django.utils import timezone

from households.following import Merged
from journal.handlers import subscribe
from journal.models import Delivery
from seals.models import Recall


def recalls_follow(delivery: Delivery) -> None:
    """A person is recalled once for one order: where both entries were, the kept one's counts."""
    merged = Merged.of(delivery.entry)
    rows = list(Recall.objects.open().select_for_update(of=("self",)).filter(merged.rows))
    known = set(
        Recall.objects.filter(resident_id__in=merged.people.values()).values_list(
            "order_id", "resident_id"
        )
    )
    for row in rows:
        resident = merged.now(row.resident_id)
        if resident != row.resident_id and (row.order_id, resident) in known:
            row.cancelled_at = timezone.now()
        else:
            row.resident_id, row.household_id = resident, merged.household
            row.home_id = merged.home
        row.save(update_fields=["cancelled_at", "resident", "household", "home"])


def connect() -> None:
    subscribe("HouseholdsMerged", "seals.recalls_follow", recalls_follow)
    subscribe("PeopleMerged", "seals.recalls_follow", recalls_follow)
