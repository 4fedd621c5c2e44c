"""Playing a whole drill at once: the clock stands where the drill is, tick after tick."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from compounds.models import Compound, Member, Unit
from compounds.places import Place, find_place
from compounds.roles import Role
from drills.actions import end, start
from drills.models import Drill, Mode
from drills.ticks import tick
from lockdown.demo.clock import at
from lockdown.kernel.tenancy import scope
from seals.library import PlanChoice, find_plan

WHEN_IDLE = 5  # minutes of the plan between two ticks while nobody has anything in hand


def play(
    compound: Compound,
    *,
    pace: int = 60,
    seed: int = 7,
    helpers: int = 0,
    clock: str = "15:00",
    step: int = 2,
    floor: int | None = None,
    hours: int = 24,
) -> Drill:
    """A played drill of the first unit, or of one floor, from yesterday at `clock` to its end."""
    began = _moment(compound, clock)
    with at(began), scope([compound.pk]):
        drill = start(
            compound=compound,
            place=_place(compound, floor),
            choice=_plan(),
            pace=pace,
            mode=Mode.PLAYED,
            seed=seed,
            helpers=helpers,
            request_key=f"played-{Drill.objects.count()}-{seed}-{began:%Y%m%d%H%M}",
            by=Member.objects.filter(role=Role.MANAGER, left_at=None).order_by("pk")[0],
        )
    minute, now = 0, began
    while minute < hours * 60:
        idle = minute and not _is_busy(compound, drill)
        minute += max(step, WHEN_IDLE) if idle else step
        now = began + timedelta(minutes=minute) / pace
        with at(now):
            if not tick(compound.pk, drill.pk, now=now):
                break
    return _ended(compound, drill, now)


def _is_busy(compound: Compound, drill: Drill) -> bool:
    """Whether somebody has something in hand, or has yet to read a page."""
    with scope([compound.pk]):
        state = Drill.objects.values_list("state", flat=True).get(pk=drill.pk)
    return bool(state.get("hands"))


def _ended(compound: Compound, drill: Drill, now: datetime) -> Drill:
    with at(now), scope([compound.pk]):
        return end(drill=Drill.objects.get(pk=drill.pk))


def _moment(compound: Compound, clock: str) -> datetime:
    """So long ago that the whole drill is past."""
    hours, minutes = clock.split(":")
    yesterday = compound.today(timezone.now()) - timedelta(days=1)
    return datetime.combine(yesterday, time(int(hours), int(minutes)), tzinfo=compound.tz)


def _place(compound: Compound, floor: int | None) -> Place:
    unit = Unit.objects.order_by("position", "pk")[0]
    kind = "unit" if floor is None else "floor"
    return find_place(compound, kind, row=unit.pk, floor=floor)


def _plan() -> PlanChoice:
    plan = find_plan("yujingwan")
    if plan is None:
        raise LookupError("yujingwan")
    return plan
