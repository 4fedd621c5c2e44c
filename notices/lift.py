"""What the lift checklist says about telling people."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from notices.models import NoticeKind, Receipt
from seals.lift import Behind, Finding, Look, holder, named, waiting


def everybody_told(look: Look) -> Finding:
    """For information: a household not told of the seal does not keep the seal from lifting."""
    order = look.order
    rows = Receipt.objects.filter(
        notice__order_id=order.pk, notice__kind=NoticeKind.SEAL, cancelled_at=None
    )
    found = waiting(rows, "home__position", head=True)
    list_url = reverse("notices:reach", args=[order.compound.slug])
    return Finding(
        "told",
        gettext_lazy("Households told of the seal, for information"),
        True,
        found.fact,
        tuple(
            Behind(
                named(order, row.home, row.head),
                row.reason,
                f"{list_url}?notice={row.notice_id}#r{row.pk}",
                holder(row),
            )
            for row in found.rows
        ),
        count=found.open,
        url=list_url,
    )
