"""Reading a sweep: how far it is, floor by floor, one door, and who could reach a shut one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    Count,
    F,
    FilteredRelation,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from compounds.models import Member
from compounds.work import WorkQuerySet
from households.models import (
    CareFlag,
    Found,
    Outcome,
    PersonCheck,
    Resident,
    Sweep,
    Verification,
)
from households.reaching import NextStep, next_steps


@dataclass(frozen=True)
class Progress:
    """Doors and people of a sweep, or of a part of it."""

    done: int = 0
    total: int = 0
    disputed: int = 0
    unreachable: int = 0
    seen: int = 0  # people accounted for
    people: int = 0

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.done == self.total and self.seen == self.people

    @property
    def percent(self) -> int:
        """Of doors and people together; 100 is only for all of both, so the last step shows 99."""
        if self.is_complete:
            return 100
        whole = self.total + self.people
        return min(99, (self.done + self.seen) * 100 // whole) if whole else 0

    def __add__(self, other: Progress) -> Progress:
        return Progress(
            self.done + other.done,
            self.total + other.total,
            self.disputed + other.disputed,
            self.unreachable + other.unreachable,
            self.seen + other.seen,
            self.people + other.people,
        )


@dataclass(frozen=True)
class FloorLine:
    """One floor of one unit: everybody's progress, and how much of it is on the member's list."""

    unit_id: int
    building: str
    unit: str
    position: int
    floor: int
    progress: Progress
    mine: int
    mine_open: int
    mine_fresh: int  # nobody has tried these yet

    @property
    def key(self) -> str:
        return f"{self.unit_id}:{self.floor}"

    @property
    def unit_name(self) -> str:
        return _("Building %(building)s Unit %(unit)s") % {
            "building": self.building,
            "unit": self.unit,
        }


def doors_of(sweep: Sweep, member: Member) -> WorkQuerySet:
    """The doors of a sweep that a member may see."""
    return Verification.objects.filter(member.within("home__"), sweep=sweep, cancelled_at=None)


def floor_lines(sweep: Sweep, member: Member) -> list[FloorLine]:
    """Every floor in walking order, from the top floor down; two queries."""
    mine = Q(assignee=member)
    still = Q(finished_at=None)
    counted = (
        doors_of(sweep, member)
        .order_by()
        .values(
            "home__unit_id",
            "home__floor",
            "home__unit__position",
            "home__unit__number",
            "home__unit__building__number",
        )
        .annotate(
            total=Count("id"),
            done=Count("id", filter=Q(finished_at__isnull=False)),
            disputed=Count("id", filter=Q(outcome=Outcome.DISPUTED)),
            unreachable=Count("id", filter=Q(outcome=Outcome.UNREACHABLE)),
            mine=Count("id", filter=mine),
            mine_open=Count("id", filter=mine & still),
            mine_fresh=Count("id", filter=mine & still & Q(tried_at=None)),
        )
    )
    people = _people_by_floor(sweep, member)
    lines = [_floor_line(row, people) for row in counted]
    return sorted(lines, key=lambda one: (one.position, one.unit_id, -one.floor))


def _people_by_floor(sweep: Sweep, member: Member) -> dict[tuple[int, int], tuple[int, int]]:
    """(unit, floor): people accounted for, people on the roster."""
    found = (
        Resident.objects.filter(
            member.within("household__home__"),
            moved_out_at=None,
            household_id__in=doors_of(sweep, member).values("household_id"),
        )
        .order_by()
        .values("household__home__unit_id", "household__home__floor")
        .annotate(
            people=Count("id"),
            seen=Count("id", filter=Q(pk__in=_known(sweep))),
        )
    )
    return {
        (row["household__home__unit_id"], row["household__home__floor"]): (
            row["seen"],
            row["people"],
        )
        for row in found
    }


def _known(sweep: Sweep) -> QuerySet[PersonCheck]:
    """Ids of the people about whom the sweep knows something final."""
    checks = PersonCheck.objects.filter(verification__sweep=sweep).exclude(found=Found.UNKNOWN)
    return checks.values("resident_id")


def _floor_line(row: dict, people: dict[tuple[int, int], tuple[int, int]]) -> FloorLine:
    unit, floor = row["home__unit_id"], row["home__floor"]
    seen, living = people.get((unit, floor), (0, 0))
    return FloorLine(
        unit,
        row["home__unit__building__number"],
        row["home__unit__number"],
        row["home__unit__position"],
        floor,
        Progress(row["done"], row["total"], row["disputed"], row["unreachable"], seen, living),
        row["mine"],
        row["mine_open"],
        row["mine_fresh"],
    )


def progress(sweep: Sweep) -> Progress:
    """How far the whole sweep is; two queries."""
    rows = Verification.objects.filter(sweep=sweep, cancelled_at=None)
    doors = rows.aggregate(
        total=Count("id"),
        done=Count("id", filter=Q(finished_at__isnull=False)),
        disputed=Count("id", filter=Q(outcome=Outcome.DISPUTED)),
        unreachable=Count("id", filter=Q(outcome=Outcome.UNREACHABLE)),
    )
    people = Resident.objects.filter(
        moved_out_at=None, household_id__in=rows.values("household_id")
    ).aggregate(
        people=Count("id"),
        seen=Count("id", filter=Q(pk__in=_known(sweep))),
    )
    return Progress(**doors, **people)


def total_of(lines: Iterable[FloorLine]) -> Progress:
    whole = Progress()
    for line in lines:
        whole += line.progress
    return whole


def floor_rows(
    sweep: Sweep, member: Member, unit: int, floor: int, *, everybody: bool
) -> list[Verification]:
    """The doors of one floor in walking order; one query."""
    rows = doors_of(sweep, member).filter(home__unit_id=unit, home__floor=floor)
    if not everybody:
        rows = rows.filter(assignee=member)
    return list(
        rows.select_related("home__unit__building", "assignee", "finished_by").order_by(
            "home__position"
        )
    )


def next_floor(
    lines: list[FloorLine], *, everybody: bool, upwards: bool, after: str = ""
) -> FloorLine | None:
    """The first floor with a door that nobody has tried, else with one that is open: top first, or
    bottom first for who walks up, from the floor `after` on and then round. The last resort is
    the first floor."""
    up = sorted(lines, key=lambda one: (one.position, one.unit_id, one.floor))
    walk = up if upwards else lines
    start = next((place for place, one in enumerate(walk) if one.key == after), 0)
    walk = [*walk[start:], *walk[:start]]
    if everybody:
        fresh = (one for one in walk if one.progress.left > _tried(one))
        still = (one for one in walk if one.progress.left)
    else:
        fresh = (one for one in walk if one.mine_fresh)
        still = (one for one in walk if one.mine_open)
        walk = [one for one in walk if one.mine] or walk
    return next(fresh, None) or next(still, None) or next(iter(walk), None)


def _tried(line: FloorLine) -> int:
    return line.progress.disputed + line.progress.unreachable


def next_row(rows: list[Verification], *, chosen: int | None = None) -> Verification | None:
    """The chosen door, else the first one that nobody has tried, else the first one open."""
    picked = next((row for row in rows if row.pk == chosen), None)
    fresh = (row for row in rows if row.finished_at is None and row.tried_at is None)
    open_ = (row for row in rows if row.finished_at is None)
    return picked or next(fresh, None) or next(open_, None) or next(iter(rows), None)


@dataclass(frozen=True)
class Door:
    """What a person at a door needs to know: who should be there, and what comes next."""

    row: Verification
    residents: list[Resident]  # each with `known`: what the sweep found, or ""
    flags: list[CareFlag]
    next: NextStep | None

    @property
    def unknown(self) -> list[Resident]:
        """On the roster, and not known at this door: the file is to be put right."""
        return [one for one in self.residents if one.known == Found.UNKNOWN]  # type: ignore[attr-defined]


def door(row: Verification) -> Door:
    """The door of a verification; two queries, three when it is shut."""
    return Door(
        row=row,
        residents=list(people_of([row])),
        flags=list(CareFlag.objects.filter(household_id=row.household_id, ended_at=None)),
        next=next_steps([row]).get(row.pk),
    )


def people_of(rows: Iterable[Verification]) -> QuerySet[Resident]:
    """The people of these doors, each with `known`: what was found about them in this sweep."""
    rows = list(rows)
    return (
        Resident.objects.filter(
            household_id__in=[row.household_id for row in rows], moved_out_at=None
        )
        .annotate(
            here=FilteredRelation(
                "checks", condition=Q(checks__verification__in=[row.pk for row in rows])
            )
        )
        .annotate(known=Coalesce(F("here__found"), Value("")))
    )
