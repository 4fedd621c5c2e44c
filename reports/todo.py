"""What is to be done now, sorted by harm, and who has not been told yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lockdown.kernel.masking import mask_name
from notices.models import ON_A_PAGE
from reports import rows
from reports.asks import asked_for, page_of_ask
from reports.doors import Doors
from reports.rows import Row
from reports.words import (
    DUTY_FACTS,
    PHASES,
    ROUTES,
    late_by,
    length,
    spread,
    unit_name,
    when,
)
from seals.words import said

# From the most harmful down. Within one rank the longest waiting comes first.
HARM = (
    "hazard",  # a way out that is blocked
    "ask",  # somebody asked for help and has waited too long, or it is urgent
    "care",  # an elder who was not reached
    "part",  # a part of the plan that could not start
    "sanitation",
    "task",
    "told",
    "recall",
    "verify",
    "access",
    "duty",
)


# Many doors on one person's list make one line.
GROUPED = (rows.VERIFY, rows.TELL, rows.RECALL)


@dataclass(frozen=True)
class Line:
    """One thing to do: the place, the fact, who has it, since when."""

    harm: str
    since: datetime
    place: str
    fact: str
    note: str = ""
    who: str = ""
    status: str = "late"
    tag: str = ""
    url: str = ""
    drawer: bool = False


def now_to_do(work: Iterable[Row], waiting: int, doors: Doors, now: datetime) -> list[Line]:
    """Everything late or failed, worst first. `waiting` residents ask to be let in."""
    lines: list[Line] = []
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    starting: list[Row] = []
    for row in work:
        if row.kind == rows.PART and row.missed_at is None:
            starting.append(row)
        elif row.kind == rows.PART:
            lines.append(_failed(row, doors))
        elif not _presses(row, now):
            continue
        elif row.kind in GROUPED and row.code != "no_answer":
            grouped[row.kind, row.who or ""].append(row)
        else:
            lines.append(ONE[row.kind](row, doors, now))
    lines += [_group(kind, who, found, doors, now) for (kind, who), found in grouped.items()]
    if starting:
        lines.append(_starting(starting, doors))
    if waiting:
        lines.append(_waiting(waiting, doors, now))
    return sorted(lines, key=lambda line: (HARM.index(line.harm), line.since))


def _presses(row: Row, now: datetime) -> bool:
    """Late, or tried in vain. A notice that lies unread on a phone page is not lost yet."""
    if row.is_done or (row.kind == rows.TELL and row.code in ON_A_PAGE):
        return False
    if row.kind == rows.ASK and row.tries:
        return row.at is None or row.is_late(now)  # urgent, and nobody is under way yet
    return row.is_late(now) or row.code in {"no_answer", "disputed"}


def _care(row: Row, doors: Doors, now: datetime) -> Line:
    """An elder nobody has reached: missing an answer is worse than being late."""
    name = mask_name(row.title)
    fact = _("%(name)s not called yet") if row.code == "waiting" else _("%(name)s does not answer")
    notes = [_("elder living alone")]
    if row.tries:
        notes.append(_times(row.tries))
    if row.at:
        notes.append(_("last tried %(time)s") % {"time": when(row.at)})
    return Line(
        "care",
        row.due_at,
        row.door,
        fact % {"name": name},
        " · ".join(notes),
        row.who or "",
        "late" if row.is_late(now) else "care",
        late_by(row, now) if row.is_late(now) else _("Care"),
        doors.to("volunteers:care-record", row.id),
    )


def _times(tries: int) -> str:
    return ngettext("tried %(count)s time", "tried %(count)s times", tries) % {"count": tries}


def _failed(row: Row, doors: Doors) -> Line:
    """A part of the plan that could not start; the outbox tries again by itself."""
    return Line(
        "part",
        row.missed_at or row.due_at,
        row.building,
        _("%(part)s could not start") % {"part": said(row.title)},
        _("tried %(count)s times, tries again by itself") % {"count": row.tries},
        _("system"),
        "late",
        _("Failed"),
        doors.to("seals:order", row.cause),
    )


def _starting(found: list[Row], doors: Doors) -> Line:
    """Parts of a fresh order that the workers have not come to yet."""
    count = len(found)
    names = _(", ").join(said(row.title) for row in found[:3])
    fact = ngettext("%(n)s part is being started", "%(n)s parts are being started", count)
    return Line(
        "part",
        found[0].due_at,
        found[0].building,
        fact % {"n": count},
        names if count <= 3 else f"{names} …",
        _("system"),
        "now",
        _("Starting"),
        doors.to("seals:order", found[0].cause),
    )


def _round(row: Row, doors: Doors, now: datetime) -> Line:
    if row.missed_at:
        fact = _("Disinfection of %(time)s missed")
    elif row.at:
        fact = _("Disinfection of %(time)s begun, not finished")
    else:
        fact = _("Disinfection of %(time)s not begun")
    return _sanitation(row, fact, _("rubbish waits for it"), doors.to("waste:round", row.id), now)


def _window(row: Row, doors: Doors, now: datetime) -> Line:
    fact = _("Rubbish of %(time)s not collected")
    note = _("now: %(phase)s") % {"phase": PHASES.get(row.code, row.code)}
    return _sanitation(row, fact, note, doors.to("waste:window", row.id), now)


def _sanitation(row: Row, fact: str, note: str, url: str, now: datetime) -> Line:
    return Line(
        "sanitation",
        row.due_at,
        unit_name(row.building, row.unit),
        fact % {"time": when(row.due_at)},
        note,
        row.who or "",
        "late",
        late_by(row, now),
        url,
    )


def _task(row: Row, doors: Doors, now: datetime) -> Line:
    return Line(
        "task",
        row.due_at,
        row.building,
        said(row.title),
        _("was due %(time)s") % {"time": when(row.due_at)},
        row.who or "",
        "late",
        late_by(row, now),
        doors.to("seals:order", row.cause),
    )


def _recall(row: Row, doors: Doors, now: datetime) -> Line:
    fact = _("%(name)s is out, no answer") if row.code == "no_answer" else _("%(name)s is out")
    note = _times(row.tries) if row.tries else _("not called yet")
    if row.code == "coming":
        note = _("on the way back")
    return Line(
        "recall",
        row.due_at,
        row.door,
        fact % {"name": mask_name(row.title)},
        note,
        row.who or "",
        "late" if row.is_late(now) else "now",
        late_by(row, now) if row.is_late(now) else _("Recall"),
        doors.to("seals:recall-record", row.id),
    )


def _ask(row: Row, doors: Doors, now: datetime) -> Line:
    late = row.is_late(now)
    notes = [_("urgent")] if row.tries else []
    if row.at:
        notes.append(_("under way since %(time)s") % {"time": when(row.at)})
    notes.append(_("by %(time)s") % {"time": when(row.due_at)})
    return Line(
        "ask",
        row.due_at,
        row.door,
        asked_for(row),
        " · ".join(notes),
        row.who or "",
        "late" if late else "now",
        late_by(row, now) if late else _("urgent"),
        doors.to(page_of_ask(row), row.id),
    )


def _duty(row: Row, doors: Doors, now: datetime) -> Line:
    """A blocked way out before everything else; a bed, a look, a point after the rest."""
    blocked = row.code == "hazard"
    return Line(
        "hazard" if blocked else "duty",
        row.due_at,
        row.building,
        str(DUTY_FACTS[row.code]) % {"title": row.title},
        _("fire lane, unit door or gate") if blocked else _was_due(row),
        row.who or "",
        "late",
        _("Hazard") if blocked else late_by(row, now),
        doors.to("duty:task", row.id),
    )


def _was_due(row: Row) -> str:
    return _("was due %(time)s") % {"time": when(row.due_at)}


ONE = {
    rows.ASK: _ask,
    rows.DUTY: _duty,
    rows.CARE: _care,
    rows.ROUND: _round,
    rows.WINDOW: _window,
    rows.TASK: _task,
    rows.RECALL: _recall,
}


def _group(kind: str, who: str, found: list[Row], doors: Doors, now: datetime) -> Line:
    """The floors, how many, and whose list they are on."""
    since = min(row.due_at for row in found)
    count = len(found)
    if count == 1 and kind == rows.RECALL:
        return _recall(found[0], doors, now)
    harm, fact, url = _group_words(kind, found, doors)
    late = since < now
    return Line(
        harm,
        since,
        found[0].door if count == 1 else spread(found),
        fact % {"n": count},
        _odd(found) or _("was due %(time)s") % {"time": when(since)},
        who,
        "late" if late else "now",
        _("%(time)s late") % {"time": length(since, now)} if late else _("to settle"),
        url,
    )


def _group_words(kind: str, found: list[Row], doors: Doors) -> tuple[str, str, str]:
    """(rank of harm, the fact with its number to be filled in, where it leads)."""
    count, cause = len(found), found[0].cause
    if kind == rows.TELL:
        fact = ngettext("%(n)s household not told", "%(n)s households not told", count)
        return "told", fact, doors.to("notices:reach")
    if kind == rows.RECALL:
        fact = ngettext("%(n)s person is out", "%(n)s people are out", count)
        return "recall", fact, doors.to("seals:order", cause)
    fact = ngettext("%(n)s household not verified", "%(n)s households not verified", count)
    return "verify", fact, doors.to("households:sweep", cause)


def _odd(found: list[Row]) -> str:
    """How many differ from the roster, and how many nobody reached."""
    words = []
    for code, text in (
        ("disputed", _("%(n)s differ from the roster")),
        ("unreachable", _("%(n)s where nobody opens")),
        ("coming", _("%(n)s on the way back")),
    ):
        number = sum(1 for row in found if row.code == code)
        if number:
            words.append(text % {"n": number})
    return " · ".join(words)


def _waiting(waiting: int, doors: Doors, now: datetime) -> Line:
    fact = ngettext("%(n)s resident waits for sign-in", "%(n)s residents wait for sign-in", waiting)
    return Line(
        "access",
        now,
        _("Doors"),
        fact % {"n": waiting},
        _("approve or refuse"),
        "",
        "now",
        _("waiting"),
        doors.to("households:access-list"),
    )


@dataclass(frozen=True)
class Untold:
    """One household that no notice has reached, and the person who has it."""

    place: str
    fact: str
    note: str
    who: str
    status: str
    tag: str
    url: str
    drawer: bool = True


def not_told(work: Iterable[Row], doors: Doors, now: datetime) -> list[Untold]:
    """Those on somebody's list: knocks first, then calls; each household once."""
    rank = {"knock": 0, "call": 1}
    open_rows = [row for row in work if row.kind == rows.TELL and not row.is_done]
    open_rows.sort(key=lambda row: (rank.get(row.code, 3), row.due_at, row.floor or 0, row.door))
    late = {due: length(due, now) for due in {row.due_at for row in open_rows} if due < now}
    late = {due: _("%(time)s late") % {"time": time} for due, time in late.items()}
    routes = {code: str(words) for code, words in ROUTES.items()}
    seen: set[int | None] = set()
    lines = []
    for row in open_rows:
        if row.household_id in seen or row.code in ON_A_PAGE:
            continue
        seen.add(row.household_id)
        lines.append(
            Untold(
                row.door,
                routes.get(row.code, row.title),
                row.title,
                row.who or "",
                "late" if row.due_at in late else "",
                late.get(row.due_at, ""),
                doors.to("households:file", row.household_id),
            )
        )
    return lines
