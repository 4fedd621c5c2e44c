"""Orders over and under each other: which place holds which, parents, parts, overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Member
from compounds.places import Place
from lockdown.kernel.packed import packed, unpacked
from lockdown.kernel.wording import daytime
from seals.lift import Behind, Finding, Look
from seals.models import Level, OrderState, SealOrder
from seals.queries import orders_in_force


class Spot(NamedTuple):
    """A place by its coordinates in the tree; None is "all of them"."""

    building: int | None = None
    unit: int | None = None
    floor: int | None = None
    home: int | None = None

    def holds(self, other: Spot) -> bool:
        """Is the other place this one, or a part of it?"""
        return all(mine is None or mine == theirs for mine, theirs in zip(self, other, strict=True))

    def meets(self, other: Spot) -> bool:
        """In a tree two places overlap only when one holds the other."""
        return self.holds(other) or other.holds(self)

    @property
    def depth(self) -> int:
        return sum(one is not None for one in self)


def spot_of(order: SealOrder) -> Spot:
    return Spot(order.building_id, order.unit_id, order.floor, order.home_id)


def spot_of_place(place: Place) -> Spot:
    unit = place.unit or (place.home.unit if place.home else None)
    building = place.building.pk if place.building else (unit.building_id if unit else None)
    floor = place.home.floor if place.home else place.floor
    return Spot(building, unit.pk if unit else None, floor, place.home.pk if place.home else None)


def is_within(member: Member, place: Place) -> bool:
    """Whether a member limited to a unit or to buildings may close this place."""
    spot = spot_of_place(place)
    if member.unit_id is not None:
        return spot.unit == member.unit_id
    return not member.buildings or spot.building in member.buildings


def parent_of(place: Place) -> SealOrder | None:
    """The narrowest order in force over the place around this one; one query."""
    spot = spot_of_place(place)
    around = [
        one for one in orders_in_force() if one.place_key != place.key and spot_of(one).holds(spot)
    ]
    return max(around, key=lambda one: spot_of(one).depth, default=None)


def overlapping(place: Place, *, but: SealOrder | None = None) -> list[SealOrder]:
    """Orders in force over any door of this place, the widest first; one query."""
    return [one for one in over(spot_of_place(place), orders_in_force()) if one != but]


def over(spot: Spot, orders: Iterable[SealOrder]) -> list[SealOrder]:
    """Those of these orders that are in force over any door of this place, the widest first."""
    found = [one for one in orders if one.state == OrderState.IN_FORCE and spot_of(one).meets(spot)]
    return sorted(found, key=lambda one: (spot_of(one).depth, one.number or 0))


def overlap_text(others: Sequence[SealOrder]) -> str:
    """ "Also over these doors: order 3, 1栋, sealed until …"; the strictest rules each door."""
    names = "、".join(
        _("order %(number)s %(place)s (%(level)s until %(end)s)")
        % {
            "number": one.number,
            "place": one.place_label,
            "level": Level(one.level).label,
            "end": daytime(one.ends_at),
        }
        for one in others[:4]
    )
    more = len(others) - 4
    if more > 0:
        names = _("%(names)s and %(count)s more") % {"names": names, "count": more}
    return _("Also over these doors: %(names)s. The strictest rules each door.") % {"names": names}


def parts_in_force(order: SealOrder) -> list[SealOrder]:
    """The orders in force that hang under this one, their own parts included; one query."""
    return under(order, orders_in_force())


def under(order: SealOrder, orders: Iterable[SealOrder]) -> list[SealOrder]:
    """Those of these orders that hang under this one, or under such an order."""
    known = {order.pk}
    found = []
    for one in sorted(orders, key=lambda one: one.number or 0):  # a part is issued later
        if one.parent_id in known:
            known.add(one.pk)
            found.append(one)
    return found


@dataclass(frozen=True)
class Branch:
    """An order in a list that is drawn as a tree."""

    order: SealOrder
    depth: int


def tree(orders: Iterable[SealOrder]) -> list[Branch]:
    """Parents before their parts, newest families first. A parent that is not among them is
    left out, and its parts stand for themselves."""
    orders = list(orders)
    known = {one.pk for one in orders}
    under: dict[int | None, list[SealOrder]] = {}
    for one in orders:
        under.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)
    lines: list[Branch] = []

    def walk(parent: int | None, depth: int) -> None:
        for one in under.get(parent, []):
            lines.append(Branch(one, depth))
            walk(one.pk, depth + 1)

    walk(None, 0)
    return lines


def all_parts(order: SealOrder) -> dict[str, ArraySubquery]:
    """Every order in force that is a part of another; few, and whose part is seen by walking."""
    parts = SealOrder.objects.in_force().order_by().filter(parent__isnull=False)
    return {"parts": packed(parts.filter(compound=order.compound_id))}


def parts_stay(look: Look) -> Finding:
    """For information: lifting an order leaves its parts as they are, with their own dates."""
    stay = under(look.order, unpacked(SealOrder, look.lists["parts"]))
    return Finding(
        "parts",
        gettext_lazy("Orders for parts of this place; they stay in force with their own dates"),
        True,
        str(len(stay)),
        tuple(Behind(f"{one.place_label} #{one.number}") for one in stay),
        count=len(stay),
    )
