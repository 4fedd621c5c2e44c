"""Does one fault after the other; one that cannot be done stops no other."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections

import bench.ready  # noqa: F401
from bench import faults_outages, faults_record, faults_requests, faults_workers
from bench.faults_examining import Done, examine
from bench.record import now

FAULTS: dict[str, Callable[[], Done]] = {
    "web_killed": faults_outages.web_killed,
    "worker_killed": faults_workers.worker_killed,
    "broker_flushed": faults_outages.broker_flushed,
    "broker_stopped": faults_outages.broker_stopped,
    "database_restarted": faults_outages.database_restarted,
    "backends_terminated": faults_outages.backends_terminated,
    "same_post_50": faults_requests.same_post_50,
    "opposite_carts": faults_requests.opposite_carts,
    "two_beats": faults_workers.two_beats,
    "clocks": faults_requests.clocks,
    "bomb_files": faults_requests.bomb_files,
}


def run(names: Iterable[str]) -> int:
    """Do, examine, keep, print. 1 when an invariant breaks or cannot, or a fault was not done."""
    records: list[dict[str, Any]] = []
    notes: dict[str, str] = {}
    undone = []
    for name in names:
        print(f"faults | {name} …", flush=True)
        began = time.monotonic()
        try:
            done = FAULTS[name]()
            records.append(as_record(name, done))
        except Exception:
            traceback.print_exc()
            undone.append(name)
            connections.close_all()
            continue
        notes[name] = done.note
        faults_record.keep(records[-1:])
        failures = "".join(f"\n         {one}" for one in faults_record.failed(records[-1]))
        print(f"faults | {name}: {time.monotonic() - began:.0f} s{failures}", flush=True)
    connections.close_all()
    print(f"\n{faults_record.table(records, notes)}")
    if undone:
        print(f"could not be done: {', '.join(undone)}")
    return int(bool(undone) or any(faults_record.failed(one) for one in records))


def as_record(name: str, done: Done) -> dict[str, Any]:
    seconds = done.recovery_s
    return {
        "fault": name,
        "invariants": examine(done),
        "recovery_s": None if seconds is None else round(seconds, 2),
        "at": now().isoformat(timespec="seconds"),
    }


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
