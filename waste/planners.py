"""The planners of this room: disinfection rounds and rubbish windows.

A row is unique by unit and time, so a unit covered by two orders is disinfected once; the second
order adopts what it finds. When the order that owns a row ends, the row passes to another order
in force that wants it, and only otherwise is it cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, ClassVar, TypeVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from compounds.rota import Spot
from compounds.work import Work
from seals.models import SealOrder
from seals.planning import Plan, Planned, Step, names, place_of, plan_of, steps_of
from waste.gates import link_gates
from waste.models import Agent, DisinfectionRound, Phase, RubbishWindow, Scheme

Row = TypeVar("Row", DisinfectionRound, RubbishWindow)
BATCH = 1000


class _UnitPlanner:
    """What both planners share: one row per unit and time."""

    kind: ClassVar[str]
    model: ClassVar[type[Work]]
    # What a cancelled row takes over from the plan that revives it, and how it starts afresh.
    renewed: ClassVar[tuple[str, ...]]
    afresh: ClassVar[dict[str, Any]]
    # Under way when an order ends: it is finished, not cancelled.
    under_way: ClassVar[Q]

    def rows(self, plan: Plan, step: Step) -> list:
        raise NotImplementedError

    def words(self) -> str:
        raise NotImplementedError

    def plan(self, plan: Plan, step: Step) -> Planned:
        rows = self.rows(plan, step)
        return Planned(
            rows,
            len(rows),
            self.words(),
            detail=_details(rows, plan),
            who=names([row.assignee for row in rows]),
            first_at=min((row.due_at for row in rows), default=None),
        )

    def start(self, plan: Plan, step: Step) -> int:
        rows = self.rows(plan, step)
        self.model.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
        self._revive(rows)
        units = [unit.pk for unit in plan.place.units]
        link_gates(units, plan.compound.tz, pace=plan.compound.pace)
        return self._standing(plan, step)

    def _revive(self, rows: Sequence) -> None:
        """A row that an earlier order or a shorter end cancelled is wanted again."""
        wanted = {_key(row): row for row in rows}
        cancelled = self.model.objects.filter(
            unit_id__in={unit for unit, _due in wanted},
            due_at__in={due for _unit, due in wanted},
            cancelled_at__isnull=False,
        ).select_for_update(of=("self",))
        again = [row for row in cancelled if _key(row) in wanted]
        for row in again:
            for name in self.renewed:
                setattr(row, name, getattr(wanted[_key(row)], name))
            for name, value in self.afresh.items():
                setattr(row, name, value)
        self.model.objects.bulk_update(again, [*self.renewed, *self.afresh], batch_size=BATCH)

    def _standing(self, plan: Plan, step: Step) -> int:
        """The rows of the whole plan that exist, whichever order they belong to."""
        wanted = {_key(row) for row in self.rows(replace(plan, not_before=None), step)}
        times = {due for _unit, due in wanted}
        found = self.model.objects.filter(
            unit__in=plan.place.units, due_at__in=times, cancelled_at=None
        ).values_list("unit_id", "due_at")
        return len(wanted & set(found))

    def stop(self, order: SealOrder, after: datetime) -> int:
        """Cancel what is open and due after the moment; everything open when it is lifted.

        A stair being sprayed and bags already at the doors are still finished.
        """
        rows = list(self._stopping(order, after))
        heirs = self._heirs(order)
        kept, ended = [], []
        for row in rows:
            heir = heirs.get(_key(row))
            if heir is not None:
                row.order = heir
                kept.append(row)
            else:
                ended.append(row.pk)
        self.model.objects.bulk_update(kept, ["order"], batch_size=BATCH)
        return self.model.objects.filter(pk__in=ended).update(cancelled_at=timezone.now())

    def _stopping(self, order: SealOrder, after: datetime) -> QuerySet:
        waiting = self.model.objects.filter(order=order).open()
        if order.ended_at is None:
            waiting = waiting.filter(due_at__gt=after)
        waiting = waiting.exclude(self.under_way & Q(missed_at=None))
        return waiting.select_for_update(of=("self",))

    def _heirs(self, order: SealOrder) -> dict[tuple[int, datetime], SealOrder]:
        """Who else wants a row at this unit and time: other orders in force over these units."""
        others = (
            SealOrder.objects.in_force()
            .exclude(pk=order.pk)
            .select_related("compound", "building", "unit__building", "home__unit__building")
        )
        touched = {unit.pk for unit in place_of(order).units}
        heirs: dict[tuple[int, datetime], SealOrder] = {}
        for other in others:
            steps = [step for step in steps_of(other) if step.kind == self.kind]
            if not steps or not touched & {unit.pk for unit in place_of(other).units}:
                continue
            plan = plan_of(other)
            for step in steps:
                for row in self.rows(plan, step):
                    heirs.setdefault(_key(row), other)
        return heirs


class DisinfectPlanner(_UnitPlanner):
    """One disinfection of each unit at each time of the step."""

    kind = "disinfect"
    model = DisinfectionRound
    renewed = ("order", "assignee", "points", "agent", "mg_per_litre", "contact_minutes")
    afresh = {"cancelled_at": None, "missed_at": None, "started_at": None}
    under_way = Q(started_at__isnull=False)

    def words(self) -> str:
        return _("rounds")

    def rows(self, plan: Plan, step: Step) -> list[DisinfectionRound]:
        def make(unit_id: int, due: datetime, member: Member) -> DisinfectionRound:
            params = step.params
            return DisinfectionRound(
                compound=plan.compound,
                order=plan.order,
                unit_id=unit_id,
                due_at=due,
                assignee=member,
                points=str(params.get("points") or step.detail)[:200],
                agent=_agent(params.get("agent")),
                mg_per_litre=_number(params.get("mg_per_litre"), 1000),
                contact_minutes=_number(params.get("contact_minutes"), 30),
            )

        return _share(plan, self.kind, plan.times(step), make)


class RubbishPlanner(_UnitPlanner):
    """One window of each unit at each collection time whose put-out is still to come."""

    kind = "rubbish"
    model = RubbishWindow
    renewed = ("order", "assignee", "scheme", "put_out_at")
    afresh = {
        "cancelled_at": None,
        "missed_at": None,
        "phase": Phase.KEEP_IN,
        "opened_at": None,
        "collecting_at": None,
    }
    under_way = Q(phase__in=(Phase.PUT_OUT, Phase.COLLECTING))

    def words(self) -> str:
        return _("windows")

    def rows(self, plan: Plan, step: Step) -> list[RubbishWindow]:
        scheme = _scheme(step.params.get("scheme"))
        text = str(step.params.get("put_out") or "")
        put_out = {
            plan.real(due): put_out_of(due, text, plan.compound.tz) for due in plan.moments(step)
        }
        times = [due for due, moment in put_out.items() if moment >= plan.begin]

        def make(unit_id: int, due: datetime, member: Member) -> RubbishWindow:
            return RubbishWindow(
                compound=plan.compound,
                order=plan.order,
                unit_id=unit_id,
                due_at=due,
                put_out_at=plan.real(put_out[due]),
                scheme=scheme,
                assignee=member,
            )

        return _share(plan, self.kind, times, make)


def put_out_of(due: datetime, clock: str, tz: tzinfo) -> datetime:
    """When bags go out for a collection: at this clock time of its day, the evening before when
    the clock time is later than the collection, or an hour earlier when none is given."""
    if not clock:
        return due - timedelta(hours=1)
    hours, minutes = clock.split(":")
    local = due.astimezone(tz)
    moment = datetime.combine(local.date(), time(int(hours), int(minutes)), tzinfo=local.tzinfo)
    return moment if moment <= due else moment - timedelta(days=1)


def _share(
    plan: Plan,
    kind: str,
    times: Sequence[datetime],
    make: Callable[[int, datetime, Member], Row],
) -> list[Row]:
    """A row for each unit and time; a unit stays with one person."""
    pairs = [(unit.pk, due) for unit in plan.place.units for due in times]
    people = plan.rota.share(kind, [Spot(unit_id) for unit_id, _due in pairs])
    return [
        make(unit_id, due, member) for (unit_id, due), member in zip(pairs, people, strict=True)
    ]


def _key(row: DisinfectionRound | RubbishWindow) -> tuple[int, datetime]:
    return row.unit_id, row.due_at


def _agent(value: object) -> str:
    return str(value) if value in Agent.values else Agent.CHLORINE


def _number(value: object, default: int) -> int:
    text = str(value or "")
    return int(text) if text.isdecimal() else default


def _scheme(value: object) -> str:
    return str(value) if value in Scheme.values else Scheme.DISINFECT_FIRST


def _details(rows: Sequence, plan: Plan) -> str:
    """The clock times of a day, for the preview."""
    tz = plan.compound.tz
    clocks = sorted({f"{plan.on_its_clock(row.due_at).astimezone(tz):%H:%M}" for row in rows})
    return "、".join(clocks)
