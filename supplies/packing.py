"""What goes into which bag, and the stacks that are made of it: read from the allocation only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from django.utils.translation import gettext as _

from compounds.models import Home, Member, Unit
from households.models import Resident
from lockdown.kernel.masking import mask_name
from supplies.isolation import isolated_homes
from supplies.models import GroupBuy, OfferLine, Order
from supplies.packs import Pack, served


@dataclass(frozen=True, slots=True)
class Part:
    """Some pieces of one item."""

    name: str
    unit: str
    count: int

    def __str__(self) -> str:
        return f"{self.name} {self.count} {self.unit}"


@dataclass(frozen=True, slots=True)
class Bagged:
    """One household's bags in walking order, with a masked name for the label."""

    pack: Pack
    bags: list[list[Part]]
    name: str = ""
    is_isolated: bool = False

    @property
    def order(self) -> Order:
        return self.pack.order

    @property
    def home(self) -> Home:
        return self.pack.order.home


class Label(NamedTuple):
    """One bag, in words: a sheet has thousands."""

    stair: str
    door: str
    number: str
    bag: str
    what: str
    name: str
    is_isolated: bool


class Row(Protocol):
    """A row of the allocation, whole or light."""

    @property
    def line(self) -> OfferLine: ...
    @property
    def allocated(self) -> int: ...


def parts_of(rows: Iterable[Row]) -> list[Part]:
    return [Part(row.line.name, row.line.unit, row.allocated) for row in rows if row.allocated]


def fill(parts: Sequence[Part], bags: int) -> list[list[Part]]:
    """The pieces over the bags, item by item, as even as they go; no bag of a stuffed round is
    empty unless there are more bags than pieces."""
    if bags == 1:
        return [[*parts]]
    total = sum(part.count for part in parts)
    least, more = divmod(total, bags)
    room = [least + (number < more) for number in range(bags)]
    filled: list[list[Part]] = [[] for _bag in range(bags)]
    bag = 0
    for part in parts:
        left = part.count
        while left:
            while not room[bag]:
                bag += 1
            taken = min(left, room[bag])
            filled[bag].append(Part(part.name, part.unit, taken))
            room[bag], left = room[bag] - taken, left - taken
    return filled


def bagged(buy: GroupBuy, *, member: Member | None = None) -> list[Bagged]:
    """Every household that gets something, in walking order; six queries."""
    found = served(buy, member=member)
    names = heads(pack.order.household_id for pack in found)
    apart = isolated_homes(pack.order.home_id for pack in found) if found else set()
    return [
        Bagged(
            pack,
            fill(parts_of(pack.rows), pack.order.bags or 1),
            names.get(pack.order.household_id, ""),
            pack.order.home_id in apart,
        )
        for pack in found
    ]


def labels(found: Iterable[Bagged]) -> list[Label]:
    """In walking order; what many have in common is put into words once."""
    numbered, which = _("No. %(number)s"), _("Bag %(bag)s of %(bags)s")
    stairs: dict[int, str] = {}
    made = []
    for one in found:
        order, home = one.pack.order, one.pack.order.home
        stair = stairs.get(home.unit_id) or stairs.setdefault(home.unit_id, str(home.unit))
        number = numbered % {"number": order.number}
        for bag, parts in enumerate(one.bags, start=1):
            said = which % {"bag": bag, "bags": len(one.bags)}
            what = "、".join([f"{part.name} × {part.count} {part.unit}" for part in parts])
            made.append(Label(stair, home.number, number, said, what, one.name, one.is_isolated))
    return made


def heads(households: Iterable[int]) -> dict[int, str]:
    """Household id to the masked name of its head, or of who comes first; one query."""
    rows = Resident.objects.filter(household__in=list(households), moved_out_at=None)
    names: dict[int, str] = {}
    for household, name in rows.order_by("-is_head", "position", "id").values_list(
        "household_id", "name"
    ):
        names.setdefault(household, mask_name(name))
    return names


@dataclass
class FloorStack:
    """What a floor gets, by line id."""

    floor: int
    homes: int = 0
    pieces: dict[int, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class UnitStack:
    """What a stair gets: its floors from the top, and the sum."""

    unit: Unit
    homes: int = 0
    pieces: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    floors: list[FloorStack] = field(default_factory=list)


@dataclass
class Stacks:
    """The goods by item, stair and floor, so that stacks can be made before the bags are."""

    lines: list[OfferLine]
    totals: dict[int, int]
    units: list[UnitStack]
    buildings: dict[str, dict[int, int]]


def stacks(found: Sequence[Pack]) -> Stacks:
    """From packs in walking order; no query."""
    lines: dict[int, OfferLine] = {}
    made = Stacks([], defaultdict(int), [], {})
    for pack in found:
        home = pack.order.home
        if not made.units or made.units[-1].unit.pk != home.unit_id:
            made.units.append(UnitStack(home.unit))
        stair = made.units[-1]
        if not stair.floors or stair.floors[-1].floor != home.floor:
            stair.floors.append(FloorStack(home.floor))
        building = made.buildings.setdefault(str(home.building), defaultdict(int))
        stair.homes += 1
        stair.floors[-1].homes += 1
        for row in pack.rows:
            lines[row.line_id] = row.line
            for sums in (made.totals, building, stair.pieces, stair.floors[-1].pieces):
                sums[row.line_id] += row.allocated
    made.lines = sorted(lines.values(), key=lambda line: (line.position, line.pk))
    return made
