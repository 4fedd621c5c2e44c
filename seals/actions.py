"""Sealing, extending, reducing, lifting. One action starts the whole plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compounds.models import Compound, Member
from compounds.pace import real_time
from compounds.places import Place
from journal.actions import HandTo, record
from lockdown.kernel.errors import Refused
from seals.lift import checklist
from seals.models import Level, OrderChange, OrderState, PlanPart, PlanTask, SealOrder
from seals.planning import Step, planners
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
    issuer: str = "",
    legal_source: str = "",
) -> SealOrder:
    """Put an order in force and hand every step of its plan over to be started.

    `ends_at` is on the plan's clock: in a practice compound with a fast one it comes earlier.
    The same `request_key` again gives the same order. Refused: an order already in force for
    this place, an end before its start, a place without homes.
    """
    if ends_at <= starts_at:
        raise Refused(_("The end must be later than the start."), field="ends_at")
    with transaction.atomic():
        # Two people confirming at once: the compound's row is the queue. Not its key, so that
        # rows of other work that refer to the compound do not wait.
        Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
        twin = SealOrder.objects.filter(request_key=request_key).first()
        if twin is not None:
            return twin
        _refuse_double(place)
        order = _create(
            compound,
            place,
            request_key,
            level=level,
            template_name=template_name,
            issuer=issuer,
            legal_source=legal_source,
            starts_at=starts_at,
            ends_at=real_time(compound, starts_at, ends_at),
            issued_by=by,
            steps=[step.as_json() for step in steps if step.on],
        )
        _announce(order, _parts(order), by)
    return order


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


def _create(compound: Compound, place: Place, request_key: str, **fields: Any) -> SealOrder:
    number = (SealOrder.objects.aggregate(most=Max("number"))["most"] or 0) + 1
    return SealOrder.objects.create(
        compound=compound,
        number=number,
        place_kind=place.kind,
        building=place.building,
        unit=place.unit,
        floor=place.floor,
        home=place.home,
        place_key=place.key,
        place_label=place_name(place),
        state=OrderState.IN_FORCE,
        issued_at=timezone.now(),
        request_key=request_key,
        **fields,
    )


def _parts(order: SealOrder) -> list[PlanPart]:
    return PlanPart.objects.bulk_create(
        PlanPart(
            compound_id=order.compound_id,
            order=order,
            key=data["key"],
            kind=data["kind"],
            title=data["title"],
            position=position,
        )
        for position, data in enumerate(order.steps)
    )


def day_and_time(compound: Compound, moment: datetime) -> str:
    return date_format(moment.astimezone(compound.tz), "n-j H:i")


@transaction.atomic
def extend(*, order: SealOrder, ends_at: datetime, reason: str, by: Member) -> SealOrder:
    """A later end; the old one stays on record and recurring work is planned on."""
    order = _locked(order)
    if ends_at == order.ends_at:
        return order
    if ends_at < order.ends_at:
        raise Refused(_("To end earlier, shorten the order."), field="ends_at")
    now = timezone.now()
    change = _change(order, OrderChange.Kind.EXTENDED, ends_at, reason, by)
    recurring = [step["key"] for step in order.steps if step.get("at")]
    parts = PlanPart.objects.filter(order=order, key__in=recurring)
    record(
        "OrderExtended",
        compound=order.compound_id,
        by=by,
        order=order.pk,
        data=_change_data(order, reason),
        hand_to=[
            HandTo(
                START_PART,
                key=f"{part.key}:{change.pk}",
                payload={"part": part.pk, "not_before": now.isoformat()},
            )
            for part in parts
        ],
    )
    return order


@transaction.atomic
def reduce(*, order: SealOrder, ends_at: datetime, reason: str, by: Member) -> SealOrder:
    """An earlier end; what was planned after it is cancelled."""
    order = _locked(order)
    if ends_at == order.ends_at:
        return order
    if ends_at > order.ends_at:
        raise Refused(_("To end later, extend the order."), field="ends_at")
    if ends_at <= max(order.starts_at, timezone.now()):
        raise Refused(_("The new end has passed. Lift the order instead."), field="ends_at")
    _change(order, OrderChange.Kind.REDUCED, ends_at, reason, by)
    for planner in planners():
        planner.stop(order, ends_at)
    record(
        "OrderReduced",
        compound=order.compound_id,
        by=by,
        order=order.pk,
        data=_change_data(order, reason),
    )
    return order


def _change_data(order: SealOrder, reason: str) -> dict[str, Any]:
    return {
        "place": order.place_label,
        "until": day_and_time(order.compound, order.ends_at),
        "reason": reason,
    }


def _change(order: SealOrder, kind: str, ends_at: datetime, reason: str, by: Member) -> OrderChange:
    change = OrderChange.objects.create(
        compound_id=order.compound_id,
        order=order,
        kind=kind,
        old_end=order.ends_at,
        new_end=ends_at,
        reason=reason,
        by=by,
    )
    order.ends_at = ends_at
    order.save(update_fields=["ends_at"])
    return change


def _locked(order: SealOrder) -> SealOrder:
    order = (
        SealOrder.objects.select_for_update(of=("self",))
        .select_related("compound", "building", "unit__building", "home__unit__building")
        .get(pk=order.pk)
    )
    if order.state != OrderState.IN_FORCE:
        raise Refused(
            _("Order %(number)s is not in force any more.") % {"number": order.number},
            code="not_in_force",
        )
    return order


@transaction.atomic
def lift(*, order: SealOrder, statements: dict[str, str], by: Member) -> SealOrder:
    """Lift after the checklist: computed conditions pass, the others are stated by the signer.

    `statements` maps the key of each condition that the data do not show as met to the signer's
    words. Refused, with their names, while one has none. Cancels what remains; everyone is told.
    """
    order = _locked(order)
    now = timezone.now()
    findings = checklist(order, now)
    missing = [
        finding.label
        for finding in findings
        if not finding.is_met and not statements.get(finding.key, "").strip()
    ]
    if missing:
        raise Refused(
            _("Not settled yet: %(names)s. State for each what you know, or settle it first.")
            % {"names": "、".join(str(one) for one in missing)},
            code="not_ready",
        )
    order.state = OrderState.LIFTED
    order.lifted_at = now
    order.lifted_by = by
    order.lift_statement = [finding.signed(statements) for finding in findings]
    order.save(update_fields=["state", "lifted_at", "lifted_by", "lift_statement"])
    for planner in planners():
        planner.stop(order, now)
    record(
        "OrderLifted",
        compound=order.compound_id,
        by=by,
        order=order.pk,
        data={"place": order.place_label},
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
