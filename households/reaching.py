"""A shut door: who could reach it, best first, and who tries next by when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Case, Exists, IntegerField, OuterRef, Prefetch, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from compounds.roles import Role
from households.models import (
    Household,
    How,
    Outcome,
    Phone,
    ReachTry,
    Relative,
    Resident,
    Verification,
)
from lockdown.kernel.masking import mask_name, mask_phone

MOST = 8
AGAIN = timedelta(hours=2)  # a shut door that nobody was asked to reach is tried again after this


@dataclass(frozen=True)
class Suggestion:
    """Somebody who could reach the household; `value` is what the one tap sends."""

    value: str  # "relative:3", "household:77", "member:5"
    how: How
    title: str
    why: str


def whom_text(one: ReachTry) -> str:
    """The neighbours' door or the relative, as a line names them; never a full name."""
    if one.household is not None:
        return one.household.home.number
    if one.relative is not None:
        return one.relative.relation or mask_name(one.relative.name)
    return ""


def suggestions(row: Verification, by: Member | None = None) -> list[Suggestion]:
    """At most MOST, ranked, of whom `by` may know; four queries. Needs the home loaded."""
    found = [_relative(one) for one in _relatives(row)]
    found += [_household(one) for one in _households(row, by.within("home__") if by else Q())]
    captain = _captain(row)
    if captain is not None:
        found.append(
            Suggestion(
                f"member:{captain.pk}", How.DOOR, captain.name, _("captain, goes and knocks")
            )
        )
    return found[:MOST]


def _relatives(row: Verification) -> list[Relative]:
    found = Relative.objects.filter(household_id=row.household_id).exclude(phone="")
    return list(found.order_by("pk")[:3])


def _relative(one: Relative) -> Suggestion:
    name = one.relation or mask_name(one.name) or _("relative")
    why = _("relative outside, %(phone)s") % {"phone": mask_phone(one.phone)}
    return Suggestion(f"relative:{one.pk}", How.RELATIVE, name, why)


def _households(row: Verification, seen: Q) -> list[Household]:
    """Homes with a phone: those that share one with this home, then this floor, then the floors
    beside it; on a floor those that are verified come first."""
    home = row.home
    phones = Phone.objects.filter(household_id=OuterRef("pk"))
    own = Phone.objects.filter(household_id=row.household_id).values("number")
    verified = Verification.objects.filter(
        sweep_id=row.sweep_id, household_id=OuterRef("pk"), outcome=Outcome.VERIFIED
    )
    near = Q(home__unit_id=home.unit_id, home__floor__range=(home.floor - 1, home.floor + 1))
    return list(
        Household.objects.annotate(
            shares=Exists(phones.filter(number__in=own)), known=Exists(verified)
        )
        .annotate(
            rank=Case(
                When(shares=True, then=Value(0)),
                When(home__floor=home.floor, known=True, then=Value(1)),
                When(home__floor=home.floor, then=Value(2)),
                When(known=True, then=Value(3)),
                default=Value(4),
                output_field=IntegerField(),
            )
        )
        .filter(seen, Exists(phones), Q(shares=True) | near, closed_at=None)
        .exclude(pk=row.household_id)
        .select_related("home")
        .prefetch_related(
            Prefetch(
                "residents", queryset=Resident.objects.filter(moved_out_at=None), to_attr="people"
            )
        )
        .order_by("rank", "home__position")[:5]
    )


def _household(one: Household) -> Suggestion:
    name = mask_name(one.people[0].name) if one.people else ""  # type: ignore[attr-defined]
    rank = one.rank  # type: ignore[attr-defined]
    whys = {
        0: _("has the same phone in its file"),
        1: _("same floor, verified, has a phone"),
        2: _("same floor, has a phone"),
        3: _("next floor, verified, has a phone"),
    }
    title = f"{one.home.number} {name}".strip()
    why = whys.get(rank, _("next floor, has a phone"))
    return Suggestion(f"household:{one.pk}", How.NEIGHBOUR, title, why)


def _captain(row: Verification) -> Member | None:
    """The captain of this stair, else one of its building, else one of the whole compound."""
    captains = Member.objects.filter(role=Role.CAPTAIN, left_at=None)
    covering = [one for one in captains if one.covers(row.home)]
    covering.sort(key=lambda one: (one.unit_id is None, not one.buildings, one.pk))
    return covering[0] if covering else None


@dataclass(frozen=True)
class NextStep:
    """Who tries a shut door next, and by when; there is always one."""

    whom: str  # the neighbours or the relative who were asked; empty: the person goes again
    who: str
    how: str
    due_at: datetime

    @property
    def is_late(self) -> bool:
        return self.due_at < timezone.now()


def next_steps(rows: Iterable[Verification]) -> dict[int, NextStep]:
    """The next step for each of these doors that is shut; one query, none without a shut door."""
    shut = {row.pk: row for row in rows if row.outcome == Outcome.UNREACHABLE and row.tried_at}
    if not shut:
        return {}
    steps = {pk: _again(row) for pk, row in shut.items()}
    asked = (
        ReachTry.objects.filter(verification__in=shut)
        .select_related("household__home", "relative", "member")
        .order_by("asked_at", "id")
    )
    for one in asked:
        row = shut[one.verification_id]
        if row.tried_at is None or one.asked_at >= row.tried_at:
            who = one.member.name if one.member else steps[row.pk].who
            steps[row.pk] = replace(
                steps[row.pk], whom=whom_text(one), who=who, how=one.how, due_at=one.due_at
            )
    return steps


def _again(row: Verification) -> NextStep:
    """Nobody was asked: the person on whose list the door is goes again."""
    tried_at = row.tried_at or row.due_at
    return NextStep("", row.assignee.name if row.assignee else "", How.DOOR, tried_at + AGAIN)
