"""docker-compose.yml is valid, and keeps the promises that its services make to each other."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE.read_text())["services"])


def test_the_compose_file_follows_the_compose_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(COMPOSE)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_migration_knows_the_owner_of_the_database(services: dict[str, Any]) -> None:
    knowing = {
        name
        for name, service in services.items()
        if "DATABASE_OWNER_URL" in service.get("environment", {})
    }
    assert knowing == {"migrate"}
    for name in ("web", "worker", "beat"):
        assert "//lockdown_app:" in services[name]["environment"]["DATABASE_URL"]


def test_web_worker_and_beat_wait_for_one_migration(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        awaited = services[name]["depends_on"]
        assert awaited["migrate"]["condition"] == "service_completed_successfully"
        assert awaited["postgres"]["condition"] == "service_healthy"
        assert awaited["valkey"]["condition"] == "service_healthy"


def test_every_lasting_service_has_a_health_check(services: dict[str, Any]) -> None:
    without = {name for name, service in services.items() if "healthcheck" not in service}
    assert without == {"migrate"}


def test_every_service_keeps_chinese_time(services: dict[str, Any]) -> None:
    zones = {name: service["environment"]["TZ"] for name, service in services.items()}
    assert set(zones.values()) == {"Asia/Shanghai"}


def test_the_worker_serves_every_queue(services: dict[str, Any]) -> None:
    assert "-Q ticks,interactive,broadcast,outside" in services["worker"]["command"]


def test_no_secret_stands_in_the_compose_file() -> None:
    """Each password comes from the environment and is refused when empty (`:?`)."""
    found = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)(:\?)?", COMPOSE.read_text())
    assert {name for name, _ in found} >= {"SECRET_KEY", "LOCKDOWN_APP_PASSWORD"}
    assert all(refused for _, refused in found), found
