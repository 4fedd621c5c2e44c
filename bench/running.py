"""Runs benchmarks one after the other; a broken one stops no other."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, connections

import bench.ready  # noqa: F401
from bench import (
    demo,
    importing,
    ordering,
    pages,
    previewing,
    record,
    rounding,
    searching,
    starting,
)
from bench.measure import Result

BENCHMARKS: dict[str, Callable[[], Iterable[Result]]] = {
    "board": pages.board,
    "home": pages.home,
    "preview": previewing.preview,
    "start": starting.unit,
    "compound": starting.compound,
    "import": importing.upload,
    "search": searching.search,
    "order": ordering.order,
    "round": rounding.round_,
    "demo": demo.demo,
}


def run(names: Iterable[str]) -> int:
    """Measure, keep the figures, print the table."""
    machine = record.machine(_server_version())
    records: list[dict[str, Any]] = []
    broken = []
    for name in names:
        print(f"bench | {name} …", flush=True)
        began = time.monotonic()
        try:
            found = [
                record.as_record(one, at=record.now(), machine=machine)
                for one in BENCHMARKS[name]()
            ]
        except Exception:
            traceback.print_exc()
            broken.append(name)
            continue
        record.keep(found)
        records += found
        print(f"bench | {name}: {time.monotonic() - began:.0f} s", flush=True)
    connections.close_all()
    print(f"\n{machine}\n{record.table(records)}")
    if broken:
        print(f"broken: {', '.join(broken)}")
    return int(bool(broken) or any(one["met"] is False for one in records))


def _server_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
