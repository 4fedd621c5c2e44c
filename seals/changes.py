"""What the pages that change an order offer and count."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from compounds.models import Home, Unit
from compounds.places import Place
from households.models import Verification
from seals.models import PlanTask, Recall, SealOrder
from seals.planning import place_of

MOST_FLOORS = 240  # a longer list is read by nobody; the door can be written


def part_choices(order: SealOrder) -> list[tuple[str, Any]]:
    """Units and floors within the order's place, by unit, for a select; two queries at most."""
    if order.place_kind in {"floor", "home"}:
        return []
    place = place_of(order)
    floors: dict[int, list[int]] = {}
    found = Home.objects.filter(**place.filter()).order_by().values_list("unit", "floor").distinct()
    for unit, floor in sorted(found, reverse=True):
        floors.setdefault(unit, []).append(floor)
    few = sum(map(len, floors.values())) <= MOST_FLOORS
    return [
        (str(unit), _of_unit(order, unit, floors.get(unit.pk, []) if few else []))
        for unit in place.units
    ]


def _of_unit(order: SealOrder, unit: Unit, floors: list[int]) -> list[tuple[str, str]]:
    options = []
    if order.place_kind != "unit":
        whole = Place(order.compound, "unit", building=unit.building, unit=unit)
        options.append((whole.key, _("%(unit)s, the whole unit") % {"unit": unit}))
    for floor in floors:
        place = Place(order.compound, "floor", building=unit.building, unit=unit, floor=floor)
        options.append((place.key, place.label))
    return options


def cancel_counts(order: SealOrder) -> dict[str, int]:
    """Open work of this room that a cancelled order takes with it; three queries."""
    return {
        "verifications": Verification.objects.filter(sweep__cause=order.pk).open().count(),
        "recalls": Recall.objects.filter(order=order).open().count(),
        "tasks": PlanTask.objects.filter(order=order).open().count(),
    }
