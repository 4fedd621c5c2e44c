"""Starting one part of a plan; a failing part stops no other."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from journal.actions import SYSTEM, record
from journal.handlers import register
from journal.models import Delivery
from seals.actions import START_PART
from seals.models import OrderState, PlanPart, SealOrder
from seals.planning import Step, plan_of, planner_for


def start_part(delivery: Delivery) -> None:
    """Run the planner of one part. Twice writes nothing twice; an order that was lifted or
    cancelled starts nothing, and neither does a stage that is over."""
    part = PlanPart.objects.filter(pk=delivery.payload["part"]).first()
    if part is None:  # a stage that was eased before this could start
        return
    # Lifting and cancelling wait for a part that is being started, and cancel what it wrote.
    order = (
        SealOrder.objects.select_for_update(of=("self",), no_key=True)
        .select_related("compound", "building", "unit__building", "home__unit__building")
        .select_related("issued_by")
        .get(pk=part.order_id)
    )
    part.refresh_from_db()  # what happened while this waited
    if order.state != OrderState.IN_FORCE or part.stage != order.stage:
        return
    step = next(Step.of(data) for data in order.steps if data["key"] == part.key)
    text = delivery.payload.get("not_before")
    plan = plan_of(order, not_before=datetime.fromisoformat(text) if text else None)
    part.count = planner_for(step.kind).start(plan, step)
    first = part.started_at is None
    part.started_at = part.started_at or timezone.now()
    part.failed_at, part.error = None, ""
    part.save(update_fields=["count", "started_at", "failed_at", "error"])
    if first:
        data = {"part": part.title, "count": part.count}
        record("PlanPartStarted", compound=part.compound_id, by=SYSTEM, order=order.pk, data=data)


def part_failed(delivery: Delivery, error: Exception) -> None:
    """Show the failure on the board; the outbox tries again by itself."""
    part = PlanPart.objects.filter(pk=delivery.payload["part"]).first()
    if part is None:
        return
    PlanPart.objects.filter(pk=part.pk).update(
        failed_at=timezone.now(), attempts=F("attempts") + 1, error=type(error).__name__
    )
    if part.attempts == 0:
        data = {"part": part.title}
        record(
            "PlanPartFailed", compound=part.compound_id, by=SYSTEM, order=part.order_id, data=data
        )


def connect() -> None:
    register(START_PART, start_part, failed=part_failed)
