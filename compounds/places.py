"""A place within a compound: what an order covers, a notice tells, a list shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compounds.models import Building, Compound, Home, Unit
from lockdown.kernel.errors import Refused


@dataclass(frozen=True)
class Place:
    """kind: compound, building, unit, floor (of a unit) or home."""

    compound: Compound
    kind: str
    building: Building | None = None
    unit: Unit | None = None
    floor: int | None = None
    home: Home | None = None

    @property
    def key(self) -> str:
        """Names the place within the compound; two orders for one place share it."""
        match self.kind:
            case "compound":
                return "compound"
            case "building":
                return f"building:{self._of(self.building)}"
            case "unit":
                return f"unit:{self._of(self.unit)}"
            case "floor":
                return f"floor:{self._of(self.unit)}:{self.floor}"
            case _home:
                return f"home:{self._of(self.home)}"

    @staticmethod
    def _of(row: Any) -> int:
        return int(row.pk)

    @property
    def label(self) -> str:
        match self.kind:
            case "compound":
                return self.compound.name
            case "building":
                return str(self.building)
            case "unit":
                return str(self.unit)
            case "floor":
                return _("%(unit)s, floor %(floor)s") % {"unit": self.unit, "floor": self.floor}
            case _home:
                return str(self.home)

    def filter(self, prefix: str = "") -> dict[str, Any]:
        """Lookup arguments for rows that have a home: `prefix` is the path to the home."""
        match self.kind:
            case "compound":
                return {}
            case "building":
                return {f"{prefix}building": self.building}
            case "unit":
                return {f"{prefix}unit": self.unit}
            case "floor":
                return {f"{prefix}unit": self.unit, f"{prefix}floor": self.floor}
            case _home:
                return {(f"{prefix}pk" if prefix else "pk"): self._of(self.home)}

    def homes(self) -> QuerySet[Home]:
        return Home.objects.filter(**self.filter())

    @cached_property
    def units(self) -> list[Unit]:
        """The stairs that the place touches, with their building."""
        units = Unit.objects.select_related("building")
        match self.kind:
            case "compound":
                return list(units)
            case "building":
                return list(units.filter(building=self.building))
            case "unit" | "floor":
                return [self.unit] if self.unit else []
            case _home:
                return list(units.filter(pk=self.home.unit_id)) if self.home else []


def find_place(
    compound: Compound, kind: str, *, row: int | None = None, floor: int | None = None
) -> Place:
    """The place with this id within the scope; refused when it is not there."""
    wanted = row or 0
    missing = Refused(_("This place is not in the compound. Choose it again."), code="no_place")
    if kind == "compound":
        return Place(compound, kind)
    if kind == "building":
        building = Building.objects.filter(pk=wanted).first()
        if building is None:
            raise missing
        return Place(compound, kind, building=building)
    if kind in {"unit", "floor"}:
        unit = Unit.objects.select_related("building").filter(pk=wanted).first()
        if unit is None or (kind == "floor" and floor is None):
            raise missing
        return Place(compound, kind, building=unit.building, unit=unit, floor=floor)
    home = Home.objects.select_related("unit__building").filter(pk=wanted).first()
    if kind != "home" or home is None:
        raise missing
    return Place(
        compound, kind, building=home.unit.building, unit=home.unit, home=home, floor=home.floor
    )
