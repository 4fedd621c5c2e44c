"""What the demo's own log says about where the time went."""

from __future__ import annotations

from bench.demo import _steps


def test_the_steps_are_read_from_the_log() -> None:
    log = (
        "env | ready\nlockdown | migrating\nlockdown | migrating: done in 8.6 s\n"
        "lockdown | loading the demo: done in 73.6 s\nlockdown | web started, log in /x\n"
    )
    assert _steps(log) == "migrating 9 s, loading the demo 74 s"
