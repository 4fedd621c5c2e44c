"""The purchase order to the supplier, the vehicle that is expected, and late cancellations."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from compounds.models import Compound, Member
from journal.actions import record
from supplies.actions.waiting import decline_rest
from supplies.ledger import write
from supplies.machine import become, lock_buy, reason_of, refuse_unless, tell
from supplies.models import (
    Arrival,
    BuyState,
    EntryKind,
    GroupBuy,
    OfferLine,
    Order,
    OrderLine,
    PurchaseOrder,
)

S = BuyState
PASS_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # read out over the phone: no 0/O, no 1/I


@transaction.atomic
def order_from_supplier(*, buy: GroupBuy, by: Member) -> PurchaseOrder:
    """Number and freeze what is bought; twice gives the one that is there."""
    buy = lock_buy(buy)
    if buy.state == S.ORDERED:
        return buy.purchase_orders.order_by("-version")[0]
    become(buy, S.ORDERED, ordered_at=timezone.now())
    decline_rest(buy, by=by)
    # Two rounds ordered at once: the compound's row is the queue for the next number.
    Compound.objects.select_for_update(no_key=True).get(pk=buy.compound_id)
    most = PurchaseOrder.objects.aggregate(most=Max("number"))["most"] or 0
    return _version(buy, most + 1, 1, "", by)


def _version(buy: GroupBuy, number: int, version: int, reason: str, by: Member) -> PurchaseOrder:
    lines: list[dict[str, Any]] = [
        {
            "line": one.line.pk,
            "name": one.line.name,
            "unit": one.line.unit,
            "case_size": one.line.case_size,
            "cases": -(-one.quantity // one.line.case_size),
            "quantity": one.quantity,
            "price_fen": one.line.price_fen,
            "amount_fen": one.quantity * one.line.price_fen,
        }
        for one in bought_lines(buy)
    ]
    made = PurchaseOrder.objects.create(
        compound_id=buy.compound_id,
        buy=buy,
        number=number,
        version=version,
        lines=lines,
        total_fen=sum(one["amount_fen"] for one in lines),
        reason=reason,
        made_by=by,
    )
    tell("PurchaseOrdered", buy, by=by, number=number, version=version)
    return made


@dataclass(frozen=True)
class Bought:
    line: OfferLine
    quantity: int


def bought_lines(buy: GroupBuy) -> list[Bought]:
    """The items of which something is bought, in their order; two queries."""
    sums = dict(
        OrderLine.objects.filter(order__buy=buy, locked__gt=0)
        .order_by()
        .values_list("line_id")
        .annotate(total=Sum("locked"))
    )
    lines = OfferLine.objects.filter(buy=buy, pk__in=sums)
    return [Bought(line, sums[line.pk]) for line in lines]


@transaction.atomic
def expect_vehicle(
    *,
    buy: GroupBuy,
    expected_at: datetime,
    plate: str = "",
    driver: str = "",
    drop_zone: str = "",
    by: Member,
) -> Arrival:
    """A pass for one vehicle, good once; the same plate again changes its pass."""
    buy = lock_buy(buy)
    refuse_unless(buy, S.LOCKED, S.ORDERED)
    plate = plate.strip().upper()[:16]
    waiting = Arrival.objects.filter(buy=buy, arrived_at=None, plate=plate).first()
    arrival = waiting or Arrival(
        compound_id=buy.compound_id,
        buy=buy,
        plate=plate,
        pass_code="".join(secrets.choice(PASS_LETTERS) for _one in range(6)),
    )
    arrival.expected_at, arrival.driver = expected_at, driver.strip()[:40]
    arrival.drop_zone = drop_zone.strip()[:60]
    arrival.save()
    tell(
        "VehicleExpected",
        buy,
        by=by,
        at=expected_at.isoformat(),
        pass_code=arrival.pass_code,
        plate=arrival.plate,
    )
    return arrival


@transaction.atomic
def cancel_order(*, order: Order, reason: str, by: Member) -> Order:
    """After the cut-off and before the goods come: the goods are paid back, the delivery fee
    stays. Twice is once.

    Before the purchase order the pieces become free for the waiting list; one that was sent gets
    a new version.
    """
    reason = reason_of(reason)
    buy = lock_buy(order.buy)
    refuse_unless(buy, S.LOCKED, S.ORDERED)
    order = Order.objects.select_related("home").get(pk=order.pk)
    lines = list(OrderLine.objects.filter(order=order, locked__gt=0).select_related("line"))
    if not lines:
        return order
    back = sum((one.locked or 0) * one.line.price_fen for one in lines)
    if buy.state == S.LOCKED:
        _free(order, lines)
    OrderLine.objects.filter(order=order).update(locked=0)
    Order.objects.filter(pk=order.pk).update(withdrawn_at=timezone.now())
    cause = f"takeout:{order.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
    write(buy, EntryKind.REFUND, {order.household_id: -back}, cause=cause, by=by, note=reason)
    record(
        "OrderTakenOut",
        compound=buy.compound_id,
        by=by,
        household=order.household_id,
        data={
            "door": order.home.label,
            "title": buy.title,
            "reason": reason,
            "buy": buy.pk,
            "refund_fen": back,
        },
    )
    if buy.state == S.ORDERED:
        last = buy.purchase_orders.order_by("-version")[0]
        _version(buy, last.number, last.version + 1, reason, by)
    order.refresh_from_db()
    return order


def _free(order: Order, lines: list[OrderLine]) -> None:
    """What the order held under the caps can be given to those who wait. The round's row, which
    everybody takes who changes these counters after the cut-off, is locked."""
    for one in lines:
        flagged = one.quantity if order.is_flagged else 0
        OfferLine.objects.filter(pk=one.line_id).update(
            ordered=F("ordered") - one.quantity,
            ordered_flagged=F("ordered_flagged") - flagged,
            left=F("left") + one.quantity,  # stays empty without a cap
        )
    OrderLine.objects.filter(order=order).update(quantity=0, up_to=0, locked=0)
