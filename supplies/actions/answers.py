"""What the supplier says it can deliver; it becomes the first guess of the count."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from compounds.models import Member
from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.machine import lock_buy, refuse_unless, tell
from supplies.models import BuyState, GroupBuy, PurchaseOrder

EVENT = "SupplierAnswered"


@transaction.atomic
def record_answer(
    *,
    order: PurchaseOrder,
    offered: Mapping[int, int],
    remarks: Mapping[int, str] | None = None,
    by: Member,
) -> GroupBuy:
    """By line id. Kept as a fact: nothing is allocated by it. The last answer counts; the same
    answer again is not told twice. Refused after the count, or with an item not ordered."""
    buy = lock_buy(order.buy)
    refuse_unless(buy, BuyState.ORDERED, BuyState.ARRIVED)
    ours = {line["line"]: line["quantity"] for line in order.lines}
    if set(offered) - set(ours) or any(count < 0 for count in offered.values()):
        raise Refused(_("One of the items was not ordered. Reload the page."), code="foreign_item")
    pieces = {str(line): count for line, count in sorted(offered.items())}
    words = {str(line): text[:120] for line, text in sorted((remarks or {}).items()) if text}
    last = last_answer(buy)
    if last is not None and (last.data["pieces"], last.data["remarks"]) == (pieces, words):
        return buy
    short = sum(1 for line, count in offered.items() if count < ours[line])
    tell(EVENT, buy, by=by, number=order.number, pieces=pieces, remarks=words, short=short)
    return buy


def last_answer(buy: GroupBuy) -> Entry | None:
    """Read from the newest facts since the purchase order."""
    if buy.ordered_at is None:
        return None
    rows = Entry.objects.filter(at__gte=buy.ordered_at, event=EVENT, data__buy=buy.pk)
    return rows.first()


def offered_pieces(buy: GroupBuy) -> tuple[dict[int, int], dict[int, str]]:
    """Pieces and remarks by line id; empty without an answer."""
    last = last_answer(buy)
    if last is None:
        return {}, {}
    pieces = {int(line): int(count) for line, count in last.data["pieces"].items()}
    return pieces, {int(line): text for line, text in last.data["remarks"].items()}
