"""The cut-off: formed, extended, or not formed; prices and quantities are locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.actions import Actor
from lockdown.kernel.wording import fen
from supplies.forming import Asked, Item, Locked, Thresholds, form
from supplies.ledger import write
from supplies.machine import become, buyers, lock_buy, refuse_unless, tell, where
from supplies.models import BuyState, EntryKind, FeeSplit, GroupBuy, OfferLine, Order, OrderLine
from supplies.sharing import largest_remainder

S = BuyState
Quantities = Mapping[tuple[int, int], int]  # (order number, line id) to pieces


@transaction.atomic
def close(*, buy: GroupBuy, by: Actor) -> GroupBuy:
    """Lock a round that formed; extend it once when it may be; else tell everyone it did not.

    The organiser may close early; the sweep closes at the cut-off. Each order is charged for
    what is locked, and the fee is split without a lost fen. Twice is once.
    """
    # Orders take this row before their goods: those that are under way are waited for, and
    # those that come later find the round closed.
    buy = lock_buy(buy)
    if buy.state in (S.LOCKED, S.NOT_FORMED):
        return buy
    refuse_unless(buy, S.OPEN)
    now = timezone.now()
    lines = list(buy.lines.all())
    locked = what_is_locked(buy, lines)
    if not locked.formed and buy.extend_hours and not buy.extended_at:
        return _extend(buy, by)
    if not locked.formed:
        return _not_formed(buy, locked, by)
    _write(buy, locked.quantities)
    become(buy, S.LOCKED, locked_at=now, closes_at=min(buy.closes_at, now))
    households = _charge(buy, lines, locked.quantities, by)
    tell("GroupBuyLocked", buy, by=by, households=households)
    return buy


def what_is_locked(buy: GroupBuy, lines: Sequence[OfferLine]) -> Locked:
    """What `close` would lock now; two queries, for the page as well."""
    rows = OrderLine.objects.filter(order__buy=buy, up_to__gt=0)
    asked = [
        Asked(number, line, quantity, up_to, flagged)
        for number, line, quantity, up_to, flagged in rows.order_by(
            "order__number", "line"
        ).values_list("order__number", "line_id", "quantity", "up_to", "order__is_flagged")
    ]
    return form(
        [Item(line.pk, line.price_fen, line.case_size, line.left) for line in lines],
        asked,
        Thresholds(buy.min_amount_fen or 0, buy.min_units or 0, buy.min_households or 0),
        rule=buy.rule,
        seed=buy.seed,
        turn=buy.number,
    )


def _extend(buy: GroupBuy, by: Actor) -> GroupBuy:
    now = timezone.now()
    buy.closes_at = max(buy.closes_at, now) + timedelta(hours=buy.extend_hours)
    buy.extended_at, buy.reminded_at = now, None
    buy.save(update_fields=["closes_at", "extended_at", "reminded_at"])
    said = {"closes": buy.closes_at.isoformat(), "reason": ""}
    tell("GroupBuyExtended", buy, by=by, **said, **where(buy))
    return buy


def _not_formed(buy: GroupBuy, locked: Locked, by: Actor) -> GroupBuy:
    """Nothing was charged, so nothing is to be paid back; everyone is told what was missing."""
    reason = missing(locked.short) or _("nobody ordered")
    become(buy, S.NOT_FORMED, ended_at=timezone.now(), end_reason=reason)
    OrderLine.objects.filter(order__buy=buy).update(locked=0)
    tell("GroupBuyNotFormed", buy, by=by, reason=reason, homes=buyers(buy))
    return buy


def missing(short: Thresholds) -> str:
    """ "¥120 and 3 households short", for pages and for everyone who is told."""
    parts = []
    if short.amount_fen:
        parts.append(_("%(amount)s short") % {"amount": fen(short.amount_fen)})
    if short.units:
        parts.append(_("%(count)s pieces short") % {"count": short.units})
    if short.households:
        parts.append(_("%(count)s households short") % {"count": short.households})
    return _(", ").join(parts)


def _write(buy: GroupBuy, quantities: Quantities) -> None:
    """One statement for all orders of the round, by the keys of the rows: a join over orders that
    were placed since the last ANALYZE may be planned as if there were one of them."""
    rows = OrderLine.objects.filter(order__buy=buy).order_by()
    keys = {
        (number, line): pk
        for number, line, pk in rows.values_list("order__number", "line_id", "pk")
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE supplies_orderline ol
            SET locked = w.quantity, up_to = greatest(ol.up_to, w.quantity)
            FROM unnest(%s::bigint[], %s::int[]) AS w (id, quantity)
            WHERE ol.compound_id = %s AND ol.id = w.id
            """,
            [[keys[key] for key in quantities], list(quantities.values()), buy.compound_id],
        )
    OrderLine.objects.filter(order__buy=buy, locked=None).update(locked=0)


def _charge(buy: GroupBuy, lines: Sequence[OfferLine], quantities: Quantities, by: Actor) -> int:
    """Goods and fee of each household; how many households buy something."""
    price = {line.pk: line.price_fen for line in lines}
    goods: dict[int, int] = defaultdict(int)
    for (number, line), quantity in quantities.items():
        if quantity:
            goods[number] += quantity * price[line]
    households = dict(
        Order.objects.filter(buy=buy, number__in=goods).values_list("number", "household_id")
    )
    fees = split_fee(buy, goods)
    write(
        buy,
        EntryKind.CHARGE,
        {households[number]: amount for number, amount in goods.items()},
        cause=f"lock:{buy.pk}:goods",
        by=by,
    )
    write(
        buy,
        EntryKind.FEE,
        {households[number]: amount for number, amount in fees.items()},
        cause=f"lock:{buy.pk}:fee",
        by=by,
    )
    return len(goods)


def split_fee(buy: GroupBuy, goods: Mapping[int, int]) -> dict[int, int]:
    """Order number to its part of the fee; together the fee to the last fen, or nothing."""
    if buy.fee_split == FeeSplit.NONE or not buy.fee_fen:
        return {}
    numbers = sorted(goods)
    weights = [goods[one] if buy.fee_split == FeeSplit.BY_AMOUNT else 1 for one in numbers]
    return dict(zip(numbers, largest_remainder(buy.fee_fen, weights), strict=True))
