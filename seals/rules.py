"""Why a door is under a rule: the orders over it, which one wins, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from compounds.models import Home
from seals.models import STRICTNESS, Level, SealOrder
from seals.planning import Stage
from seals.queries import over_doors, strictest


@dataclass(frozen=True)
class DoorRule:
    """The orders in force over one door at one moment, the one that rules first."""

    home: Home
    now: datetime
    begun: tuple[SealOrder, ...]  # the strictest first
    ahead: tuple[SealOrder, ...]  # not begun yet, the next first

    @property
    def order(self) -> SealOrder | None:
        """The order that rules the door now."""
        return self.begun[0] if self.begun else None

    @property
    def level(self) -> Level | None:
        return Level(self.order.level) if self.order else None

    @property
    def since(self) -> datetime | None:
        """Since when it is at least as strict as now, by the orders that stand now."""
        if self.order is None:
            return None
        as_strict = STRICTNESS[Level(self.order.level)]
        return min(one.since for one in self.begun if STRICTNESS[Level(one.level)] >= as_strict)

    @property
    def after(self) -> SealOrder | None:
        """What would rule if the order that rules now were lifted."""
        return self.begun[1] if len(self.begun) > 1 else None

    @property
    def stage_ahead(self) -> Stage | None:
        """The next stage of the order that rules, when its plan eases step by step."""
        order = self.order
        left = order.stages[order.stage + 1 :] if order else []
        return Stage.of(left[0]) if left else None


def rules_of(homes: Iterable[Home], now: datetime) -> dict[int, DoorRule]:
    """Home id to its rule, with every order over it; one query for any number of homes."""
    return {home.pk: _rule(home, found, now) for home, found in over_doors(homes)}


def rule_of(home: Home, now: datetime) -> DoorRule:
    return rules_of([home], now)[home.pk]


def _rule(home: Home, found: list[SealOrder], now: datetime) -> DoorRule:
    left = [one for one in found if one.starts_at <= now]
    begun: list[SealOrder] = []
    while (first := strictest(left)) is not None:
        begun.append(first)
        left.remove(first)
    ahead = sorted((one for one in found if one.starts_at > now), key=lambda one: one.starts_at)
    return DoorRule(home, now, tuple(begun), tuple(ahead))
