"""A purchase order that came back from the supplier, edited by hand: what it says, or why not."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from households.roster.gate import TEXT, kind_of
from households.roster.messages import Unreadable
from households.roster.reading import Cell, read_sheet
from lockdown.kernel.errors import Refused
from supplies.buys.fields import plain_number
from supplies.models import PurchaseOrder

MARK = re.compile(r"PO-(\d{1,18})-(\d{1,9})\.(\d{1,5})")
FORMULA = re.compile(rb'<c\b[^>]*\br="([A-Z]+)(\d+)"[^>]*>\s*<f[\s/>]')
MOST_PART = 20 * 1024 * 1024  # bytes of one worksheet that are searched for formulas
ITEM_TITLES = ("item", "商品", "品名", "名称", "货品")
ANSWER_TITLES = ("you can deliver", "可供数量", "实供数量", "可供", "实发", "实发数量")
PIECES_TITLES = ("pieces", "数量", "件数", "订购数量")
REMARK_TITLES = ("remark", "备注", "说明")


@dataclass(frozen=True)
class Said:
    """One item: what we ordered and what the supplier can deliver."""

    line: int
    name: str
    unit: str
    ordered: int
    offered: int
    remark: str = ""

    @property
    def differs(self) -> bool:
        return self.offered != self.ordered

    @property
    def more(self) -> int:
        return self.offered - self.ordered


@dataclass
class Returned:
    said: list[Said] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def different(self) -> list[Said]:
        return [one for one in self.said if one.differs]


def read_returned(order: PurchaseOrder, name: str, data: bytes) -> Returned:
    """Refused, in a sentence: no table, another sheet, a formula where a number belongs, an item
    that was not ordered, a number that is none."""
    try:
        sheet = read_sheet(name, data)
        formulas = set() if kind_of(data) == TEXT else formula_cells(data)
    except Unreadable as reason:
        raise Refused(reason.text, code="unreadable", field="file") from None
    rows = sheet.rows
    found = Returned()
    _check_mark(order, rows, found)
    head = _head(rows)
    _read(order, rows, head, formulas, found)
    return found


def formula_cells(data: bytes) -> set[tuple[str, int]]:
    """Column letters and row of each formula. The archive has passed the gate before."""
    cells: set[tuple[str, int]] = set()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            inside = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
            if inside and part.file_size <= MOST_PART:
                for column, row in FORMULA.findall(archive.read(part)):
                    cells.add((column.decode(), int(row)))
    return cells


def _refuse(text: str, code: str) -> Refused:
    return Refused(text, code=code, field="file")


def _check_mark(order: PurchaseOrder, rows: list[list[Cell]], found: Returned) -> None:
    texts = (str(cell) for row in rows[:30] for cell in row if cell)
    mark = next((hit for text in texts if (hit := MARK.search(text))), None)
    ours = {"number": order.number, "version": order.version}
    if mark is None:
        raise _refuse(
            _(
                "This is not our purchase order: its mark (PO-…) is missing. Send back the sheet "
                "that was sent, or type the numbers in below."
            ),
            "no_mark",
        )
    compound, number, version = (int(one) for one in mark.groups())
    if (compound, number) != (order.compound_id, order.number):
        raise _refuse(
            _("This is purchase order %(other)s. This group-buy has number %(number)s.")
            % (ours | {"other": number}),
            "other_order",
        )
    if version != order.version:
        found.notes.append(
            _("It answers version %(old)s; version %(version)s is the one that counts.")
            % (ours | {"old": version})
        )


@dataclass(frozen=True)
class Head:
    row: int
    item: int
    answer: int
    remark: int | None


def plain(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", str(cell if cell is not None else "")).strip()


def _head(rows: list[list[Cell]]) -> Head:
    for place, row in enumerate(rows[:30]):
        titles = [plain(cell).casefold().replace(" ", "") for cell in row]
        item, answer = _column(titles, ITEM_TITLES), _column(titles, ANSWER_TITLES)
        if answer is None:
            answer = _column(titles, PIECES_TITLES)
        if item is not None and answer is not None:
            return Head(place, item, answer, _column(titles, REMARK_TITLES))
    raise _refuse(
        _("The row of titles is missing: it needs at least “Item” and “You can deliver”."),
        "no_head",
    )


def _column(titles: list[str], known: tuple[str, ...]) -> int | None:
    wanted = {one.replace(" ", "") for one in known}
    return next((place for place, title in enumerate(titles) if title in wanted), None)


def _read(
    order: PurchaseOrder,
    rows: list[list[Cell]],
    head: Head,
    formulas: set[tuple[str, int]],
    found: Returned,
) -> None:
    ours = {plain(line["name"]).casefold(): line for line in order.lines}
    seen: dict[str, Said] = {}
    for place, row in enumerate(rows[head.row + 1 :], start=head.row + 2):
        name = plain(_cell(row, head.item)).removeprefix("'")
        line = ours.get(name.casefold())
        if line is None:
            _refuse_foreign(name, row, head, place)
            continue
        if (_letters(head.answer), place) in formulas:
            raise _refuse(
                _("Cell %(cell)s is a formula. Write the number itself and upload it again.")
                % {"cell": f"{_letters(head.answer)}{place}"},
                "formula",
            )
        if name.casefold() in seen:
            raise _refuse(_("“%(item)s” stands twice in the sheet.") % {"item": name}, "twice")
        remark = plain(_cell(row, head.remark)) if head.remark is not None else ""
        offered = _number(_cell(row, head.answer), line, place)
        seen[name.casefold()] = _said(line, offered, remark)
    for key, line in ours.items():
        if key not in seen:
            found.notes.append(
                _("“%(item)s” is not in the sheet any more.") % {"item": line["name"]}
            )
        found.said.append(seen.get(key) or _said(line, 0, _("left out of the sheet")))


def _said(line: dict[str, Any], offered: int, remark: str) -> Said:
    return Said(line["line"], line["name"], line["unit"], line["quantity"], offered, remark[:120])


def _refuse_foreign(name: str, row: list[Cell], head: Head, place: int) -> None:
    """A row of words or of the sum may stay; one with a number in it is an item."""
    answer = plain_number(plain(_cell(row, head.answer)))
    if name and answer and any(sign.isdecimal() for sign in answer) and not _is_sum(name):
        raise _refuse(
            _("Row %(row)s: “%(item)s” was not ordered. Take it out, or agree on it by phone.")
            % {"row": place, "item": name[:30]},
            "foreign_item",
        )


def _is_sum(name: str) -> bool:
    return name.casefold() in {"together", "total", "sum", "合计", "总计", "小计", "共计"}


def _cell(row: list[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None


def _number(cell: Cell, line: dict[str, Any], place: int) -> int:
    """Whole pieces; an empty cell means: as ordered."""
    text = plain_number(plain(cell)).removesuffix(".0").removesuffix(line["unit"])
    if not text:
        return int(line["quantity"])
    if text.startswith("="):
        raise _refuse(
            _("Cell %(cell)s is a formula. Write the number itself and upload it again.")
            % {"cell": place},
            "formula",
        )
    if not text.isascii() or not text.isdecimal() or len(text) > 7:
        raise _refuse(
            _("Row %(row)s, “%(item)s”: “%(typed)s” is no whole number.")
            % {"row": place, "item": line["name"], "typed": text[:20]},
            "no_number",
        )
    return int(text)


def _letters(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
