"""What a household sees of one group-buy, as it stands for this home; `home_list` has the list.

Everything here only reads. The page of one round takes six queries at most, however many items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from households.models import CareFlag, Household
from lockdown.kernel.packed import packed, unpacked
from supplies.actions.claims import WITHIN
from supplies.actions.locking import missing
from supplies.forming import Thresholds
from supplies.models import (
    Allocation,
    BuyState,
    EntryKind,
    FeeSplit,
    GroupBuy,
    LedgerEntry,
    OfferLine,
    Order,
    OrderLine,
    Stop,
    StopOutcome,
    WaitingRequest,
)
from supplies.queries import LineProgress, Progress, progress

S = BuyState
FAILED = (S.NOT_FORMED, S.CANCELLED, S.SUPPLIER_FAILED)
BROUGHT = (StopOutcome.LEFT, StopOutcome.TAKEN)
CLAIMABLE = (S.DELIVERING, S.DELIVERED)
# The way of a round to the door, as households follow it.
WAY = (
    (gettext_lazy("Closed"), (S.LOCKED,)),
    (gettext_lazy("Bought"), (S.ORDERED,)),
    (gettext_lazy("At the gate"), (S.ARRIVED, S.COUNTED, S.ALLOCATED)),
    (gettext_lazy("On the way"), (S.DELIVERING,)),
    (gettext_lazy("At your door"), (S.DELIVERED, S.SETTLED)),
)


@dataclass
class ShownLine:
    """One item for this household. `had` is what it has ordered, `most` what it may have."""

    line: OfferLine
    at: LineProgress
    had: int
    had_up_to: int
    typed: str
    typed_up_to: str
    is_held: bool  # what is left is held for homes with a care mark, and this is none
    waiting: WaitingRequest | None
    got: Allocation | None
    locked: int | None

    # The names of the form's fields.
    @property
    def quantity_field(self) -> str:
        return f"q-{self.line.pk}"

    @property
    def up_to_field(self) -> str:
        return f"u-{self.line.pk}"

    @property
    def waiting_field(self) -> str:
        return f"w-{self.line.pk}"

    @property
    def to_wait_for(self) -> str:
        """What a place on the waiting list is offered for, unless they write another number."""
        return self.typed or "1"

    @property
    def is_at_most(self) -> bool:
        return bool(self.had) and self.had == self.most

    @property
    def is_sold_out(self) -> bool:
        """Nothing is left for this household beyond what it has."""
        return self.line.left == 0 and not self.had

    @property
    def takes(self) -> bool:
        return not (self.is_sold_out or (self.is_held and not self.had))

    @property
    def most(self) -> int | None:
        left = None if self.line.left is None else self.line.left + self.had
        known = [one for one in (self.line.cap_household, left) if one is not None]
        return min(known) if known else None

    @property
    def bar_max(self) -> int:
        """What the bar is full at: the cap in all, else the next full case."""
        if self.line.cap_total is not None:
            return self.line.cap_total
        return self.at.ordered + self.at.to_full_case if self.line.case_size > 1 else 0

    @property
    def amount_fen(self) -> int:
        return self.had * self.line.price_fen

    @property
    def shown_fen(self) -> int:
        """What these pieces cost as far as is known: got, else bought, else ordered."""
        pieces = self.had if self.locked is None else self.locked
        return (self.got.allocated if self.got else pieces) * self.line.price_fen


@dataclass
class RoundPage:
    """A round as it stands for one household."""

    buy: GroupBuy
    now: datetime
    at: Progress
    lines: list[ShownLine]
    order: Order | None
    stop: Stop | None = None
    owes_fen: int = 0
    refunded_fen: int = 0
    has_money: bool = False
    steps: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.buy.takes_orders(self.now)

    @property
    def is_late(self) -> bool:
        """Past the cut-off, and who forgot can still be put on the waiting list."""
        return not self.is_open and self.buy.state in (S.OPEN, S.LOCKED)

    @property
    def has_failed(self) -> bool:
        return self.buy.state in FAILED

    @property
    def ordered(self) -> list[ShownLine]:
        return [one for one in self.lines if one.had]

    @property
    def stands(self) -> bool:
        """The household has an order that is not taken back."""
        return self.order is not None and self.order.withdrawn_at is None and bool(self.ordered)

    @property
    def amount_fen(self) -> int:
        return sum(one.amount_fen for one in self.lines)

    @property
    def owed_fen(self) -> int:
        """What is open between the two, without its sign."""
        return abs(self.owes_fen)

    @property
    def seconds_left(self) -> int:
        return max(0, int((self.buy.closes_at - self.now).total_seconds()))

    @property
    def minutes_left(self) -> int:
        return self.seconds_left // 60

    @property
    def forming(self) -> str:
        """Formed, or what is missing; nothing when the round needs nothing to form."""
        buy = self.buy
        if not (buy.min_amount_fen or buy.min_units or buy.min_households):
            return ""
        at = self.at
        if at.formed:
            return _("it is enough")
        short = missing(Thresholds(at.short_fen, at.short_units, at.short_households))
        return short or _("nobody has ordered yet")

    @property
    def delivery(self) -> datetime | None:
        """When it is to come: from then on, until `delivery_ends` where both are known."""
        return self.buy.deliver_from or self.buy.deliver_until

    @property
    def delivery_ends(self) -> datetime | None:
        return self.buy.deliver_until if self.buy.deliver_from else None

    @property
    def has_fee(self) -> bool:
        return self.buy.fee_fen > 0 and self.buy.fee_split != FeeSplit.NONE

    @property
    def claims_until(self) -> datetime | None:
        """Until when they may say what was wrong; None before it came and when it is too late."""
        return claims_until(self.buy, self.stop, self.now)

    @property
    def waits_at_door(self) -> bool:
        stop = self.stop
        return stop is not None and stop.outcome == StopOutcome.LEFT and stop.taken_at is None


def claims_until(buy: GroupBuy, stop: Stop | None, now: datetime) -> datetime | None:
    """24 hours from the moment it came, while the round is not settled."""
    if stop is None or stop.at is None or stop.outcome not in BROUGHT:
        return None
    until = stop.at + WITHIN
    return until if buy.state in CLAIMABLE and until > now else None


def round_page(
    buy: GroupBuy, household: Household, *, typed: Mapping[str, str], now: datetime
) -> RoundPage:
    """`typed` is the form as it was sent, so that nothing typed is lost."""
    at = progress(buy, now=now)
    order, had = _ordered(buy, household)
    waiting = _waiting(buy, household)
    got = _got(buy, order)
    held = any(one.held for one in at.lines) and not _is_flagged(household)
    lines = [_line(one, had, waiting, got, typed, held=held) for one in at.lines]
    page = RoundPage(buy, now, at, lines, order)
    if buy.state not in (S.OPEN, S.APPROVED):
        _add_way(page, household)
    return page


def _ordered(buy: GroupBuy, household: Household) -> tuple[Order | None, dict[int, OrderLine]]:
    """Its order, and the lines of it by item; one query."""
    rows = packed(OrderLine.objects.filter(order=OuterRef("pk")).order_by("pk"))
    own = Order.objects.filter(buy=buy, household=household)
    order = own.annotate(lines_=rows).first()
    if order is None:
        return None, {}
    return order, {row.line_id: row for row in unpacked(OrderLine, order.lines_)}


def _line(
    at: LineProgress,
    had: Mapping[int, OrderLine],
    waiting: Mapping[int, WaitingRequest],
    got: Mapping[int, Allocation],
    typed: Mapping[str, str],
    *,
    held: bool,
) -> ShownLine:
    line = at.line
    row = had.get(line.pk)
    quantity, up_to = (row.quantity, row.up_to) if row else (0, 0)
    return ShownLine(
        line=line,
        at=at,
        had=quantity,
        had_up_to=up_to,
        typed=typed.get(f"q-{line.pk}", str(quantity) if quantity else ""),
        typed_up_to=typed.get(f"u-{line.pk}", str(up_to) if up_to > quantity else ""),
        is_held=held and line.left is not None and 0 < line.left <= at.held,
        waiting=waiting.get(line.pk),
        got=got.get(line.pk),
        locked=row.locked if row else None,
    )


def _is_flagged(household: Household) -> bool:
    return CareFlag.objects.filter(household=household, ended_at=None).exists()


def _waiting(buy: GroupBuy, household: Household) -> dict[int, WaitingRequest]:
    """Line id to this household's request with its `place` in the queue; one query."""
    before = (
        WaitingRequest.objects.filter(
            line=OuterRef("line"), granted_at=None, declined_at=None, pk__lte=OuterRef("pk")
        )
        .order_by()
        .values("line")
        .annotate(n=Count("pk"))
        .values("n")
    )
    mine = WaitingRequest.objects.filter(buy=buy, household=household).order_by("pk")
    return {row.line_id: row for row in mine.annotate(place=Coalesce(Subquery(before), 0))}


