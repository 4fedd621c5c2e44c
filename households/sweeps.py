"""The verification sweep: what was found at each door, how far it is, and who may reach whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Member
from households.models import (
    CareFlag,
    Household,
    Outcome,
    Phone,
    Relative,
    Resident,
    Sweep,
    Verification,
)
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused

SAME_TAP = timedelta(minutes=1)  # an outcome sent again within this time is the same try


class How(models.TextChoices):
    """How the household was reached."""

    DOOR = "door", gettext_lazy("at the door")
    CALL = "call", gettext_lazy("by phone")
    NEIGHBOUR = "neighbour", gettext_lazy("through a neighbour")
    RELATIVE = "relative", gettext_lazy("through a relative")


RECORDABLE = (Outcome.VERIFIED, Outcome.DISPUTED, Outcome.UNREACHABLE)


@transaction.atomic
def verify(
    *, verification: Verification, outcome: Outcome, how: How, note: str, by: Member
) -> Verification:
    """What was found at a door. Verified ends the work; everything else stays open.

    The same outcome again changes nothing. Differing after verified opens the door again;
    nobody reached after verified is refused.
    """
    now = timezone.now()
    row = _lock(verification)
    if outcome not in RECORDABLE:
        raise Refused(_("Choose what you found at the door."), field="outcome")
    if row.cancelled_at is not None:
        raise Refused(_("This sweep has ended; there is nothing left to verify here."))
    if _is_same(row, outcome, note, now):
        return row
    if row.finished_at is not None and outcome == Outcome.UNREACHABLE:
        raise Refused(
            _("%(door)s is verified already, by %(who)s.")
            % {"door": row.home.label, "who": row.finished_by},
            code="already_verified",
        )
    row.outcome, row.tried_at, row.attempts = outcome, now, row.attempts + 1
    row.note = note or row.note
    done = outcome == Outcome.VERIFIED
    row.finished_at, row.finished_by = (now, by) if done else (None, None)
    row.save(
        update_fields=["outcome", "tried_at", "attempts", "note", "finished_at", "finished_by"]
    )
    _record(row, how, by)
    return row


def _lock(verification: Verification) -> Verification:
    rows = Verification.objects.select_for_update(of=("self",))
    return rows.select_related("compound", "home", "sweep", "finished_by").get(pk=verification.pk)


def _record(row: Verification, how: How, by: Member) -> None:
    record(
        "HouseholdVerified",
        compound=row.compound_id,
        by=by,
        household=row.household_id,
        order=row.sweep.cause,
        data={
            "door": row.home.label,
            "outcome": plain(Outcome(row.outcome).label),
            "how": plain(How(how).label),
            "code": str(row.outcome),
        },
    )


def _is_same(row: Verification, outcome: Outcome, note: str, now: object) -> bool:
    if row.outcome != outcome or (note and note != row.note):
        return False
    if outcome == Outcome.VERIFIED:
        return True
    return row.tried_at is not None and now - row.tried_at < SAME_TAP / row.compound.pace  # type: ignore[operator]


@dataclass(frozen=True)
class Progress:
    done: int
    total: int
    disputed: int
    unreachable: int

    @property
    def left(self) -> int:
        return self.total - self.done


def progress(sweep: Sweep) -> Progress:
    """How far a sweep is; one query."""
    rows = Verification.objects.filter(sweep=sweep, cancelled_at=None)
    counts = rows.aggregate(
        total=Count("id"),
        done=Count("id", filter=Q(finished_at__isnull=False)),
        disputed=Count("id", filter=Q(outcome=Outcome.DISPUTED)),
        unreachable=Count("id", filter=Q(outcome=Outcome.UNREACHABLE)),
    )
    return Progress(counts["done"], counts["total"], counts["disputed"], counts["unreachable"])


@dataclass
class Floor:
    """One floor of a sweep, from the top down."""

    unit: str
    number: int
    rows: list[Verification] = field(default_factory=list)

    @property
    def left(self) -> int:
        return sum(row.finished_at is None for row in self.rows)


def floors(sweep: Sweep, *, member: Member, everybody: bool) -> list[Floor]:
    """The doors of a sweep by floor from the top down: a member's own, or everybody's."""
    rows = (
        Verification.objects.filter(sweep=sweep, cancelled_at=None)
        .select_related("home__unit__building", "assignee")
        .order_by("home__unit__position", "home__unit_id", "-home__floor", "home__position")
    )
    if member.unit_id:
        rows = rows.filter(home__unit_id=member.unit_id)
    if not everybody:
        rows = rows.filter(assignee=member)
    found: dict[tuple[int, int], Floor] = {}
    for row in rows:
        key = (row.home.unit_id, row.home.floor)
        floor = found.setdefault(key, Floor(str(row.home.unit), row.home.floor))
        floor.rows.append(row)
    return list(found.values())


@dataclass(frozen=True)
class Door:
    """What a person at a door needs to know: who lives there, and who else may reach them."""

    row: Verification
    residents: list[Resident]
    flags: list[CareFlag]
    relatives: list[Relative]
    neighbours: list[Household]


def door(row: Verification) -> Door:
    """The door of a verification with its suggestions; five queries."""
    residents = list(Resident.objects.filter(household_id=row.household_id, moved_out_at=None))
    return Door(
        row=row,
        residents=residents,
        flags=list(CareFlag.objects.filter(household_id=row.household_id, ended_at=None)),
        relatives=list(
            Relative.objects.filter(household_id=row.household_id).exclude(phone="")[:4]
        ),
        neighbours=_neighbours(row),
    )


def _neighbours(row: Verification) -> list[Household]:
    """Same-floor households with a number: the "1+2" by which a shut door is reached."""
    own = Phone.objects.filter(household_id=OuterRef("pk"))
    people = Resident.objects.filter(moved_out_at=None)
    return list(
        Household.objects.filter(
            Exists(own), closed_at=None, home__unit_id=row.home.unit_id, home__floor=row.home.floor
        )
        .exclude(pk=row.household_id)
        .select_related("home")
        .prefetch_related(Prefetch("residents", queryset=people, to_attr="people"))
        .order_by("home__position")[:4]
    )


def next_row(found: list[Floor], *, chosen: int | None = None) -> Verification | None:
    """The chosen door, else the first one that nobody has tried, else the first one open."""
    rows = [row for floor in found for row in floor.rows]
    picked = next((row for row in rows if row.pk == chosen), None)
    fresh = (row for row in rows if row.finished_at is None and row.tried_at is None)
    open_ = (row for row in rows if row.finished_at is None)
    return picked or next(fresh, None) or next(open_, None)
