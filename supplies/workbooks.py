"""Sheets as .xlsx: doors and names as text, numbers as numbers, nothing that is a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from xlsxwriter.workbook import Workbook

from households.roster.rejects import guarded

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 14
Row = Sequence[object]


class Book:
    """A workbook of tables, each with a frozen head that is repeated on every printed page."""

    def __init__(self) -> None:
        self._buffer = BytesIO()
        self._book: Workbook = xlsxwriter.Workbook(self._buffer, {"in_memory": True})
        self._head = self._book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        self._text = self._book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self._whole = self._book.add_format({"num_format": "0", "valign": "top"})
        self._yuan = self._book.add_format({"num_format": "#,##0.00", "valign": "top"})

    def add(self, title: str, columns: Sequence[str], rows: Iterable[Row], foot: str = "") -> Book:
        """Whole numbers stay numbers, `Yuan` is money, everything else is text."""
        sheet = self._book.add_worksheet(title[:31])
        for column, name in enumerate(columns):
            sheet.write_string(0, column, guarded(str(name)), self._head)
        sheet.set_column(0, max(len(columns) - 1, 0), WIDTH)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._write(sheet, last, column, value)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, last, max(len(columns) - 1, 0))
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{foot.replace('&', '&&')}&R&P / &N")
        return self

    def _write(self, sheet: object, row: int, column: int, value: object) -> None:
        write = sheet.write_number, sheet.write_string  # type: ignore[attr-defined]
        if isinstance(value, Yuan):
            write[0](row, column, value.fen / 100, self._yuan)
        elif isinstance(value, int) and not isinstance(value, bool):
            write[0](row, column, value, self._whole)
        else:
            write[1](row, column, guarded("" if value is None else str(value)), self._text)

    def bytes(self) -> bytes:
        self._book.close()
        return self._buffer.getvalue()

    def answer(self, name: str) -> HttpResponse:
        """A download that no cache keeps."""
        answer = HttpResponse(self.bytes(), content_type=SHEET)
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
        answer["Cache-Control"] = "no-store"
        return answer


class Yuan:
    """Money for a cell, from integer fen."""

    def __init__(self, fen: int) -> None:
        self.fen = fen
