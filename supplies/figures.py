"""The sums of a round, and the figures with which it closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from supplies.ledger import entries
from supplies.models import Allocation, Claim, EntryKind, GroupBuy, Order, Stop, StopOutcome


@dataclass(frozen=True)
class Sums:
    """Fen. Goods are what households bear in the end; the bill is the supplier's."""

    charges_fen: int
    fees_fen: int
    refunds_fen: int  # zero or below
    adjustments_fen: int
    payments_fen: int  # what came in, above zero
    invoice_fen: int

    @property
    def goods_fen(self) -> int:
        return self.charges_fen + self.refunds_fen

    @property
    def difference_fen(self) -> int:
        return self.goods_fen - self.invoice_fen

    @property
    def unpaid_fen(self) -> int:
        """What households still owe together; below zero they are owed."""
        return self.goods_fen + self.fees_fen + self.adjustments_fen - self.payments_fen


def sums_of(buy: GroupBuy, *, invoice_fen: int = 0) -> Sums:
    """One query."""
    rows = entries(buy).values_list("kind").annotate(total=Sum("amount_fen"))
    of = dict(rows)
    return Sums(
        charges_fen=of.get(EntryKind.CHARGE, 0),
        fees_fen=of.get(EntryKind.FEE, 0),
        refunds_fen=of.get(EntryKind.REFUND, 0),
        adjustments_fen=of.get(EntryKind.ADJUSTMENT, 0),
        payments_fen=-of.get(EntryKind.PAYMENT, 0),
        invoice_fen=invoice_fen,
    )


def closing_figures(buy: GroupBuy) -> dict[str, Any]:
    """Households, pieces, fill rates in %, claims, hours from cut-off to the last door."""
    pieces = Allocation.objects.filter(buy=buy).aggregate(
        wanted=Sum("ordered"),
        got=Sum("allocated"),
        flagged=Sum("ordered", filter=Q(order__is_flagged=True)),
        flagged_got=Sum("allocated", filter=Q(order__is_flagged=True)),
    )
    found = {name: value or 0 for name, value in pieces.items()}
    hours = None
    if buy.locked_at and buy.delivered_at:
        hours = round((buy.delivered_at - buy.locked_at).total_seconds() / 3600, 1)
    households, claims, not_taken = _counts(buy)
    return {
        "households": households,
        "ordered": found["wanted"],
        "allocated": found["got"],
        "fill": rate(found["got"], found["wanted"]),
        "fill_flagged": rate(found["flagged_got"], found["flagged"]),
        "claims": claims,
        "not_taken": not_taken,
        "hours_to_door": hours,
    }


def _counts(buy: GroupBuy) -> tuple[int, ...]:
    """Households that bought, claims, doors that did not take it; one query."""

    def count(rows: QuerySet) -> Coalesce:
        every = rows.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(every), 0)

    missed = [StopOutcome.NO_ANSWER, StopOutcome.REFUSED]
    return GroupBuy.objects.filter(pk=buy.pk).values_list(
        count(Order.objects.filter(buy=buy, withdrawn_at=None)),
        count(Claim.objects.filter(allocation__buy=buy)),
        count(Stop.objects.filter(run__buy=buy, outcome__in=missed)),
    )[0]


def rate(part: int, whole: int) -> float | None:
    """In %, one digit; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
