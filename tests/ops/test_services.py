"""The embedded services: shared, recovering from a crash, and gone when nobody uses them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lockdown.services import processes

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SERVICES = [sys.executable, "-m", "lockdown.services"]
WRITE = """
import os, psycopg, redis
with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as link:
    link.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    link.execute("INSERT INTO kept VALUES (1)")
    print(link.execute("SELECT count(*) FROM kept").fetchone()[0])
print(redis.Redis.from_url(os.environ["REDIS_URL"]).ping())
"""


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """A state directory of its own; below /var/tmp because another account must reach it."""
    folder = Path(tempfile.mkdtemp(prefix="lockdown-test-", dir="/var/tmp"))
    folder.chmod(0o711)
    given = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "PGOPTIONS"}
    values = {key: value for key, value in os.environ.items() if key not in given}
    values["LOCKDOWN_STATE_DIR"] = str(folder)
    yield values
    subprocess.run([*SERVICES, "down", "--force"], cwd=ROOT, env=values, check=False)
    shutil.rmtree(folder, ignore_errors=True)


def services(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SERVICES, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )


def pids(env: dict[str, str]) -> tuple[int, int]:
    folder = Path(env["LOCKDOWN_STATE_DIR"])
    postgres = processes.read_pid(folder / "postgres" / "data" / "postmaster.pid")
    return postgres, processes.read_pid(folder / "valkey" / "valkey.pid")


def test_a_command_gets_both_servers_and_leaves_nothing_running(env: dict[str, str]) -> None:
    done = services(env, "exec", "--", sys.executable, "-c", WRITE)
    assert done.stdout.split() == ["1", "True"], done.stderr
    assert pids(env) == (0, 0)


def test_the_exit_code_of_the_command_is_handed_on(env: dict[str, str]) -> None:
    given = env | {"DATABASE_URL": "postgresql://app@db/x", "DATABASE_OWNER_URL": "postgresql://db"}
    given["REDIS_URL"] = "redis://elsewhere"
    assert services(given, "exec", "--", "sh", "-c", "exit 7").returncode == 7
    assert pids(env) == (0, 0)


def test_data_survive_a_crash_and_a_kept_pair_outlives_a_command(env: dict[str, str]) -> None:
    assert services(env, "up").returncode == 0
    before = pids(env)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    done = services(env, "up")
    assert done.returncode == 0, done.stderr
    done = services(env, "exec", "--", sys.executable, "-c", WRITE)
    assert done.stdout.split() == ["2", "True"], done.stderr
    after = pids(env)
    assert all(processes.command_line(pid) for pid in after)
    assert set(after) & set(before) == set()
    assert services(env, "down").returncode == 0
    assert pids(env) == (0, 0)


def test_data_in_use_are_not_dropped(env: dict[str, str]) -> None:
    inner = [*SERVICES, "reset"]
    script = f"""
import os, subprocess, sys
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
    del os.environ[name]
sys.exit(subprocess.run({inner!r}).returncode)
"""
    done = services(env, "exec", "--", sys.executable, "-c", script)
    assert done.returncode == 1
    assert "in use by another command" in done.stderr


def test_secrets_are_readable_by_their_owner_alone(env: dict[str, str]) -> None:
    file = Path(env["LOCKDOWN_STATE_DIR"]) / "services.json"
    assert file.stat().st_mode & 0o077 == 0
    assert len(json.loads(file.read_text())["app_password"]) == 32
