"""Care calls of an order: one a day to each person with a care mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.rota import Spot
from households.models import CareFlag, CareKind, Household, Presence, Resident
from seals.models import SealOrder
from seals.planning import Plan, Planned, Step, names
from seals.queries import covers, orders_in_force
from volunteers.models import CareVisit

AWAY = (Presence.AWAY, Presence.TRANSFERRED)
LATEST = time(21, 0)  # nobody is rung later than this


@dataclass(frozen=True)
class Cared:
    """Somebody to call: the person, and the home they are in."""

    resident: Resident
    household: Household


class CarePlanner:
    """A call a day to everybody in the place who has one of the marks of the step."""

    def plan(self, plan: Plan, step: Step) -> Planned:
        cared = people_with(plan, wanted_flags(step))
        spots = [Spot(one.household.home.unit_id, one.household.home.floor) for one in cared]
        people = plan.rota.share("care", spots)
        moments = call_times(plan, step)
        rows = [
            CareVisit(
                compound=plan.compound,
                order=plan.order,
                household=one.household,
                resident=one.resident,
                home=one.household.home,
                day=plan.compound.today(due),
                assignee=member,
                due_at=plan.real(due),
            )
            for due in moments
            for one, member in zip(cared, people, strict=True)
        ]
        return Planned(
            rows,
            len(cared),
            _("people"),
            who=names(people),
            first_at=plan.real(moments[0]) if moments else None,
        )

    def start(self, plan: Plan, step: Step) -> int:
        planned = self.plan(plan, step)
        CareVisit.objects.bulk_create(planned.rows, ignore_conflicts=True, batch_size=2000)
        _want_again(plan.order, planned.rows)
        return planned.count

    def stop(self, order: SealOrder, after: datetime) -> int:
        waiting = CareVisit.objects.filter(order=order).open()
        if order.ended_at is None:
            waiting = waiting.filter(due_at__gt=after)
        _hand_on(order, list(waiting.select_related("home")))
        return waiting.update(cancelled_at=timezone.now())


def wanted_flags(step: Step) -> list[str]:
    known = set(CareKind.values)
    return [flag for flag in step.params.get("flags", []) if flag in known]


def people_with(plan: Plan, flags: Sequence[str]) -> list[Cared]:
    """Each person once, in walking order. A mark on the household means its head, else its
    oldest member; people who are away or in hospital are not called. Two queries."""
    marks = CareFlag.objects.filter(
        kind__in=flags,
        ended_at=None,
        household__closed_at=None,
        **plan.place.filter("household__home__"),
    ).select_related("household__home")
    marks = list(marks.order_by("household__home__position", "id"))
    members = _members({mark.household_id for mark in marks})
    found: dict[int, Cared] = {}
    for mark in marks:
        present = members.get(mark.household_id, [])
        wanted = [one for one in present if mark.resident_id in (None, one.pk)]
        if wanted:
            person = wanted[0]
            found.setdefault(person.pk, Cared(person, mark.household))
    return list(found.values())


def _members(households: set[int]) -> dict[int, list[Resident]]:
    """Those inside, per household: the head first, then the oldest."""
    members: dict[int, list[Resident]] = {}
    rows = Resident.objects.filter(household__in=households, moved_out_at=None)
    for one in rows.exclude(presence__in=AWAY).order_by("-is_head", "birth_year", "position"):
        members.setdefault(one.household_id, []).append(one)
    return members


def call_times(plan: Plan, step: Step) -> list[datetime]:
    """The step's times on the plan's clock. When the first day's have passed before the order
    starts, the first call is due two hours after the start, but not at night: nobody waits a day
    unheard."""
    times = plan.moments(step)
    if plan.not_before is not None or not step.at or step.repeat != "daily":
        return times
    tz = plan.compound.tz
    start = plan.starts_at.astimezone(tz)
    soon = start + timedelta(hours=2)
    if times and times[0].astimezone(tz).date() == start.date():
        return times
    if soon.date() != start.date() or soon.time() > LATEST or plan.real(soon) > plan.ends_at:
        return times
    return [soon, *times]


def _want_again(order: SealOrder | None, rows: Sequence[CareVisit]) -> None:
    """Cancelled by a shorter end or another order's lifting, wanted again by this order."""
    wanted = {(row.resident_id, row.day): row for row in rows}
    cancelled = CareVisit.objects.filter(
        cancelled_at__isnull=False, day__in={row.day for row in rows}
    )
    again = [one for one in cancelled if (one.resident_id, one.day) in wanted]
    for one in again:
        row = wanted[one.resident_id, one.day]
        one.order, one.assignee, one.due_at = order, row.assignee, row.due_at
        one.cancelled_at = one.missed_at = None
    CareVisit.objects.bulk_update(
        again, ["order", "assignee", "due_at", "cancelled_at", "missed_at"], batch_size=1000
    )


def _hand_on(order: SealOrder, visits: Sequence[CareVisit]) -> None:
    """A call that another order in force asks for as well becomes that order's, not cancelled."""
    if not visits:
        return
    others = [
        one
        for one in orders_in_force()
        if one.pk != order.pk and any(step["kind"] == "care" for step in one.steps)
    ]
    for other in others:
        kept = [v.pk for v in visits if covers(other, v.home) and v.due_at <= other.ends_at]
        CareVisit.objects.filter(pk__in=kept, order=order).update(order=other)
