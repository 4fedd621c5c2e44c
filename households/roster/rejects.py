"""Sheets that go back to the staff: the rows not taken, an empty template, a roster."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import pgettext_lazy
from xlsxwriter.worksheet import Worksheet

from households.roster import people
from households.roster.doors import DoorKey, label
from households.roster.people import Roster, RosterHousehold, RosterPerson

LONGEST_CELL = 32_000  # a spreadsheet refuses a cell of 32,768 characters
TEMPLATE_ROWS = 3_000
COLUMNS = {
    "building": (pgettext_lazy("roster column", "Building"), 8),
    "unit": (pgettext_lazy("roster column", "Unit"), 8),
    "door": (pgettext_lazy("roster column", "Door"), 12),
    "declared": (pgettext_lazy("roster column", "People in household"), 8),
    "name": (pgettext_lazy("roster column", "Name"), 12),
    "relation": (pgettext_lazy("roster column", "Relation"), 12),
    "sex": (pgettext_lazy("roster column", "Sex"), 8),
    "age": (pgettext_lazy("roster column", "Age"), 8),
    "phone": (pgettext_lazy("roster column", "Phone"), 18),
    "lone_elder": (pgettext_lazy("roster column", "Lone elder"), 10),
    "alone": (pgettext_lazy("roster column", "Lives alone"), 10),
    "presence": (pgettext_lazy("roster column", "At home"), 12),
    "note": (pgettext_lazy("roster column", "Notes"), 40),
}
TEMPLATE_COLUMNS = [name for name in COLUMNS if name not in ("building", "unit", "alone")]
YES = pgettext_lazy("roster value", "yes")
SEXES = {
    people.MALE: pgettext_lazy("roster value", "male"),
    people.FEMALE: pgettext_lazy("roster value", "female"),
}
PRESENCES = {
    people.INSIDE: pgettext_lazy("roster value", "inside"),
    people.AWAY: pgettext_lazy("roster value", "away"),
    people.TRANSFERRED: pgettext_lazy("roster value", "transferred"),
    people.TEMPORARY: pgettext_lazy("roster value", "temporary"),
}
RELATIONS = (
    pgettext_lazy("roster value", "head"),
    pgettext_lazy("roster value", "wife or husband"),
    pgettext_lazy("roster value", "child"),
    pgettext_lazy("roster value", "parent"),
    pgettext_lazy("roster value", "grandchild"),
    pgettext_lazy("roster value", "tenant"),
    pgettext_lazy("roster value", "other"),
)


def rejects_workbook(roster: Roster) -> bytes:
    """The rows that were not taken: row number, reasons, then the cells as they were, so that a
    row can be put right in place and the sheet uploaded again."""
    row_title = str(pgettext_lazy("roster column", "Original row"))
    why_title = str(pgettext_lazy("roster column", "Why it was not taken"))
    rows = []
    for reject in roster.rejects:
        where = f"{reject.page} {reject.row}".strip()
        reasons = " ".join(reason.text for reason in reject.reasons)
        rows.append([where, reasons, *reject.cells])
    widths = [12, 48, *[14] * len(roster.titles)]
    return _workbook([row_title, why_title, *roster.titles], rows, widths)


def roster_workbook(households: Iterable[RosterHousehold]) -> bytes:
    """A roster as a sheet that reads back as the same roster. Homes without building or unit
    come first: below another home an empty cell would mean that home's building."""
    ordered = sorted(households, key=lambda household: household.door.key[:2])
    rows = [row for household in ordered for row in _household_rows(household)]
    titles = [str(title) for title, _ in COLUMNS.values()]
    return _workbook(titles, rows, [width for _, width in COLUMNS.values()])


def template_workbook(doors: Iterable[DoorKey]) -> bytes:
    """An empty roster with choices for door, relation, sex, lone elder and presence."""
    buffer = BytesIO()
    book, sheet, text = _open(buffer)
    titles = [str(COLUMNS[name][0]) for name in TEMPLATE_COLUMNS]
    widths = [COLUMNS[name][1] for name in TEMPLATE_COLUMNS]
    _head(book, sheet, titles, widths, text)
    labels = [label(key) for key in doors]
    choices = {
        "door": _hidden_list(book, labels, text),
        "relation": [str(word) for word in RELATIONS],
        "sex": [str(word) for word in SEXES.values()],
        "lone_elder": [str(YES)],
        "presence": [str(word) for word in PRESENCES.values()],
    }
    for name, source in choices.items():
        if source:
            column = TEMPLATE_COLUMNS.index(name)
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            sheet.data_validation(1, column, TEMPLATE_ROWS, column, rule)
    book.close()
    return buffer.getvalue()


def guarded(text: object) -> str:
    """Text that no spreadsheet takes for a formula: `'` goes before = + - @."""
    plain = str(text)[:LONGEST_CELL]
    return f"'{plain}" if plain[:1] in ("=", "+", "-", "@") else plain


def _household_rows(household: RosterHousehold) -> list[list[str]]:
    declared = "" if household.declared_count is None else str(household.declared_count)
    rows = []
    for place, person in enumerate(household.members):
        door = household.door
        head = [door.building or "", door.unit or "", door.number, "" if place else declared]
        rows.append(head + _person_cells(person))
    return rows


def _person_cells(person: RosterPerson) -> list[str]:
    return [
        person.name,
        person.relation,
        str(SEXES.get(person.sex, "")),
        "" if person.age is None else str(person.age),
        "/".join(person.phones),
        str(YES) if "lone_elder" in person.flags else "",
        str(YES) if "lives_alone" in person.flags else "",
        str(PRESENCES.get(person.presence or "", "")),
        person.note,
    ]


def _workbook(titles: list[str], rows: list[list[str]], widths: list[int]) -> bytes:
    buffer = BytesIO()
    book, sheet, text = _open(buffer)
    _head(book, sheet, titles, widths, text)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, guarded(cell), text)
    book.close()
    return buffer.getvalue()


def _open(buffer: BytesIO) -> tuple[xlsxwriter.Workbook, Worksheet, Any]:
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(str(pgettext_lazy("roster column", "Roster")))
    return book, sheet, book.add_format({"num_format": "@"})


def _head(
    book: xlsxwriter.Workbook, sheet: Worksheet, titles: list[str], widths: list[int], text: Any
) -> None:
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True})
    for column, title in enumerate(titles):
        sheet.write_string(0, column, guarded(title), bold)
        sheet.set_column(column, column, widths[min(column, len(widths) - 1)], text)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _hidden_list(book: xlsxwriter.Workbook, labels: list[str], text: Any) -> str:
    """A range on a hidden sheet: a list of homes is too long for the rule itself."""
    if not labels:
        return ""
    sheet = book.add_worksheet("doors")
    sheet.hide()
    for row, door in enumerate(labels):
        sheet.write_string(row, 0, guarded(door), text)
    return f"=doors!$A$1:$A${len(labels)}"
