"""What is still to be told to a file that was merged is told to the file that goes on."""

from __future__ import annotations

from django.utils import timezone

from households.following import Merged
from journal.handlers import subscribe
from journal.models import Delivery
from notices.models import Receipt


def receipts_follow(delivery: Delivery) -> None:
    """A household is told once of one notice: where both were to be, the kept one's counts."""
    merged = Merged.of(delivery.entry)
    open_ = Receipt.objects.open().filter(household_id=merged.closed).order_by()
    told = Receipt.objects.filter(household_id=merged.household).values("notice")
    open_.filter(notice__in=told).update(cancelled_at=timezone.now())
    open_.update(household_id=merged.household, home_id=merged.home)


def connect() -> None:
    subscribe("HouseholdsMerged", "notices.receipts_follow", receipts_follow)
