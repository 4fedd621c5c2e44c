"""What lifting asks of this room: the terminal disinfection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Unit
from lockdown.kernel.wording import daytime
from seals.lift import SHOWN, Behind, Finding, Look
from seals.models import SealOrder
from waste.models import DisinfectionRound


def terminal_disinfection(look: Look) -> Finding:
    """The last round that was due in each unit of the order is done; one query.

    A round missed earlier is made good by a later one that was done. A unit without any round
    is not disinfected.
    """
    order = look.order
    units = _units_with_last_round(order, look.now)
    left = [one for one in units if one.last is None or one.last["finished"] is None]
    slug = order.compound.slug
    return Finding(
        "terminal_disinfection",
        gettext_lazy("Terminal disinfection done in every unit"),
        bool(units) and not left,
        f"{len(units) - len(left)} / {len(units)}",
        tuple(_behind(slug, unit) for unit in left[:SHOWN]),
        count=len(left),
        url=reverse("waste:day", args=[slug]),
        short=gettext_lazy("Disinfection"),
    )


def _units_with_last_round(order: SealOrder, now: datetime) -> list[Any]:
    """The order's units, each with `last`: its last round as a dict, or None."""
    last = DisinfectionRound.objects.filter(
        Q(due_at__lte=now) | Q(finished_at__isnull=False),
        unit=OuterRef("pk"),
        compound=OuterRef("compound"),
        due_at__gte=order.starts_at,
        cancelled_at=None,
    ).order_by("-due_at")
    facts = JSONObject(
        id="pk", due="due_at", finished="finished_at", missed="missed_at", who="assignee__name"
    )
    found = Unit.objects.select_related("building").filter(_within(order))
    return list(found.annotate(last=Subquery(last.values(facts=facts)[:1])))


def _within(order: SealOrder) -> Q:
    match order.place_kind:
        case "compound":
            return Q()
        case "building":
            return Q(building=order.building_id)
        case "home":
            return Q(pk=order.home.unit_id if order.home else None)
        case _unit_or_floor:
            return Q(pk=order.unit_id)


def _behind(slug: str, unit: Any) -> Behind:
    """The round that was not done, where it can be done now."""
    row = unit.last
    if row is None:
        return Behind(str(unit), _("no round so far"), reverse("waste:day", args=[slug]))
    words = _("round of %(time)s missed") if row["missed"] else _("round of %(time)s not done")
    return Behind(
        str(unit),
        words % {"time": daytime(datetime.fromisoformat(row["due"]))},
        reverse("waste:round", args=[slug, row["id"]]),
        row["who"] or "",
    )
