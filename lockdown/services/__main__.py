"""python -m lockdown.services up|down|status|env|reset|exec -- COMMAND…"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
from types import FrameType

from lockdown.services.errors import ServiceError
from lockdown.services.session import down, embedded, environment, reset, session, up
from lockdown.services.state import load_state

FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lockdown.services", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start and leave running")
    commands.add_parser("down", help="stop").add_argument("--force", action="store_true")
    commands.add_parser("status", help="what runs where; exit code 3 when something is down")
    commands.add_parser("env", help="shell lines that set the environment")
    commands.add_parser("reset", help="stop and forget all data")
    run = commands.add_parser("exec", help="run a command with the services, stop them after it")
    run.add_argument("--redis-db", type=int, default=0, help="number of the Redis database")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    options = parser.parse_args(arguments)
    try:
        return _dispatch(options)
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1


def _dispatch(options: argparse.Namespace) -> int:
    if options.command == "exec":
        argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
        if not argv:
            raise ServiceError("Say which command to run: exec -- COMMAND")
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _leave)
        with session(options.redis_db) as values:
            return run_command(argv, values)
    if options.command == "up":
        up()
    elif options.command == "down":
        down(force=options.force)
    elif options.command == "reset":
        reset()
    elif options.command == "env":
        return _print_environment()
    return _print_status() if options.command in {"up", "status"} else 0


def _leave(number: int, frame: FrameType | None) -> None:
    """Asked to end while no command runs: clean up on the way out."""
    sys.exit(128 + number)


def run_command(argv: list[str], values: dict[str, str]) -> int:
    """Run it, hand on the signals we get, and return its exit code as a shell would."""
    child: subprocess.Popen[bytes] | None = None
    early: list[int] = []

    def forward(number: int, frame: FrameType | None) -> None:
        if child is None:
            early.append(number)
        elif number != signal.SIGINT or not sys.stdin.isatty():  # a terminal tells both of us
            child.send_signal(number)

    previous = {number: signal.signal(number, forward) for number in FORWARDED}
    try:
        child = subprocess.Popen(argv, env={**os.environ, **values})
        for number in early:
            child.send_signal(number)
        code = child.wait()
    except OSError as error:
        raise ServiceError(f"{argv[0]} cannot be run: {error}") from error
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _print_status() -> int:
    state = load_state()
    services = embedded(state)
    for service in services:
        where = f"port {service.port}, pid {service.pid()}" if service.running() else "not running"
        print(f"{service.name:<12}{where}")
    for name in ("DATABASE_URL", "REDIS_URL"):
        if os.environ.get(name):
            print(f"{name} is set and used as it is")
    print(f"{'State':<12}{state.directory}")
    return 0 if all(service.running() for service in services) else 3


def _print_environment() -> int:
    state = load_state()
    if not all(service.running() for service in embedded(state)):
        raise ServiceError(
            "The services do not run. Start them with: python -m lockdown.services up"
        )
    for key, value in environment(state).items():
        print(f"export {key}={shlex.quote(value)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
