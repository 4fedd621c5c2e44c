"""Barriers: put up only where a way out stays free, looked at every day, taken down at the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Compound, Member, Unit
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from lockdown.kernel.masking import mask_name
from seals.duty import drop, owe, said_place, settle
from seals.models import Barrier, BarrierKind, DutyKind, DutyTask, SealOrder

FIELDS = (
    *("opener", "opener_phone", "deputy", "deputy_phone", "key_place"),
    *("opens_within", "check_hours"),
)
# The three questions of every look, and what to do when the answer is no.
# Source: the State Council's joint mechanism, ten measures of 7 December 2022, item 9.
QUESTIONS = {
    "lane": gettext_lazy("Is the fire lane free?"),
    "door": gettext_lazy("Does the unit door open from inside?"),
    "gate": gettext_lazy("Does the compound gate open?"),
}
REMEDIES = {
    "lane": gettext_lazy("move it so that a fire engine gets through, 4 m wide"),
    "door": gettext_lazy("take the lock or board off the unit door; it opens from inside, no key"),
    "gate": gettext_lazy("make a gate that opens, with somebody at it day and night"),
}
RULE = gettext_lazy(
    "Fire lanes, unit doors and compound gates must never be blocked, in whatever way."
)
SOURCE = gettext_lazy("Ten measures, 7 December 2022, item 9")


def blocked(answers: Mapping[str, bool]) -> list[str]:
    """Which of the three are answered with no; one that was not answered counts as no."""
    return [key for key in QUESTIONS if not answers.get(key)]


@transaction.atomic
def register_barrier(
    *,
    compound: Compound,
    kind: BarrierKind,
    unit: Unit | None,
    spot: str,
    fields: dict[str, Any],
    answers: Mapping[str, bool],
    order: SealOrder | None = None,
    stands_already: bool = False,
    by: Member,
) -> Barrier:
    """A barrier with its opener, and its first look, which the answers are.

    The same kind at the same spot is the same barrier. Refused: an answer of no, unless it
    `stands_already`: then it is recorded as a hazard, at once on the manager's list; an opener
    who is their own deputy.
    """
    # Two people registering the same barrier at once: the compound's row is the queue.
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    spot = spot.strip()
    twin = Barrier.objects.standing().filter(kind=kind, unit=unit, spot=spot).first()
    if twin is not None:
        return twin
    _refuse_alone(fields)
    wrong = blocked(answers)
    if wrong and not stands_already:
        raise Refused(_forbidden(wrong), code="way_blocked", field=wrong[0])
    now = timezone.now()
    barrier = Barrier.objects.create(
        compound=compound,
        since=now,
        registered_at=now,
        kind=kind,
        unit=unit,
        spot=spot,
        order=order,
        registered_by=by,
        **{name: fields[name] for name in FIELDS if name in fields},
    )
    opener = mask_name(barrier.opener)
    _record("BarrierRegistered", barrier, by, kind=plain(BarrierKind(kind).label), opener=opener)
    _look(barrier, wrong, by)
    return barrier


def _forbidden(wrong: list[str]) -> str:
    """The rule, its source, and what to do instead."""
    todo = _("; ").join(str(REMEDIES[key]) for key in wrong)
    return _("%(rule)s (%(source)s) Before it goes up: %(todo)s.") % {
        "rule": RULE,
        "source": SOURCE,
        "todo": todo,
    }


def _refuse_alone(fields: Mapping[str, Any]) -> None:
    same_person = fields["opener"].strip() == fields["deputy"].strip()
    if same_person or fields["opener_phone"].strip() == fields["deputy_phone"].strip():
        said = _("The deputy must be somebody else, with another phone.")
        raise Refused(said, field="deputy")


@transaction.atomic
def change_barrier(*, barrier: Barrier, fields: dict[str, Any], by: Member) -> Barrier:
    """Another opener, deputy, key place or rhythm. Nothing different changes nothing."""
    barrier = _lock(barrier)
    _refuse_removed(barrier)
    _refuse_alone(fields)
    changed = [name for name in FIELDS if name in fields and getattr(barrier, name) != fields[name]]
    if changed:
        for name in changed:
            setattr(barrier, name, fields[name])
        barrier.save(update_fields=changed)
        _record("BarrierChanged", barrier, by, fields=changed)
    return barrier


@transaction.atomic
def check_lane(
    *, barrier: Barrier, answers: Mapping[str, bool], note: str = "", by: Member
) -> Barrier:
    """What somebody found who stood there. All three yes ends a hazard; a no makes one.

    The check that was due is done by it, in time or late, and the next one is owed.
    """
    barrier = _lock(barrier)
    _refuse_removed(barrier)
    wrong = blocked(answers)
    now = timezone.now()
    due = DutyTask.objects.filter(kind=DutyKind.LANE, barrier=barrier).open()
    found = {key: key not in wrong for key in QUESTIONS}
    due.update(finished_at=now, finished_by=by, answers=found, note=note.strip()[:300])
    _look(barrier, wrong, by)
    return barrier


def _look(barrier: Barrier, wrong: list[str], by: Member) -> None:
    """Keep what was found, and owe what follows from it."""
    was_hazard = bool(barrier.hazard)
    now = timezone.now()
    barrier.checked_at, barrier.hazard = now, wrong
    barrier.save(update_fields=["checked_at", "hazard"])
    common: dict[str, Any] = {
        "compound": barrier.compound_id,
        "title": str(barrier.spot),
        "place": said_place(barrier),
        "unit": barrier.unit,
        "barrier": barrier,
    }
    owe(DutyKind.LANE, due_at=now + timedelta(hours=barrier.check_hours), **common)
    if wrong:
        owe(DutyKind.HAZARD, due_at=now, **common)
        _record("WayBlocked", barrier, by, answers=wrong)
    elif was_hazard:
        settle(DutyKind.HAZARD, by=by, barrier=barrier)
        _record("WayCleared", barrier, by)
    else:
        _record("LaneChecked", barrier, by)


@transaction.atomic
def remove_barrier(*, barrier: Barrier, by: Member) -> Barrier:
    """It is down. Nobody looks at it any more, and a hazard that it was is gone with it."""
    barrier = _lock(barrier)
    if barrier.removed_at is not None:
        return barrier
    barrier.removed_at, barrier.removed_by = timezone.now(), by
    barrier.save(update_fields=["removed_at", "removed_by"])
    settle(DutyKind.HAZARD, by=by, barrier=barrier)
    drop(barrier=barrier)
    _record("BarrierRemoved", barrier, by, kind=plain(BarrierKind(barrier.kind).label))
    return barrier


def _refuse_removed(barrier: Barrier) -> None:
    if barrier.removed_at is not None:
        raise Refused(_("This barrier is down already."), code="removed")


def _lock(barrier: Barrier) -> Barrier:
    found = Barrier.objects.select_for_update(of=("self",)).select_related("unit__building")
    return found.get(pk=barrier.pk)


def _record(event: str, barrier: Barrier, by: Member, **data: Any) -> None:
    record(
        event,
        compound=barrier.compound_id,
        by=by,
        order=barrier.order_id,
        data={"place": said_place(barrier), "barrier": barrier.pk, **data},
    )
