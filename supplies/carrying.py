"""Reading runs for those who carry: what is next, what can be taken back, whom to ring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count as Counted
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Member
from lockdown.kernel.wording import minutes
from supplies.actions.undoing import may_undo
from supplies.models import Allocation, BuyState, DeliveryRun, GroupBuy, Stop, StopOutcome
from supplies.packing import Part, parts_of
from supplies.packs import goods_of
from supplies.queries import stops_of, to_ring

RECENT = timedelta(days=3)  # a delivered round stays on the list of runs so long
MARKS = {
    StopOutcome.WAITING: "wait",
    StopOutcome.LEFT: "done",
    StopOutcome.TAKEN: "done",
    StopOutcome.NO_ANSWER: "late",
    StopOutcome.REFUSED: "late",
}
SAID = {
    StopOutcome.WAITING: gettext_lazy("to carry"),
    StopOutcome.LEFT: gettext_lazy("Left at the door"),
    StopOutcome.TAKEN: gettext_lazy("Taken in"),
    StopOutcome.NO_ANSWER: gettext_lazy("Nobody answered"),
    StopOutcome.REFUSED: gettext_lazy("Refused"),
}
MOST_RUNS = 400


def runs_now(now: datetime, *, member: Member) -> list[DeliveryRun]:
    """Runs on their way or walked lately, by round and walking order; one query."""
    recent = Q(buy__state=BuyState.DELIVERED, buy__delivered_at__gt=now - RECENT)
    found = DeliveryRun.objects.filter(Q(buy__state=BuyState.DELIVERING) | recent)
    done = ~Q(stops__outcome=StopOutcome.WAITING)
    missed = Q(stops__outcome__in=[StopOutcome.NO_ANSWER, StopOutcome.REFUSED])
    rows = found.filter(member.within_units("unit__")).annotate(
        doors=Counted("stops"),
        done=Counted("stops", filter=done),
        missed=Counted("stops", filter=missed),
    )
    rows = rows.select_related("unit__building", "assignee", "buy")
    return list(rows.order_by("-buy__number", "position")[:MOST_RUNS])


def to_start() -> QuerySet[GroupBuy]:
    """Rounds that are packed now."""
    return GroupBuy.objects.filter(state=BuyState.ALLOCATED).order_by("allocated_at")


@dataclass(frozen=True)
class Door:
    """A stop with what is carried to it."""

    stop: Stop
    parts: list[Part]

    @property
    def mark(self) -> str:
        return MARKS[StopOutcome(self.stop.outcome)]

    @property
    def said(self) -> str:
        """What happened, in the words of a door: a call that nobody takes has its own."""
        return str(SAID[StopOutcome(self.stop.outcome)])

    @property
    def is_waiting(self) -> bool:
        return self.stop.outcome == StopOutcome.WAITING


@dataclass(frozen=True)
class Walk:
    """A run as its page shows it."""

    doors: list[Door]
    next: Door | None
    again: list[Door]  # nobody answered: to be tried again
    undo: Stop | None  # what this member recorded last, within a minute

    @property
    def undo_said(self) -> str:
        return str(SAID[StopOutcome(self.undo.outcome)]) if self.undo else ""

    @property
    def done(self) -> int:
        return sum(not door.is_waiting for door in self.doors)

    @property
    def bags_left(self) -> int:
        return sum(door.stop.bags for door in self.doors if door.is_waiting)


def with_goods(stops: QuerySet[Stop]) -> QuerySet[Stop]:
    """With the allocation of each door: one query for any number of them."""
    goods = Allocation.objects.select_related("line").order_by("line__position", "line_id")
    return stops.prefetch_related(Prefetch("order__allocations", queryset=goods))


def door_of(stop: Stop) -> Door:
    return Door(stop, parts_of(stop.order.allocations.all()))


def walk(run: DeliveryRun, *, member: Member, now: datetime) -> Walk:
    """Two queries. Next is the first door in walking order that nobody has been to."""
    doors = [door_of(stop) for stop in with_goods(stops_of(run))]
    waiting = [door for door in doors if door.is_waiting]
    again = [door for door in doors if door.stop.outcome == StopOutcome.NO_ANSWER]
    fresh = [door.stop for door in doors if may_undo(door.stop, member, now)]
    undo = max(fresh, key=lambda stop: stop.at or now, default=None)
    return Walk(doors, waiting[0] if waiting else None, again, undo)


class PaperDoor(NamedTuple):
    """A door on a run sheet."""

    door: str
    number: str
    bags: int
    parts: list[Part]
    wish: str
    outcome: str
    note: str


@dataclass(frozen=True)
class RunSheet:
    run: DeliveryRun
    doors: list[PaperDoor]


def run_sheets(
    buy: GroupBuy, runs: Sequence[DeliveryRun], *, whole: bool = False
) -> list[RunSheet]:
    """Runs of a round on paper; three queries. `whole` when they are all or most of its runs."""
    columns = ("run_id", "order_id", "home__number", "order__number", "bags", "order__note")
    rows = Stop.objects.filter(run__in=[run.pk for run in runs]).order_by("run_id", "position")
    stops = list(rows.values_list(*columns, "outcome", "note"))
    goods = goods_of(buy, None if whole else [order for _run, order, *_rest in stops])
    numbered = _("No. %(number)s")
    doors: dict[int, list[PaperDoor]] = defaultdict(list)
    for run, order, door, number, bags, wish, outcome, note in stops:
        said, parts = numbered % {"number": number}, parts_of(goods[order])
        doors[run].append(PaperDoor(door, said, bags, parts, wish, outcome, note))
    return [RunSheet(run, doors[run.pk]) for run in runs]


def doors_to_ring(now: datetime, *, member: Member) -> list[dict[str, Any]]:
    """Rows of who is to be rung about fresh goods at the door, the longest first."""
    return [
        {
            "stop": stop,
            "waited": _("%(time)s at the door")
            % {"time": minutes(int((now - stop.at).total_seconds() // 60))},
            "tries": stop.rings,
        }
        for stop in to_ring(member=member)[:100]
        if stop.at is not None
    ]
