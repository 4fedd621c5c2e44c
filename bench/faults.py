"""python -m bench.faults [NAME…]: break things in the middle of a sale, then ask what holds.

The servers that are stopped and flushed are of this command's own: it keeps them in a state folder
beside the checkout's, so that neither a demo nor a test that runs meanwhile notices anything.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time

from bench.__main__ import _leave
from bench.scratch import REDIS_DB, ROOT, scratch
from lockdown.services import ServiceError, session
from lockdown.services.state import in_use, load_state, state_directory
from lockdown.supervisor import die_with_parent

NAMES = (
    "web_killed",
    "worker_killed",
    "broker_flushed",
    "broker_stopped",
    "database_restarted",
    "backends_terminated",
    "same_post_50",
    "opposite_carts",
    "two_beats",
    "clocks",
    "bomb_files",
)
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when an invariant breaks, or when its mutant is not caught."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    names = parser.parse_args(arguments).names or list(NAMES)
    unknown = set(names) - set(NAMES)
    if unknown:
        parser.error(f"no fault is named {', '.join(sorted(unknown))}")
    began = time.monotonic()
    try:
        code = _run(names)
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"faults | {time.monotonic() - began:.0f} s in all", flush=True)
    return code


def _run(names: list[str]) -> int:
    own_servers()
    if in_use(load_state()):
        raise ServiceError("The faults are being run already. Wait for the end, or stop it.")
    with session(REDIS_DB) as values:
        os.environ |= values
        try:
            with scratch():
                command = [sys.executable, "-m", "bench.faults_running", *names]
                return subprocess.run(
                    command, cwd=ROOT, env=os.environ, preexec_fn=die_with_parent
                ).returncode
        finally:
            _forget_servers()  # named by somebody else they would not be stopped


def _forget_servers() -> None:
    for name in OURS:
        os.environ.pop(name, None)


def own_servers() -> None:
    """Servers that somebody else made are never stopped, nor those of the demo and the tests."""
    os.environ["LOCKDOWN_STATE_DIR"] = f"{state_directory()}-faults"
    _forget_servers()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main())
