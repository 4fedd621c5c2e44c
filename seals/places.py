"""The places to choose from when sealing: no free text, finer places one tap further in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from compounds.models import Compound, Home, Member, Unit
from compounds.places import Place
from compounds.queries import building_outline
from seals.models import SealOrder
from seals.queries import orders_in_force


@dataclass
class Option:
    """One place as a radio button. `order` is the order in force for exactly this place."""

    code: str
    label: str
    homes: int
    floors: int = 0
    order: SealOrder | None = None
    inside: str = ""  # the unit whose floors and doors can be opened
    hidden: bool = False  # beyond the member's limits


@dataclass
class BuildingOptions:
    whole: Option
    units: list[Option] = field(default_factory=list)


@dataclass(frozen=True)
class UnitOptions:
    """The floors and doors of one stair, when somebody seals less than a unit."""

    label: str
    floors: list[tuple[Option, list[Option]]]


def buildings(compound: Compound, member: Member) -> tuple[Option, list[BuildingOptions]]:
    """The whole compound, and each building with its stairs; three queries."""
    taken = {order.place_key: order for order in orders_in_force()}
    found: dict[int, BuildingOptions] = {}
    total = 0
    outline = building_outline(member)
    outline.sort(key=lambda line: (line.unit.building.position, line.unit.building_id))
    for line in outline:
        building = line.unit.building
        group = found.setdefault(
            building.pk, BuildingOptions(_option(Place(compound, "building", building), 0, taken))
        )
        place = Place(compound, "unit", building=building, unit=line.unit)
        option = _option(place, line.homes, taken)
        option.floors, option.inside = line.floors, str(line.unit.pk)
        group.units.append(option)
        group.whole.homes += line.homes
        total += line.homes
    whole = _option(Place(compound, "compound"), total, taken)
    whole.hidden = member.is_limited
    whole.label = _("%(name)s, the whole compound") % {"name": compound.name}
    return whole, list(found.values())


def _option(place: Place, homes: int, taken: dict[str, SealOrder]) -> Option:
    return Option(place.key, place.label, homes, order=taken.get(place.key))


def inside_unit(compound: Compound, unit: Unit) -> UnitOptions:
    """Floors from the top down, each with its doors; two queries."""
    taken = {order.place_key: order for order in orders_in_force()}
    by_floor: dict[int, list[Home]] = {}
    for home in Home.objects.filter(unit=unit).order_by("-floor", "position"):
        by_floor.setdefault(home.floor, []).append(home)
    return UnitOptions(
        str(unit),
        [
            (
                _floor(compound, unit, floor, len(homes), taken),
                _doors(homes, taken),
            )
            for floor, homes in by_floor.items()
        ],
    )


def _floor(
    compound: Compound, unit: Unit, floor: int, homes: int, taken: dict[str, SealOrder]
) -> Option:
    place = Place(compound, "floor", building=unit.building, unit=unit, floor=floor)
    option = _option(place, homes, taken)
    option.label = _("floor %(floor)s") % {"floor": floor}
    return option


def _doors(homes: Iterable[Home], taken: dict[str, SealOrder]) -> list[Option]:
    codes = [(f"home:{home.pk}", home.number) for home in homes]
    return [Option(code, number, 1, order=taken.get(code)) for code, number in codes]
