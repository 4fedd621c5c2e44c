"""The arithmetic: rounds that alternate, medians, ratios and whether a target is met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 3
Measure = Callable[[], float]


@dataclass(frozen=True)
class Target:
    """A bound on the value itself, or on its ratio to the limit measured beside it."""

    of: str  # value | ratio
    sign: str  # ≤ | ≥
    bound: float

    def __str__(self) -> str:
        return f"{self.of} {self.sign} {self.bound:g}"

    def is_met(self, value: float, ratio: float | None) -> bool:
        """A ratio that was not measured meets nothing."""
        found = value if self.of == "value" else ratio
        if found is None:
            return False
        return found <= self.bound if self.sign == "≤" else found >= self.bound


def at_most(bound: float) -> Target:
    return Target("value", "≤", bound)


def at_least(bound: float) -> Target:
    return Target("value", "≥", bound)


def at_least_of_limit(bound: float) -> Target:
    return Target("ratio", "≥", bound)


@dataclass(frozen=True)
class Result:
    """One figure. `pairs` holds (value, limit) of each round; `limit_of` says what the limit is.

    A figure without a target informs; one without a limit has None in its pairs.
    """

    name: str
    unit: str
    pairs: tuple[tuple[float, float | None], ...]
    target: Target | None = None
    limit_of: str = ""
    note: str = ""

    @property
    def value(self) -> float:
        return median(value for value, _limit in self.pairs)

    @property
    def limit(self) -> float | None:
        limits = [limit for _value, limit in self.pairs if limit is not None]
        return median(limits) if limits else None

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' own ratios: what disturbs a round disturbs both halves."""
        ratios = [value / limit for value, limit in self.pairs if limit]
        return median(ratios) if ratios else None

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.target.is_met(self.value, self.ratio)


def alternate(
    product: Measure, limit: Measure | None = None, *, rounds: int = ROUNDS
) -> tuple[tuple[float, float | None], ...]:
    """Measure both in turn, so that a slow minute of the machine slows both."""
    pairs = []
    for _number in range(rounds):
        value = product()
        pairs.append((value, limit() if limit is not None else None))
    return tuple(pairs)


def fact(
    name: str, unit: str, value: float, target: Target | None = None, note: str = ""
) -> Result:
    """A number that is counted, not timed."""
    return Result(name, unit, ((value, None),), target, note=note)
