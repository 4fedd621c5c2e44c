"""Who gets less and why, in words; and the shares worked out once more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from supplies.actions.allocating import Preview, Share
from supplies.models import Allocation, GroupBuy, OfferLine, ShortageRule
from supplies.sharing import lot

R = ShortageRule


@dataclass
class ItemShare:
    """One item: wanted, come, and how it is shared."""

    line: OfferLine
    wanted: int = 0
    given: int = 0
    came: int = 0
    homes: int = 0
    homes_less: int = 0
    surplus: int = 0
    shares: list[Share] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        return self.given < self.wanted


@dataclass(frozen=True)
class Less:
    """One household that gets less of one item than it ordered."""

    number: int
    door: str
    item: str
    unit: str
    ordered: int
    gets: int
    back_fen: int
    is_flagged: bool
    why: str


def items_of(found: Preview) -> list[ItemShare]:
    items: dict[int, ItemShare] = {}
    for one in found.shares:
        item = items.setdefault(one.line.pk, ItemShare(one.line))
        item.wanted += one.ordered
        item.given += one.allocated
        item.homes += 1
        item.homes_less += one.refunded > 0
        item.shares.append(one)
    for line, more in found.surplus.items():
        items[line].surplus = more
    for item in items.values():
        item.came = item.given + item.surplus
    return sorted(items.values(), key=lambda item: (item.line.position, item.line.pk))


def less_of(buy: GroupBuy, items: Sequence[ItemShare]) -> list[Less]:
    """Everybody who gets less, by number; each with the reason that the rule gives."""
    rows: list[Less] = []
    say = WHY[ShortageRule(buy.rule)]
    for item in items:
        if not item.is_short:
            continue
        places = _drawn(buy, item) if buy.rule == R.LOTTERY else {}
        for one in item.shares:
            if one.refunded:
                rows.append(_less(one, say(buy, item, one, places)))
    return sorted(rows, key=lambda row: row.number)


def _less(one: Share, why: str) -> Less:
    return Less(
        one.order.number or 0,
        one.order.home.label,
        one.line.name,
        one.line.unit,
        one.ordered,
        one.allocated,
        one.refunded * one.line.price_fen,
        one.order.is_flagged,
        why,
    )


def _drawn(buy: GroupBuy, item: ItemShare) -> dict[int, int]:
    """Order number to its place in the draw."""
    numbers = [one.order.number or 0 for one in item.shares]
    drawn = sorted(numbers, key=lambda number: lot(buy.seed, number))
    return {number: place for place, number in enumerate(drawn, start=1)}


Why = Callable[[GroupBuy, ItemShare, Share, dict[int, int]], str]


def _by_rotation(buy: GroupBuy, item: ItemShare, one: Share, _places: dict[int, int]) -> str:
    return _("one each in turn; %(came)s were gone when its turn for one more came") % {
        "came": item.came
    }


def _by_share(buy: GroupBuy, item: ItemShare, one: Share, _places: dict[int, int]) -> str:
    return _(
        "%(came)s of %(wanted)s came: %(ordered)s × %(came)s ÷ %(wanted)s, in whole pieces"
    ) % {
        "came": item.came,
        "wanted": item.wanted,
        "ordered": one.ordered,
    }


def _by_mark(buy: GroupBuy, item: ItemShare, one: Share, _places: dict[int, int]) -> str:
    if one.order.is_flagged:
        return _("homes with a care mark came first; even for them it was not enough")
    return _("homes with a care mark came first; the rest went one each in turn")


def _by_time(buy: GroupBuy, item: ItemShare, one: Share, _places: dict[int, int]) -> str:
    last = max((share.order.number or 0 for share in item.shares if share.allocated), default=0)
    return _("in the order of numbers; the goods ended at number %(last)s") % {"last": last}


def _by_lot(buy: GroupBuy, item: ItemShare, one: Share, places: dict[int, int]) -> str:
    place = places[one.order.number or 0]
    return _("drawn as number %(place)s of %(homes)s; the goods were gone by then") % {
        "place": place,
        "homes": item.homes,
    }


WHY: dict[ShortageRule, Why] = {
    R.ROTATION: _by_rotation,
    R.PRO_RATA: _by_share,
    R.FLAGGED_FIRST: _by_mark,
    R.FIRST_COME: _by_time,
    R.LOTTERY: _by_lot,
}


def begins_with(item: ItemShare, buy: GroupBuy) -> int:
    """The order number with which a rotation begins for this item."""
    numbers = sorted(one.order.number or 0 for one in item.shares)
    return numbers[buy.number % len(numbers)] if numbers else 0


def homes_less(rows: Sequence[Less]) -> int:
    return len({row.number for row in rows})


def differs_from_committed(buy: GroupBuy, found: Preview) -> int:
    """How many lines of what was committed the rule would give otherwise; 0 is a true replay."""
    kept: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (-1, -1))
    for order, line, ordered, allocated in Allocation.objects.filter(buy=buy).values_list(
        "order_id", "line_id", "ordered", "allocated"
    ):
        kept[order, line] = (ordered, allocated)
    again = {(one.order.pk, one.line.pk): (one.ordered, one.allocated) for one in found.shares}
    wrong = sum(1 for key, value in again.items() if kept[key] != value)
    return wrong + len(set(kept) - set(again))
