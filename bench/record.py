"""What a run leaves: a table for the terminal, and `results.json`, which keeps the last figures."""

from __future__ import annotations

import json
import os
import platform
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure import Result

FILE = Path(__file__).with_name("results.json")
HEAD = ("benchmark", "value", "limit", "ratio", "target", "met", "rounds", "limit is")


def as_record(result: Result, *, at: datetime, machine: str) -> dict[str, Any]:
    """One entry of results.json; `measured` lists each round's value and limit."""
    return {
        "name": result.name,
        "unit": result.unit,
        "value": _rounded(result.value),
        "limit": _rounded(result.limit),
        "ratio": _rounded(result.ratio),
        "target": str(result.target) if result.target else None,
        "met": result.met,
        "rounds": len(result.pairs),
        "at": at.isoformat(timespec="seconds"),
        "measured": [[_rounded(value), _rounded(limit)] for value, limit in result.pairs],
        "limit_of": result.limit_of,
        "note": result.note,
        "machine": machine,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def keep(records: Iterable[dict[str, Any]], file: Path = FILE) -> None:
    """Write the records in place of older ones of the same name; the others stay."""
    kept = {one["name"]: one for one in json.loads(file.read_text())} if file.exists() else {}
    kept |= {one["name"]: one for one in records}
    text = json.dumps(list(kept.values()), ensure_ascii=False, indent=1)
    file.write_text(f"{text}\n")


def machine(database: str) -> str:
    """Where figures come from: only figures of one machine can be compared."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, PostgreSQL {re.split(r'[ (]', database)[0]}"
    )


def now() -> datetime:
    return datetime.now(UTC)


def table(records: Sequence[dict[str, Any]]) -> str:
    """The records as aligned columns."""
    rows = [HEAD, *(_row(one) for one in records)]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        one["name"],
        f"{_text(one['value'])} {one['unit']}",
        _text(one["limit"]),
        _text(one["ratio"]),
        one["target"] or "–",
        {True: "yes", False: "NO", None: "–"}[one["met"]],
        str(one["rounds"]),
        "; ".join(text for text in (one["limit_of"], one["note"]) if text),
    )


def _text(number: float | None) -> str:
    return "–" if number is None else f"{number:,.3g}" if number < 1000 else f"{number:,.0f}"


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
