"""What lifting asks of this room: the terminal disinfection."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Unit
from lockdown.kernel.wording import daytime
from seals.lift import SHOWN, Behind, Finding, holder
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
        .select_related("assignee")
    )
    rounds = {row.unit_id: row for row in last}
    left = [one for one in units if one.pk not in rounds or not rounds[one.pk].finished_at]
    slug = order.compound.slug
    return Finding(
        "terminal_disinfection",
        gettext_lazy("Terminal disinfection done in every unit"),
        bool(units) and not left,
        f"{len(units) - len(left)} / {len(units)}",
        tuple(_behind(slug, unit, rounds.get(unit.pk)) for unit in left[:SHOWN]),
        count=len(left),
        url=reverse("waste:day", args=[slug]),
        short=gettext_lazy("Disinfection"),
    )


def _behind(slug: str, unit: Unit, row: DisinfectionRound | None) -> Behind:
    """The round that was not done, where it can be done now."""
    if row is None:
        return Behind(str(unit), _("no round so far"), reverse("waste:day", args=[slug]))
    words = _("round of %(time)s missed") if row.missed_at else _("round of %(time)s not done")
    return Behind(
        str(unit),
        words % {"time": daytime(row.due_at)},
        reverse("waste:round", args=[slug, row.pk]),
        holder(row),
    )
