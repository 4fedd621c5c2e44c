"""Open care calls follow when two files, or two entries of one person, become one."""

from __future__ import annotations

from django.utils import timezone

from households.following import Merged
from journal.handlers import subscribe
from journal.models import Delivery
from volunteers.models import Ask, CareVisit


def calls_follow(delivery: Delivery) -> None:
    """A person is called once a day: where both entries were, the kept one's call counts."""
    merged = Merged.of(delivery.entry)
    rows = list(CareVisit.objects.open().select_for_update(of=("self",)).filter(merged.rows))
    known = set(
        CareVisit.objects.filter(resident_id__in=merged.people.values()).values_list(
            "day", "resident_id"
        )
    )
    for row in rows:
        resident = merged.now(row.resident_id)
        if resident != row.resident_id and (row.day, resident) in known:
            row.cancelled_at = timezone.now()
        else:
            row.resident_id, row.household_id = resident, merged.household
            row.home_id = merged.home
        row.save(update_fields=["cancelled_at", "resident", "household", "home"])


def asks_follow(delivery: Delivery) -> None:
    """What the closed file's home asked for is carried out for the file that goes on."""
    merged = Merged.of(delivery.entry)
    if merged.closed is not None:
        open_ = Ask.objects.open().filter(household_id=merged.closed)
        open_.update(household_id=merged.household, home_id=merged.home)


def connect() -> None:
    subscribe("HouseholdsMerged", "volunteers.calls_follow", calls_follow)
    subscribe("HouseholdsMerged", "volunteers.asks_follow", asks_follow)
    subscribe("PeopleMerged", "volunteers.calls_follow", calls_follow)
