"""Whose medicine runs out, and who goes out for treatment: for the adviser and the manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from compounds.models import Member
from households.models import Appointment, Medicine

WEEK = 7  # days
MOST = 300  # appointments read for one week's page


def running_out(member: Member, *, within: int, today: date) -> QuerySet[Medicine]:
    """Medicines that last `within` days at most, the shortest first; run-out ones on top."""
    return (
        Medicine.objects.filter(
            member.within("resident__household__home__"),
            ended_at=None,
            runs_out_on__lte=today + timedelta(days=within),
            resident__moved_out_at=None,
            resident__household__closed_at=None,
        )
        .select_related("resident__household__home")
        .order_by("runs_out_on", "resident__household__home__position", "pk")
    )


@dataclass(frozen=True)
class TripDay:
    day: date
    trips: list[Appointment]


def trips_of_week(member: Member, *, first: date) -> list[TripDay]:
    """Each day of the week from `first` with who goes out, by the hour; one query."""
    rows = list(
        Appointment.objects.filter(
            member.within("resident__household__home__"),
            ended_at=None,
            resident__moved_out_at=None,
            resident__household__closed_at=None,
        )
        .select_related("resident__household__home")
        .order_by("at", "resident__household__home__position", "pk")[:MOST]
    )
    days = [first + timedelta(days=place) for place in range(WEEK)]
    found = {day: TripDay(day, []) for day in days}
    for row in rows:
        for day in row.days(first, WEEK):
            found[day].trips.append(row)
    return [one for one in found.values() if one.trips]
