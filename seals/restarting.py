"""A new positive: the clock restarts for all or for a part, or a person says why it does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import refuse_outside
from compounds.models import Member
from compounds.places import Place
from journal.actions import HandTo, record
from lockdown.kernel.errors import Refused
from seals.actions import (
    START_PART,
    change_data,
    day_and_time,
    issue,
    keep_change,
    locked,
    parts_for,
    plan_on,
    queue_up,
    stop_work,
)
from seals.family import spot_of, spot_of_place
from seals.models import HOURS_COUNT_BELOW, Level, OrderChange, SealOrder
from seals.planning import Stage
from seals.words import place_name


def new_end(order: SealOrder, clock: datetime) -> datetime:
    """As many days after the new clock as were planned after the old one, at the same hour; an
    order of hours for as many hours."""
    length = order.ends_at - order.clock
    if length < HOURS_COUNT_BELOW:
        return clock + length
    tz = order.compound.tz
    old = order.ends_at.astimezone(tz)
    days = old.date() - order.clock.astimezone(tz).date()
    return datetime.combine(clock.astimezone(tz).date() + days, old.timetz())


@transaction.atomic
def restart(
    *,
    order: SealOrder,
    reason: str,
    by: Member,
    clock_from: datetime | None = None,
    ends_at: datetime | None = None,
    to_first: bool = False,
    seen: datetime | None = None,
) -> SealOrder:
    """The days of the whole order are counted anew; the old dates stay on record.

    `clock_from` is now when left out; `to_first` puts an eased order back to its first stage.
    `seen` is the clock that the person saw: the same form again changes nothing, and a clock
    that somebody else restarted meanwhile is refused. Refused too: a clock in the future or
    before the order's start, an end that is not later.
    """
    order, now = locked(order), timezone.now()
    refuse_outside(by, order)
    if seen is not None and seen != order.clock:
        return _seen_before(order, seen, reason, by)
    clock, end = _dates(order, clock_from, ends_at, now)
    back = _first_stage(order, now) if to_first and order.stage else {}
    change = keep_change(
        order,
        OrderChange.Kind.RESTARTED,
        reason,
        now,
        by,
        clock_from=clock,
        ends_at=end,
        **back,
    )
    stop_work(order, now)
    again = [*plan_on(order, change, now), *(_tasks_again(order, change) if back else [])]
    record(
        "OrderRestarted",
        compound=order.compound_id,
        by=by,
        at=now,
        order=order.pk,
        data=change_data(order, reason) | {"clock": day_and_time(order.compound, clock)},
        hand_to=again,
    )
    return order


def _seen_before(order: SealOrder, seen: datetime, reason: str, by: Member) -> SealOrder:
    last = OrderChange.objects.filter(order=order, kind=OrderChange.Kind.RESTARTED).last()
    if last is not None and (last.old_clock, last.reason, last.by_id) == (seen, reason, by.pk):
        return order
    raise Refused(
        _("Somebody has restarted the clock meanwhile. Look at the dates, then decide again."),
        code="changed_meanwhile",
    )


def _dates(
    order: SealOrder, clock_from: datetime | None, ends_at: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    clock = clock_from or now
    if clock > now:
        raise Refused(
            _("The new count begins in the future. Write when it began, or leave it empty."),
            field="clock_from",
        )
    if clock < order.starts_at:
        raise Refused(_("The new count begins before the order."), field="clock_from")
    end = ends_at or new_end(order, clock)
    if end <= now:
        raise Refused(_("The new end has passed. Choose a later one."), field="ends_at")
    return clock, end


def _first_stage(order: SealOrder, now: datetime) -> dict[str, Any]:
    first = Stage.of(order.stages[0])
    steps = [step.as_json() for step in first.steps]
    return {"stage": 0, "level": Level(first.level), "steps": steps, "level_since": now}


def _tasks_again(order: SealOrder, change: OrderChange) -> list[HandTo]:
    """Back at the first stage, what people do by hand at once (the exits) is to be done again."""
    at_once = {one["key"] for one in order.steps if one["kind"] == "task" and not one.get("at")}
    return [
        HandTo(START_PART, key=f"{part.key}:{change.pk}", payload={"part": part.pk})
        for part in parts_for(order)
        if part.key in at_once
    ]


@transaction.atomic
def restart_part(
    *,
    order: SealOrder,
    place: Place,
    reason: str,
    request_key: str,
    by: Member,
    clock_from: datetime | None = None,
    ends_at: datetime | None = None,
) -> SealOrder:
    """A unit, floor or home of the place gets an order of its own, with the same plan and a new
    clock; the rest keeps its dates. Twice gives the same order.

    What is done once for a seal (the sweep, the recalls) is left to the order above. Refused: a
    place that is no part of the order's, one that has an order of its own.
    """
    queue_up(order.compound)
    order, now = locked(order), timezone.now()
    refuse_outside(by, place)
    if place.key == order.place_key or not spot_of(order).holds(spot_of_place(place)):
        raise Refused(
            _("%(part)s is no part of %(place)s. Choose a unit, floor or door within it.")
            % {"part": place_name(place), "place": order.place_label},
            field="part",
        )
    clock, end = _dates(order, clock_from, ends_at, now)
    part = _issue_part(order, place, request_key, clock, end, by)
    if not OrderChange.objects.filter(order=order, part=part).exists():
        keep_change(order, OrderChange.Kind.PART, reason, now, by, part=part)
        data = {"place": order.place_label, "part": part.place_label, "reason": reason}
        record(
            "PartRestarted", compound=order.compound_id, by=by, at=now, order=order.pk, data=data
        )
    return part


def _issue_part(
    order: SealOrder,
    place: Place,
    request_key: str,
    clock: datetime,
    end: datetime,
    by: Member,
) -> SealOrder:
    return issue(
        order.compound,
        place,
        request_key,
        level=Level(order.level),
        template_name=order.template_name,
        issuer=order.issuer,
        legal_source=order.legal_source,
        starts_at=clock,
        ends_at=end,
        steps=[one for one in order.steps if one.get("at") or one["kind"] == "notice"],
        easing=[Stage.of(one) for one in order.stages[order.stage + 1 :]],
        by=by,
    )


@transaction.atomic
def keep_clock(*, order: SealOrder, reason: str, by: Member) -> OrderChange:
    """A positive within a household strictly isolated at home does not restart the clock, if a
    person assesses it so (ten measures of December 2022). The same reason again changes nothing.

    Refused without the reason.
    """
    order, now = locked(order), timezone.now()
    refuse_outside(by, order)
    if not reason.strip():
        raise Refused(_("Write who assessed it and why the days go on."), field="reason")
    kind, reason = OrderChange.Kind.EXEMPT, reason.strip()[:200]
    twin = OrderChange.objects.filter(
        order=order, kind=kind, reason=reason, by=by, old_clock=order.clock
    ).first()
    if twin is not None:
        return twin
    change = keep_change(order, kind, reason, now, by)
    data = {"place": order.place_label, "reason": reason}
    record("ClockKept", compound=order.compound_id, by=by, at=now, order=order.pk, data=data)
    return change
