"""A sheet → a roster: every row gets one fate, every oddity is resolved or listed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from households.roster import doors, oddities, people
from households.roster.doors import DoorKey, KnownDoors
from households.roster.headers import Header, find_header, read_header, refuse_incomplete
from households.roster.joining import is_same, merge
from households.roster.messages import Remark
from households.roster.people import (
    RejectedRow,
    Roster,
    RosterHousehold,
    RosterPerson,
    RowFate,
    text_of,
)
from households.roster.placing import Cursor, Place, find_door
from households.roster.reading import Page, Sheet
from households.roster.rows import LONGEST_NAME, Row, name_in, read_person, read_row, row_remark

ACCEPTED, MERGED, SKIPPED, REJECTED = "accepted", "merged", "skipped", "rejected"
FOOTNOTE = re.compile(
    r"^(?:合计|总计|小计|共计|填表|制表|审核|注[:\uff1a]|说明|备注[:\uff1a]|total\b)", re.I
)


@dataclass
class _Draft:
    """The roster while it is being read."""

    sheet: Sheet
    known: KnownDoors | None
    default_place: Place
    today: date
    households: dict[DoorKey, RosterHousehold] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    rejects: list[RejectedRow] = field(default_factory=list)
    fates: list[RowFate] = field(default_factory=list)
    first_rows: dict[DoorKey, Row] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)


def parse_roster(
    sheet: Sheet,
    *,
    known_doors: Collection[DoorKey] | None = None,
    default_place: Place = (None, None),
    today: date | None = None,
) -> Roster:
    """The households of a sheet. With `known_doors`, (building, unit, number) of every home of
    the compound, a row of any other home is rejected and each door takes the compound's own
    building and unit. `default_place` is the building and unit of doors for which neither the
    sheet nor its name gives one. `today` is the compound's date, for ages.
    Raises Unreadable when no page has a door and a name column."""
    known = KnownDoors(known_doors) if known_doors is not None else None
    draft = _Draft(sheet, known, default_place, today or date.today())
    headers = [None if page.is_hidden else find_header(page) for page in sheet.pages]
    if not any(header and header.is_complete for header in headers):
        best = max((h for h in headers if h), key=lambda h: len(h.columns), default=None)
        raise refuse_incomplete(best)
    if sheet.encoding:
        draft.remarks.append(Remark("encoding", params={"encoding": sheet.encoding.upper()}))
    for page, header in zip(sheet.pages, headers, strict=True):
        if header and header.is_complete:
            _read_page(draft, page, header)
        else:
            _skip_page(draft, page)
    for key, household in draft.households.items():
        draft.remarks.extend(oddities.in_household(household, draft.first_rows[key]))
    draft.remarks.extend(oddities.across(draft.households))
    return _roster(draft)


def _skip_page(draft: _Draft, page: Page) -> None:
    if page.rows or page.is_hidden:
        code = "sheet_hidden" if page.is_hidden else "sheet_skipped"
        draft.remarks.append(Remark(code, 0, page.title, {"page": page.title}))
    for number in range(1, len(page.rows) + 1):
        _settle(draft, page.title, number, SKIPPED, Remark("page_row", number, page.title))


def _read_page(draft: _Draft, page: Page, header: Header) -> None:
    shown = page.title or draft.sheet.name
    params = {"page": shown, "row": header.row + 1}
    draft.remarks.append(Remark("sheet_read", header.row + 1, page.title, params))
    if header.unknown_titles():
        found = "、".join(header.unknown_titles()[:8])
        draft.remarks.append(
            Remark("columns_unknown", header.row + 1, page.title, {"found": found})
        )
    width = max(header.titles) + 1
    draft.titles = draft.titles or [header.titles.get(c, "") for c in range(width)]
    cursor = Cursor(header, _place_in_titles(draft, page, header))
    for number in range(1, header.row + 2):
        _settle(draft, page.title, number, SKIPPED, Remark("heading_row", number, page.title))
    for index in range(header.row + 1, len(page.rows)):
        _read_one(draft, cursor, page, index)


def _place_in_titles(draft: _Draft, page: Page, header: Header) -> Place:
    """Building and unit from the rows above the header, the sheet's name, or the file's."""
    above = [text_of(cell) for row in page.rows[: header.row] for cell in row]
    building = unit = None
    for title in [*above, page.title, draft.sheet.name]:
        found_building, found_unit = doors.find_place(title)
        if (found_building and not building) or (found_unit and not unit):
            building, unit = building or found_building, unit or found_unit
            params = {"title": title[:60]}
            draft.remarks.append(Remark("place_from_title", 0, page.title, params))
    return building or draft.default_place[0], unit or draft.default_place[1]


def _read_one(draft: _Draft, cursor: Cursor, page: Page, index: int) -> None:
    """Give row `index` its one fate."""
    row = read_row(page, index, cursor.header)
    passed_over = _passed_over(cursor, page, index, row)
    if passed_over:
        _settle(draft, row.page, row.number, SKIPPED, row_remark(row, passed_over))
        return
    name, aside = name_in(row)
    if not name and "name" in row.spilled and cursor.person and not row.owns("door"):
        _continue_person(draft, cursor, row)
        return
    problem = find_door(draft.known, cursor, row)
    if problem:
        _reject(draft, row, problem)
    elif not name and _says_nothing_of_a_person(row):
        _note_vacant(draft, cursor, row)
    elif not name:
        _reject(draft, row, row_remark(row, "no_name"))
    elif len(name) > LONGEST_NAME:
        _reject(draft, row, row_remark(row, "name_too_long", limit=LONGEST_NAME))
    else:
        _take(draft, cursor, row, read_person(row, name, aside, draft.today))


def _passed_over(cursor: Cursor, page: Page, index: int, row: Row) -> str:
    """The message code for a row that holds no person, or ''."""
    if row.is_blank:
        return "blank_row"
    if _repeats_titles(cursor.header, page, index):
        return "heading_row"
    texts = [text for text in row.cells if text]
    if FOOTNOTE.match(texts[0]) and not row.get("name"):
        return "footnote_row"
    if len(set(texts)) == 1 and not row.get("name"):
        building, unit = doors.find_place(texts[0])
        if (building or unit) and not doors.is_door(texts[0]):
            cursor.title_place = (building or cursor.title_place[0], unit)
            cursor.column_place, cursor.door = (None, None), None
            return "heading_row"
    return ""


def _repeats_titles(header: Header, page: Page, index: int) -> bool:
    """Whether a row is the column titles once more, as on each printed page."""
    row, column = page.rows[index], header.columns["door"][0]
    if column >= len(row) or str(row[column]).strip() != header.titles[column]:
        return False
    return read_header(row, index).columns == header.columns


def _take(draft: _Draft, cursor: Cursor, row: Row, person: RosterPerson) -> None:
    """Put the person into the household at the cursor, as a new one or the same once more."""
    household = _household(draft, cursor, row)
    draft.remarks.extend(row.remarks)
    for other in household.members:
        if other.name != person.name:
            continue
        if is_same(other, person):
            merge(other, person)
            cursor.person = other
            merged = row_remark(row, "merged_row", into=other.row)
            draft.remarks.append(merged)
            _settle(draft, row.page, row.number, MERGED, merged)
            return
        draft.remarks.append(
            row_remark(row, "same_name", name=person.name, door=household.door.label)
        )
    household.members.append(person)
    cursor.person = person
    _settle(draft, row.page, row.number, ACCEPTED)


def _household(draft: _Draft, cursor: Cursor, row: Row) -> RosterHousehold:
    assert cursor.door
    fresh = RosterHousehold(cursor.door, cursor.known_key)
    household = draft.households.setdefault(cursor.door.key, fresh)
    draft.first_rows.setdefault(cursor.door.key, row)
    declared = re.sub(r"[人口]$", "", row.get("declared"))
    if household.declared_count is None and declared.isdecimal() and int(declared) < 100:
        household.declared_count = int(declared)
    return household


def _continue_person(draft: _Draft, cursor: Cursor, row: Row) -> None:
    """A row under a merged name cell: more about the person above."""
    assert cursor.person
    more = read_person(row, cursor.person.name, "", draft.today)
    merge(cursor.person, more)
    merged = row_remark(row, "merged_row", into=cursor.person.row)
    draft.remarks.extend([*row.remarks, merged])
    _settle(draft, row.page, row.number, MERGED, merged)


def _says_nothing_of_a_person(row: Row) -> bool:
    asked = ("phone", "age", "birth", "sex", "relation", "identity", "relative_phone")
    return row.owns("door") and not any(row.owns(name) for name in asked)


def _note_vacant(draft: _Draft, cursor: Cursor, row: Row) -> None:
    assert cursor.door
    vacant = row_remark(row, "vacant_row", door=cursor.door.label)
    draft.remarks.extend([*row.remarks, vacant])
    _settle(draft, row.page, row.number, SKIPPED, vacant)


def _reject(draft: _Draft, row: Row, reason: Remark) -> None:
    hidden = row.get("identity").split("\uff1b")
    cells = ["" if text in hidden else people.without_identity(text) for text in row.cells]
    draft.rejects.append(RejectedRow(row.number, row.page, cells, [reason]))
    _settle(draft, row.page, row.number, REJECTED, reason)


def _settle(draft: _Draft, page: str, number: int, fate: str, why: Remark | None = None) -> None:
    draft.fates.append(RowFate(number, page, fate, why))


def _roster(draft: _Draft) -> Roster:
    households = list(draft.households.values())
    members = [person for household in households for person in household.members]
    remarks = sorted(_once(draft.remarks), key=lambda remark: (remark.row, remark.page))
    counts = dict.fromkeys((ACCEPTED, MERGED, SKIPPED, REJECTED), 0)
    for fate in draft.fates:
        counts[fate.fate] += 1
    stats = {
        "households": len(households),
        "people": len(members),
        "lone_elders": sum("lone_elder" in person.flags for person in members),
        "lives_alone": sum("lives_alone" in person.flags for person in members),
        "away": sum(person.presence == people.AWAY for person in members),
        "with_phone": sum(bool(person.phones) for person in members),
        "floors": len({(h.door.building, h.door.unit, h.door.floor) for h in households}),
        "rows": len(draft.fates),
        "to_check": sum(remark.level == "check" for remark in remarks),
        **counts,
    }
    return Roster(households, remarks, draft.rejects, draft.fates, stats, draft.titles)


def _once(remarks: list[Remark]) -> list[Remark]:
    """Identity numbers are remarked on once, not on every row."""
    first = next((r for r in remarks if r.code == "identity_not_kept"), None)
    return [r for r in remarks if r.code != "identity_not_kept" or r is first]
