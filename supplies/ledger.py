"""Lines of the ledger, written in bulk and once a cause."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet, Sum
from django.utils import timezone

from journal.actions import Actor
from lockdown.kernel.columns import add_rows
from supplies.models import EntryKind, GroupBuy, LedgerEntry


def write(
    buy: GroupBuy,
    kind: EntryKind,
    amounts: Mapping[int, int],
    *,
    cause: str,
    by: Actor,
    note: str = "",
) -> None:
    """One entry for each household id with an amount in fen; zero amounts leave no line.

    The same cause again writes nothing: its unique constraint closes the race.
    """
    told = {household: amount for household, amount in amounts.items() if amount}
    add_rows(
        LedgerEntry,
        {"household_id": list(told), "amount_fen": list(told.values())},
        once=True,
        compound_id=buy.compound_id,
        buy_id=buy.pk,
        kind=kind,
        cause=cause,
        note=note[:200],
        at=timezone.now(),
        by=by.actor_label[:80],
    )


def entries(buy: GroupBuy, *kinds: EntryKind) -> QuerySet[LedgerEntry]:
    """The lines of a round, of these kinds or of all; by household when summed."""
    found = LedgerEntry.objects.filter(buy=buy).order_by()
    return found.filter(kind__in=kinds) if kinds else found


def by_household(buy: GroupBuy, *kinds: EntryKind) -> dict[int, int]:
    """Household id to the sum in fen."""
    rows = entries(buy, *kinds).values_list("household_id").annotate(total=Sum("amount_fen"))
    return dict(rows)


def total(buy: GroupBuy, *kinds: EntryKind, household: int | None = None) -> int:
    """Of the round, or of one household in it."""
    found = entries(buy, *kinds)
    found = found if household is None else found.filter(household=household)
    return found.aggregate(total=Sum("amount_fen"))["total"] or 0


def pay_everything_back(buy: GroupBuy, *, cause: str, by: Actor) -> int:
    """Goods and fees of a round that brings nothing; payments stay as what is owed back.

    Returns how many fen were charged and are paid back in all.
    """
    owed = by_household(buy, EntryKind.CHARGE, EntryKind.FEE, EntryKind.REFUND)
    back = {household: -amount for household, amount in owed.items()}
    write(buy, EntryKind.REFUND, back, cause=f"{cause}:{buy.pk}", by=by, note=buy.end_reason)
    return sum(owed.values())
