"""What is left of a drill: its scorecard. The practice compound's rows go some weeks after."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from drills.models import Drill
from journal.actions import SYSTEM, record_many
from journal.models import Entry
from lockdown.kernel.tenancy import scope_of_every_compound

MOST = 20  # drills a run; the rest follows with the next run


def clear_ended(*, now: datetime) -> int:
    """Clear the practice compounds of drills that ended DRILL_KEPT_DAYS ago; how many drills.

    One statement takes the rows of all of them, whatever the table. The drill keeps its frozen
    scorecard; of the practice compound only its name is left. Twice changes nothing.
    """
    before = now - timedelta(days=settings.DRILL_KEPT_DAYS)
    with scope_of_every_compound():
        # Two workers at once: each takes what the other has not locked.
        due = Drill.objects.filter(ended_at__lte=before, cleared_at=None).order_by("ended_at")
        drills = list(due.select_for_update(of=("self",), skip_locked=True)[:MOST])
        if not drills:
            return 0
        with connection.cursor() as cursor:
            practices = [drill.practice_id for drill in drills]
            cursor.execute("SELECT drills_clear_practice(%s::bigint[])", [practices])
        Drill.objects.filter(pk__in=[drill.pk for drill in drills]).update(
            cleared_at=now, scripts={}, state={}
        )
        record_many([_entry(drill, now) for drill in drills])
        return len(drills)


def _entry(drill: Drill, now: datetime) -> Entry:
    return Entry(
        compound_id=drill.compound_id,
        event="DrillCleared",
        by=SYSTEM.actor_label,
        at=now,
        data={"number": drill.number, "place": drill.place_label, "drill": drill.pk},
    )
