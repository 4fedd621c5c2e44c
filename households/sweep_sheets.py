"""The paper of a verification sweep: a row per home, a line per person, and back into the log."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from compounds.models import Home, Member
from households.models import (
    CareFlag,
    Found,
    How,
    Outcome,
    Presence,
    Sheet,
    Sweep,
    Tap,
    Verification,
    Why,
)
from households.sheets import Choice, Entry, Line, Newcomer, PaperPerson
from households.sweep_queries import doors_of, people_of
from households.sweeps import Said, take

MARK = {
    Outcome.UNVERIFIED: "wait",
    Outcome.VERIFIED: "done",
    Outcome.DISPUTED: "now",
    Outcome.UNREACHABLE: "late",
}


def homes_on(sweep: Sweep, member: Member, unit: int, floors: Sequence[int]) -> list[Home]:
    """The homes of these floors, top floor first, as somebody walks down."""
    rows = doors_of(sweep, member).filter(home__unit_id=unit, home__floor__in=list(floors))
    rows = rows.select_related("home").order_by("-home__floor", "home__position")
    return [row.home for row in rows]


class SweepSheet:
    """A SheetRoom."""

    outcomes: tuple[Choice, ...] = (
        Choice("1", Outcome.VERIFIED, gettext_lazy("as on the roster")),
        Choice("2", Outcome.DISPUTED, gettext_lazy("differs")),
        Choice("3", Outcome.UNREACHABLE, gettext_lazy("nobody reached")),
    )
    people: tuple[Choice, ...] = (
        Choice("1", Found.SEEN, pgettext_lazy("tick box", "here")),
        Choice("2", Found.AWAY, pgettext_lazy("tick box", "away")),
        Choice("3", Found.TRANSFERRED, pgettext_lazy("tick box", "transferred")),
        Choice("4", Found.UNKNOWN, pgettext_lazy("tick box", "not known")),
    )

    def lines(self, sheet: Sheet) -> list[Line]:
        """Four queries at any length."""
        doors = _doors(sheet)
        people: dict[int, list[PaperPerson]] = defaultdict(list)
        for one in people_of(doors.values()):
            away = "" if one.presence == Presence.INSIDE else one.get_presence_display()
            known = str(Found(one.known).label) if one.known else ""  # type: ignore[attr-defined]
            people[one.household_id].append(PaperPerson(one.pk, one.name, away, known))
        flags: dict[int, list[str]] = defaultdict(list)
        files = [door.household_id for door in doors.values()]
        for flag in CareFlag.objects.filter(household_id__in=files, ended_at=None):
            flags[flag.household_id].append(flag.get_kind_display())
        return [_line(doors[home], people, flags) for home in sheet.rows if home in doors]

    def take(
        self,
        sheet: Sheet,
        entries: Sequence[Entry],
        new: Sequence[Newcomer],
        *,
        form: uuid.UUID,
        by: Member,
    ) -> dict[int, str]:
        doors = _doors(sheet)
        said: list[tuple[int, Said]] = []
        refused: dict[int, str] = {}
        for place, one in enumerate(new):
            if one.row not in doors:
                refused[-one.place] = _("This door is not on this sheet.")
                continue
            data = {"name": one.name, "phone": one.phone, "stays": one.stays}
            said.append((-one.place, _say(form, doors[one.row], Tap.NEW, data, place)))
        for entry in entries:
            for line in _entry(form, doors.get(entry.row), entry, len(new)):
                said.append((entry.row, line))
        if sheet.sweep is None:
            return refused
        for start in range(0, len(said), 200):
            part = said[start : start + 200]
            fates = take(sweep=sheet.sweep, said=[one for _row, one in part], why=Why.SHEET, by=by)
            for (row, _one), fate in zip(part, fates, strict=True):
                if fate.state == "refused":
                    refused.setdefault(row, fate.reason)
        return refused


def _doors(sheet: Sheet) -> dict[int, Verification]:
    rows = Verification.objects.filter(sweep_id=sheet.sweep_id, home_id__in=sheet.rows)
    return {row.home_id: row for row in rows.select_related("home__unit__building")}


def _line(
    door: Verification, people: dict[int, list[PaperPerson]], flags: dict[int, list[str]]
) -> Line:
    tried = door.outcome != Outcome.UNVERIFIED
    return Line(
        row=door.home_id,
        door=door.home.number,
        floor=door.home.floor,
        unit=str(door.home.unit),
        people=people[door.household_id],
        state=door.get_outcome_display() if tried else "",
        mark=MARK[Outcome(door.outcome)],
        flags=list(dict.fromkeys(flags[door.household_id])),
        is_open=door.cancelled_at is None,
    )


def _entry(form: uuid.UUID, door: Verification | None, entry: Entry, after: int) -> list[Said]:
    """People first, then the door: "as on the roster" leaves alone what was said of a person."""
    if door is None:
        return []
    lines = [
        _say(form, door, Tap.PERSON, {"resident": pk, "found": found}, after)
        for pk, found in entry.people.items()
    ]
    if entry.value:
        data = {"outcome": entry.value, "how": str(How.DOOR), "note": entry.note}
        lines.append(_say(form, door, Tap.DOOR, data, after + 1))
    return lines


def _say(form: uuid.UUID, door: Verification, kind: Tap, data: dict, sequence: int) -> Said:
    key = uuid.uuid5(form, f"{door.pk} {kind} {sorted(data.items())}")
    return Said(key, door.pk, kind, data, device=f"sheet {form}"[:40], sequence=sequence)