def _got(buy: GroupBuy, order: Order | None) -> dict[int, Allocation]:
    if order is None or buy.allocated_at is None:
        return {}
    return {row.line_id: row for row in Allocation.objects.filter(order=order)}


def _add_way(page: RoundPage, household: Household) -> None:
    """How far the goods have come, what is at the door, and the account; two queries."""
    money = money_of_rounds(LedgerEntry.objects.filter(buy=page.buy, household=household))
    page.owes_fen, page.refunded_fen, page.has_money = money.get(page.buy.pk, (0, 0, False))
    if page.buy.delivering_at and page.order is not None:
        page.stop = Stop.objects.filter(order=page.order).first()
    if not page.has_failed:
        page.steps = steps_of(page.buy)


def steps_of(buy: GroupBuy) -> list[dict[str, str]]:
    """Closed → bought → at the gate → on the way → at your door."""
    here = next((n for n, (_name, states) in enumerate(WAY) if buy.state in states), -1)
    last = len(WAY) - 1
    return [
        {
            "label": str(name),
            "state": "done" if n < here or n == here == last else "now" if n == here else "wait",
        }
        for n, (name, _states) in enumerate(WAY)
    ]


def money_of_rounds(rows: QuerySet[LedgerEntry]) -> dict[int, tuple[int, int, bool]]:
    """Round id to (fen owed, fen paid back, there are entries); one query."""
    found: dict[int, tuple[int, int, bool]] = {}
    sums = rows.order_by().values_list("buy_id", "kind").annotate(total=Sum("amount_fen"))
    for buy, kind, total in sums:
        owes, back, _any = found.get(buy, (0, 0, False))
        found[buy] = (owes + total, back - (total if kind == EntryKind.REFUND else 0), True)
    return found
