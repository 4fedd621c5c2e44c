"""Sealing, extending, reducing. One action starts the whole plan; `lifting.py` ends it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compounds.limits import refuse_outside
from compounds.models import Compound, Member
from compounds.pace import real_time
from compounds.places import Place
from journal.actions import HandTo, record
from lockdown.kernel.errors import Refused
from seals.family import parent_of
from seals.models import Level, OrderChange, OrderState, PlanPart, PlanTask, SealOrder
from seals.overtaking import refuse_overtaken
from seals.planning import Stage, Step, planners
from seals.words import place_name

START_PART = "seals.start_part"


def seal(
    *,
    compound: Compound,
    place: Place,
    level: Level,
    template_name: str,
    steps: Iterable[Step],
    starts_at: datetime,
    ends_at: datetime,
    request_key: str,
    by: Member,
    easing: Iterable[Stage] = (),
    issuer: str = "",
    legal_source: str = "",
    seen: str | None = None,
) -> SealOrder:
    """Put an order in force and hand every step of its plan over to be started.

    `ends_at` is on the plan's clock: in a practice compound with a fast one it comes earlier.
    The same `request_key` again gives the same order; a draft with this key becomes the order.
    Refused: an order already in force for this place, an end before its start, a place without
    homes, a draft that was thrown away, or that somebody else changed after the version `seen`.
    """
    if ends_at <= starts_at:
        raise Refused(_("The end must be later than the start."), field="ends_at")
    with transaction.atomic():
        queue_up(compound)
        refuse_outside(by, place)
        refuse_overtaken(request_key, seen, by)
        return issue(
            compound,
            place,
            request_key,
            level=level,
            template_name=template_name,
            issuer=issuer,
            legal_source=legal_source,
            starts_at=starts_at,
            ends_at=real_time(compound, starts_at, ends_at),
            steps=[step.as_json() for step in steps if step.on],
            easing=list(easing),
            by=by,
        )


def queue_up(compound: Compound) -> None:
    """Two people issuing, cancelling or saving orders at once: the compound's row is the queue.

    Not its key, so that rows of other work that refer to the compound do not wait. Taken before
    any order's row, never after.
    """
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)


def issue(
    compound: Compound,
    place: Place,
    request_key: str,
    *,
    easing: list[Stage],
    by: Member,
    **fields: Any,
) -> SealOrder:
    """The order of this request, new or as it was issued before. The caller has queued up."""
    twin = SealOrder.objects.filter(request_key=request_key).first()
    if twin is not None and twin.state != OrderState.DRAFT:
        return _issued(twin)
    _refuse_double(place)
    order = twin or SealOrder(compound=compound, request_key=request_key)
    now = timezone.now()
    fill(order, place, easing, issued_at=now, issued_by=by, **fields)
    order.state, order.draft, order.kept_at = OrderState.IN_FORCE, None, None
    order.number = (SealOrder.objects.aggregate(most=Max("number"))["most"] or 0) + 1
    order.parent = parent_of(place)
    order.save()
    _announce(order, parts_for(order), by)
    return order


def _issued(twin: SealOrder) -> SealOrder:
    if twin.number is None:
        raise Refused(_("This draft was thrown away. Prepare the order again."), code="thrown_away")
    return twin


def _announce(order: SealOrder, parts: list[PlanPart], by: Member) -> None:
    """The fact, with one delivery for each part of the plan."""
    record(
        "OrderStarted",
        compound=order.compound_id,
        by=by,
        order=order.pk,
        data={"place": order.place_label, "until": day_and_time(order.compound, order.ends_at)},
        hand_to=[HandTo(START_PART, key=part.key, payload={"part": part.pk}) for part in parts],
    )


def _refuse_double(place: Place) -> None:
    standing = SealOrder.objects.in_force().filter(place_key=place.key).first()
    if standing is not None:
        raise Refused(
            _("%(place)s is already sealed by order %(number)s. Extend or lift that order.")
            % {"place": standing.place_label, "number": standing.number},
            code="already_sealed",
        )
    if not place.homes().exists():
        raise Refused(_("%(place)s has no homes yet. Build them first.") % {"place": place.label})


def fill(order: SealOrder, place: Place, easing: list[Stage], **fields: Any) -> None:
    """Where an order applies and what it does, on a row that the caller saves."""
    order.place_kind, order.place_key = place.kind, place.key
    order.place_label = place_name(place)
    order.building, order.unit = place.building, place.unit
    order.floor, order.home = place.floor, place.home
    for name, value in fields.items():
        setattr(order, name, value)
    order.stages = []
    if easing:
        first = {"level": str(order.level), "days": order.days, "steps": order.steps}
        order.stages = [first, *(stage.as_json() for stage in easing)]


def parts_for(order: SealOrder) -> list[PlanPart]:
    """A part for each step of the present stage; those that exist already stay."""
    PlanPart.objects.bulk_create(
        [
            PlanPart(
                compound_id=order.compound_id,
                order=order,
                stage=order.stage,
                key=data["key"],
                kind=data["kind"],
                title=data["title"],
                position=position,
            )
            for position, data in enumerate(order.steps)
        ],
        ignore_conflicts=True,
    )
    return list(PlanPart.objects.filter(order=order, stage=order.stage))


def day_and_time(compound: Compound, moment: datetime) -> str:
    return date_format(moment.astimezone(compound.tz), "n-j H:i")


@transaction.atomic
def extend(*, order: SealOrder, ends_at: datetime, reason: str, by: Member) -> SealOrder:
    """A later end; the old one stays on record and recurring work is planned on."""
    order, now = locked(order), timezone.now()
    refuse_outside(by, order)
    if ends_at == order.ends_at:
        return order
    if ends_at < order.ends_at:
        raise Refused(_("To end earlier, shorten the order."), field="ends_at")
    if ends_at <= now:
        raise Refused(_("The new end has passed. Choose a later one."), field="ends_at")
    change = keep_change(order, OrderChange.Kind.EXTENDED, reason, now, by, ends_at=ends_at)
    record(
        "OrderExtended",
        compound=order.compound_id,
        by=by,
        at=now,
        order=order.pk,
        data=change_data(order, reason),
        hand_to=plan_on(order, change, now),
    )
    return order


@transaction.atomic
def reduce(*, order: SealOrder, ends_at: datetime, reason: str, by: Member) -> SealOrder:
    """An earlier end; what was planned after it is cancelled."""
    order, now = locked(order), timezone.now()
    refuse_outside(by, order)
    if ends_at == order.ends_at:
        return order
    if ends_at > order.ends_at:
        raise Refused(_("To end later, extend the order."), field="ends_at")
    if ends_at <= max(order.clock, now):
        raise Refused(_("The new end has passed. Lift the order instead."), field="ends_at")
    keep_change(order, OrderChange.Kind.REDUCED, reason, now, by, ends_at=ends_at)
    stop_work(order, ends_at)
    record(
        "OrderReduced",
        compound=order.compound_id,
        by=by,
        at=now,
        order=order.pk,
        data=change_data(order, reason),
    )
    return order


def plan_on(order: SealOrder, change: OrderChange, now: datetime) -> list[HandTo]:
    """Deliveries that plan what recurs from now to the new end."""
    recurring = [step["key"] for step in order.steps if step.get("at")]
    parts = PlanPart.objects.filter(order=order, stage=order.stage, key__in=recurring)
    return [
        HandTo(
            START_PART,
            key=f"{part.key}:{change.pk}",
            payload={"part": part.pk, "not_before": now.isoformat()},
        )
        for part in parts
    ]


def stop_work(order: SealOrder, after: datetime) -> int:
    """Every planner cancels what the order does not want any more; how much that was."""
    return sum(planner.stop(order, after) for planner in planners())


def change_data(order: SealOrder, reason: str) -> dict[str, Any]:
    return {
        "place": order.place_label,
        "until": day_and_time(order.compound, order.ends_at),
        "reason": reason,
    }


def keep_change(
    order: SealOrder, kind: str, reason: str, now: datetime, by: Member, **changed: Any
) -> OrderChange:
    """Keep what stood before, then write the new end, clock, level, stage or steps."""
    change = OrderChange(
        compound_id=order.compound_id,
        order=order,
        kind=kind,
        old_end=order.ends_at,
        old_clock=order.clock,
        old_level=order.level,
        reason=reason.strip()[:200],
        at=now,
        by=by,
        part=changed.pop("part", None),
    )
    for name, value in changed.items():
        setattr(order, name, value)
    if changed:
        order.save(update_fields=list(changed))
    change.new_end, change.new_clock, change.new_level = order.ends_at, order.clock, order.level
    change.save()
    return change


def locked(order: SealOrder) -> SealOrder:
    """The order's row, held until the action ends; refused when it is not in force any more."""
    order = (
        SealOrder.objects.select_for_update(of=("self",))
        .select_related("compound", "building", "unit__building", "home__unit__building")
        .get(pk=order.pk)
    )
    if order.state != OrderState.IN_FORCE:
        raise Refused(
            _("Order %(number)s is not in force any more.") % {"number": order.number or "–"},
            code="not_in_force",
        )
    return order


@transaction.atomic
def finish_task(*, task: PlanTask, note: str, by: Member) -> PlanTask:
    task = PlanTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if task.finished_at:
        return task
    if task.cancelled_at:
        raise Refused(_("This task was cancelled with its order."))
    task.finished_at, task.finished_by, task.note = timezone.now(), by, note[:300]
    task.save(update_fields=["finished_at", "finished_by", "note"])
    record(
        "PlanTaskDone",
        compound=task.compound_id,
        by=by,
        order=task.order_id,
        data={"task": task.title},
    )
    return task
