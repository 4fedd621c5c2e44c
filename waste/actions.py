"""Disinfecting, and moving a rubbish window on: the gate between the two is enforced here."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import covers_unit
from compounds.models import Member
from compounds.roles import Permission
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from waste.gates import gate_of
from waste.models import MOVES, Agent, DisinfectionRound, Phase, RubbishWindow
from waste.words import clock

# mg/L of active agent between which an entry is taken as meant. Official figures for chlorine go
# from 250 (tableware) to 10,000 (soiling); 75 % alcohol by volume is about 590,000 mg/L, peroxide
# is used at 1 to 6 %. The limits are our own, against slips of the finger.
LIMITS: dict[str, tuple[int, int]] = {
    Agent.CHLORINE: (100, 10_000),
    Agent.ALCOHOL: (500_000, 700_000),
    Agent.PEROXIDE: (1_000, 60_000),
    Agent.QUAT: (100, 10_000),
}
CONTACT_MINUTES = (5, 240)
MOST_BAGS = 5_000

_PHASES = (Phase.KEEP_IN, Phase.PUT_OUT, Phase.COLLECTING, Phase.CLOSED)
Task = TypeVar("Task", DisinfectionRound, RubbishWindow)


@transaction.atomic
def start_round(*, round: DisinfectionRound, by: Member) -> DisinfectionRound:  # noqa: A002
    """Somebody begins to spray. Twice keeps the first start; a missed round may still begin."""
    row = _locked(DisinfectionRound, round)
    if row.started_at or row.finished_at:
        return row
    row.started_at = timezone.now()
    row.assignee = row.assignee or by
    row.save(update_fields=["started_at", "assignee"])
    record(
        "RoundStarted",
        compound=row.compound_id,
        by=by,
        order=row.order_id,
        data={"place": str(row.unit), "unit": row.unit_id, "round": row.pk},
    )
    return row


@transaction.atomic
def finish_round(
    *,
    round: DisinfectionRound,  # noqa: A002
    agent: str,
    mg_per_litre: int,
    contact_minutes: int,
    batch: str = "",
    note: str = "",
    by: Member,
) -> DisinfectionRound:
    """Record what was used. Twice keeps the first record; a missed round may be done late.

    Refused: a strength outside the agent's limits (mg/L), a contact time outside 5 to 240 min, a
    cancelled round. A contact time that is not over yet is recorded as said, with the minutes
    since the start beside it (see `minutes_short`).
    """
    row = _locked(DisinfectionRound, round)
    if row.finished_at:
        return row
    _refuse_nonsense(agent, mg_per_litre, contact_minutes)
    now = timezone.now()
    row.finished_at, row.finished_by = now, by
    row.done_agent = agent
    row.done_mg_per_litre, row.done_contact_minutes = mg_per_litre, contact_minutes
    row.batch, row.note = batch.strip()[:40], note.strip()[:300]
    row.save(
        update_fields=[
            "finished_at",
            "finished_by",
            "done_agent",
            "done_mg_per_litre",
            "done_contact_minutes",
            "batch",
            "note",
        ]
    )
    _record_done(row, by)
    return row


def _record_done(row: DisinfectionRound, by: Member) -> None:
    record(
        "RoundDone",
        compound=row.compound_id,
        by=by,
        order=row.order_id,
        data={
            "place": str(row.unit),
            "unit": row.unit_id,
            "round": row.pk,
            "agent": str(row.get_done_agent_display()),
            "mg": row.done_mg_per_litre,
            "minutes": row.done_contact_minutes,
            "since_start": _minutes_since_start(row, row.finished_at),
        },
    )


def _refuse_nonsense(agent: str, mg_per_litre: int, contact_minutes: int) -> None:
    if agent not in Agent.values:
        raise Refused(_("Choose the agent that was used."), field="agent")
    least, most = LIMITS[agent]
    if not least <= mg_per_litre <= most:
        raise Refused(
            _("%(agent)s is used at %(least)s to %(most)s mg/L. Check the figure.")
            % {"agent": Agent(agent).label, "least": f"{least:,}", "most": f"{most:,}"},
            code="strength",
            field="mg_per_litre",
        )
    shortest, longest = CONTACT_MINUTES
    if not shortest <= contact_minutes <= longest:
        raise Refused(
            _("The contact time is %(shortest)s to %(longest)s minutes. Check the figure.")
            % {"shortest": shortest, "longest": longest},
            code="contact",
            field="contact_minutes",
        )


def _minutes_since_start(row: DisinfectionRound, moment: datetime | None) -> int | None:
    if row.started_at is None or moment is None:
        return None
    return int((moment - row.started_at).total_seconds() * row.compound.pace // 60)


def minutes_short(row: DisinfectionRound) -> int:
    """By how many minutes a finished round was recorded before its contact time was over."""
    passed = _minutes_since_start(row, row.finished_at)
    if passed is None or row.done_contact_minutes is None:
        return 0
    return max(row.done_contact_minutes - passed, 0)


@transaction.atomic
def move_window(
    *, window: RubbishWindow, to_phase: str, bags: int | None = None, by: Member
) -> RubbishWindow:
    """Move to exactly the next phase of the window's scheme; the same move again is harmless.

    Refused: a phase that is not the next one, a move that waits for a disinfection which is not
    done, a cancelled window. `bags` counts what was collected and may stay unknown.
    """
    row = _locked(RubbishWindow, window)
    if row.phase == to_phase:
        return row
    _refuse_jump(row, to_phase)
    _refuse_shut_gate(row)
    if bags is not None and not 0 <= bags <= MOST_BAGS:
        raise Refused(_("Count the bags again."), field="bags")
    fields = _move(row, to_phase, bags, by)
    row.save(update_fields=["phase", "gate", *fields])
    record(
        "WindowMoved",
        compound=row.compound_id,
        by=by,
        order=row.order_id,
        data={
            "place": str(row.unit),
            "unit": row.unit_id,
            "phase": row.phase,
            "word": plain(Phase(row.phase).label),
            "window": row.pk,
            **({"bags": row.bags} if row.bags is not None else {}),
        },
    )
    return row


def _refuse_jump(row: RubbishWindow, to_phase: str) -> None:
    following = MOVES[row.scheme].get(row.phase)
    if following is not None and following[0] == to_phase:
        return
    if to_phase in _PHASES and _PHASES.index(Phase(to_phase)) < _PHASES.index(Phase(row.phase)):
        raise Refused(
            _("This collection has already come further: %(phase)s.")
            % {"phase": row.get_phase_display()},
            code="passed",
        )
    raise Refused(_("Take one step after the other."), code="not_next")


def _refuse_shut_gate(row: RubbishWindow) -> None:
    """The step waits for a disinfection: no notice to put out before it is done."""
    following, waits = MOVES[row.scheme][row.phase]
    if not waits:
        return
    row.gate = gate_of(row, row.compound.tz)
    if row.gate is None:
        raise Refused(
            _("No disinfection is planned before this collection. Add one and finish it first."),
            code="no_gate",
        )
    if row.gate.finished_at is None:
        raise Refused(gate_sentence(row.gate, following), code="gate_shut")


def gate_sentence(gate: DisinfectionRound, following: str) -> str:
    """What has to be done first, and what then."""
    if following == Phase.PUT_OUT:
        sentence = _("Finish the disinfection of %(time)s first, then tell people to put it out.")
    else:
        sentence = _("Finish the disinfection of %(time)s first, then collect.")
    return sentence % {"time": clock(gate.due_at, gate.compound.tz)}


def _move(row: RubbishWindow, to_phase: str, bags: int | None, by: Member) -> list[str]:
    now = timezone.now()
    row.phase = to_phase
    if to_phase == Phase.PUT_OUT:
        row.opened_at = now
        return ["opened_at"]
    if to_phase == Phase.COLLECTING:
        row.collecting_at = now
        return ["collecting_at"]
    row.finished_at, row.finished_by, row.bags = now, by, bags
    return ["finished_at", "finished_by", "bags"]


@transaction.atomic
def add_gate(*, window: RubbishWindow, by: Member) -> DisinfectionRound:
    """Add the disinfection that a window waits for when its plan has none that day.

    It falls due now. Twice gives the same round; a window that has one, or waits for none, is
    not given another.
    """
    row = _locked(RubbishWindow, window)
    known = gate_of(row, row.compound.tz)
    if known is not None:
        return known
    if row.finished_at or not any(waits for _next, waits in MOVES[row.scheme].values()):
        raise Refused(_("This collection waits for no disinfection."))
    due = timezone.now().replace(second=0, microsecond=0)
    made, _new = DisinfectionRound.objects.get_or_create(
        compound_id=row.compound_id,
        unit=row.unit,
        due_at=due,
        defaults={"order_id": row.order_id, "assignee": row.assignee or by},
    )
    row.gate = made
    row.save(update_fields=["gate"])
    record(
        "RoundAdded",
        compound=row.compound_id,
        by=by,
        order=row.order_id,
        data={
            "place": str(row.unit),
            "unit": row.unit_id,
            "due": clock(due, row.compound.tz),
            "round": made.pk,
        },
    )
    return made


@transaction.atomic
def assign(*, work: Task, to: Member, by: Member) -> Task:
    """Hand a round or a window to somebody else of the compound. Twice is harmless."""
    row = _locked(type(work), work)
    if row.assignee_id == to.pk:
        return row
    if row.finished_at:
        raise Refused(_("This is done already."), code="done")
    inside = covers_unit(to, row.unit)
    if to.compound_id != row.compound_id or not to.may(Permission.WORK_DO) or not inside:
        raise Refused(_("%(name)s cannot take work here.") % {"name": to.name}, field="member")
    row.assignee = to
    row.save(update_fields=["assignee"])
    kind = _("Disinfection") if isinstance(row, DisinfectionRound) else _("Rubbish collection")
    data = {"what": f"{row.unit} {kind} {clock(row.due_at, row.compound.tz)}", "name": to.name}
    record("WorkAssigned", compound=row.compound_id, by=by, order=row.order_id, data=data)
    return row


def _locked(model: type[Task], row: Task) -> Task:
    found = (
        model.objects.select_for_update(of=("self",))
        .select_related("unit__building", "compound", "assignee")
        .get(pk=row.pk)
    )
    if found.cancelled_at:
        raise Refused(_("This was cancelled when its order ended or became shorter."))
    return found
