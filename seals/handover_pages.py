"""What the handover pages show: the desk now, the log, figures in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound
from lockdown.kernel.wording import clock
from seals.handover import missing
from seals.models import Handover, HandoverState
from seals.shifts import Shift, duty_of
from seals.words import said

STATE_MARKS = {
    HandoverState.WRITING: "now",
    HandoverState.HANDED: "next",
    HandoverState.ASKED: "now",
    HandoverState.TAKEN: "done",
}


def handovers() -> QuerySet[Handover]:
    """Newest first, with everybody who signed."""
    return Handover.objects.select_related("compound", "opened_by", "to", "handed_by", "taken_by")


@dataclass(frozen=True)
class LogLine:
    handover: Handover
    post: str
    shift: str
    mark: str
    tag: str
    times: str


def log_line(handover: Handover) -> LogLine:
    state = handover.state
    return LogLine(
        handover,
        said(handover.post),
        said(handover.shift),
        STATE_MARKS[state],
        str(state.label),
        shift_times(handover),
    )


def day_of(handover: Handover) -> date:
    return timezone.localdate(handover.begins_at)


def shift_times(row: Handover | Shift) -> str:
    return f"{clock(row.begins_at)}–{clock(row.ends_at)}"


@dataclass(frozen=True)
class PostNow:
    """One post in the shift that runs now, with its handover when one was begun."""

    post: str
    said_post: str
    handover: Handover | None
    mark: str
    tag: str


@dataclass(frozen=True)
class Missing:
    post: str
    said_post: str
    shift: Shift
    times: str
    day: date


@dataclass(frozen=True)
class Desk:
    shift: Shift
    times: str
    posts: list[PostNow]
    missing: list[Missing]


def desk(compound: Compound, now: datetime) -> Desk:
    """The shift that runs now, and which handovers are missing; two queries."""
    duty = duty_of(compound)
    shift = duty.at(now)
    recent = list(handovers().filter(begins_at__gte=now - timedelta(days=4)))
    by_key = {(one.post, one.begins_at): one for one in recent}
    handed = [key for key, one in by_key.items() if one.handed_at]
    posts = [_post(post, by_key.get((post, shift.begins_at))) for post in duty.posts]
    gaps = [
        Missing(post, said(post), one, shift_times(one), timezone.localdate(one.begins_at))
        for post, one in missing(duty, handed, now)
    ]
    return Desk(shift, shift_times(shift), posts, gaps)


def _post(post: str, found: Handover | None) -> PostNow:
    if found is None:
        return PostNow(post, said(post), None, "wait", _("not begun"))
    return PostNow(post, said(post), found, STATE_MARKS[found.state], str(found.state.label))


@dataclass(frozen=True)
class FigureLine:
    label: str
    value: int
    tone: str
    behind: str
    more: int
    url: str


SHOWN = 8
TONES = ("late", "now", "", "done")  # the worst first


def said_figures(figures: Iterable[dict[str, Any]], slug: str) -> list[FigureLine]:
    """Frozen or live figures in the reader's language, each with the way to its rows."""
    return [
        FigureLine(
            said(one["label"]),
            one["value"],
            one["tone"],
            _(", ").join(one["behind"][:SHOWN]),
            max(one["value"] - SHOWN, 0) if one["behind"] else 0,
            _url(one["page"], slug),
        )
        for one in sorted(figures, key=lambda one: TONES.index(one["tone"]))
    ]


def _url(page: str, slug: str) -> str:
    try:
        return reverse(page, args=[slug]) if page else ""
    except NoReverseMatch:
        return ""
