"""The benchmarks never touch what people use."""

from __future__ import annotations

import pytest

from bench.scratch import environment

APP = "postgresql://lockdown_app:secret@127.0.0.1:5499/lockdown?sslmode=disable"
OWNER = "postgresql://lockdown_owner:secret@127.0.0.1:5499/lockdown"


def test_every_address_leads_to_the_scratch_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:6399/0")
    made = environment(OWNER, APP, "bench_lockdown_7")
    assert made["DATABASE_URL"] == APP.replace("/lockdown?", "/bench_lockdown_7?")
    assert made["DATABASE_OWNER_URL"] == OWNER.replace("99/lockdown", "99/bench_lockdown_7")
    assert made["REDIS_URL"] == "redis://:secret@127.0.0.1:6399/2"


def test_a_redis_database_of_the_users_own_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6399")
    assert environment(OWNER, APP, "x")["REDIS_URL"] == "redis://127.0.0.1:6399/2"
