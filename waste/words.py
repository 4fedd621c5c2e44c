"""The words of a round and a window, the same on every page."""

from __future__ import annotations

from datetime import datetime, tzinfo

from django.utils import timezone
from django.utils.translation import gettext as _

from waste.models import DisinfectionRound, Phase, RubbishWindow, Scheme

# The five marks of the design: a phase in colour and shape.
PHASE_MARK = {
    Phase.KEEP_IN: "wait",
    Phase.PUT_OUT: "now",
    Phase.COLLECTING: "now",
    Phase.CLOSED: "done",
}


def clock(moment: datetime, tz: tzinfo | None = None) -> str:
    """The clock time; in the time zone in force when none is given."""
    return timezone.localtime(moment, tz).strftime("%H:%M")


def stored(text: str) -> str:
    """Text of a plan template in the language in force; a compound's own text as it is."""
    return _(text) if text else ""


def planned_figures(row: DisinfectionRound) -> str:
    return figures(row.get_agent_display(), row.mg_per_litre, row.contact_minutes)


def used_figures(row: DisinfectionRound) -> str:
    """What was used; empty until the round is done."""
    if not row.finished_at or row.done_mg_per_litre is None:
        return ""
    minutes = row.done_contact_minutes or 0
    return figures(row.get_done_agent_display(), row.done_mg_per_litre, minutes)


def figures(agent: object, mg_per_litre: int, minutes: int) -> str:
    return _("%(agent)s %(mg)s mg/L, %(minutes)s min") % {
        "agent": agent,
        "mg": f"{mg_per_litre:,}",
        "minutes": minutes,
    }


def resident_word(phase: str) -> str:
    """What a resident sees, in a word or two."""
    return {
        Phase.KEEP_IN: _("Keep it in"),
        Phase.PUT_OUT: _("Put it outside your door now"),
        Phase.COLLECTING: _("Being collected"),
        Phase.CLOSED: _("Collected"),
    }[Phase(phase)]


def resident_detail(window: RubbishWindow, now: datetime) -> str:
    """One sentence that says what to do and when; a time that has passed is not promised."""
    match window.phase:
        case Phase.KEEP_IN:
            return _keep_in(window, window.put_out_at > now)
        case Phase.PUT_OUT if window.due_at > now:
            sentence = _("Tie the bag. It is collected about %(time)s.")
            return sentence % {"time": clock(window.due_at)}
        case Phase.PUT_OUT:
            return _("Tie the bag. It is collected as soon as possible.")
        case Phase.COLLECTING:
            return _("Please keep your door shut until it is done.")
        case _closed:
            return _("Keep new rubbish in until the next time.")


def _keep_in(window: RubbishWindow, in_time: bool) -> str:
    if window.scheme != Scheme.DISINFECT_FIRST and in_time:
        sentence = _("Tie the bag and put it outside your door at %(time)s.")
    elif window.scheme != Scheme.DISINFECT_FIRST:
        sentence = _("We tell you when to put it outside your door.")
    elif in_time:
        sentence = _("After the disinfection we tell you to put it out, about %(time)s.")
    else:
        sentence = _("After the disinfection we tell you to put it out.")
    return sentence % {"time": clock(window.put_out_at)}
