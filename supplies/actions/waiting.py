"""The waiting list: too late, or nothing left, and the organiser says yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compounds.models import Member
from households.models import Access, CareFlag, Household
from journal.actions import Actor, record
from lockdown.kernel.errors import Refused
from supplies.actions.orders import MOST, via_of
from supplies.ledger import write
from supplies.machine import lock_buy, reason_of, refuse_unless, tell
from supplies.models import (
    BuyState,
    EntryKind,
    GroupBuy,
    OfferLine,
    Order,
    OrderLine,
    WaitingRequest,
)

S = BuyState
R = WaitingRequest.Reason
GRANTED = gettext_noop("you get it after all")
DECLINED = gettext_noop("not this time")


@transaction.atomic
def ask_to_wait(
    *, buy: GroupBuy, line: OfferLine, household: Household, quantity: int, by: Access | Member
) -> WaitingRequest:
    """Too late or sold out: onto the waiting list. Twice changes the quantity."""
    refuse_unless(buy, S.OPEN, S.LOCKED)
    if line.buy_id != buy.pk or not buy.covers(household.home):
        raise Refused(_("This group-buy is not for this home."), code="other_place")
    if not 1 <= quantity <= min(MOST, line.cap_household or MOST):
        raise Refused(_("Write how many you would take, within the cap."), field="quantity")
    late = not buy.takes_orders(timezone.now())
    if not late and (line.left is None or line.left >= quantity):
        raise Refused(_("%(item)s can still be ordered. Order it.") % {"item": line.name})
    request, _made = WaitingRequest.objects.update_or_create(
        compound_id=buy.compound_id,
        line=line,
        household=household,
        granted_at=None,
        declined_at=None,
        defaults={"quantity": quantity, "asked_by": by.actor_label[:80]},
        create_defaults={
            "buy": buy,
            "home": household.home,
            "quantity": quantity,
            "asked_by": by.actor_label[:80],
            "reason": R.LATE if late else R.SOLD_OUT,
        },
    )
    data: dict[str, object] = {"door": household.home.label, "item": line.name, "title": buy.title}
    record("WaitingAsked", compound=buy.compound_id, by=by, household=household.pk, data=data)
    return request


def grant_waiting(*, request: WaitingRequest, by: Member) -> WaitingRequest:
    """The household gets it after all, while the round is closed and not yet ordered.

    Refused: while it is open (the household orders itself when something becomes free), after
    the purchase order, over the cap in all or of a household, less than a full case.
    """
    return grant_together(requests=[request], by=by)[0]


@transaction.atomic
def grant_together(*, requests: Sequence[WaitingRequest], by: Member) -> list[WaitingRequest]:
    """Several households' pieces of one item, which are full cases in all; all or none of them.

    Twice is once. Refused as `grant_waiting`, and requests for different items.
    """
    if not requests:
        raise Refused(_("Nobody of these waits any more."))
    buy = lock_buy(requests[0].buy)
    found = _lock([one.pk for one in requests])
    still = [one for one in found if one.granted_at is None]
    if not still:
        return found
    refuse_unless(buy, S.LOCKED)
    if any(one.declined_at for one in still):
        raise Refused(_("This request was declined already."), code="declined")
    if len({one.line_id for one in still}) > 1:
        raise Refused(_("Choose homes that wait for the same item."))
    line = OfferLine.objects.select_for_update().get(pk=still[0].line_id)
    refuse_lacking(line, sum(one.quantity for one in still))
    for one in still:
        _give(buy, line, one, by)
    return found


def _give(buy: GroupBuy, line: OfferLine, request: WaitingRequest, by: Member) -> None:
    order = _order_of(buy, request, by)
    _add(order, line, request.quantity)
    charge = {request.household_id: request.quantity * line.price_fen}
    write(buy, EntryKind.CHARGE, charge, cause=f"waiting:{request.pk}", by=by, note=line.name)
    request.granted_at, request.decided_by = timezone.now(), by
    request.save(update_fields=["granted_at", "decided_by"])
    _tell(request, line, GRANTED, by)


def refuse_lacking(line: OfferLine, quantity: int) -> None:
    """Refused when these pieces are no full case, or more than is left under the cap."""
    if quantity % line.case_size:
        raise Refused(
            _("%(item)s is bought in cases of %(size)s; %(count)s is not a full case.")
            % {"item": line.name, "size": line.case_size, "count": quantity}
        )
    if line.left is not None and line.left < quantity:
        raise Refused(
            _("%(item)s: only %(left)s are left under the cap.")
            % {"item": line.name, "left": line.left}
        )


def _order_of(buy: GroupBuy, request: WaitingRequest, by: Member) -> Order:
    """The household's order, or a new one with the next number; the round's row is locked."""
    order = Order.objects.filter(buy=buy, household=request.household_id).first()
    if order is None:
        order = Order.objects.create(
            compound_id=buy.compound_id,
            buy=buy,
            household_id=request.household_id,
            home_id=request.home_id,
            number=buy.next_number,
            via=via_of(by, request.household),
            member=by,
            is_flagged=CareFlag.objects.filter(
                household=request.household_id, ended_at=None
            ).exists(),
        )
        buy.next_number += 1
        buy.save(update_fields=["next_number"])
    elif order.withdrawn_at:
        order.withdrawn_at = None
        order.save(update_fields=["withdrawn_at"])
    return order


def _add(order: Order, line: OfferLine, more: int) -> None:
    row = OrderLine.objects.filter(order=order, line=line).first()
    if row is None:
        row = OrderLine(compound_id=order.compound_id, order=order, line=line, quantity=0, up_to=0)
        row.cap_household, row.locked = line.cap_household, 0
    if row.cap_household is not None and row.quantity + more > row.cap_household:
        raise Refused(
            _("%(item)s: at most %(cap)s for each household.")
            % {"item": line.name, "cap": row.cap_household},
            code="household_cap",
        )
    row.quantity += more
    row.locked = (row.locked or 0) + more
    row.up_to = max(row.up_to, row.quantity, row.locked)
    row.save()
    line.ordered += more
    line.ordered_flagged += more if order.is_flagged else 0
    line.left = None if line.left is None else line.left - more
    line.save(update_fields=["ordered", "ordered_flagged", "left"])


@transaction.atomic
def decline_waiting(*, request: WaitingRequest, reason: str, by: Member) -> WaitingRequest:
    """Not this time; the household reads the reason. Twice is once, without a reason refused."""
    reason = reason_of(reason)
    [request] = _lock([request.pk])
    if request.declined_at:
        return request
    if request.granted_at:
        raise Refused(_("This request was granted already."), code="granted")
    request.declined_at, request.decided_by = timezone.now(), by
    request.save(update_fields=["declined_at", "decided_by"])
    _tell(request, request.line, DECLINED, by, reason)
    return request


def decline_rest(buy: GroupBuy, *, by: Actor) -> None:
    """The purchase order is out: whoever still waits does not get it, and is told."""
    waiting = WaitingRequest.objects.filter(buy=buy, granted_at=None, declined_at=None)
    homes = sorted(set(waiting.order_by().values_list("home_id", flat=True)))
    if not homes:
        return
    waiting.update(declined_at=timezone.now(), decided_by_id=by.actor_member_id)
    tell("WaitingEnded", buy, by=by, count=len(homes), homes=homes)


def _lock(requests: Sequence[int]) -> list[WaitingRequest]:
    """In one order, so that two who decide cannot wait for each other."""
    rows = WaitingRequest.objects.select_for_update(of=("self",)).filter(pk__in=requests)
    return list(rows.select_related("home", "household__home", "line", "buy").order_by("pk"))


def _tell(
    request: WaitingRequest, line: OfferLine, outcome: str, by: Actor, reason: str = ""
) -> None:
    record(
        "WaitingDecided",
        compound=request.compound_id,
        by=by,
        household=request.household_id,
        data={
            "door": request.home.label,
            "item": line.name,
            "outcome": outcome,
            "granted": outcome == GRANTED,
            "quantity": request.quantity,
            "unit": line.unit,
            "title": request.buy.title,
            "buy": request.buy_id,
            "reason": reason,
        },
    )
