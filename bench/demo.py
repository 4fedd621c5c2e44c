"""`make demo` from a fresh clone to the first page, with a warm package cache."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Result, at_most
from bench.scratch import ROOT
from bench.web import free_port

PATIENCE = 300  # seconds
# What `make bench` has set for itself; the clone starts from nothing.
OURS = ("DATABASE_", "REDIS_", "LOCKDOWN_", "BENCH_", "DJANGO_", "MAKE", "MFLAGS", "PG", "VIRTUAL_")
OURS_TOO = {"SECRET_KEY", "DEBUG", "CELERY_EAGER", "SECURE_COOKIES", "ALLOWED_HOSTS", "LOG_LEVEL"}
OURS_TOO |= {"PLAIN_STATIC", "STATIC_ROOT", "SITE_URL", "ONLY", "PORT", "HOST"}
OURS_TOO |= {"FIELD_KEYS", "BLIND_INDEX_KEY"}


def demo() -> Iterator[Result]:
    """One round: it takes minutes, and the cache is as warm as the last `make env` left it."""
    # A path with a space, below a folder that the servers' own account may reach.
    folder = Path(tempfile.mkdtemp(prefix="lockdown demo ", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        seconds = _first_page(folder)
        steps = _steps((folder / "make.log").read_text(errors="replace"))
        left = _processes(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if left:
        raise AssertionError(f"left behind: {left}")
    note = f"fresh clone; {steps}; stopped by SIGTERM, no process left"
    yield Result("demo", "s", ((seconds, None),), at_most(90), note=note)


def _first_page(folder: Path) -> float:
    clone = folder / "lockdown"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    port = free_port()
    env = _environment() | {"LOCKDOWN_STATE_DIR": str(folder / "state")}
    began = time.monotonic()
    with (folder / "make.log").open("wb") as log:
        command = ["make", "demo", f"PORT={port}"]
        make = subprocess.Popen(
            command, cwd=clone, env=env, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _answers(make, f"http://127.0.0.1:{port}/readyz")
        _answers(make, f"http://127.0.0.1:{port}/")
        seconds = time.monotonic() - began
    except BaseException:
        for log in (folder / "make.log", folder / "state" / "log" / "web.log"):
            print(log.read_text(errors="replace")[-3000:] if log.exists() else f"no {log.name}")
        raise
    finally:
        _stop(make)
    return seconds


def _steps(log: str) -> str:
    """ "migrating 9 s, loading the demo 20 s", as the supervisor told them."""
    told = re.findall(r"^lockdown \| (.+): done in ([0-9.]+) s$", log, re.MULTILINE)
    return ", ".join(f"{title} {float(seconds):.0f} s" for title, seconds in told)


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(OURS) and name not in OURS_TOO
    }


def _answers(make: subprocess.Popen, url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and make.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.2)
    raise RuntimeError(f"{url} does not answer")


def _stop(make: subprocess.Popen) -> None:
    """As a terminal that is closed would: SIGTERM to make, which tells its child."""
    make.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        make.wait(40)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(make.pid, signal.SIGKILL)


def _processes(folder: Path) -> list[str]:
    """Command lines of processes that work in the folder or name it."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal() or int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            where = str((process / "cwd").readlink())
            if str(folder) in command or where.startswith(str(folder)):
                found.append(command)
    return found
