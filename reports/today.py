"""The compound's day as a line: rounds, windows, calls and tasks; what is done stays, in green."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from reports import rows
from reports.days import DaySpan
from reports.doors import Doors
from reports.rows import Row
from reports.words import KINDS, clock
from seals.words import said

# Recalls and notices fall due in passing; the line shows what people wait for.
SHOWN = (rows.ROUND, rows.WINDOW, rows.CARE, rows.VERIFY, rows.TASK)
PAGES = {
    rows.ROUND: "waste:day",
    rows.WINDOW: "waste:day",
    rows.CARE: "volunteers:care-list",
}


def day_events(
    work: Iterable[Row],
    totals: dict[str, tuple[int, int]],
    span: DaySpan,
    doors: Doors,
    now: datetime,
) -> list[dict[str, Any]]:
    """Rows of one kind and time make one event. `totals`: kind → (done, all) counted elsewhere."""
    groups: dict[tuple[str, str, datetime], list[Row]] = defaultdict(list)
    for row in work:
        if row.kind in SHOWN and span.begin <= row.due_at < span.end:
            name = row.title if row.kind == rows.TASK else ""
            groups[row.kind, name, row.due_at].append(row)
    return [
        _event(kind, found, totals.get(kind), doors, now)
        for (kind, _name, _due), found in sorted(groups.items(), key=lambda item: item[0][2])
    ]


def _event(
    kind: str, found: list[Row], total: tuple[int, int] | None, doors: Doors, now: datetime
) -> dict[str, Any]:
    first = found[0]
    done, count = total or (sum(row.is_done for row in found), len(found))
    state = _state(found, done == count, now)
    label = said(first.title) if kind == rows.TASK else str(KINDS[kind])
    if count > 1:
        label = f"{label} {done}/{count}"
    elif state != "done":
        label = f"{label} {clock(first.due_at)}"
    url = doors.to(PAGES[kind]) if kind in PAGES else _record(first, doors)
    return {"start": first.due_at, "label": label, "state": state, "url": url}


def _record(row: Row, doors: Doors) -> str:
    page = "seals:order" if row.kind == rows.TASK else "households:sweep"
    return doors.to(page, row.cause)


def _state(found: list[Row], all_done: bool, now: datetime) -> str:
    if all_done:
        return "done"
    marks = {row.mark(now) for row in found}
    return next((mark for mark in ("late", "now") if mark in marks), "wait")


def rubbish_now(work: Iterable[Row], now: datetime) -> tuple[str, str, str]:
    """(word, small print, tone) for the facts strip: what residents do with their rubbish now."""
    # An older window that was missed stands in "now to do"; the strip speaks of today.
    today = timezone.localdate(now)
    windows = sorted(
        (
            row
            for row in work
            if row.kind == rows.WINDOW and timezone.localdate(row.due_at) == today
        ),
        key=lambda row: row.due_at,
    )
    if not windows:
        return "–", _("no collection today"), ""
    waiting = [row for row in windows if not row.is_done and row.code != "closed"]
    if not waiting:
        return _("collected"), _("%(n)s of %(all)s") % _of(len(windows), len(windows)), "done"
    if len(windows) > 1 and len({row.unit_id for row in windows}) > 1:
        late = any(row.is_late(now) for row in waiting)
        tally = _of(len(windows) - len(waiting), len(windows))
        return f"{tally['n']}/{tally['all']}", _("stairs collected"), "late" if late else ""
    return _window_now(waiting[0], work, now)


def _of(done: int, total: int) -> dict[str, int]:
    return {"n": done, "all": total}


def _window_now(window: Row, work: Iterable[Row], now: datetime) -> tuple[str, str, str]:
    tone = "late" if window.is_late(now) else ""
    gate = next((row for row in work if row.kind == rows.ROUND and row.id == window.cause), None)
    if window.code == "put_out":
        return _("put out"), clock(window.due_at), tone or "now"
    if window.code == "collecting":
        return _("collecting"), clock(window.due_at), tone or "now"
    if gate is not None and not gate.is_done:
        return (
            _("waits for disinfection"),
            clock(gate.due_at),
            tone or ("late" if gate.is_late(now) else ""),
        )
    return _("keep in"), clock(window.at or window.due_at), tone
