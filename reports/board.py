"""The desk's board, put together from a handful of lean queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from compounds.limits import encloses
from compounds.models import Compound, Member
from compounds.roles import Permission
from journal.queries import Line as Entry
from reports import counts, rows
from reports.asks import may_see_ask
from reports.days import DaySpan
from reports.doors import Doors
from reports.feed import FEW, newest
from reports.homes import Door, People, all_doors, all_people, covered
from reports.orders import orders_in_force
from reports.prepared import prepared
from reports.rows import Row, due_within, is_open, with_stairs, work_query
from reports.stacks import LENSES, Lens, look_through
from reports.today import day_events, rubbish_now
from reports.todo import Line, Untold, not_told, now_to_do
from seals.models import OrderState, SealOrder

# Of these a lens shows also what is settled.
WHOLE = ("verify", "tell", "recall")


@dataclass(frozen=True)
class Board:
    """Everything that the board shows; numbers come from the rows of one moment."""

    compound: Compound
    now: datetime
    span: DaySpan
    orders: list[SealOrder]
    units: dict[int, list[Door]]
    unit_id: int | None
    people: People
    lens: Lens
    lenses: list[str]
    totals: dict[str, tuple[int, int]]
    inside: int
    households: int
    waiting: int
    rubbish: tuple[str, str, str]
    todo: list[Line]
    untold: list[Untold]
    events: list[dict[str, Any]]
    feed: list[Entry]
    sweep_id: int | None = None

    @property
    def doors(self) -> list[Door]:
        """The homes of the chosen unit."""
        return self.units.get(self.unit_id, []) if self.unit_id else []

    @property
    def is_sealed(self) -> bool:
        return bool(self.orders)


def board(
    compound: Compound, member: Member, now: datetime, *, lens: str = "", unit: int | None = None
) -> Board:
    """The board of the scope's compound; seven queries, whatever its size."""
    span = DaySpan.of(compound, compound.today(now))
    doors = [door for door in all_doors() if member.covers(door)]
    orders = [
        order
        for order in orders_in_force(compound)
        if not member.is_limited or covered(doors, [order])
    ]
    lenses = lenses_for(member)
    lens = lens if lens in lenses else lenses[0]
    units, sealed = _by_unit(doors), covered(doors, orders)
    work = [row for row in _work(lens, span) if _may_see(row, member, orders, units)]
    numbers = counts.for_board(compound, member)
    work = with_stairs(work) if len(units) > 1 else work
    waiting = numbers.get("waiting", (0, 0))[1]
    return Board(
        compound=compound,
        now=now,
        span=span,
        orders=orders,
        units=units,
        unit_id=_chosen(unit, units, sealed),
        lens=look_through(lens, work, doors, now),
        lenses=lenses,
        waiting=waiting,
        rubbish=rubbish_now(work, now),
        feed=_feed(member, doors, orders),
        sweep_id=next((row.cause for row in work if row.kind == rows.VERIFY), None),
        **_lists(work, waiting, Doors(member, compound.slug), now),
        **_numbers(work, numbers, span, doors, sealed, Doors(member, compound.slug), now),
    )


def _lists(work: list[Row], waiting: int, ways: Doors, now: datetime) -> dict[str, Any]:
    return {"todo": now_to_do(work, waiting, ways, now), "untold": not_told(work, ways, now)}


def _numbers(
    work: list[Row],
    numbers: dict[str, tuple[int, int]],
    span: DaySpan,
    doors: list[Door],
    sealed: set[int],
    ways: Doors,
    now: datetime,
) -> dict[str, Any]:
    """Counts of the sealed homes, or of all homes where nothing is sealed; and the day's line."""
    people = all_people()
    totals = _totals(work, numbers, span)
    place = [door for door in doors if door.home_id in sealed] if sealed else doors
    return {
        "people": people,
        "totals": totals,
        "inside": sum(people.inside.get(door.household_id or 0, 0) for door in place),
        "households": sum(door.household_id is not None for door in place),
        "events": day_events(work, {rows.VERIFY: totals[rows.VERIFY]}, span, ways, now),
    }


def _feed(member: Member, doors: list[Door], orders: list[SealOrder]) -> list[Entry]:
    """The newest facts; for a member of a part those of its homes and orders.

    Of an order that reaches beyond the part only its own story: a round of it may be anywhere.
    """
    if not member.is_limited:
        return newest()
    homes = {door.household_id for door in doors if door.household_id}
    numbers = {order.pk: encloses(member, order) for order in orders}
    near = [
        entry
        for entry in newest(many=True)
        if (entry.household_id in homes if entry.household_id else _is_near(entry, numbers))
    ]
    return near[:FEW]


