"""One person's list: what is theirs, late first, and what they have done today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.models import Compound, Member
from reports import rows
from reports.asks import asked_for, page_of_ask
from reports.days import DaySpan
from reports.doors import Doors
from reports.homes import has_many_stairs
from reports.parts import narrowed
from reports.rows import Row, with_stairs, work_rows
from reports.words import DUTY_DEEDS, KINDS, PHASES, ROUTES, clock, late_by, place_of, spread, when
from seals.words import said

AHEAD = timedelta(hours=12)  # a list made late in the evening shows what is due at night
MOST_DOORS = 6  # more doors than this on one list make one line


@dataclass(frozen=True)
class Item:
    """One line of the list; `rows` is how many pieces of work it stands for."""

    kind: str
    due_at: datetime
    place: str
    what: str
    note: str
    status: str
    tag: str
    url: str
    deed: str
    rows: int = 1


@dataclass(frozen=True)
class MyList:
    late: list[Item]
    today: list[Item]
    done: list[Item]

    @property
    def count(self) -> int:
        """How many pieces of work wait; the number on the badge."""
        return sum(item.rows for item in (*self.late, *self.today))


def my_list(compound: Compound, member: Member, now: datetime) -> MyList:
    """Everything assigned to the member that is late or due; two queries."""
    span = DaySpan.of(compound, compound.today(now))
    doors = Doors(member, compound.slug)
    mine = Q(assignee=member, finished_at=None, due_at__lt=max(span.end, now + AHEAD))
    done_today = Q(finished_by=member, finished_at__gte=span.begin)
    wanted = dict.fromkeys(KINDS, mine | done_today)
    wanted[rows.TELL] &= Q(notice__cancelled_at=None)
    work = work_rows(narrowed(wanted, member))
    work = with_stairs(work) if has_many_stairs() else work
    found = sorted(work, key=lambda row: (row.due_at, row.floor or 0, row.id))
    open_rows = [row for row in found if not row.is_done]
    done = [row for row in found if row.is_done and row.finished_by_id == member.pk]
    items = sorted(_items(open_rows, doors, now), key=lambda item: item.due_at)
    return MyList(
        late=[item for item in items if item.status == "late"],
        today=[item for item in items if item.status != "late"],
        done=_done(done, doors),
    )


def _items(found: Iterable[Row], doors: Doors, now: datetime) -> list[Item]:
    """Doors of one sweep or notice with the same time make one line, floor by floor."""
    groups: dict[tuple[str, int | None, datetime], list[Row]] = defaultdict(list)
    singles: list[Row] = []
    for row in found:
        if row.kind in (rows.VERIFY, rows.TELL):
            groups[row.kind, row.cause, row.due_at].append(row)
        else:
            singles.append(row)
    items = [_single(row, doors, now) for row in singles]
    for group in groups.values():
        if group[0].kind == rows.VERIFY or len(group) > MOST_DOORS:
            items.append(_group(group, doors, now))
        else:
            items += [_single(row, doors, now) for row in group]
    return items


def _group(group: list[Row], doors: Doors, now: datetime) -> Item:
    first, count = group[0], len(group)
    if first.kind == rows.VERIFY:
        what = ngettext("Verify %(n)s household", "Verify %(n)s households", count)
        url, deed = doors.to("households:sweep", first.cause), _("Go floor by floor")
    else:
        what = ngettext("Tell %(n)s household", "Tell %(n)s households", count)
        url, deed = doors.to("notices:reach"), _("Open the list")
    status, tag = _mark(first, now)
    return Item(
        first.kind,
        first.due_at,
        spread(group),
        what % {"n": count},
        first.title,
        status,
        tag,
        url,
        deed,
        count,
    )


def _single(row: Row, doors: Doors, now: datetime) -> Item:
    what, note, page, deed = _words(row)
    status, tag = _mark(row, now)
    args = [] if page == "notices:reach" else [row.id]
    return Item(
        row.kind, row.due_at, place_of(row), what, note, status, tag, doors.to(page, *args), deed
    )


def _words(row: Row) -> tuple[str, str, str, str]:
    """(what, note, page, the deed on its button)."""
    tried = ngettext("tried %(count)s time", "tried %(count)s times", row.tries) % {
        "count": row.tries
    }
    tried = tried if row.tries else ""
    match row.kind:
        case rows.ROUND:
            note = _("begun %(time)s") % {"time": clock(row.at)} if row.at else ""
            return str(KINDS[rows.ROUND]), note, "waste:round", _("Record it")
        case rows.WINDOW:
            phase = str(PHASES.get(row.code, ""))
            return str(KINDS[rows.WINDOW]), phase, "waste:window", _("Move on")
        case rows.CARE:
            what = _("Call %(name)s") % {"name": row.title}
            return what, tried or _("elder living alone"), "volunteers:care-record", _("Record it")
        case rows.RECALL:
            what = _("%(name)s is out: call back") % {"name": row.title}
            return what, tried, "seals:recall-record", _("Record it")
        case rows.ASK:
            note = _("under way since %(time)s") % {"time": clock(row.at)} if row.at else ""
            if row.tries and not row.at:
                note = _("urgent")
            return asked_for(row), note, page_of_ask(row), _("Open it")
        case rows.TELL:
            note = str(ROUTES.get(row.code, ""))
            return _("Tell: %(title)s") % {"title": row.title}, note, "notices:reach", _("Tell")
        case rows.DUTY:
            return str(DUTY_DEEDS[row.code]) % {"title": row.title}, "", "duty:task", _("Open")
        case _task:
            return said(row.title), "", "seals:task-done", _("Tick off")


def _mark(row: Row, now: datetime) -> tuple[str, str]:
    mark = row.mark(now)
    if mark == "late":
        return mark, late_by(row, now)
    return mark, _("by %(time)s") % {"time": when(row.due_at)}


def _done(found: list[Row], doors: Doors) -> list[Item]:
    """What is done stays in sight; verified doors are counted, not listed."""
    verified = [row for row in found if row.kind == rows.VERIFY]
    others = [row for row in found if row.kind != rows.VERIFY]
    items = [_finished(row, doors) for row in others]
    if verified:
        count = len(verified)
        last = max(verified, key=lambda row: row.finished_at or row.due_at)
        what = ngettext("Verified %(n)s household", "Verified %(n)s households", count)
        place = spread(verified)
        url = doors.to("households:sweep", last.cause)
        when_done = last.finished_at or last.due_at
        items.append(
            Item(
                rows.VERIFY,
                when_done,
                place,
                what % {"n": count},
                "",
                "done",
                clock(when_done),
                url,
                "",
                count,
            )
        )
    return sorted(items, key=lambda item: item.due_at, reverse=True)


def _finished(row: Row, doors: Doors) -> Item:
    what, _note, page, _deed = _words(row)
    args = [] if page == "notices:reach" else [row.id]
    at = row.finished_at or row.due_at
    return Item(row.kind, at, place_of(row), what, "", "done", clock(at), doors.to(page, *args), "")
