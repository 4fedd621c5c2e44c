"""The fault run's own arithmetic: every invariant can fail, and the record says what happened.

Nothing is killed here; `make faults` does that.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from bench import faults, faults_checks, faults_record, faults_requests, faults_running
from bench import faults_outages as outages
from bench import faults_workers as workers
from bench.faults_checks import ALWAYS, Check, Measure, of_measures
from supplies.reconciling import INVARIANTS

OWN = tuple(
    one
    for module in (faults_requests, workers)
    for one in vars(module).values()
    if isinstance(one, Check)
)
SHAPE = {"fault", "invariants", "recovery_s", "at"}


def test_every_invariant_of_the_books_is_asked_after_every_fault() -> None:
    assert set(INVARIANTS) == set(faults_checks.OF_THE_BOOKS) <= {one.name for one in ALWAYS}


def test_every_invariant_has_a_mutant_and_a_name_of_its_own() -> None:
    every = (*ALWAYS, *OWN, *of_measures([Measure("heals within 10 s", 3, 10)]))
    assert all(one.mutant for one in every)
    assert len({one.name for one in every}) == len(every)
    # They stand in single quotes in SQL.
    says = (outages.HEALED, outages.FOUND, workers.TOLD, faults_requests.NO_DEADLOCK)
    assert not any("'" in one for one in says)


def test_the_command_knows_each_fault() -> None:
    assert set(faults.NAMES) == set(faults_running.FAULTS)
    with pytest.raises(SystemExit):
        faults.main(["no_such_fault"])


def test_the_servers_that_are_stopped_are_never_those_of_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOCKDOWN_STATE_DIR", str(tmp_path / "demo"))
    for name in faults.OURS:
        monkeypatch.setenv(name, "somebody's")
    monkeypatch.setattr(faults.os, "environ", dict(faults.os.environ))
    faults.own_servers()
    assert faults.os.environ["LOCKDOWN_STATE_DIR"] == str(tmp_path / "demo-faults")
    assert not set(faults.OURS) & set(faults.os.environ)


def record(fault: str, *, holds: bool = True, caught: bool = True) -> dict:
    row = {"name": "caps of households hold", "holds": holds, "mutant_caught": caught}
    return {"fault": fault, "invariants": [row], "recovery_s": 2.5, "at": "2022-04-01T08:00:00"}


def test_an_invariant_that_broke_or_cannot_fail_is_named() -> None:
    assert faults_record.failed(record("web_killed")) == []
    assert faults_record.failed(record("x", holds=False)) == ["caps of households hold BROKE"]
    assert faults_record.failed(record("x", caught=False)) == [
        "caps of households hold CANNOT FAIL"
    ]
    assert "CANNOT FAIL" in faults_record.table([record("x", caught=False)], {})


def test_doing_one_again_replaces_it_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    faults_record.keep([record("web_killed"), record("clocks")], file)
    faults_record.keep([record("clocks", holds=False)], file)
    kept = {one["fault"]: one["invariants"][0]["holds"] for one in json.loads(file.read_text())}
    assert kept == {"web_killed": True, "clocks": False}


def test_the_last_run_is_kept_with_every_fault() -> None:
    kept = json.loads(faults_record.FILE.read_text())
    assert {one["fault"] for one in kept} == set(faults.NAMES)
    for one in kept:
        assert set(one) == SHAPE
        assert datetime.fromisoformat(one["at"]).tzinfo is not None
        assert one["recovery_s"] is None or one["recovery_s"] >= 0
        assert {row["name"] for row in one["invariants"]} >= {check.name for check in ALWAYS}
        for row in one["invariants"]:
            assert set(row) == {"name", "holds", "mutant_caught"}
