"""python -m lockdown.supervisor demo|demo-reset

One terminal for a whole installation: services, migrations, demo data, then web, worker and beat.
Each child has its own process group and its own log; one that dies is started again; at the end
none is left behind.
"""

import argparse
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from lockdown.services import ServiceError, session
from lockdown.services.processes import tail, trim_log
from lockdown.services.session import reset
from lockdown.services.state import CHECKOUT

PR_SET_PDEATHSIG = 1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_PAUSE = 30.0
SETTLED_AFTER = 30.0
PATIENCE = 10.0


class Stopped(Exception):
    """Somebody asked us to stop."""


def note(text: str) -> None:
    """A line for the terminal, which may be gone by now."""
    with contextlib.suppress(OSError):
        print(f"lockdown | {text}", flush=True)


def die_with_parent() -> None:
    """Ask Linux for SIGTERM when the supervisor is killed without a chance to clean up."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


@dataclass
class Child:
    """One long-running process and when to start it again."""

    name: str
    argv: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = 0.0

    def start(self, env: dict[str, str], log: Path) -> None:
        trim_log(log)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.argv,
                env=env,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.started = time.monotonic()

    def died(self) -> int | None:
        """The exit code of a child that should be running; it is then due after a pause that
        doubles with every quick death."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.kill_group()
        self.process = None
        lived = time.monotonic() - self.started
        self.pause = 1.0 if lived > SETTLED_AFTER else min(self.pause * 2 or 1.0, LONGEST_PAUSE)
        self.due = time.monotonic() + self.pause
        return code

    def kill_group(self) -> None:
        """End whatever the child has left in its process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Supervisor:
    """Keeps children running until told to stop."""

    children: list[Child]
    env: dict[str, str]
    logs: Path
    on_ready: Callable[[], None] | None = None
    ready_url: str = ""
    stopping: bool = field(default=False, init=False)
    hurried: bool = field(default=False, init=False)

    def run(self) -> None:
        """Start all, watch them until a stop is asked for, stop all."""
        self.logs.mkdir(parents=True, exist_ok=True)
        try:
            for child in self.children:
                self._start(child)
            while not self.stopping:
                self._watch()
                time.sleep(0.2)
        finally:
            self._stop_all()

    def ask_to_stop(self, number: int, frame: FrameType | None = None) -> None:
        """Signal handler: the first asks politely, the second does not wait."""
        self.hurried = self.stopping
        self.stopping = True

    def _start(self, child: Child) -> None:
        log = self.logs / f"{child.name}.log"
        child.start(self.env, log)
        note(f"{child.name} started, log in {log}")

    def _watch(self) -> None:
        for child in self.children:
            code = child.died()
            if code is not None:
                note(f"{child.name} ended with code {code}, again in {child.pause:.0f} s")
                note(tail(self.logs / f"{child.name}.log", 3))
            elif child.process is None and time.monotonic() >= child.due:
                self._start(child)
        if self.on_ready is not None and answers_ok(self.ready_url):
            announce, self.on_ready = self.on_ready, None
            announce()

    def _stop_all(self) -> None:
        """Ask the leaders, in reverse order; after a while kill what is left of their groups."""
        living = [child.process for child in reversed(self.children) if child.process]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        while any(process.poll() is None for process in living):
            if self.hurried or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for child in self.children:
            child.kill_group()
        for process in living:
            process.wait()


def answers_ok(url: str) -> bool:
    """Whether a GET is answered with 200 within two seconds."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    previous = {number: signal.signal(number, handler) for number in STOPPING}
    try:
        yield
    finally:
        for number, earlier in previous.items():
            signal.signal(number, earlier)


def interrupt(number: int, frame: FrameType | None) -> None:
    raise Stopped


def refuse_taken_port(host: str, port: int) -> None:
    """Say it now instead of after half a minute of preparations."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServiceError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Choose another one: make demo PORT={port + 1 if port < 65535 else 8000}"
            ) from error


def demo_environment(services: dict[str, str], host: str, port: int) -> dict[str, str]:
    """Plain HTTP on this machine, everything else as in earnest. What is set already wins."""
    state = Path(services["LOCKDOWN_STATE_DIR"])
    defaults = {
        "DJANGO_SETTINGS_MODULE": "lockdown.settings",
        "DEBUG": "0",
        "ALLOWED_HOSTS": "*",
        "SECURE_COOKIES": "0",
        "SITE_URL": f"http://localhost:{port}",
        "STATIC_ROOT": str(state / "static"),
        "PYTHONUNBUFFERED": "1",
    }
    return defaults | dict(os.environ) | services | {"HOST": host, "PORT": str(port)}


def step(title: str, env: dict[str, str], *arguments: str) -> str:
    """Run one management command to its end and return what it printed. Refuses to go on after
    a failure."""
    note(title)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        env=env,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    )
    try:
        output, errors = process.communicate()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        raise ServiceError(f"manage.py {' '.join(arguments)} failed:\n{output}{errors}")
    note(f"{title}: done in {time.monotonic() - began:.1f} s")
    return output


def children(host: str, port: int, state: Path) -> list[Child]:
    """Web, worker and beat, as in docker-compose.yml."""
    python = sys.executable
    web = [python, "-m", "granian", "--interface", "wsgi", "lockdown.wsgi:application"]
    web += ["--host", host, "--port", str(port), "--workers", "2", "--blocking-threads", "8"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "8"]
    celery = [python, "-m", "celery", "-A", "lockdown"]
    worker = [*celery, "worker", "-Q", "ticks,interactive,broadcast,outside", "-c", "2"]
    worker += ["-l", "INFO", "-n", f"demo-{port}@%h"]
    beat = [*celery, "beat", "-l", "INFO", "-s", str(state / "beat-schedule"), "--pidfile="]
    return [Child("web", web), Child("worker", worker), Child("beat", beat)]


def demo() -> None:
    """Everything from nothing to a page; returns when asked to stop."""
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    began = time.monotonic()
    with handling(interrupt):
        refuse_taken_port(host, port)
        note("starting PostgreSQL and Valkey")
        with session() as services:
            env = demo_environment(services, host, port)
            step("migrating", env, "migrate", "--database", "owner", "--no-input")
            step("collecting static files", env, "collectstatic", "--no-input")
            people = step("loading the demo", env, "demo")
            state = Path(services["LOCKDOWN_STATE_DIR"])

            def announce() -> None:
                with contextlib.suppress(OSError):
                    print(f"\n{people}", flush=True)
                note(f"ready after {time.monotonic() - began:.0f} s: {env['SITE_URL']}")
                note("Ctrl-C stops everything; the data stay.")

            supervisor = Supervisor(
                children(host, port, state),
                env,
                state / "log",
                on_ready=announce,
                ready_url=f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/readyz",
            )
            with handling(supervisor.ask_to_stop):
                supervisor.run()
            note("stopping the services")
    note("stopped")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lockdown.supervisor", description=__doc__)
    parser.add_argument("command", choices=["demo", "demo-reset"])
    options = parser.parse_args(arguments)
    try:
        if options.command == "demo-reset":
            reset()
            note("the demo data are gone; starting over")
        demo()
    except Stopped:
        note("stopped")
    except ServiceError as error:
        with contextlib.suppress(OSError):
            print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
