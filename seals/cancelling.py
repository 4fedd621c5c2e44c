"""Orders entered by mistake, and drafts that are not wanted: ended without a checklist."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import refuse_outside
from compounds.models import Member
from journal.actions import record
from lockdown.kernel.errors import Refused
from seals.actions import locked, queue_up, stop_work
from seals.family import parts_in_force
from seals.models import OrderState, SealOrder

CANCELLED = ["state", "cancelled_at", "cancelled_by", "cancel_reason"]


@transaction.atomic
def cancel(*, order: SealOrder, reason: str, by: Member, with_parts: bool = False) -> SealOrder:
    """Take back an order entered by mistake: everything it started is cancelled, and whoever was
    told is told. Orders for parts of its place stay, unless `with_parts`. Twice is once.

    Refused without a reason, and for an order that was lifted. Sealing that came to its end is
    lifted, not cancelled.
    """
    if not reason.strip():
        raise Refused(_("Write why the order is cancelled."), field="reason")
    # No part may appear under the order while it ends.
    queue_up(order.compound)
    known = SealOrder.objects.get(pk=order.pk)
    if known.state == OrderState.CANCELLED:
        return known
    order, now = locked(order), timezone.now()
    refuse_outside(by, order)
    parts = parts_in_force(order) if with_parts else []
    _end(order, reason, now, by)
    for part in parts:
        _end(locked(part), reason, now, by)
    return order


def _end(order: SealOrder, reason: str, now: datetime, by: Member) -> None:
    order.state, order.cancelled_at, order.cancelled_by = OrderState.CANCELLED, now, by
    order.cancel_reason = reason.strip()[:200]
    order.save(update_fields=CANCELLED)
    stop_work(order, now)
    data = {"place": order.place_label, "reason": order.cancel_reason}
    record("OrderCancelled", compound=order.compound_id, by=by, at=now, order=order.pk, data=data)


@transaction.atomic
def throw_away(*, order: SealOrder, by: Member) -> SealOrder:
    """A draft that is not wanted; nothing had started. Twice is once.

    Refused: an order, and a draft that reaches beyond the limits of `by`.
    """
    queue_up(order.compound)
    order = SealOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if order.state == OrderState.CANCELLED and order.number is None:
        return order
    if order.state != OrderState.DRAFT:
        raise Refused(
            _("This draft was confirmed meanwhile: order %(number)s.") % {"number": order.number},
            code="not_a_draft",
        )
    refuse_outside(by, order)
    order.state, order.cancelled_at, order.cancelled_by = OrderState.CANCELLED, timezone.now(), by
    order.save(update_fields=CANCELLED)
    data = {"place": order.place_label}
    record("DraftThrownAway", compound=order.compound_id, by=by, data=data)
    return order
