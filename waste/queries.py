"""Reading rounds and windows: for the day's page, the board, my list and the resident's page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from compounds.work import Work, WorkState
from lockdown.kernel.lean import Named, fetch_first
from lockdown.kernel.tenancy import scoped_compounds
from seals.models import SealOrder
from waste.models import DisinfectionRound, Phase, RubbishWindow
from waste.words import (
    PHASE_MARK,
    planned_figures,
    resident_detail,
    resident_word,
    used_figures,
)


@dataclass(frozen=True)
class DayItem:
    """One round or window on a day. `phase` is empty for a round; `mark` one of the five marks."""

    kind: str  # round | window
    id: int
    unit_id: int
    place: str
    at: datetime
    title: str
    detail: str
    state: WorkState
    mark: str
    phase: str
    assignee_name: str
    started: bool


@dataclass(frozen=True)
class RubbishNow:
    """What a resident does with the rubbish now: a word, its mark, and a sentence."""

    phase: str
    word: str
    detail: str
    at: datetime
    mark: str


# A missed round stays a fact after the order that asked for it was lifted.
_STANDS = Q(cancelled_at=None) | Q(missed_at__isnull=False)


def day_bounds(day: date, tz: tzinfo | None = None) -> tuple[datetime, datetime]:
    """The day from midnight to midnight; in the time zone in force when none is given."""
    tz = tz or timezone.get_current_timezone()
    start = datetime.combine(day, time(), tzinfo=tz)
    return start, datetime.combine(day + timedelta(days=1), time(), tzinfo=tz)


def day_items(
    unit_ids: Collection[int] | None, day: date, tz: tzinfo | None = None
) -> list[DayItem]:
    """Rounds and windows of these units (None: every unit) on a day, by time; two queries."""
    now = timezone.now()
    start, end = day_bounds(day, tz)
    return _items(Q(due_at__gte=start, due_at__lt=end) & _STANDS & _of(unit_ids), now)


def late_work(now: datetime, unit_ids: Collection[int] | None = None) -> list[DayItem]:
    """Rounds and windows past their time and not done, the oldest first; two queries."""
    wanted = Q(due_at__lt=now, finished_at=None, cancelled_at=None) & _of(unit_ids)
    return _items(wanted, now)


def open_work(member: Member, until: datetime) -> list[DayItem]:
    """What one member has to do up to a moment, late work included; two queries."""
    wanted = Q(due_at__lt=until, finished_at=None, cancelled_at=None, assignee=member)
    return _items(wanted, timezone.now())


def _of(unit_ids: Collection[int] | None) -> Q:
    return Q() if unit_ids is None else Q(unit_id__in=list(unit_ids))


def _items(wanted: Q, now: datetime) -> list[DayItem]:
    rounds = _rows(DisinfectionRound.objects.filter(wanted))
    windows = _rows(RubbishWindow.objects.filter(wanted))
    items = [_round_item(row, now) for row in rounds]
    items += [_window_item(row, now) for row in windows]
    return sorted(items, key=lambda item: (item.at, item.kind, item.unit_id))


def _rows(rows: QuerySet) -> QuerySet:
    return rows.select_related("unit__building", "assignee").order_by(
        "due_at", "unit__building__position", "unit__position", "id"
    )


def _round_item(row: DisinfectionRound, now: datetime) -> DayItem:
    state = _state(row, now)
    return DayItem(
        kind="round",
        id=row.pk,
        unit_id=row.unit_id,
        place=str(row.unit),
        at=row.due_at,
        title=_("Disinfection"),
        detail=used_figures(row) or planned_figures(row),
        state=state,
        mark="now" if row.started_at and state not in _SETTLED else mark_of(state),
        phase="",
        assignee_name=_name(row),
        started=row.started_at is not None,
    )


def _state(row: Work, now: datetime) -> WorkState:
    missed = row.missed_at is not None and row.finished_at is None
    return WorkState.MISSED if missed else row.state(now)


def _window_item(row: RubbishWindow, now: datetime) -> DayItem:
    state = _state(row, now)
    moving = row.phase in (Phase.PUT_OUT, Phase.COLLECTING)
    return DayItem(
        kind="window",
        id=row.pk,
        unit_id=row.unit_id,
        place=str(row.unit),
        at=row.due_at,
        title=_("Rubbish collection"),
        detail=str(row.get_phase_display()),
        state=state,
        mark="now" if moving and state not in _SETTLED else mark_of(state),
        phase=row.phase,
        assignee_name=_name(row),
        started=moving,
    )


# In these the state says more than "under way".
_SETTLED = (WorkState.DONE, WorkState.MISSED, WorkState.LATE, WorkState.CANCELLED)
_MARKS = {
    WorkState.DONE: "done",
    WorkState.CANCELLED: "wait",
    WorkState.MISSED: "late",
    WorkState.LATE: "late",
    WorkState.NOW: "now",
    WorkState.NEXT: "next",
}


def mark_of(state: WorkState) -> str:
    """The mark on screen of a state of work."""
    return _MARKS[state]


def _name(row: Work) -> str:
    return row.assignee.name if row.assignee else ""


def rubbish_now(unit_id: int, now: datetime) -> RubbishNow | None:
    """What residents of a unit see now; None when nothing is planned. One query."""
    window = current_window(unit_id, now)
    if window is None:
        return None
    at = {
        Phase.KEEP_IN: window.put_out_at,
        Phase.CLOSED: window.finished_at or window.due_at,
    }.get(Phase(window.phase), window.due_at)
    return RubbishNow(
        phase=window.phase,
        word=resident_word(window.phase),
        detail=resident_detail(window, now),
        at=at,
        mark=PHASE_MARK[Phase(window.phase)],
    )


# The one that counts: out, else today's next, else today's last, else the next to come.
CURRENT = """
FROM (
    SELECT *, CASE WHEN phase IN ('put_out', 'collecting') THEN 1
        WHEN due_at >= %s THEN 4 WHEN finished_at IS NULL THEN 2 ELSE 3 END AS place
    FROM waste_rubbishwindow
    WHERE compound_id = ANY(%s::bigint[]) AND unit_id = %s AND cancelled_at IS NULL
        AND due_at >= %s AND due_at < %s
        AND (due_at >= %s OR phase IN ('put_out', 'collecting'))
) w
ORDER BY place, extract(epoch FROM due_at) * CASE WHEN place IN (1, 3) THEN -1 ELSE 1 END, id
"""


def current_window(unit_id: int, now: datetime) -> RubbishWindow | None:
    """The window that counts now, by a statement written once: every home's page asks for it.

    A window that was put out yesterday and never collected still counts; its bags are outside.
    """
    today, tomorrow = day_bounds(timezone.localtime(now).date())
    first, end = today - timedelta(days=1), tomorrow + timedelta(days=7)
    values = [tomorrow, scoped_compounds(), unit_id, first, end, today]
    found: Any = fetch_first([Named("w", RubbishWindow)], CURRENT, values)
    return found[0] if found else None


def round_counts(day: date, tz: tzinfo | None = None) -> tuple[int, int, int]:
    """Disinfection rounds of a day: (done, total, missed and still not done)."""
    return _counts(DisinfectionRound.objects.all(), day, tz)


def window_counts(day: date, tz: tzinfo | None = None) -> tuple[int, int, int]:
    """Rubbish windows of a day: (collected, total, missed and still not collected)."""
    return _counts(RubbishWindow.objects.all(), day, tz)


def _counts(rows: QuerySet, day: date, tz: tzinfo | None) -> tuple[int, int, int]:
    start, end = day_bounds(day, tz)
    got = (
        rows.filter(due_at__gte=start, due_at__lt=end)
        .filter(_STANDS)
        .aggregate(
            done=Count("id", filter=Q(finished_at__isnull=False)),
            total=Count("id"),
            missed=Count("id", filter=Q(missed_at__isnull=False, finished_at=None)),
        )
    )
    return got["done"], got["total"], got["missed"]


def rounds_done(order: SealOrder) -> int:
    """Disinfections done under an order, in all its units."""
    return DisinfectionRound.objects.filter(order=order, finished_at__isnull=False).count()
