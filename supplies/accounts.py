"""Reading claims, money and closing figures for their pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Subquery, Sum, Value
from django.db.models import Count as Counted
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from households.models import Household
from journal.models import Entry
from lockdown.kernel.wording import fen
from supplies.actions.claims import WITHIN, worth
from supplies.figures import Sums, closing_figures
from supplies.models import (
    Allocation,
    BuyState,
    Claim,
    ClaimKind,
    EntryKind,
    GroupBuy,
    LedgerEntry,
    Payment,
    Settlement,
    Stop,
    StopOutcome,
)
from supplies.queries import Account, accounts

BILLED = (
    BuyState.LOCKED,
    BuyState.ORDERED,
    BuyState.ARRIVED,
    BuyState.COUNTED,
    BuyState.ALLOCATED,
    BuyState.DELIVERING,
    BuyState.DELIVERED,
    BuyState.SETTLED,
)
GIVEN_UP = (BuyState.NOT_FORMED, BuyState.CANCELLED, BuyState.SUPPLIER_FAILED)


@dataclass(frozen=True)
class RoundMoney:
    buy: GroupBuy
    sums: Sums


def money_of(buys: Iterable[GroupBuy]) -> list[RoundMoney]:
    """The sums of each round; one query for any number of rounds."""
    buys = list(buys)
    rows = LedgerEntry.objects.filter(buy__in=buys).order_by().values_list("buy_id", "kind")
    of: dict[int, dict[str, int]] = {}
    for buy, kind, total in rows.annotate(total=Sum("amount_fen")):
        of.setdefault(buy, {})[kind] = total
    return [RoundMoney(buy, _sums(of.get(buy.pk, {}))) for buy in buys]


def _sums(of: dict[str, int]) -> Sums:
    return Sums(
        charges_fen=of.get(EntryKind.CHARGE, 0),
        fees_fen=of.get(EntryKind.FEE, 0),
        refunds_fen=of.get(EntryKind.REFUND, 0),
        adjustments_fen=of.get(EntryKind.ADJUSTMENT, 0),
        payments_fen=-of.get(EntryKind.PAYMENT, 0),
        invoice_fen=0,
    )


@dataclass(frozen=True)
class Check:
    """Two sums that must be the same; what is missing is named in fen, with where to look."""

    text: str
    left_fen: int
    right_fen: int
    where: str

    @property
    def difference_fen(self) -> int:
        return self.left_fen - self.right_fen

    @property
    def closes(self) -> bool:
        return self.left_fen == self.right_fen


def _sources(buy: GroupBuy) -> tuple[int, ...]:
    """Fen bought, short, claimed and paid, from allocation, claims and payments; one query."""

    def total(rows: QuerySet, what: Any) -> Coalesce:
        sums = rows.order_by().values(buy_key=Value(1)).annotate(n=Sum(what)).values("n")
        return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())

    goods = Allocation.objects.filter(buy=buy)
    return GroupBuy.objects.filter(pk=buy.pk).values_list(
        total(goods, F("ordered") * F("price_fen")),
        total(goods, F("refunded") * F("price_fen")),
        total(Claim.objects.filter(allocation__buy=buy), "refund_fen"),
        total(Payment.objects.filter(buy=buy), "amount_fen"),
    )[0]


def reconcile(buy: GroupBuy, rows: list[Account], sums: Sums) -> list[Check]:
    """The ledger against its sources: allocation, claims, payments; one query."""
    bought, back, claimed, paid = _sources(buy)
    found = [
        Check(_("Payments in the ledger and payments received"), sums.payments_fen, paid,
              _("Compare the list of payments with the ledger lines of the kind payment.")),
        Check(_("What households owe, one by one, and in all"), sum(row.owes for row in rows),
              sums.unpaid_fen, _("A household has ledger lines but no order in this round.")),
    ]  # fmt: skip
    if buy.allocated_at:
        found += [
            Check(_("Goods charged and goods bought for households"), sums.charges_fen, bought,
                  _("Compare the charges with the orders as they were at the cut-off.")),
            Check(_("Paid back in the ledger, and short deliveries with claims"),
                  -sums.refunds_fen, back + claimed,
                  _("Compare the refunds with the allocation and with the decided claims.")),
        ]  # fmt: skip
    return found


def figures_of(buy: GroupBuy, settled: Settlement | None) -> dict[str, Any]:
    """As they were when the round was settled, else as they are now."""
    return settled.figures if settled else closing_figures(buy)


def forming() -> tuple[int, int]:
    """Rounds that formed, of those whose cut-off has passed; one query."""
    found = GroupBuy.objects.aggregate(
        formed=Counted("id", filter=Q(state__in=BILLED) | Q(state=BuyState.SUPPLIER_FAILED)),
        ended=Counted(
            "id",
            filter=Q(state__in=[*BILLED, BuyState.SUPPLIER_FAILED, BuyState.NOT_FORMED]),
        ),
    )
    return found["formed"], found["ended"]


# Claims.


@dataclass(frozen=True)
class ClaimLine:
    claim: Claim
    entered_by: str = ""  # of the staff, for a household that rang

    @property
    def worth_fen(self) -> int:
        return worth(self.claim)

    @property
    def what(self) -> str:
        line = self.claim.allocation.line
        said = _("%(item)s, %(count)s %(unit)s: %(kind)s") % {
            "item": line.name,
            "count": self.claim.quantity,
            "unit": line.unit,
            "kind": self.claim.get_kind_display(),
        }
        if self.claim.kind == ClaimKind.SPOILED and self.claim.share < 100:
            said += _(" (%(share)s %%)") % {"share": self.claim.share}
        if self.entered_by:
            said += _(" · entered by %(name)s") % {"name": self.entered_by}
        return said

    @property
    def mark(self) -> str:
        return "now" if self.claim.decided_at is None else "done"

    @property
    def outcome(self) -> str:
        if self.claim.decided_at is None:
            return _("to decide")
        if self.claim.refund_fen:
            return _("paid back %(amount)s") % {"amount": fen(self.claim.refund_fen)}
        return str(self.claim.get_decision_display())


def claim_lines(found: Iterable[Claim]) -> list[ClaimLine]:
    """Each with the member who entered it for its household; one query for any number."""
    found = list(found)
    facts = Entry.objects.filter(
        event="ClaimMade",
        member_id__isnull=False,
        household_id__in={one.household_id for one in found},
    )
    names = dict(facts.values_list("data__claim", "by")) if found else {}
    return [ClaimLine(one, names.get(one.pk, "")) for one in found]


def told_of_first(claim: Claim) -> int | None:
    """How many other buyers were told, if this was the first spoiled one of its item."""
    if claim.kind != ClaimKind.SPOILED:
        return None
    line = claim.allocation.line_id
    spoiled = Claim.objects.filter(kind=ClaimKind.SPOILED, allocation__line=line)
    first = spoiled.order_by("made_at", "id").values_list("pk", flat=True)[0]
    if first != claim.pk:
        return None
    return Allocation.objects.filter(line=line, allocated__gt=0).count() - 1


@dataclass(frozen=True)
class Got:
    """An item that came to a household, and what can still be claimed of it."""

    allocation: Allocation
    claims: list[ClaimLine]

    @property
    def left(self) -> int:
        return self.allocation.allocated - sum(one.claim.quantity for one in self.claims)


def goods_of(buy: GroupBuy, household: Household) -> list[Got]:
    """What came to this household in a round, with its claims; three queries."""
    rows = Allocation.objects.filter(buy=buy, order__household=household, allocated__gt=0)
    rows = rows.select_related("line", "order").order_by("line__position", "line_id")
    claims: dict[int, list[ClaimLine]] = {}
    made = Claim.objects.filter(allocation__buy=buy, household=household)
    for line in claim_lines(made.select_related("allocation__line")):
        claims.setdefault(line.claim.allocation_id, []).append(line)
    return [Got(row, claims.get(row.pk, [])) for row in rows]


def claim_until(buy: GroupBuy, household: Household) -> datetime | None:
    """Until when this household may claim; None before the goods have come."""
    stop = Stop.objects.filter(order__buy=buy, household=household).first()
    if stop is None or stop.at is None or stop.outcome == StopOutcome.REFUSED:
        return None
    return stop.at + WITHIN


def account_of(buy: GroupBuy, household: Household) -> Account | None:
    """One household in a round; two queries."""
    return next((row for row in accounts(buy) if row.household_id == household.pk), None)
