"""What lifting asks of this room: the terminal disinfection."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from seals.lift import Finding
from seals.models import SealOrder
from seals.planning import place_of
from waste.models import DisinfectionRound


def terminal_disinfection(order: SealOrder, now: datetime) -> Finding:
    """The last round that was due in each unit of the order is done; two queries.

    A round missed earlier is made good by a later one that was done. A unit without any round
    is not disinfected.
    """
    units = place_of(order).units
    last = (
        DisinfectionRound.objects.filter(
            Q(due_at__lte=now) | Q(finished_at__isnull=False),
            unit__in=units,
            due_at__gte=order.starts_at,
            cancelled_at=None,
        )
        .order_by("unit_id", "-due_at")
        .distinct("unit_id")
    )
    done = {row.unit_id for row in last if row.finished_at is not None}
    behind = [str(unit) for unit in units if unit.pk not in done]
    return Finding(
        "terminal_disinfection",
        _("Terminal disinfection done in every unit"),
        bool(units) and not behind,
        f"{len(units) - len(behind)} / {len(units)}",
        tuple(behind),
    )
