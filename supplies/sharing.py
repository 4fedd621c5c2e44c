"""The arithmetic of sharing: whole pieces and whole fen, and nothing lost.

Pure functions of their arguments, so that any allocation can be worked out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from supplies.models.rounds import ShortageRule


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of `total` in proportion to the weights; their sum is `total` exactly.

    What is over after rounding down goes to the largest remainders, of equal ones to the first.
    Without any weight, everybody weighs the same. Nobody at all: nothing.
    """
    if not weights:
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    over = total - sum(parts)
    order = sorted(range(len(weights)), key=lambda one: (-(total * weights[one] % whole), one))
    for one in order[:over]:
        parts[one] += 1
    return parts


def full_cases(quantities: Sequence[int], case_size: int, most: int | None = None) -> list[int]:
    """Which of these (places in the list) fill whole cases together: as many pieces as can be,
    within `most`, and of equal sums those who come first. Empty when nothing fits."""
    room = sum(quantities) if most is None else min(most, sum(quantities))
    reached: dict[int, tuple[int, ...]] = {0: ()}
    for place, quantity in enumerate(quantities):
        for pieces in sorted(reached, reverse=True):
            if pieces + quantity <= room:
                reached.setdefault(pieces + quantity, (*reached[pieces], place))
    return list(reached[max(pieces for pieces in reached if pieces % case_size == 0)])


@dataclass(frozen=True)
class Want:
    """What one order wants of one item."""

    order: int  # the order's number in the round
    quantity: int
    is_flagged: bool = False


def share(
    rule: str, wants: Sequence[Want], good: int, *, seed: int = 0, turn: int = 0
) -> dict[int, int]:
    """Order number to pieces, never more than wanted, together min(good, wanted).

    `seed` draws the lot; `turn` is whose turn it is first in a rotation, so that not the same
    household is the last in every round. The same arguments give the same answer.
    """
    wants = sorted((want for want in wants if want.quantity > 0), key=lambda one: one.order)
    if sum(want.quantity for want in wants) <= good:
        return {want.order: want.quantity for want in wants}
    return RULES[ShortageRule(rule)](wants, max(good, 0), seed, turn)


def _in_turn(wants: Sequence[Want], turn: int) -> list[Want]:
    start = turn % len(wants) if wants else 0
    return [*wants[start:], *wants[:start]]


def _rotation(wants: Sequence[Want], good: int, seed: int, turn: int) -> dict[int, int]:
    """One each in turn until nothing is left: nobody gets a third while another has one and
    wants a second."""
    got = {want.order: 0 for want in wants}
    waiting = _in_turn(wants, turn)
    while good > 0 and waiting:
        # Whole turns at once: as many as all who wait can take.
        turns = min(good // len(waiting), min(w.quantity - got[w.order] for w in waiting))
        if turns == 0:
            for want in waiting[:good]:
                got[want.order] += 1
            break
        for want in waiting:
            got[want.order] += turns
        good -= turns * len(waiting)
        waiting = [want for want in waiting if got[want.order] < want.quantity]
    return got


def _pro_rata(wants: Sequence[Want], good: int, seed: int, turn: int) -> dict[int, int]:
    ordered = _in_turn(wants, turn)
    parts = largest_remainder(good, [want.quantity for want in ordered])
    return {want.order: part for want, part in zip(ordered, parts, strict=True)}


def _flagged_first(wants: Sequence[Want], good: int, seed: int, turn: int) -> dict[int, int]:
    """Homes with a care mark first, then the rest; in each group one each in turn."""
    first = [want for want in wants if want.is_flagged]
    rest = [want for want in wants if not want.is_flagged]
    got = _rotation(first, good, seed, turn)
    return got | _rotation(rest, good - sum(got.values()), seed, turn)


def _one_after_the_other(wants: Sequence[Want], good: int) -> dict[int, int]:
    got = {}
    for want in wants:
        got[want.order] = min(want.quantity, good)
        good -= got[want.order]
    return got


def _first_come(wants: Sequence[Want], good: int, seed: int, turn: int) -> dict[int, int]:
    return _one_after_the_other(wants, good)


def _lottery(wants: Sequence[Want], good: int, seed: int, turn: int) -> dict[int, int]:
    """Drawn by a digest of seed and number, which anybody can work out again."""
    drawn = sorted(wants, key=lambda want: lot(seed, want.order))
    return _one_after_the_other(drawn, good)


def lot(seed: int, order: int) -> str:
    return hashlib.sha256(f"{seed}:{order}".encode()).hexdigest()


Rule = Callable[[Sequence[Want], int, int, int], dict[int, int]]
RULES: dict[ShortageRule, Rule] = {
    ShortageRule.ROTATION: _rotation,
    ShortageRule.PRO_RATA: _pro_rata,
    ShortageRule.FLAGGED_FIRST: _flagged_first,
    ShortageRule.FIRST_COME: _first_come,
    ShortageRule.LOTTERY: _lottery,
}
