"""Reading rounds, orders, sheets, accounts and stock. Sheets read the allocation only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count as Counted
from django.db.models import F, Max, Q, QuerySet, Sum
from django.utils import timezone

from compounds.models import Home, Member
from households.models import Household
from supplies.food import households_without_food
from supplies.machine import PLACE
from supplies.models import (
    BuyState,
    Claim,
    DeliveryRun,
    EntryKind,
    GroupBuy,
    GroupBuyQuerySet,
    HandOut,
    LedgerEntry,
    OfferLine,
    Order,
    OrderLine,
    StockItem,
    Stop,
    StopOutcome,
    WaitingRequest,
)

__all__ = ["households_without_food"]
EVERY = Q(doors__isnull=False)


def rounds() -> GroupBuyQuerySet:
    """All rounds of the scope with place and supplier, newest first."""
    return GroupBuy.objects.select_related(*PLACE, "supplier")


def rounds_for_home(home: Home) -> list[GroupBuy]:
    """Rounds that this home has seen open or may order from now, newest first; one query."""
    seen = rounds().filter(opened_at__isnull=False)[:60]
    return [buy for buy in seen if buy.covers(home)]


@dataclass(frozen=True)
class LineProgress:
    line: OfferLine
    ordered: int
    to_full_case: int
    left: int | None
    held: int  # of what is left, held for homes with a care mark

    @property
    def amount_fen(self) -> int:
        return self.ordered * self.line.price_fen


@dataclass(frozen=True)
class Progress:
    """Ordered so far, and what is missing to form; zero when reached or not asked for."""

    lines: list[LineProgress]
    households: int
    amount_fen: int
    units: int
    short_fen: int
    short_units: int
    short_households: int

    @property
    def formed(self) -> bool:
        return not (self.short_fen or self.short_units or self.short_households) and self.units > 0


def progress(buy: GroupBuy, *, now: datetime | None = None) -> Progress:
    """What everyone sees while it is open; two queries."""
    now = now or timezone.now()
    holds = buy.holds_reserve(now)
    lines = [
        LineProgress(
            line,
            line.ordered,
            line.to_full_case,
            line.left,
            max(line.reserved - line.ordered_flagged, 0) if holds else 0,
        )
        for line in OfferLine.objects.filter(buy=buy)
    ]
    households = orders_of(buy).count()
    amount, units = sum(one.amount_fen for one in lines), sum(one.ordered for one in lines)
    return Progress(
        lines,
        households,
        amount,
        units,
        max(0, (buy.min_amount_fen or 0) - amount),
        max(0, (buy.min_units or 0) - units),
        max(0, (buy.min_households or 0) - households),
    )


def orders_of(buy: GroupBuy) -> QuerySet[Order]:
    """The orders that stand, in their number, with home."""
    standing = Order.objects.filter(buy=buy, withdrawn_at=None)
    return standing.select_related("home__unit", "home__building").order_by("number")


def order_lines_of(orders: Iterable[Order]) -> dict[int, list[OrderLine]]:
    """Order id to its lines with their item; one query for any number of orders."""
    found: dict[int, list[OrderLine]] = defaultdict(list)
    rows = OrderLine.objects.filter(order__in=list(orders), quantity__gt=0)
    for row in rows.select_related("line").order_by("line__position", "line_id"):
        found[row.order_id].append(row)
    return found


def order_of(buy: GroupBuy, household: Household) -> Order | None:
    return Order.objects.filter(buy=buy, household=household).first()


def waiting_of(buy: GroupBuy) -> QuerySet[WaitingRequest]:
    """Who still waits, the longest first."""
    waiting = WaitingRequest.objects.filter(buy=buy, granted_at=None, declined_at=None)
    return waiting.select_related("home", "line")


@dataclass(frozen=True)
class SupplierClaim:
    """What the supplier owes for an item: bought and not allocated."""

    line: OfferLine
    bought: int
    allocated: int

    @property
    def missing(self) -> int:
        return self.bought - self.allocated

    @property
    def amount_fen(self) -> int:
        return self.missing * self.line.price_fen


def supplier_claim(buy: GroupBuy) -> list[SupplierClaim]:
    """Per item, from the allocation; one query."""
    lines = OfferLine.objects.filter(buy=buy, allocations__isnull=False).annotate(
        bought=Sum("allocations__ordered"), got=Sum("allocations__allocated")
    )
    return [SupplierClaim(line, line.bought, line.got) for line in lines]


def runs_of(buy: GroupBuy, *, member: Member | None = None) -> QuerySet[DeliveryRun]:
    """Runs in their order (isolated last), with `doors` and `done`."""
    runs = DeliveryRun.objects.filter(buy=buy)
    if member is not None:
        runs = runs.filter(member.within_units("unit__"))
    return (
        runs.select_related("unit__building", "assignee")
        .annotate(
            doors=Counted("stops"),
            done=Counted("stops", filter=~Q(stops__outcome=StopOutcome.WAITING)),
        )
        .order_by("position")
    )


def stops_of(run: DeliveryRun) -> QuerySet[Stop]:
    """The doors of a run in walking order."""
    return Stop.objects.filter(run=run).select_related("home", "order").order_by("position")


def to_ring(*, member: Member | None = None) -> QuerySet[Stop]:
    """Fresh goods still at a door, the longest first."""
    waiting = Stop.objects.filter(ring_at__isnull=False, rung_at=None, taken_at=None)
    if member is not None:
        waiting = waiting.filter(member.within("home__"))
    return waiting.select_related("home", "run__buy").order_by("at")


# Money.


@dataclass(frozen=True)
class Account:
    """One household in one round, in fen."""

    household_id: int
    door: str
    number: int
    charged: int
    fee: int
    refunded: int
    adjusted: int
    paid: int

    @property
    def owes(self) -> int:
        """Above zero the household owes, below zero it is owed."""
        return self.charged + self.fee + self.refunded + self.adjusted - self.paid


def accounts(buy: GroupBuy, *, member: Member | None = None) -> list[Account]:
    """The reconciliation of a round, by number, or the part of it that a member looks after; two
    queries."""
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    rows = LedgerEntry.objects.filter(buy=buy).order_by().values_list("household_id", "kind")
    for household, kind, total in rows.annotate(total=Sum("amount_fen")):
        sums[household][kind] = total
    doors = Order.objects.filter(buy=buy, household__in=sums).order_by("number")
    if member is not None:
        doors = doors.filter(member.within("home__"))
    return [
        Account(
            household,
            door,
            number,
            charged=sums[household].get(EntryKind.CHARGE, 0),
            fee=sums[household].get(EntryKind.FEE, 0),
            refunded=sums[household].get(EntryKind.REFUND, 0),
            adjusted=sums[household].get(EntryKind.ADJUSTMENT, 0),
            paid=-sums[household].get(EntryKind.PAYMENT, 0),
        )
        for household, door, number in doors.values_list("household_id", "home__label", "number")
    ]


def balance(household: Household) -> int:
    """Fen that the household owes over all rounds; below zero it is owed."""
    rows = LedgerEntry.objects.filter(household=household)
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0


def ledger_of(household: Household) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(household=household).select_related("buy").order_by("-at")


def claims(*, open_only: bool = False) -> QuerySet[Claim]:
    """With their goods, the oldest undecided first."""
    found = Claim.objects.select_related("allocation__line", "allocation__order__home")
    found = found.filter(decided_at=None) if open_only else found
    return found.order_by(F("decided_at").asc(nulls_first=True), "made_at")


# Stock.


def stock() -> QuerySet[StockItem]:
    """Every item with the time of its last move."""
    return StockItem.objects.annotate(moved_at=Max("moves__at"))


def hand_outs(doors: Q = EVERY) -> QuerySet[HandOut]:
    """With `doors_in_all` and `given` of these doors (`doors__…`)."""
    return HandOut.objects.select_related("item").annotate(
        doors_in_all=Counted("doors", filter=doors),
        given=Counted("doors", filter=doors & Q(doors__given_at__isnull=False)),
    )


def open_rounds() -> QuerySet[GroupBuy]:
    return rounds().filter(state=BuyState.OPEN).order_by("closes_at")
