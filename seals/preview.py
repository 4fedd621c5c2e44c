"""What a seal would start, worked out by the planners themselves and shown before confirming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound, Member
from compounds.pace import real_time
from compounds.places import Place
from compounds.rota import rota
from households.models import INSIDE, CareFlag, CareKind, Resident
from lockdown.kernel.errors import Refused
from lockdown.kernel.wording import minutes
from seals.family import overlap_text, overlapping
from seals.models import Level, SealOrder
from seals.planning import Plan, Planned, Step, planner_for
from seals.steps import StepForm
from seals.words import said

log = structlog.get_logger(__name__)
PASSED = timedelta(minutes=10)
SHOWN = 6  # doors named in a warning before "and n more"


@dataclass(frozen=True)
class Line:
    """One step as it would start."""

    step: Step
    planned: Planned | None  # None: switched off, or it could not be worked out
    when: str
    error: str = ""
    form: StepForm | None = None

    @property
    def title(self) -> str:
        return said(self.step.title)

    @property
    def detail(self) -> str:
        """The step's words, its figures, and what the planner adds beyond the times."""
        added = self.planned.detail if self.planned else ""
        if added == " ".join(self.step.at):
            added = ""
        parts = (said(self.step.detail), figures_of(self.step), added)
        return "；".join(dict.fromkeys(one for one in parts if one))

    @property
    def source(self) -> str:
        return said(self.step.source)


def _by_time(line: Line) -> tuple[Any, ...]:
    return (line.step.within_minutes, line.step.days[:1], line.step.at[:1])


def figures_of(step: Step) -> str:
    """The figures of a step in words; empty when it has none."""
    params = step.params
    if step.kind == "disinfect":
        return _("%(mg)s mg/L, %(minutes)s min") % {
            "mg": params.get("mg_per_litre", "–"),
            "minutes": params.get("contact_minutes", "–"),
        }
    if step.kind == "rubbish" and params.get("put_out"):
        return _("put out from %(time)s") % {"time": params["put_out"]}
    return ""


@dataclass(frozen=True)
class Preview:
    """Everything that confirming would start. Nothing is written."""

    plan: Plan
    lines: tuple[Line, ...]
    warnings: tuple[str, ...]
    homes: int
    floors: int
    inside: int
    out: int

    @property
    def active(self) -> int:
        return sum(line.step.on for line in self.lines)

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """(heading, lines): at once, every day, on certain days; empty ones left out."""
        heads = {"once": _("At once"), "daily": _("Every day"), "days": _("On certain days")}
        named = [
            (
                heads[repeat],
                sorted((line for line in self.lines if line.step.repeat == repeat), key=_by_time),
            )
            for repeat in heads
        ]
        return [(head, lines) for head, lines in named if lines]


def preview(
    *,
    compound: Compound,
    place: Place,
    level: Level,
    steps: Sequence[Step],
    starts_at: datetime,
    ends_at: datetime,
    by: Member,
    forms: Sequence[StepForm] = (),
    during: SealOrder | None = None,
) -> Preview:
    """Run every planner dry. A planner that fails is shown as failing and stops no other.

    `during` is the order whose next stage this would be.
    """
    end = real_time(compound, starts_at, ends_at)
    plan = Plan(compound, place, level, starts_at, end, rota(), by=by)
    of_step = {form.step.key: form for form in forms}
    lines = tuple(_line(plan, step, of_step.get(step.key)) for step in steps)
    present = presence(place)
    inside = sum(present.get(one.value, 0) for one in INSIDE)
    return Preview(
        plan,
        lines,
        (*_before_all(plan, during), *_warnings(plan, lines)),
        len(plan.homes),
        len({(home.unit_id, home.floor) for home in plan.homes}),
        inside,
        sum(present.values()) - inside,
    )


def _line(plan: Plan, step: Step, form: StepForm | None) -> Line:
    when = time_text(plan, step)
    if not step.on:
        return Line(step, None, when, form=form)
    try:
        return Line(step, planner_for(step.kind).plan(plan, step), when, form=form)
    except DatabaseError:
        raise  # the transaction is gone; there is nothing to show
    except Refused as refusal:
        return Line(step, None, when, str(refusal), form)
    except Exception as error:
        log.exception("preview_failed", kind=step.kind)
        sentence = _(
            "Cannot be worked out now (%(error)s); it will be tried again after confirming."
        )
        return Line(step, None, when, sentence % {"error": type(error).__name__}, form)


def time_text(plan: Plan, step: Step) -> str:
    """ "15:30", "before 20:30", "09:00 17:00", "Day 3, 6 14:00"; in the compound's zone."""
    if step.repeat == "days":
        days = "、".join(map(str, step.days or (1,)))
        return _("Day %(days)s %(times)s") % {"days": days, "times": " ".join(step.at)}
    if step.at:
        return " ".join(step.at)
    moments = plan.times(step)
    local = moments[0].astimezone(plan.compound.tz) if moments else plan.starts_at
    if not step.within_minutes:
        return f"{local:%H:%M}"
    return _("before %(time)s") % {"time": f"{local:%H:%M}"}


def presence(place: Place) -> dict[str, int]:
    """How many people of the place are in each state; one query."""
    rows = (
        Resident.objects.filter(
            moved_out_at=None, household__closed_at=None, **place.filter("household__home__")
        )
        .order_by()
        .values_list("presence")
        .annotate(people=Count("id"))
    )
    return dict(rows)


def _before_all(plan: Plan, during: SealOrder | None) -> list[str]:
    """Other orders over these doors, and a start that has passed."""
    found = []
    others = overlapping(plan.place, but=during)
    if others:
        found.append(overlap_text(others))
    passed = timezone.now() - plan.starts_at
    if passed > PASSED:
        found.append(
            _("The start lies %(time)s back; work that was due since then counts as late.")
            % {"time": minutes(int(passed.total_seconds() // 60))}
        )
    return found


def _warnings(plan: Plan, lines: Sequence[Line]) -> list[str]:
    """What a person should look at before confirming."""
    from_planners = [warning for line in lines if line.planned for warning in line.planned.warnings]
    notices = [line.planned for line in lines if line.step.kind == "notice" and line.planned]
    # The planner that tells people knows best who cannot be told.
    silent = [] if any(one.warnings for one in notices) else [_no_phone(plan)]
    found = [*silent, *_dialysis(plan), *from_planners]
    return [one for one in dict.fromkeys(found) if one]


def _no_phone(plan: Plan) -> str:
    silent = {
        home_id for home_id, file in plan.files.items() if not getattr(file, "has_phone", False)
    }
    doors = [home.number for home in plan.homes if home.pk in silent]
    if not doors:
        return ""
    return _("%(count)s households have no phone and will be knocked on: %(doors)s.") % {
        "count": len(doors),
        "doors": some(sorted(doors)),
    }


def _dialysis(plan: Plan) -> list[str]:
    marks = CareFlag.objects.filter(
        kind=CareKind.DIALYSIS,
        ended_at=None,
        household__closed_at=None,
        **plan.place.filter("household__home__"),
    )
    rows = marks.order_by("household__home__position").values_list(
        "household__home__number", "note"
    )
    return [
        _("%(door)s has dialysis (%(when)s). Arrange the trips before confirming.")
        % {"door": door, "when": note or _("times not known")}
        for door, note in rows
    ]


def some(doors: Sequence[str]) -> str:
    """The first few, and how many more."""
    shown = "、".join(doors[:SHOWN])
    rest = len(doors) - SHOWN
    return shown if rest <= 0 else _("%(doors)s and %(rest)s more") % {"doors": shown, "rest": rest}
