"""What a run leaves: a table for the terminal, and `faults.json` with each fault's last run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("faults.json")


def keep(records: Iterable[dict[str, Any]], file: Path = FILE) -> None:
    """Write the records in place of older ones of the same fault; the others stay."""
    kept = {one["fault"]: one for one in json.loads(file.read_text())} if file.exists() else {}
    kept |= {one["fault"]: one for one in records}
    file.write_text(f"{json.dumps(list(kept.values()), ensure_ascii=False, indent=1)}\n")


def failed(record: dict[str, Any]) -> list[str]:
    """The invariants that broke, and those that could not."""
    broke = [f"{one['name']} BROKE" for one in record["invariants"] if not one["holds"]]
    blunt = [
        f"{one['name']} CANNOT FAIL" for one in record["invariants"] if not one["mutant_caught"]
    ]
    return broke + blunt


def table(records: Sequence[dict[str, Any]], notes: dict[str, str]) -> str:
    lines = [("fault", "held", "mutants caught", "recovery", "what happened")]
    for one in records:
        every = one["invariants"]
        seconds = one["recovery_s"]
        lines.append(
            (
                one["fault"],
                f"{sum(row['holds'] for row in every)}/{len(every)}",
                f"{sum(row['mutant_caught'] for row in every)}/{len(every)}",
                "–" if seconds is None else f"{seconds:.1f} s",
                "; ".join([*failed(one), notes.get(one["fault"], "")]),
            )
        )
    widths = [max(len(row[place]) for row in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in lines
    )
