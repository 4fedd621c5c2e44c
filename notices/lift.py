"""What the lift checklist says about telling people."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from notices.models import NoticeKind, Receipt
from seals.lift import Finding
from seals.models import SealOrder


def everybody_told(order: SealOrder, now: datetime) -> Finding:
    """For information: a household not told of the seal does not keep the seal from lifting."""
    rows = Receipt.objects.filter(
        notice__order_id=order.pk, notice__kind=NoticeKind.SEAL, cancelled_at=None
    )
    waiting = list(
        rows.filter(finished_at=None)
        .order_by("home__position")
        .values_list("home__number", flat=True)
    )
    total = rows.count()
    return Finding(
        "told",
        _("Households told of the seal, for information"),
        True,
        f"{total - len(waiting)} / {total}",
        tuple(waiting),
    )
