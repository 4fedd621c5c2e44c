"""Payments, corrections, and closing a round: the sums close or the difference has a name."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from households.models import Household
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from lockdown.kernel.wording import fen
from supplies.figures import Sums, closing_figures, sums_of
from supplies.ledger import write
from supplies.machine import become, lock_buy, reason_of, refuse_unless, tell
from supplies.models import (
    BuyState,
    Claim,
    EntryKind,
    GroupBuy,
    LedgerEntry,
    Order,
    Payment,
    PaymentMethod,
    Settlement,
    Stop,
    StopOutcome,
)

S = BuyState
MOST_FEN = 1_000_000_00
UNPAID_STATES = (S.DRAFT, S.IN_REVIEW, S.REJECTED, S.APPROVED)


@transaction.atomic
def record_payment(
    *,
    buy: GroupBuy,
    household: Household,
    amount_fen: int,
    method: PaymentMethod,
    reference: str = "",
    request_key: str,
    by: Member,
) -> Payment:
    """Money that came in, or went back when below zero. The same request is the same payment.

    Refused: a round that has not opened, a household without an order, no amount, a slip whose
    reference is recorded already. A settled round still takes payments.
    """
    buy = lock_buy(buy)
    twin = Payment.objects.filter(request_key=request_key).first()
    if twin is not None:
        return twin
    _check_payment(buy, household, amount_fen)
    reference = reference.strip()[:60]
    if reference and method != PaymentMethod.CASH:
        _refuse_known(method, reference)
    payment = Payment.objects.create(
        compound_id=buy.compound_id,
        household=household,
        buy=buy,
        amount_fen=amount_fen,
        method=method,
        reference=reference,
        request_key=request_key,
        by=by,
    )
    amounts = {household.pk: -amount_fen}
    write(buy, EntryKind.PAYMENT, amounts, cause=f"payment:{payment.pk}", by=by, note=reference)
    data = {"door": household.home.label, "amount": fen(amount_fen), "method": plain(method.label)}
    _record("PaymentRecorded", buy, household, data, by)
    return payment


def _check_payment(buy: GroupBuy, household: Household, amount_fen: int) -> None:
    if buy.state in UNPAID_STATES:
        raise Refused(_("Nobody owes anything yet: the group-buy has not opened."))
    if not 0 < abs(amount_fen) <= MOST_FEN:
        raise Refused(_("Write an amount, for example 28.50."), field="amount_fen")
    if not Order.objects.filter(buy=buy, household=household).exists():
        raise Refused(_("This household has no order in this group-buy."), field="household")


def _refuse_known(method: PaymentMethod, reference: str) -> None:
    known = Payment.objects.filter(method=method, reference=reference)
    found = known.select_related("household__home").first()
    if found is not None:
        raise Refused(
            _("The reference %(reference)s is recorded already, for %(door)s.")
            % {"reference": reference, "door": found.household.home.label},
            field="reference",
        )


@transaction.atomic
def adjust(
    *,
    buy: GroupBuy,
    household: Household,
    amount_fen: int,
    reason: str,
    request_key: str,
    by: Member,
) -> LedgerEntry:
    """A correction with its reason: above zero the household owes more. A request counts once."""
    reason = reason_of(reason)
    buy = lock_buy(buy)
    cause = f"adjust:{request_key}"[:60]
    twin = LedgerEntry.objects.filter(household=household, cause=cause).first()
    if twin is not None:
        return twin
    _check_payment(buy, household, amount_fen)
    write(buy, EntryKind.ADJUSTMENT, {household.pk: amount_fen}, cause=cause, by=by, note=reason)
    data = {"door": household.home.label, "amount": fen(amount_fen), "reason": reason}
    _record("LedgerAdjusted", buy, household, data, by)
    return LedgerEntry.objects.get(household=household, cause=cause)


def _record(
    event: str, buy: GroupBuy, household: Household, data: dict[str, Any], by: Member
) -> None:
    data["buy"] = buy.pk
    record(event, compound=buy.compound_id, by=by, household=household.pk, data=data)


@transaction.atomic
def settle(*, buy: GroupBuy, invoice_fen: int, reason: str = "", by: Member) -> Settlement:
    """Close a delivered round. Refused: a door without an outcome, an open claim, or sums that
    differ while nobody says why; the sentence names the difference."""
    buy = lock_buy(buy)
    if buy.state == S.SETTLED:
        return Settlement.objects.get(buy=buy)
    refuse_unless(buy, S.DELIVERED)
    _refuse_open_ends(buy)
    if not 0 <= invoice_fen <= MOST_FEN:
        raise Refused(_("Write the amount of the supplier's bill."), field="invoice_fen")
    sums = sums_of(buy, invoice_fen=invoice_fen)
    _refuse_unnamed(sums, reason)
    made = Settlement.objects.create(
        compound_id=buy.compound_id,
        buy=buy,
        charges_fen=sums.charges_fen,
        fees_fen=sums.fees_fen,
        refunds_fen=sums.refunds_fen,
        adjustments_fen=sums.adjustments_fen,
        payments_fen=sums.payments_fen,
        invoice_fen=invoice_fen,
        difference_fen=sums.difference_fen,
        unpaid_fen=sums.unpaid_fen,
        reason=reason.strip()[:200],
        figures=closing_figures(buy),
        by=by,
    )
    become(buy, S.SETTLED, settled_at=timezone.now())
    tell("GroupBuySettled", buy, by=by, difference=fen(sums.difference_fen))
    return made


def _refuse_open_ends(buy: GroupBuy) -> None:
    waiting = Stop.objects.filter(run__buy=buy, outcome=StopOutcome.WAITING)
    stop = waiting.select_related("home").first()
    if stop is not None:
        raise Refused(
            _("%(door)s has no outcome yet. Record the door first.") % {"door": stop.home.label}
        )
    open_claims = Claim.objects.filter(allocation__buy=buy, decided_at=None).count()
    if open_claims:
        raise Refused(
            _("%(count)s claims are not decided yet. Decide them first.") % {"count": open_claims}
        )


def _refuse_unnamed(sums: Sums, reason: str) -> None:
    """A difference is no fault, but it must be known: goods against the bill, and unpaid."""
    if reason.strip() or (sums.difference_fen == 0 and sums.unpaid_fen == 0):
        return
    if sums.difference_fen:
        sentence = _(
            "Households bear %(goods)s of goods, the bill is %(invoice)s: a difference of "
            "%(difference)s. Say where it comes from, or correct the bill."
        )
    else:
        sentence = _(
            "Households still owe %(unpaid)s. Record the payments, or say why the round is "
            "closed without them."
        )
    raise Refused(
        sentence
        % {
            "goods": fen(sums.goods_fen),
            "invoice": fen(sums.invoice_fen),
            "difference": fen(sums.difference_fen),
            "unpaid": fen(sums.unpaid_fen),
        },
        code="difference",
        field="reason",
    )
