"""Uploaded bytes → pages of cells. Nothing here knows what a roster is."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from households.roster.gate import TEXT, check_zip, kind_of
from households.roster.messages import Unreadable

Cell = str | float | int | bool | None

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT = 20  # seconds of waiting for the sandbox
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 100_000  # characters
ENCODINGS = ("utf-8-sig", "gb18030")
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = (",", "\t", ";", "|", "\uff0c", "\uff1b")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Page:
    """One worksheet. `rows[0]` is row 1 of the spreadsheet. Merged cells are filled downward;
    `spilled` holds the (row, column) places, zero-based, that were filled that way."""

    title: str
    rows: list[list[Cell]]
    spilled: frozenset[tuple[int, int]] = frozenset()
    is_hidden: bool = False


@dataclass(frozen=True)
class Sheet:
    """A file as read. `origin` is xlsx or csv; `encoding` is empty for xlsx."""

    name: str
    origin: str
    encoding: str
    pages: list[Page]

    @property
    def rows(self) -> list[list[Cell]]:
        """The rows of the first page that has any."""
        return next((page.rows for page in self.pages if page.rows), [])


def read_sheet(name: str, data: bytes) -> Sheet:
    """Cells of an .xlsx or of delimited text. `name` is shown and may name the building; it
    never decides what the file is. Raises Unreadable with a sentence that says what to do."""
    if kind_of(data) == TEXT:
        text, encoding = decode(data)
        sheet = Sheet(name, "csv", encoding, [Page("", read_text(text))])
    else:
        check_zip(data)
        sheet = Sheet(name, "xlsx", "", read_workbook(data))
    if not any(_has_text(page) for page in sheet.pages):
        raise Unreadable("empty")
    return sheet


def decode(data: bytes) -> tuple[str, str]:
    """Text and the encoding it was in: UTF-8, UTF-16 with its mark, else GB18030.
    GBK would refuse rare surnames; GB18030 holds every character."""
    marked = ("utf-16",) if data.startswith(BYTE_ORDER_MARKS) else ENCODINGS
    for encoding in marked:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(CONTROL.findall(text[:20_000])) * 100 > len(text[:20_000]):
            break
        return text.replace("\x00", ""), encoding.removesuffix("-sig")
    raise Unreadable("not_text")


def read_text(text: str) -> list[list[Cell]]:
    """Rows of delimited text; the row number counts records, as a spreadsheet would show them."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sniff_delimiter(text))
    rows: list[list[Cell]] = []
    try:
        for record in reader:
            rows.append(list(record[:MAX_COLUMNS]))
            if len(rows) > MAX_ROWS:
                raise Unreadable("too_many_rows", limit=MAX_ROWS)
    except csv.Error:
        raise Unreadable("damaged") from None
    return rows


def sniff_delimiter(text: str) -> str:
    """The separator that gives the same number of columns on most of the first lines. A
    full-width comma counts only where no other separator does: notes are full of them."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in text.splitlines()[:30] if line.strip()]
    best, best_score = ",", 0
    for delimiter in DELIMITERS:
        counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
        score = counts.most_common(1)[0][1] if counts else 0
        if delimiter in "\uff0c\uff1b" and best_score:
            continue
        if score > best_score:
            best, best_score = delimiter, score
    return best


def read_workbook(data: bytes) -> list[Page]:
    """The pages of an .xlsx, read by a process whose memory and time are capped."""
    answer = run_sandbox(data)
    if "error" in answer:
        limit = {"limit": MAX_ROWS} if answer["error"] == "too_many_rows" else {}
        raise Unreadable(answer["error"], **limit)
    return [_page(page) for page in answer["pages"]]


def run_sandbox(data: bytes) -> dict:
    """The sandbox's answer; `too_heavy` when it ran out of memory or time."""
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "households.roster.sandbox"],
            input=data,
            capture_output=True,
            timeout=TIME_LIMIT,
            cwd=ROOT,
            env=kept,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": "too_heavy"}
    if done.returncode != 0:
        return {"error": "too_heavy"}
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"error": "too_heavy"}


def _page(page: dict) -> Page:
    rows = page["rows"]
    spilled = set()
    for top, left, bottom, _right in page["merged"]:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row in range(top + 1, min(bottom, len(rows) - 1) + 1):
            rows[row].extend([""] * (left + 1 - len(rows[row])))
            rows[row][left] = rows[top][left]
            spilled.add((row, left))
    return Page(page["title"], rows, frozenset(spilled), page["hidden"])


def _has_text(page: Page) -> bool:
    return any(str(cell).strip() for row in page.rows for cell in row if cell is not None)
