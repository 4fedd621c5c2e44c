"""What the handover pages show: the desk now, the log, figures in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import Rule
from compounds.limits import reached
from compounds.models import Member
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


SIGNED = ("to", "handed_by", "taken_by")


def handovers_of(member: Member) -> QuerySet[Handover]:
    """Those that a member may see, newest first, with everybody who signed.

    A post belongs to no building, and what is written there names any door: a member with limits
    sees what those of the same part opened, and what they were given or signed themselves.
    """
    rows = Handover.objects.select_related("compound", "opened_by", *SIGNED)
    return rows.filter(_theirs(member)) if member.is_limited else rows


def _theirs(member: Member, prefix: str = "") -> Q:
    mine = [Q(**{f"{prefix}{name}": member}) for name in SIGNED]
    return reduce(or_, mine, reached(member, f"{prefix}opened_by__"))


def duties(member: Member) -> Q:
    """The condition on duty tasks: of the own stairs, or of no stair. A point of a handover is as
    near as the handover, or its member's own."""
    if not member.is_limited:
        return Q()
    point = Q(handover=None) | Q(assignee=member) | _theirs(member, "handover__")
    return member.within_units("unit__") | (Q(unit=None) & point)


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
    """One post in the shift that runs now, with its handover when one was begun.

    `elsewhere`: colleagues of another part write it, and it is not for this reader.
    """

    post: str
    said_post: str
    handover: Handover | None
    mark: str
    tag: str
    elsewhere: bool = False


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


def desk(member: Member, now: datetime) -> Desk:
    """The shift that runs now, and which handovers are missing; two queries."""
    duty = duty_of(member.compound)
    shift = duty.at(now)
    recent = _recent(member, now - timedelta(days=4))
    by_key = {(one.post, one.begins_at): one for one in recent}
    handed = [key for key, one in by_key.items() if one.handed_at]
    posts = [_post(post, by_key.get((post, shift.begins_at))) for post in duty.posts]
    gaps = [
        Missing(post, said(post), one, shift_times(one), timezone.localdate(one.begins_at))
        for post, one in missing(duty, handed, now)
    ]
    return Desk(shift, shift_times(shift), posts, gaps)


def _recent(member: Member, since: datetime) -> list[Handover]:
    """Those of all posts: whether a shift was handed over concerns everybody, what was written
    does not. `near` is true for those that the member may open."""
    near = _theirs(member) if member.is_limited else ~Q(pk=None)
    rows = Handover.objects.select_related("compound", "opened_by", *SIGNED)
    found = rows.filter(begins_at__gte=since).annotate(
        near=Case(When(near, then=True), default=False)
    )
    return list(found)


def _post(post: str, found: Handover | None) -> PostNow:
    if found is None:
        return PostNow(post, said(post), None, "wait", _("not begun"))
    mark, tag = STATE_MARKS[found.state], str(found.state.label)
    if not found.near:  # type: ignore[attr-defined]
        return PostNow(post, said(post), None, mark, tag, elsewhere=True)
    return PostNow(post, said(post), found, mark, tag)


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


def said_figures(figures: Iterable[dict[str, Any]], slug: str, member: Member) -> list[FigureLine]:
    """Frozen or live figures in the reader's language, each with the way to its rows.

    They count the whole compound; whose doors they are is not for a member with limits.
    """
    names = 0 if member.is_limited else SHOWN
    return [
        FigureLine(
            said(one["label"]),
            one["value"],
            one["tone"],
            _(", ").join(one["behind"][:names]),
            max(one["value"] - SHOWN, 0) if one["behind"][:names] else 0,
            _url(one["page"], slug, member),
        )
        for one in sorted(figures, key=lambda one: TONES.index(one["tone"]))
    ]


def _url(page: str, slug: str, member: Member) -> str:
    """The page of the rows, for those who may open it."""
    try:
        url = reverse(page, args=[slug]) if page else ""
    except NoReverseMatch:
        return ""
    if not url:
        return ""
    rule: Rule = resolve(url).func.rule  # type: ignore[attr-defined]
    return url if rule.permission and member.may(rule.permission) else ""
