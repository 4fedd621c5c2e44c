"""Which home a row belongs to: from its own cells, the rows above, and the compound's homes."""

from __future__ import annotations

from dataclasses import dataclass

from households.roster import doors
from households.roster.doors import Door, DoorKey, KnownDoors
from households.roster.headers import Header
from households.roster.messages import Remark
from households.roster.people import RosterPerson
from households.roster.rows import Row, row_remark

Place = tuple[str | None, str | None]


@dataclass
class Cursor:
    """Where on a page the reading stands: what the rows above say for the rows below."""

    header: Header
    title_place: Place
    column_place: Place = (None, None)
    door: Door | None = None
    known_key: DoorKey | None = None
    refused_row: int = 0  # the row whose bad door the rows below belong to
    person: RosterPerson | None = None


def find_door(known: KnownDoors | None, cursor: Cursor, row: Row) -> Remark | None:
    """Move the cursor to the row's home, or say why there is none."""
    text = row.get("door")
    own: Place = (doors.place_name(row.get("building")), doors.place_name(row.get("unit")))
    if not text:
        if any(said and said != held for said, held in zip(own, cursor.column_place, strict=True)):
            return row_remark(row, "no_door")
        if cursor.refused_row:
            return row_remark(row, "above_rejected", above=cursor.refused_row)
        return None if cursor.door else row_remark(row, "no_door")
    if own[0] and own[0] != cursor.column_place[0]:
        cursor.column_place = own
    cursor.column_place = (own[0] or cursor.column_place[0], own[1] or cursor.column_place[1])
    cursor.door, cursor.known_key, problem = _resolve(known, cursor, row, text)
    cursor.refused_row = row.number if problem else 0
    return problem


def _resolve(
    known: KnownDoors | None, cursor: Cursor, row: Row, text: str
) -> tuple[Door | None, DoorKey | None, Remark | None]:
    """The home a text names, and the compound's own key for it where its homes are known."""
    key = known.exact(text) if known else None
    if key:
        return doors.known_door(key), key, None
    door, problem = _read_door(row, text, cursor.column_place, cursor.title_place)
    if not door or problem or not known:
        return door, None, problem
    fitting = known.fitting(door)
    if len(fitting) == 1:
        return doors.known_door(fitting[0]), fitting[0], None
    return None, None, _no_such_home(known, row, door, fitting)


def _read_door(
    row: Row, text: str, column: Place, title: Place
) -> tuple[Door | None, Remark | None]:
    try:
        written = doors.parse_door(text)
    except doors.NotADoor:
        return None, row_remark(row, "bad_door", text=text[:40])
    written = _unit_rather(written, column, title)
    for said, wanted in zip((written.building, written.unit), column, strict=True):
        if said and wanted and said != wanted:
            place = "-".join(part for part in column if part)
            return None, row_remark(row, "door_contradicts", door=written.label, place=place)
    if doors.has_letter_for_zero(text) and "door" not in row.spilled:
        row.say("letter_for_zero", text=text[:40])
    building = written.building or column[0] or title[0]
    unit = written.unit or column[1] or title[1]
    return doors.make_door(building, unit, written.number), None


def _unit_rather(written: Door, column: Place, title: Place) -> Door:
    """`1-502` under 3号楼 is unit 1 of building 3, where nothing else gives the unit."""
    building, unit = column[0] or title[0], column[1] or title[1]
    if not written.building or written.unit or unit or building in (None, written.building):
        return written
    return doors.make_door(building, written.building, written.number)


def _no_such_home(known: KnownDoors, row: Row, door: Door, fitting: list[DoorKey]) -> Remark:
    """Why a readable door is none of the compound's homes, with what it may have meant."""
    if fitting:
        near = doors.labels(fitting)
        return row_remark(row, "ambiguous_door", door=door.label, near=near)
    near = "、".join(known.near(door))
    if near:
        return row_remark(row, "unknown_door_near", door=door.label, near=near)
    return row_remark(row, "unknown_door", door=door.label)
