"""What each household gets, for sheets and labels: nothing but the allocation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from compounds.models import Member, Unit
from supplies.models import Allocation, GroupBuy, OfferLine, Order


class Given(NamedTuple):
    """What an order gets of an item: a row of the allocation, light enough for thousands."""

    line_id: int
    line: OfferLine
    allocated: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Pack:
    """What goes into the bags of one household."""

    order: Order
    rows: list[Given]

    @property
    def pieces(self) -> int:
        return sum([row.allocated for row in self.rows])

    @property
    def is_short(self) -> bool:
        return any(row.refunded for row in self.rows)


def packs(buy: GroupBuy, *, member: Member | None = None) -> list[Pack]:
    """Every household in walking order; four queries, since thousands of rows share their stairs
    and items."""
    orders = Order.objects.filter(buy=buy).select_related("home")
    if member is not None:
        orders = orders.filter(member.within("home__"))
    goods = goods_of(buy)
    found = [order for order in orders if order.pk in goods]
    units = Unit.objects.select_related("building").in_bulk({one.home.unit_id for one in found})
    for order in found:
        home = order.home
        home.unit = units[home.unit_id]
        home.building = home.unit.building
    return [Pack(order, goods[order.pk]) for order in sorted(found, key=_walking)]


def served(buy: GroupBuy, *, member: Member | None = None) -> list[Pack]:
    """The households that get something."""
    return [pack for pack in packs(buy, member=member) if pack.pieces]


def goods_of(buy: GroupBuy, orders: Iterable[int] | None = None) -> dict[int, list[Given]]:
    """Order id to what it gets, by item: of the whole round, or of these orders; two queries."""
    lines = OfferLine.objects.filter(buy=buy).in_bulk()
    rows = Allocation.objects.filter(buy=buy).order_by("line__position", "line_id")
    rows = rows if orders is None else rows.filter(order__in=list(orders))
    found: dict[int, list[Given]] = defaultdict(list)
    for order, line, allocated, refunded in rows.values_list(
        "order_id", "line_id", "allocated", "refunded"
    ):
        found[order].append(Given(line, lines[line], allocated, refunded))
    return found


def _walking(order: Order) -> tuple[int, ...]:
    """Building by building, stair by stair, from the top floor down."""
    home = order.home
    unit, building = home.unit, home.building
    return (
        *(building.position, building.pk, unit.position, unit.pk),
        *(-home.floor, home.position, home.pk),
    )


@dataclass
class Matrix:
    """Households × items, from the allocation: (order, pieces by line id) in walking order."""

    lines: list[OfferLine] = field(default_factory=list)
    rows: list[tuple[Order, dict[int, int]]] = field(default_factory=list)
    totals: dict[int, int] = field(default_factory=dict)


def matrix(buy: GroupBuy, *, member: Member | None = None) -> Matrix:
    """The grid of the packing table; four queries."""
    return grid(packs(buy, member=member))


def grid(rows: Iterable[Pack]) -> Matrix:
    """The grid of packs that are at hand; no query."""
    found = Matrix()
    lines: dict[int, OfferLine] = {}
    for pack in rows:
        pieces = {row.line_id: row.allocated for row in pack.rows}
        found.rows.append((pack.order, pieces))
        lines |= {row.line_id: row.line for row in pack.rows}
        for line, got in pieces.items():
            found.totals[line] = found.totals.get(line, 0) + got
    found.lines = sorted(lines.values(), key=lambda line: (line.position, line.pk))
    return found
