"""The product's processes as they run in earnest, so that they can be killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.scratch import ROOT
from bench.web import HOST, free_port
from lockdown.services.postgres import Postgres
from lockdown.services.state import load_state
from lockdown.services.valkey import Valkey
from lockdown.supervisor import answers_ok, die_with_parent

WORKERS, THREADS = 2, 8


@dataclass
class Process:
    """One process with all its children, in a group of its own."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return Path(os.environ["BENCH_FOLDER"]) / f"{self.name}.log"

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                cwd=ROOT,
                env=compiled(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def kill(self) -> None:
        """kill -9, the whole group at once: nobody can say goodbye."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def pids(self) -> list[int]:
        """The process and its children."""
        leader = self.process.pid if self.process else 0
        groups = (int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal())
        return [pid for pid in groups if _group(pid) == leader]


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return -1


def compiled() -> dict[str, str]:
    """Restarts are timed: modules are read compiled, as in an installation."""
    return {key: one for key, one in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Web(Process):
    """Two workers of two threads; a restart takes the same port."""

    port: int = field(default_factory=free_port)

    def start(self) -> None:
        super().start()
        if not until(lambda: answers_ok(f"http://{HOST}:{self.port}/healthz"), seconds=90):
            raise RuntimeError(f"the web server does not start:\n{self.log.read_text()[-2000:]}")

    def most_memory(self) -> int:
        """MB that the fattest of its processes ever held since `forget_memory`."""
        return max(_peak(pid) for pid in self.pids())

    def forget_memory(self) -> None:
        for pid in self.pids():
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


def web() -> Web:
    port = free_port()
    command = ["granian", "--interface", "wsgi", "lockdown.wsgi:application", "--host", HOST]
    command += ["--port", str(port), "--workers", str(WORKERS), "--blocking-threads", str(THREADS)]
    return Web("web", command, port=port)


def worker(name: str = "worker") -> Process:
    command = ["celery", "-A", "lockdown", "worker", "-Q", "ticks,interactive,broadcast,outside"]
    return Process(name, [*command, "-c", "2", "-l", "WARNING", "-n", f"{name}@%h"])


def beat(name: str = "beat") -> Process:
    schedule = Path(os.environ["BENCH_FOLDER"]) / f"{name}-schedule"
    command = ["celery", "-A", "lockdown", "beat", "-l", "WARNING", "--pidfile="]
    return Process(name, [*command, "-s", str(schedule)])


@contextlib.contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Start them in turn; at the end none is left."""
    try:
        for one in processes:
            one.start()
        yield
    except BaseException:
        for one in processes:
            print(f"{one.name}: {one.log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
        raise
    finally:
        for one in reversed(processes):
            one.kill()


def until(reached: Callable[[], object], *, seconds: float, step: float = 0.05) -> bool:
    """Whether it came true within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if reached():
            return True
        time.sleep(step)
    return False


def database() -> Postgres:
    return Postgres(load_state())


def broker() -> Valkey:
    return Valkey(load_state())