def _is_near(entry: Entry, orders: dict[int, bool]) -> bool:
    """A fact without a household; `orders` says which of the member's orders are all inside."""
    inside = orders.get(entry.order_id or 0)
    return inside is True or (inside is False and entry.event.startswith(("Order", "Plan")))


def lenses_for(member: Member) -> list[str]:
    hidden = set() if member.may(Permission.CARE_SEE) else {"care"}
    return [key for key in LENSES if key not in hidden]


def _may_see(row: Row, member: Member, orders: list[SealOrder], units: dict[int, Any]) -> bool:
    """Care is for those who may see it; a member of a part sees its stairs and its orders."""
    if row.kind == rows.CARE and not member.may(Permission.CARE_SEE):
        return False
    if row.kind == rows.ASK and not may_see_ask(row, member):
        return False
    if not member.is_limited:
        return True
    if row.kind in (rows.TASK, rows.PART):
        return row.cause in {order.pk for order in orders}
    return row.unit_id in units


def _work(lens: str, span: DaySpan) -> list[Row]:
    whole = lens if lens in WHOLE else ""
    found = _work_query(lens=whole, begin=span.begin, end=span.end)
    return [Row._make(values) for values in found]


@prepared
def _work_query(lens: str, begin: datetime, end: datetime) -> QuerySet:
    return work_query(_wanted(lens, begin, end))


def _wanted(lens: str, begin: datetime, end: datetime) -> dict[str, Q]:
    """What the board reads of each kind: today's, what is still open, and what the lens shows."""
    running = Q(order__state=OrderState.IN_FORCE)
    today = due_within(begin, end) | (is_open() & Q(due_at__lt=end))
    in_force = SealOrder.objects.in_force().values("pk")
    verify = Q(sweep__closed_at=None)
    tell = Q(notice__cancelled_at=None)
    sealing = Q(notice__kind="seal", notice__order_id__in=in_force)
    return {
        rows.VERIFY: verify if lens == "verify" else verify & is_open(),
        rows.TELL: tell & (is_open() | sealing) if lens == "tell" else tell & is_open(),
        rows.RECALL: running if lens == "recall" else running & is_open(),
        rows.CARE: today,
        rows.TASK: today,
        rows.ROUND: today,
        rows.WINDOW: today,
        rows.PART: running & (Q(started_at=None) | Q(failed_at__isnull=False)),
        rows.ASK: is_open() & (Q(due_at__lt=end) | Q(is_urgent=True)),
        rows.DUTY: is_open() & Q(due_at__lt=end),
    }


def _by_unit(doors: list[Door]) -> dict[int, list[Door]]:
    units: dict[int, list[Door]] = defaultdict(list)
    for door in doors:
        units[door.unit_id].append(door)
    return dict(units)


def _chosen(wanted: int | None, units: dict[int, list[Door]], sealed: set[int]) -> int | None:
    """The unit asked for, else the first one that is sealed, else the first."""
    if wanted in units:
        return wanted
    for unit_id, doors in units.items():
        if any(door.home_id in sealed for door in doors):
            return unit_id
    return next(iter(units), None)


def _totals(
    work: list[Row], numbers: dict[str, tuple[int, int]], span: DaySpan
) -> dict[str, tuple[int, int]]:
    """kind → (done, all). Today's work is counted from its rows, sweeps and notices in SQL."""
    totals = {kind: numbers.get(kind, (0, 0)) for kind in (rows.VERIFY, rows.TELL)}
    for kind in (rows.CARE, rows.ROUND, rows.WINDOW, rows.TASK):
        mine = [row for row in work if row.kind == kind and span.begin <= row.due_at < span.end]
        totals[kind] = (sum(row.is_done for row in mine), len(mine))
    return totals


def order_pill(order: SealOrder, now: datetime) -> str:
    """封控 · 1栋1单元 · 第 3 天 / 7"""
    parts: dict[str, object] = {"level": order.get_level_display(), "place": order.place_label}
    if order.starts_at > now:
        return _("%(level)s · %(place)s · not begun yet") % parts
    parts |= {"day": order.day_of(now), "days": order.days}
    return _("%(level)s · %(place)s · day %(day)s / %(days)s") % parts
