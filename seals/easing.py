"""Stepwise easing: after so many days a looser level for so many days, confirmed by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.limits import refuse_outside
from compounds.models import Member
from journal.actions import HandTo, record
from lockdown.kernel.errors import Refused
from seals.actions import (
    START_PART,
    change_data,
    day_and_time,
    keep_change,
    locked,
    parts_for,
    stop_work,
)
from seals.lift import Finding, Look
from seals.models import Level, OrderChange, PlanPart, SealOrder
from seals.planning import Stage


@dataclass(frozen=True)
class StageNow:
    """Which stage of how many an order is in; a plan without easing has one."""

    number: int  # 1 is the first
    total: int
    level: str
    ends_at: datetime
    is_over: bool  # its planned end has passed
    next: Stage | None

    @property
    def is_last(self) -> bool:
        return self.next is None


def stage_of(order: SealOrder, now: datetime) -> StageNow:
    total = max(1, len(order.stages))
    left = order.stages[order.stage + 1 :]
    return StageNow(
        number=order.stage + 1,
        total=total,
        level=order.level,
        ends_at=order.ends_at,
        is_over=now >= order.ends_at,
        next=Stage.of(left[0]) if left else None,
    )


def stage_end(order: SealOrder, stage: Stage, now: datetime) -> datetime:
    """So many days after the day of confirming, at the hour at which the stage before ended."""
    tz = order.compound.tz
    hour = order.ends_at.astimezone(tz).timetz()
    day = now.astimezone(tz).date() + timedelta(days=stage.days)
    return datetime.combine(day, hour)


@transaction.atomic
def ease(*, order: SealOrder, stage: int, by: Member, reason: str = "") -> SealOrder:
    """A person confirms the next stage: its level and plan begin, the recurring work before ends.

    `stage` is the number of the stage that ends (1 is the first); the same again changes nothing.
    Refused: a plan with no further stage, a stage whose planned end has not come.
    """
    order, now = locked(order), timezone.now()
    refuse_outside(by, order)
    here = stage_of(order, now)
    if here.number == stage + 1:
        return order
    if here.next is None or here.number != stage:
        raise Refused(_("This plan has no further stage. Lift the order instead."), code="no_stage")
    if not here.is_over:
        raise Refused(
            _("This stage lasts until %(end)s. To ease earlier, shorten the order first.")
            % {"end": day_and_time(order.compound, order.ends_at)},
            code="stage_not_over",
        )
    _begin(order, here.next, reason or str(Level(here.next.level).value), now, by)
    return order


def _begin(order: SealOrder, stage: Stage, reason: str, now: datetime, by: Member) -> None:
    # What was never started belongs to the stage that ends; its late delivery finds no part.
    PlanPart.objects.filter(order=order, started_at=None).delete()
    keep_change(
        order,
        OrderChange.Kind.EASED,
        reason,
        now,
        by,
        ends_at=stage_end(order, stage, now),
        clock_from=now,
        level_since=now,
        level=Level(stage.level),
        stage=order.stage + 1,
        steps=[step.as_json() for step in stage.steps if step.on],
    )
    stop_work(order, now)
    record(
        "OrderEased",
        compound=order.compound_id,
        by=by,
        at=now,
        order=order.pk,
        data=change_data(order, reason) | {"level": Level(stage.level).value},
        hand_to=[
            HandTo(START_PART, key=f"{part.key}:{order.stage}", payload={"part": part.pk})
            for part in parts_for(order)
        ],
    )


def stages_done(look: Look) -> Finding:
    """A plan that eases step by step is lifted from its last stage."""
    here = stage_of(look.order, look.now)
    return Finding(
        "stages",
        gettext_lazy("Stepwise easing is at its last stage"),
        here.is_last,
        f"{here.number} / {here.total}",
    )
