"""Plans: the steps of a template, the planners that can do them, preview and start.

An app registers a planner for each step kind that it can do, in its `AppConfig.ready()`; a step
kind without one becomes a task for a person. The preview runs the same planner as the start, so
they cannot differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Protocol

from django.db.models import Exists, OuterRef

from compounds.models import Compound, Home, Member
from compounds.pace import plan_time, real_time
from compounds.places import Place
from compounds.rota import Rota, rota
from households.models import Household, Phone
from seals.models import SealOrder


@dataclass(frozen=True)
class Step:
    """One step of a plan, as kept in a template's JSON.

    `at` holds clock times in the compound's zone ("09:00"); none means at once. `days` names the
    days of the order (1 is the first); none means every day when `at` is given with
    `repeat`="daily", else the first day. `source` says where a figure comes from.
    """

    key: str
    kind: str
    title: str
    detail: str = ""
    repeat: str = "once"  # once | daily | days
    at: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    within_minutes: int = 0  # a step at once: how long it may take
    params: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    on: bool = True  # a compound's own template may switch a step off

    @classmethod
    def of(cls, data: dict[str, Any]) -> Step:
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        known["at"] = tuple(known.get("at", ()))
        known["days"] = tuple(known.get("days", ()))
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "at": list(self.at),
            "days": list(self.days),
        }


@dataclass(frozen=True)
class Stage:
    """A later stage of a plan that eases step by step: a level, for so many days, its steps."""

    level: str
    days: int
    steps: tuple[Step, ...] = ()
    source: str = ""

    @classmethod
    def of(cls, data: dict[str, Any]) -> Stage:
        steps = tuple(Step.of(one) for one in data.get("steps", ()))
        return cls(data["level"], int(data["days"]), steps, data.get("source", ""))

    def as_json(self) -> dict[str, Any]:
        return {
            "level": str(self.level),
            "days": self.days,
            "steps": [step.as_json() for step in self.steps],
            "source": self.source,
        }


@dataclass(frozen=True)
class Plan:
    """What a planner plans for: a draft before confirming, or an order in force."""

    compound: Compound
    place: Place
    level: str
    starts_at: datetime
    ends_at: datetime
    rota: Rota
    order: SealOrder | None = None
    by: Member | None = None
    # Nothing is planned before this; for an order in force that is extended, the present.
    not_before: datetime | None = None

    def times(self, step: Step) -> list[datetime]:
        """The moments at which a step falls due within the order, in order.

        A step at once has one moment; when an order is extended it has none, since it was done.
        """
        return [self.real(moment) for moment in self.moments(step)]

    def real(self, moment: datetime) -> datetime:
        """When a moment of the plan comes; the same, but in a practice compound's fast clock."""
        return real_time(self.compound, self.starts_at, moment)

    def on_its_clock(self, moment: datetime) -> datetime:
        """What a real moment is on the plan's own clock."""
        return plan_time(self.compound, self.starts_at, moment)

    @property
    def begin(self) -> datetime:
        """On the plan's clock: nothing is planned before this."""
        return self.on_its_clock(max(self.starts_at, self.not_before or self.starts_at))

    def moments(self, step: Step) -> list[datetime]:
        """The same as `times`, on the plan's own clock."""
        if not step.at:
            moment = self.starts_at + timedelta(minutes=step.within_minutes)
            return [moment] if self.not_before is None else []
        tz = self.compound.tz
        first = self.starts_at.astimezone(tz).date()
        end = self.on_its_clock(self.ends_at)
        last = end.astimezone(tz).date()
        moments = [
            datetime.combine(day, _clock(text), tzinfo=tz)
            for day in self._days(step, first, last)
            for text in step.at
        ]
        return [moment for moment in moments if self.begin <= moment <= end]

    @staticmethod
    def _days(step: Step, first: date, last: date) -> list[date]:
        count = (last - first).days + 1
        every = [first + timedelta(days=number) for number in range(count)]
        if step.repeat == "daily":
            return every
        wanted = sorted(set(step.days or (1,)))
        return [every[number - 1] for number in wanted if 1 <= number <= count]

    @cached_property
    def homes(self) -> list[Home]:
        """The doors of the place from the top floor down, stair by stair; asked once a plan."""
        return list(self.place.homes().order_by("unit_id", "-floor", "position"))

    @cached_property
    def files(self) -> dict[int, Household]:
        """Home id to the open file of the place, with `has_phone`; asked once a plan."""
        phone = Exists(Phone.objects.filter(household=OuterRef("pk")))
        rows = Household.objects.filter(closed_at=None, **self.place.filter("home__"))
        return {row.home_id: row for row in rows.annotate(has_phone=phone)}


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))


@dataclass(frozen=True)
class Planned:
    """What one step would start. The rows are unsaved; the start saves exactly these."""

    rows: Sequence[Any]
    count: int
    unit: str  # translated, with its number left out: "households", "rounds"
    detail: str = ""
    who: str = ""  # names of those whose list it lands on
    warnings: tuple[str, ...] = ()
    first_at: datetime | None = None


class Planner(Protocol):
    """What an app can do for a plan. All three may be called twice without harm."""

    def plan(self, plan: Plan, step: Step) -> Planned:
        """Work out the rows without writing."""

    def start(self, plan: Plan, step: Step) -> int:
        """Write the rows, in bulk, unique by (cause, place); the number that exists now.

        A row that an earlier reduction cancelled is wanted again when its time is within the
        order again.
        """

    def stop(self, order: SealOrder, after: datetime) -> int:
        """Cancel open work; returns how much was cancelled.

        An order lifted or cancelled (`ended_at` is set): everything open. One that is shorter,
        restarted or eased: what recurs and is due after the moment; what is done once for the
        order (a sweep, recalls) goes on.
        """


_planners: dict[str, Planner] = {}


def register(kind: str, planner: Planner) -> None:
    _planners[kind] = planner


def planner_for(kind: str) -> Planner:
    """The planner of this step kind, or the one that makes a task for a person."""
    return _planners.get(kind) or _planners["task"]


def planners() -> list[Planner]:
    """Each registered planner once."""
    return list({id(one): one for one in _planners.values()}.values())


def steps_of(order: SealOrder) -> list[Step]:
    return [Step.of(data) for data in order.steps]


def plan_of(order: SealOrder, *, not_before: datetime | None = None) -> Plan:
    """An order in force as a plan to start parts of; its days count from its clock."""
    return Plan(
        compound=order.compound,
        place=place_of(order),
        level=order.level,
        starts_at=order.clock,
        ends_at=order.ends_at,
        rota=rota(),
        order=order,
        by=order.issued_by,
        not_before=not_before,
    )


def place_of(order: SealOrder) -> Place:
    return Place(
        order.compound,
        order.place_kind,
        building=order.building,
        unit=order.unit,
        floor=order.floor,
        home=order.home,
    )


def names(members: Sequence[Member], most: int = 3) -> str:
    """Each name once, the first few, for "who has it"."""
    once = list(dict.fromkeys(member.name for member in members))
    shown = "、".join(once[:most])
    return shown if len(once) <= most else f"{shown} +{len(once) - most}"
