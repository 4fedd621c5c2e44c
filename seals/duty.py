"""Tasks of the duty desk: put on somebody's list, given to others, ticked off."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from compounds.models import Member, Unit
from compounds.roles import Permission
from compounds.rota import Spot, rota
from journal.actions import record
from lockdown.kernel.errors import Refused
from seals.models import Barrier, DutyKind, DutyTask, Guest, Stay

# Who gets what, by the kinds of the rota. A way out that is blocked is the manager's.
WHOSE = {
    DutyKind.BED: "lodge",
    DutyKind.ASK: "lodge",
    DutyKind.LANE: "gate",
    DutyKind.HAZARD: "manage",
    DutyKind.POINT: "manage",
}


def said_place(row: Guest | Barrier) -> str:
    """What the place is called in records: always in the installation's default language."""
    with override(settings.LANGUAGE_CODE):
        return row.place


def owe(
    kind: DutyKind,
    *,
    compound: int,
    title: str,
    place: str,
    due_at: datetime,
    unit: Unit | None = None,
    guest: Guest | None = None,
    stay: Stay | None = None,
    barrier: Barrier | None = None,
    assignee: Member | None = None,
) -> DutyTask:
    """The open task of this kind for this guest or barrier, made when there is none."""
    if assignee is None:
        spot = Spot(unit.pk if unit else None)
        assignee = rota().share(WHOSE[kind], [spot])[0]
    found, _made = DutyTask.objects.get_or_create(
        compound_id=compound,
        kind=kind,
        guest=guest,
        barrier=barrier,
        finished_at=None,
        cancelled_at=None,
        defaults={
            "title": title[:120],
            "place": place[:100],
            "due_at": due_at,
            "unit": unit,
            "stay": stay,
            "assignee": assignee,
        },
    )
    return found


def settle(kind: DutyKind, *, by: Member, **of: Guest | Barrier) -> int:
    """What was owed has been done, whoever had it on their list."""
    now = timezone.now()
    rows = DutyTask.objects.filter(kind=kind, **of).open()
    return rows.update(finished_at=now, finished_by=by)


def drop(*kinds: DutyKind, **of: Guest | Barrier) -> int:
    """Nobody owes it any more: the guest has gone, the barrier is down. No kind named: all."""
    rows = DutyTask.objects.filter(**of).open()
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return rows.update(cancelled_at=timezone.now())


@transaction.atomic
def finish_point(*, task: DutyTask, note: str, by: Member) -> DutyTask:
    """A point that a handover left is settled. Other tasks are settled by what they ask for."""
    task = _lock(task)
    if task.finished_at:
        return task
    if task.kind not in (DutyKind.POINT, DutyKind.ASK):
        raise Refused(_("This is settled on its own page."), code="elsewhere")
    if task.cancelled_at:
        raise Refused(_("Nobody needs to do this any more."), code="cancelled")
    task.finished_at, task.finished_by, task.note = timezone.now(), by, note.strip()[:300]
    task.save(update_fields=["finished_at", "finished_by", "note"])
    record("DutyTaskDone", compound=task.compound_id, by=by, data={"task": task.title})
    return task


@transaction.atomic
def give(*, task: DutyTask, member: Member, by: Member) -> DutyTask:
    """Hand a task to another person. Refused: somebody who does no such work."""
    task = _lock(task)
    if not member.may(Permission.WORK_DO):
        raise Refused(_("Choose somebody who works here now."), field="member")
    if task.finished_at or task.cancelled_at or task.assignee_id == member.pk:
        return task
    task.assignee = member
    task.save(update_fields=["assignee"])
    data = {"what": f"{task.place} {task.title}"[:120], "name": member.name}
    record("WorkAssigned", compound=task.compound_id, by=by, data=data)
    return task


def _lock(task: DutyTask) -> DutyTask:
    return DutyTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
