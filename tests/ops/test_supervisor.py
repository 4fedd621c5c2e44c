"""The supervisor restarts what dies and leaves nothing behind, on a toy child with a grandchild."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lockdown.services.processes import command_line

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import signal, subprocess, sys, time
mark = sys.argv[1]
nap = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
subprocess.Popen([sys.executable, "-c", nap, mark])
open(mark, "a").write("started\\n")
time.sleep(60)
"""
PARENT = """
import sys
from pathlib import Path
from lockdown import supervisor
folder = Path(sys.argv[1])
child = [sys.executable, str(folder / "child.py"), str(folder / "mark")]
boss = supervisor.Supervisor([supervisor.Child("toy", child)], {}, folder / "log")
with supervisor.handling(boss.ask_to_stop):
    boss.run()
"""


def until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def carrying(mark: Path) -> list[int]:
    """Living processes that have the mark in their command line (zombies have none)."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [pid for pid in pids if str(mark) in command_line(pid)]


@pytest.fixture
def boss(tmp_path: Path) -> subprocess.Popen[bytes]:
    (tmp_path / "child.py").write_text(CHILD)
    process = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT)
    mark = tmp_path / "mark"
    assert until(lambda: len(carrying(mark)) == 2)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_ends_children_and_their_stubborn_grandchildren(
    boss: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals
) -> None:
    boss.send_signal(number)
    assert boss.wait(timeout=15) == 0
    assert until(lambda: carrying(tmp_path / "mark") == [], 2)


def test_a_child_that_dies_is_started_again_without_its_leftovers(
    boss: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    first = carrying(mark)
    os.kill(min(first), signal.SIGKILL)
    assert until(lambda: mark.read_text().count("started") == 2)
    assert until(lambda: len(carrying(mark)) == 2)
    assert not set(first) & set(carrying(mark))
    boss.terminate()
    assert boss.wait(timeout=15) == 0
    assert until(lambda: carrying(mark) == [], 2)


def test_a_supervisor_that_is_killed_takes_its_children_along(
    boss: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    boss.kill()
    boss.wait()
    script = str(tmp_path / "child.py")
    assert until(lambda: not any(script in command_line(pid) for pid in carrying(mark)))
    for pid in carrying(mark):
        os.kill(pid, signal.SIGKILL)


def test_a_taken_port_is_refused_at_once_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "lockdown.supervisor", "demo"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=20,
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert "make demo PORT=" in done.stderr
