"""The rules for when too little arrives, each in one sentence and with the same worked example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from supplies.models import FeeSplit, ShortageRule
from supplies.sharing import Want, share

R = ShortageRule
# Three doors order 4, 2 and 2, the last with a care mark; 5 arrive.
DOORS = ("101", "102", "103")
WANTS = (Want(1, 4), Want(2, 2), Want(3, 2, is_flagged=True))
CAME, SEED = 5, 2

SAYS: dict[ShortageRule, Callable[[], str]] = {
    R.ROTATION: lambda: _(
        "One each in turn until nothing is left; another home begins each round."
    ),
    R.PRO_RATA: lambda: _("Everyone gets the same share of what was ordered, in whole pieces."),
    R.FLAGGED_FIRST: lambda: _("Homes with a care mark first, then one each in turn."),
    R.FIRST_COME: lambda: _("In the order in which people ordered, until nothing is left."),
    R.LOTTERY: lambda: _("Drawn by lot before anybody orders; anyone can work it out again."),
}
FEES: dict[FeeSplit, Callable[[], str]] = {
    FeeSplit.NONE: lambda: _("The compound bears it."),
    FeeSplit.EQUAL: lambda: _("¥30 among 7 homes: ¥4.29 or ¥4.28 each, ¥30 together."),
    FeeSplit.BY_AMOUNT: lambda: _("Who buys twice as much pays twice as much of it."),
}


@dataclass(frozen=True)
class Rule:
    value: str
    label: str
    says: str
    example: str = ""


def example() -> str:
    return _("Example: 101 orders 4, 102 orders 2, 103 with a care mark orders 2. 5 arrive.")


def shortage_rules() -> list[Rule]:
    return [Rule(rule.value, str(rule.label), SAYS[rule](), worked(rule)) for rule in R]


def worked(rule: ShortageRule) -> str:
    """What each door of the example gets, by the very arithmetic that shares the goods."""
    got = share(rule, WANTS, CAME, seed=SEED, turn=0)
    parts = [
        _("%(door)s gets %(count)s") % {"door": door, "count": got.get(want.order, 0)}
        for door, want in zip(DOORS, WANTS, strict=True)
    ]
    return _(", ").join(parts)


def fee_rules() -> list[Rule]:
    return [Rule(split.value, str(split.label), FEES[split]()) for split in FeeSplit]
