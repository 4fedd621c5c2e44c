"""Reading a compound's tree."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q

from compounds.models import Home, Member, Unit


@dataclass(frozen=True)
class UnitLine:
    unit: Unit
    homes: int
    floors: int


def building_outline(member: Member | None = None) -> list[UnitLine]:
    """Each unit of the scope, or of a member's part, with homes and floors; two queries."""
    mine = Q() if member is None else member.within_units()
    counts = {
        row["unit"]: row
        for row in Home.objects.order_by()
        .values("unit")
        .annotate(homes=Count("id"), top=Max("floor"), bottom=Min("floor"))
    }
    lines = []
    for unit in Unit.objects.filter(mine).select_related("building"):
        row = counts.get(unit.pk)
        homes, floors = (row["homes"], row["top"] - row["bottom"] + 1) if row else (0, 0)
        lines.append(UnitLine(unit, homes, floors))
    return lines


def home_counts(member: Member) -> int:
    return Home.objects.filter(member.within()).count()
