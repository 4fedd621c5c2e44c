"""What care adds to the lift checklist."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from seals.lift import Finding
from seals.models import SealOrder
from seals.words import door_field
from volunteers.models import CareVisit


def calls_made(order: SealOrder, now: datetime) -> Finding:
    """Today's care calls of the order."""
    rows = CareVisit.objects.filter(order=order, cancelled_at=None, day=order.compound.today(now))
    rows = list(rows.select_related("home").order_by("home__position", "id"))
    waiting = [row for row in rows if row.finished_at is None]
    return Finding(
        "care",
        _("Today's care calls made"),
        not waiting,
        f"{len(rows) - len(waiting)} / {len(rows)}",
        tuple(dict.fromkeys(getattr(row.home, door_field(order.place_kind)) for row in waiting)),
    )
