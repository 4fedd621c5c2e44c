"""Does a round form, and with which quantities? Pure: worked out from plain values.

Cases are filled with what households would take besides ("up to"); an incomplete case that
cannot be filled is not bought, and the round's own rule says who goes without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from supplies.sharing import Want, largest_remainder, share


@dataclass(frozen=True)
class Item:
    line: int
    price_fen: int
    case_size: int = 1
    left: int | None = None  # under the total cap; None without one


@dataclass(frozen=True)
class Asked:
    """One household's line of one item."""

    order: int  # the order's number
    line: int
    quantity: int
    up_to: int
    is_flagged: bool = False


@dataclass(frozen=True)
class Thresholds:
    amount_fen: int = 0
    units: int = 0
    households: int = 0


@dataclass(frozen=True)
class Locked:
    """`quantities` by (order number, line). `short` names what is missing of each threshold."""

    quantities: dict[tuple[int, int], int] = field(default_factory=dict)
    short: Thresholds = Thresholds()

    @property
    def formed(self) -> bool:
        return self.short == Thresholds() and any(self.quantities.values())


def form(
    items: Sequence[Item],
    asked: Sequence[Asked],
    wanted: Thresholds,
    *,
    rule: str,
    seed: int = 0,
    turn: int = 0,
) -> Locked:
    """The quantities to buy, and what is missing to form. Short of a threshold by what "up to"
    can give, it gives; more than needed is not taken, but for full cases.

    Of equals the lower number is the first, in whatever order the lines are handed in.
    """
    asked = sorted(asked, key=lambda one: (one.order, one.line))
    plain = _locked(items, asked, wanted, {}, rule, seed, turn)
    if plain.formed or not any(one.up_to > one.quantity for one in asked):
        return plain
    low, high = 0, sum(one.up_to - one.quantity for one in asked)
    best = _locked(items, asked, wanted, _extra(items, asked, high), rule, seed, turn)
    if not best.formed:
        return plain
    while low + 1 < high:
        middle = (low + high) // 2
        tried = _locked(items, asked, wanted, _extra(items, asked, middle), rule, seed, turn)
        low, high, best = (low, middle, tried) if tried.formed else (middle, high, best)
    return best


def _extra(items: Sequence[Item], asked: Sequence[Asked], most: int) -> dict[tuple[int, int], int]:
    """`most` more pieces over all that would be taken, in proportion, within each cap in all."""
    slack = [one.up_to - one.quantity for one in asked]
    parts = largest_remainder(most, slack) if any(slack) else [0] * len(asked)
    extra = {}
    for item in items:
        of_item = [pair for pair in zip(asked, parts, strict=True) if pair[0].line == item.line]
        more = [part for _one, part in of_item]
        if item.left is not None and sum(more) > item.left:
            more = largest_remainder(item.left, more)
        for (one, _part), got in zip(of_item, more, strict=True):
            extra[one.order, one.line] = got
    return extra


def _locked(
    items: Sequence[Item],
    asked: Sequence[Asked],
    wanted: Thresholds,
    extra: dict[tuple[int, int], int],
    rule: str,
    seed: int,
    turn: int,
) -> Locked:
    quantities: dict[tuple[int, int], int] = {}
    for item in items:
        of_item = [one for one in asked if one.line == item.line]
        quantities |= _full_cases(item, of_item, extra, rule, seed, turn)
    return Locked(quantities, _short(items, quantities, wanted))


def _full_cases(
    item: Item,
    asked: Sequence[Asked],
    extra: dict[tuple[int, int], int],
    rule: str,
    seed: int,
    turn: int,
) -> dict[tuple[int, int], int]:
    """Fill the last case with what would be taken besides, else leave it and share the rest."""
    base = [one.quantity + extra.get((one.order, one.line), 0) for one in asked]
    slack = [one.up_to - got for one, got in zip(asked, base, strict=True)]
    room = sum(slack)
    if item.left is not None:
        room = min(room, item.left - sum(base) + sum(one.quantity for one in asked))
    missing = -sum(base) % item.case_size
    if missing <= room:
        more = largest_remainder(missing, slack) if missing else [0] * len(asked)
        return {
            (one.order, one.line): got + plus
            for one, got, plus in zip(asked, base, more, strict=True)
        }
    full = sum(base) - sum(base) % item.case_size
    wants = [Want(one.order, got, one.is_flagged) for one, got in zip(asked, base, strict=True)]
    got = share(rule, wants, full, seed=seed, turn=turn)
    return {(one.order, one.line): got.get(one.order, 0) for one in asked}


def _short(
    items: Sequence[Item], quantities: dict[tuple[int, int], int], wanted: Thresholds
) -> Thresholds:
    price = {item.line: item.price_fen for item in items}
    amount = sum(price[line] * got for (_order, line), got in quantities.items())
    units = sum(quantities.values())
    households = len({order for (order, _line), got in quantities.items() if got})
    return Thresholds(
        max(0, wanted.amount_fen - amount),
        max(0, wanted.units - units),
        max(0, wanted.households - households),
    )
