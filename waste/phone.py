"""What the phone pages of a round and of a window say: state, next step, steps so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from compounds.work import WorkState
from lockdown.kernel.errors import Refused
from waste.actions import gate_sentence
from waste.dilution import Mix, dilute
from waste.forms import MixForm, StockUnit
from waste.gates import gate_of
from waste.models import MOVES, Agent, DisinfectionRound, Phase, RubbishWindow
from waste.queries import mark_of
from waste.words import (
    PHASE_MARK,
    clock,
    planned_figures,
    resident_detail,
    resident_word,
    stored,
    used_figures,
)

# Strengths on common bottles, for the calculator's first answer; the person changes them.
MIX_START: dict[str, dict[str, str]] = {
    Agent.CHLORINE: {"stock": "5", "stock_unit": StockUnit.PERCENT},
    Agent.ALCOHOL: {"stock": "75", "stock_unit": StockUnit.PERCENT},
    Agent.PEROXIDE: {"stock": "30", "stock_unit": StockUnit.PERCENT},
    Agent.QUAT: {"stock": "5", "stock_unit": StockUnit.PERCENT},
}


@dataclass(frozen=True)
class RoundWords:
    mark: str
    state: str
    points: str
    planned: str
    used: str
    until: str  # the clock time at which the contact time is over; empty when not started
    cancelled: bool


def round_words(row: DisinfectionRound, now: datetime) -> RoundWords:
    state = row.state(now)
    under_way = row.started_at is not None and row.finished_at is None
    until = ""
    if row.started_at is not None and row.finished_at is None:
        until = clock(row.started_at + timedelta(minutes=row.contact_minutes))
    open_state = state in (WorkState.NOW, WorkState.NEXT)
    return RoundWords(
        mark="now" if under_way and open_state else mark_of(state),
        state=_("under way") if under_way and open_state else str(state.label),
        points=stored(row.points),
        planned=planned_figures(row),
        used=used_figures(row),
        until=until,
        cancelled=state == WorkState.CANCELLED,
    )


def mix_of(form: MixForm) -> Mix | None:
    """The calculator's answer; a refusal becomes the form's error."""
    if not form.is_valid():
        return None
    try:
        return dilute(
            stock_mg_per_litre=form.stock_mg_per_litre,
            target_mg_per_litre=form.cleaned_data["target"],
            litres=form.cleaned_data["litres"],
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


@dataclass(frozen=True)
class WindowWords:
    mark: str
    state: str
    resident_word: str
    resident_detail: str
    resident_mark: str
    steps: list[dict[str, str]]
    to_phase: str  # empty when closed
    deed: str
    shut: str  # why the next step has to wait; empty when it has not
    gate: DisinfectionRound | None
    closing: bool
    cancelled: bool


def window_words(row: RubbishWindow, now: datetime) -> WindowWords:
    state = row.state(now)
    following, waits = row.next_move or ("", False)
    gated = any(needs for _next, needs in MOVES[row.scheme].values())
    gate = gate_of(row, row.compound.tz) if gated else None
    return WindowWords(
        mark=mark_of(state),
        state=str(state.label),
        resident_word=resident_word(row.phase),
        resident_detail=resident_detail(row, now),
        resident_mark=PHASE_MARK[Phase(row.phase)],
        steps=_steps(row, gate),
        to_phase=following,
        deed=_deed(following),
        shut=_shut(gate, following) if waits else "",
        gate=gate,
        closing=following == Phase.CLOSED,
        cancelled=state == WorkState.CANCELLED,
    )


def _shut(gate: DisinfectionRound | None, following: str) -> str:
    if gate is None:
        return _("No disinfection is planned before this collection. Add one and finish it first.")
    return "" if gate.finished_at else gate_sentence(gate, following)


def _deed(following: str) -> str:
    words: dict[str, str] = {
        Phase.PUT_OUT: _("Tell people to put it out"),
        Phase.COLLECTING: _("Begin to collect"),
        Phase.CLOSED: _("All collected"),
    }
    return words.get(following, "")


def _steps(row: RubbishWindow, gate: DisinfectionRound | None) -> list[dict[str, Any]]:
    """The order of this scheme with the disinfection at its place."""
    names = {
        Phase.KEEP_IN: _("Keep in"),
        Phase.PUT_OUT: _("Put out"),
        Phase.COLLECTING: _("Collect"),
        Phase.CLOSED: _("Done"),
    }
    order = list(names)
    here = order.index(Phase(row.phase))
    steps: list[dict[str, Any]] = []
    for number, phase in enumerate(order):
        finished = number < here or row.phase == Phase.CLOSED
        state = "done" if finished else "now" if number == here else "wait"
        steps.append({"label": names[phase], "state": state})
        move = MOVES[row.scheme].get(phase)
        if move is not None and move[1]:
            done = gate is not None and gate.finished_at is not None
            steps.append({"label": _("Disinfect"), "state": "done" if done else "wait"})
    return steps
