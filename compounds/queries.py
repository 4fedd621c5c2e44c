"""Reading a compound's tree."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Max, Min

from compounds.models import Home, Unit


@dataclass(frozen=True)
class UnitLine:
    unit: Unit
    homes: int
    floors: int


def building_outline() -> list[UnitLine]:
    """Each unit of the scope with its homes and floors; two queries."""
    counts = {
        row["unit"]: row
        for row in Home.objects.order_by()
        .values("unit")
        .annotate(homes=Count("id"), top=Max("floor"), bottom=Min("floor"))
    }
    lines = []
    for unit in Unit.objects.select_related("building"):
        row = counts.get(unit.pk)
        homes, floors = (row["homes"], row["top"] - row["bottom"] + 1) if row else (0, 0)
        lines.append(UnitLine(unit, homes, floors))
    return lines


def home_counts() -> int:
    return Home.objects.count()
