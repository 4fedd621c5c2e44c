"""Reading care calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone

from compounds.models import Member
from compounds.work import WorkState
from households.models import CareFlag, CareKind, Phone, Relative
from volunteers.models import CareVisit

MEDICINE = (CareKind.CHRONIC, CareKind.DIALYSIS)


@dataclass(frozen=True)
class CareLine:
    """One call of the list, with what the caller should know before ringing."""

    visit: CareVisit
    state: WorkState
    marks: tuple[str, ...]
    medicine: tuple[str, ...]  # notes of medicine and dialysis marks
    phones: tuple[Phone, ...]
    relatives: tuple[Relative, ...]


def care_today(now: datetime, member: Member | None = None) -> list[CareVisit]:
    """The calls of the compound's day that were not cancelled, by door; one query.

    A member who looks after a part gets that part's.
    """
    rows = CareVisit.objects.filter(day=timezone.localdate(now), cancelled_at=None)
    if member is not None:
        rows = rows.filter(member.within("home__"))
    return list(
        rows.select_related("resident", "home__unit__building", "assignee", "finished_by").order_by(
            "home__position", "id"
        )
    )


def care_counts(day: date) -> tuple[int, int]:
    """(done, total) of the calls of a day; one query."""
    row = CareVisit.objects.filter(day=day, cancelled_at=None).aggregate(
        done=Count("id", filter=Q(finished_at__isnull=False)), total=Count("id")
    )
    return row["done"], row["total"]


def care_lines(visits: Iterable[CareVisit], now: datetime) -> list[CareLine]:
    """Calls with marks, phones and relatives; three queries for any number of calls."""
    visits = list(visits)
    households = {visit.household_id for visit in visits}
    flags = _by_household(CareFlag.objects.filter(household__in=households, ended_at=None))
    phones = _by_household(Phone.objects.filter(household__in=households))
    relatives = _by_household(Relative.objects.filter(household__in=households).order_by("id"))
    return [
        _line(
            visit,
            now,
            [
                flag
                for flag in flags.get(visit.household_id, [])
                if flag.resident_id in (None, visit.resident_id)
            ],
            phones.get(visit.household_id, []),
            relatives.get(visit.household_id, []),
        )
        for visit in visits
    ]


def _by_household(rows: Iterable) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row.household_id, []).append(row)
    return found


def _line(
    visit: CareVisit,
    now: datetime,
    flags: list[CareFlag],
    phones: list[Phone],
    relatives: list[Relative],
) -> CareLine:
    own = [one for one in phones if one.resident_id in (None, visit.resident_id)]
    return CareLine(
        visit,
        visit.state(now),
        tuple(dict.fromkeys(flag.get_kind_display() for flag in flags)),
        tuple(flag.note for flag in flags if flag.kind in MEDICINE and flag.note),
        tuple(own or phones),
        tuple(relatives),
    )
