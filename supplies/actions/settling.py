"""Payments, adjustments, and closing a round: the sums close or the difference has a name."""

from __future__ import annotations

from compounds.models import Member
from households.models import Household
from supplies.models import GroupBuy, LedgerEntry, Payment, PaymentMethod, Settlement


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
    """Money that came in, or went back when below zero. The same request is the same payment."""
    raise NotImplementedError


def adjust(
    *,
    buy: GroupBuy,
    household: Household,
    amount_fen: int,
    reason: str,
    request_key: str,
    by: Member,
) -> LedgerEntry:
    """A correction with its reason: above zero the household owes more."""
    raise NotImplementedError


def settle(*, buy: GroupBuy, invoice_fen: int, reason: str = "", by: Member) -> Settlement:
    """Close a delivered round. Refused: a door without an outcome, an open claim, or sums that
    differ while nobody says why; the sentence names the difference."""
    raise NotImplementedError
