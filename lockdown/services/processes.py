"""Ports, pids and running a server's binary as the right account."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lockdown.services.state import service_account

LOOPBACK = "127.0.0.1"
PR_SET_CHILD_SUBREAPER = 36


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back the signals that end a program until a start or a stop is complete."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    previous = {
        number: signal.signal(number, lambda number, frame: held.append(number))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    if held:
        signal.raise_signal(held[0])


def free_port(preferred: int = 0) -> int:
    """The preferred loopback port when nobody listens on it, else any free one."""
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                return int(probe.getsockname()[1])
    raise OSError("no free port")


def answers(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=2):
        return True
    return False


def command_line(pid: int) -> str:
    """The command line of a living process; empty when it is gone or only a zombie."""
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.parent.parent.joinpath("self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return found.stdout.strip()


def adopt_orphans() -> None:
    """Become the parent of daemons that we start, so that we can bury them (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def bury(pid: int) -> None:
    """Take the exit status of a dead child, if it is ours; else init does it."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def read_pid(file: Path) -> int:
    """The number on the first line of a pid file; 0 when there is none."""
    try:
        return int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def as_account(cwd: Path) -> dict[str, Any]:
    """Arguments for subprocess: the service account, a readable folder, a clean environment."""
    kept = {"PATH", "TMPDIR", "LD_LIBRARY_PATH"}
    env = {key: value for key, value in os.environ.items() if key in kept}
    env |= {"LC_ALL": "C.UTF-8", "HOME": str(cwd), "TZ": "UTC"}
    arguments: dict[str, Any] = {"cwd": cwd, "env": env, "stdin": subprocess.DEVNULL}
    account = service_account()
    if account is not None:
        arguments |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return arguments


def wait_until_gone(pid: int, needle: str, seconds: float) -> bool:
    """Poll until no process of this pid carries the needle in its command line."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if needle not in command_line(pid):
            bury(pid)
            return True
        time.sleep(0.02)
    return False


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def trim_log(file: Path, limit: int = 20_000_000) -> None:
    """Empty a log that has grown past the limit (bytes)."""
    with contextlib.suppress(OSError):
        if file.stat().st_size > limit:
            os.truncate(file, 0)


def tail(file: Path, lines: int = 8) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
    return ""
