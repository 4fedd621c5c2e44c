"""The plans a compound can choose from: the built-in ones and its own copies, in one form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from compounds.models import Compound
from seals.builtin import BUILT_IN, BuiltIn, find_builtin
from seals.models import Level, PlanTemplate
from seals.planning import Stage, Step
from seals.words import said

NOON = time(12, 0)


@dataclass(frozen=True)
class PlanChoice:
    """A template as a person chooses it. Names are msgids; `title` and the others are shown."""

    key: str  # "yujingwan", or "own:5"
    name: str
    about: str
    level: Level
    days: int
    hours: int
    lifts_when: str
    source: str
    steps: tuple[Step, ...]
    own: PlanTemplate | None = None
    easing: tuple[Stage, ...] = ()

    @property
    def title(self) -> str:
        return said(self.name)

    @property
    def active(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.on)

    def end_after(self, compound: Compound, starts_at: datetime) -> datetime:
        """So many hours after the start, or noon of the day on which so many days are over."""
        if self.hours:
            return starts_at + timedelta(hours=self.hours)
        day = starts_at.astimezone(compound.tz).date() + timedelta(days=self.days)
        return datetime.combine(day, NOON, tzinfo=compound.tz)


def library() -> list[PlanChoice]:
    """Own templates first, then the built-in ones; one query."""
    return [*map(_own, PlanTemplate.objects.all()), *map(_built_in, BUILT_IN)]


def find_plan(key: str) -> PlanChoice | None:
    if key.startswith("own:"):
        number = key.removeprefix("own:")
        own = PlanTemplate.objects.filter(pk=number).first() if _is_id(number) else None
        return _own(own) if own else None
    builtin = find_builtin(key)
    return _built_in(builtin) if builtin else None


def pick(choices: Iterable[PlanChoice], key: str) -> PlanChoice | None:
    return next((one for one in choices if one.key == key), None)


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 18


def _built_in(one: BuiltIn) -> PlanChoice:
    return PlanChoice(
        one.slug,
        one.name,
        one.about,
        Level(one.level),
        one.days,
        one.hours,
        one.lifts_when,
        one.source,
        one.steps,
        easing=one.easing,
    )


def _own(one: PlanTemplate) -> PlanChoice:
    base = find_builtin(one.base)
    same_length = base is not None and base.days == one.days
    return PlanChoice(
        f"own:{one.pk}",
        one.name,
        base.about if base else "",
        Level(one.level),
        one.days,
        base.hours if base and same_length else 0,
        base.lifts_when if base else "",
        base.source if base else "",
        tuple(Step.of(data) for data in one.steps),
        one,
        tuple(Stage.of(data) for data in one.easing),
    )
