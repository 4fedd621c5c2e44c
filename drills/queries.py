"""Reading drills: the list to compare, one drill, and how its people answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from compounds.limits import reached
from compounds.models import Member
from drills.models import Drill
from drills.scorecard import scorecard
from households.models import CareFlag, Household, Phone, Presence, Resident
from lockdown.kernel.tenancy import scope


def drills_of(member: Member) -> QuerySet[Drill]:
    """The drills that a member may see, newest first.

    A practice compound is none of the real one's places: a member with limits sees the drills
    that were started by themselves or by others of the same part.
    """
    rows = Drill.objects.select_related("practice", "started_by")
    return rows.filter(reached(member, "started_by__"))


def card_of(drill: Drill, now: datetime) -> dict[str, Any]:
    """The frozen scorecard, or the one as it stands while the drill runs."""
    if drill.card is not None:
        return drill.card
    with scope([drill.practice_id]):
        return scorecard(drill, now)


@dataclass
class Situation:
    """One door of the situation sheet: what whoever plays the household knows."""

    label: str
    floor: int
    people: list[Resident]
    flags: list[CareFlag]
    has_phone: bool
    script: dict[str, Any] = field(default_factory=dict)

    @property
    def away(self) -> list[Resident]:
        return [one for one in self.people if one.presence == Presence.AWAY]


def situations(drill: Drill) -> list[Situation]:
    """Every door of the drill from the top floor down; four queries."""
    with scope([drill.practice_id]):
        files = Household.objects.filter(closed_at=None).select_related("home")
        files = list(files.order_by("home__unit_id", "-home__floor", "home__position"))
        people = _by_file(Resident.objects.filter(moved_out_at=None))
        flags = _by_file(CareFlag.objects.filter(ended_at=None))
        phones = set(Phone.objects.values_list("household_id", flat=True))
    return [
        Situation(
            one.home.label,
            one.home.floor,
            people.get(one.pk, []),
            flags.get(one.pk, []),
            one.pk in phones,
            drill.scripts.get(str(one.pk), {}),
        )
        for one in files
    ]


def _by_file(rows: QuerySet) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.household_id, []).append(row)
    return found
