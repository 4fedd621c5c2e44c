"""Reads an .xlsx in a process of its own: bytes on standard input, JSON on standard output.

The process caps its own memory and processor time before it touches the file, so that a file
which gets past the gate can end this process and nothing else. It must not import Django:
starting it is part of every upload.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEMORY = 512 * 1024 * 1024  # bytes of address space
SECONDS = 15  # of processor time
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_PAGES = 100
MAX_CHARACTERS = 20_000_000


class TooMuch(Exception):
    """The sheet breaks one of the limits; the argument is the message code."""


def main() -> None:
    """Cap, read, answer. A failure is an answer too; only running out of memory is silence."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: dict[str, Any] = {"pages": read_pages(sys.stdin.buffer.read())}
    except TooMuch as reason:
        answer = {"error": str(reason)}
    except MemoryError:
        answer = {"error": "too_heavy"}
    except BaseException:
        answer = {"error": "damaged"}
    json.dump(answer, sys.stdout, ensure_ascii=True)


def read_pages(data: bytes) -> list[dict[str, Any]]:
    """Every worksheet, in order, with its visible rows and merged ranges (zero-based)."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    worksheets = [m for m in workbook.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    if len(worksheets) > MAX_PAGES:
        raise TooMuch("too_heavy")
    pages, characters = [], 0
    for meta in worksheets:
        if meta.visible != SheetVisibleEnum.Visible:
            pages.append({"title": meta.name, "hidden": True, "rows": [], "merged": []})
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        rows = read_rows(sheet)
        characters += sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
        if characters > MAX_CHARACTERS:
            raise TooMuch("too_heavy")
        merged = [[*start, *end] for start, end in sheet.merged_cell_ranges or []]
        pages.append({"title": meta.name, "hidden": False, "rows": rows, "merged": merged})
    return pages


def read_rows(sheet: CalamineSheet) -> list[list[Any]]:
    """The cells from A1 on, without the empty ones at each row's end."""
    if sheet.total_height > MAX_ROWS:
        raise TooMuch("too_many_rows")
    rows: list[list[Any]] = []
    for row in sheet.to_python(skip_empty_area=False):
        cells = [plain(cell) for cell in row[:MAX_COLUMNS]]
        while cells and cells[-1] in ("", None):
            cells.pop()
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def plain(cell: Any) -> Any:
    """A cell as JSON can carry it; a date as ISO text."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return cell


if __name__ == "__main__":
    main()
