"""The recall list: who is out, since when, whom to ring, what was said; late ones first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When

from compounds.models import Member
from compounds.work import WorkQuerySet
from households.models import Phone, Presence, PresenceChange, Relative
from seals.models import OrderState, Recall, RecallOutcome, SealOrder

OUT = (Presence.AWAY, Presence.RECALLED)


@dataclass(frozen=True)
class RecallCounts:
    total: int
    waiting: int
    no_answer: int
    coming: int
    returned: int
    stays_away: int
    late: int

    @property
    def left(self) -> int:
        return self.waiting + self.no_answer + self.coming


@dataclass(frozen=True)
class RecallLine:
    recall: Recall
    since: datetime | None
    phones: list[Phone] = field(default_factory=list)
    relatives: list[Relative] = field(default_factory=list)


def recalls_of(member: Member, order: SealOrder | None = None) -> WorkQuerySet:
    """The recalls that a member may see: of one order, or of every order in force."""
    rows = Recall.objects.filter(member.within("home__"), cancelled_at=None)
    if order is not None:
        return rows.filter(order=order)
    return rows.filter(order__state=OrderState.IN_FORCE)


def recall_counts(rows: WorkQuerySet, now: datetime) -> RecallCounts:
    by_outcome = {str(outcome): Count("id", filter=Q(outcome=outcome)) for outcome in RecallOutcome}
    counts = rows.aggregate(
        total=Count("id"),
        late=Count("id", filter=_late(now)),
        **by_outcome,
    )
    return RecallCounts(**counts)


def _late(now: datetime) -> Q:
    """Past its time, or expected back and not there."""
    is_open = Q(finished_at=None, cancelled_at=None)
    awaited = Q(outcome=RecallOutcome.COMING, expected_at__isnull=False)
    return is_open & (Q(expected_at__lt=now) & awaited | Q(due_at__lt=now) & ~awaited)


def in_order(rows: WorkQuerySet, now: datetime) -> WorkQuerySet:
    """Late first, then those to be rung, then those on the way, then what is settled."""
    rank = Case(
        When(_late(now), then=Value(0)),
        When(finished_at__isnull=False, then=Value(3)),
        When(outcome=RecallOutcome.COMING, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    changes = PresenceChange.objects.filter(
        resident=OuterRef("resident_id"), compound_id=OuterRef("compound_id"), new__in=OUT
    ).exclude(old__in=OUT)
    return (
        rows.annotate(rank=rank, since=Subquery(changes.order_by("-at").values("at")[:1]))
        .select_related("resident", "home__unit__building", "assignee", "order")
        .order_by("rank", "expected_at", "due_at", "home__position", "pk")
    )


def recall_lines(rows: Sequence[Recall]) -> list[RecallLine]:
    """A page of recalls with whom to ring: the person's own numbers, else the household's; two
    queries."""
    files = [one.household_id for one in rows]
    phones: dict[int, list[Phone]] = defaultdict(list)
    for phone in Phone.objects.filter(household_id__in=files):
        phones[phone.household_id].append(phone)
    relatives: dict[int, list[Relative]] = defaultdict(list)
    for relative in Relative.objects.filter(household_id__in=files).exclude(phone=""):
        relatives[relative.household_id].append(relative)
    return [
        RecallLine(
            one,
            one.since,  # type: ignore[attr-defined]
            own_first(phones[one.household_id], one.resident_id),
            relatives[one.household_id],
        )
        for one in rows
    ]


def own_first(phones: Sequence[Phone], resident: int) -> list[Phone]:
    return [one for one in phones if one.resident_id == resident] or list(phones)
