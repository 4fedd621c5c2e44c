"""The clock of a drill: what its people do by themselves up to now. Twice does nothing twice."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from compounds.sweeps import mark_missed_here, work_models
from drills.actions import end
from drills.answers import readers
from drills.figures import DAY_MINUTES, SWEEP_EVERY
from drills.models import Drill, Mode
from drills.playing import Play
from lockdown.kernel.tenancy import scope, scope_of_every_compound
from notices.chase import chase_here
from seals.models import PlanPart


def running() -> list[tuple[int, int]]:
    """(compound, drill) of every drill under way; one query over all compounds."""
    with scope_of_every_compound():
        rows = Drill.objects.filter(ended_at=None).order_by("started_at")
        return list(rows.values_list("compound_id", "id"))


def tick(compound: int, drill_id: int, *, now: datetime) -> bool:
    """Let the people of a drill do what falls until now. False when another worker is at it.

    One transaction: the deeds in the practice compound, and what the drill remembers of them.
    """
    with scope([compound]):
        drill = (
            Drill.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=drill_id, ended_at=None)
            .select_related("practice")
            .first()
        )
        if drill is None:
            return False
        with scope([drill.practice_id]), transaction.atomic():
            over = _live(drill, now)
        drill.save(update_fields=["state"])
        if over:
            end(drill=drill)
    return True


def _live(drill: Drill, now: datetime) -> bool:
    """Whether the drill is over: everything done, or the day of the plan."""
    minute = min(drill.minute(now), float(DAY_MINUTES))
    readers(drill, minute, now)
    swept = minute - drill.state.get("swept", -SWEEP_EVERY) >= SWEEP_EVERY
    if swept:
        chase_here(now)
    if drill.mode == Mode.PLAYED:
        Play(drill, minute, now).run()
    if swept:
        mark_missed_here(now)
        drill.state["swept"] = minute
    return minute >= DAY_MINUTES or (swept and _nothing_left(drill))


def _nothing_left(drill: Drill) -> bool:
    starting = PlanPart.objects.filter(order=drill.order_id, started_at=None).exists()
    return not starting and not any(model.objects.open().exists() for model in work_models())
