"""python -m bench [NAME…]: all benchmarks but `demo`, or the named ones."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from types import FrameType

from bench.scratch import ROOT, scratch
from lockdown.supervisor import die_with_parent

NAMES = ("board", "home", "preview", "start", "compound", "import", "search", "order", "round")
WHEN_ASKED = ("demo",)  # minutes long


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when a benchmark breaks or a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES + WHEN_ASKED))
    names = parser.parse_args(arguments).names or list(NAMES)
    unknown = set(names) - {*NAMES, *WHEN_ASKED}
    if unknown:
        parser.error(f"no benchmark is named {', '.join(sorted(unknown))}")
    began = time.monotonic()
    with scratch():
        # A process of its own: settings are read once, and now they name the scratch database.
        command = [sys.executable, "-m", "bench.running", *names]
        code = subprocess.run(command, cwd=ROOT, env=os.environ, preexec_fn=die_with_parent)
    print(f"bench | {time.monotonic() - began:.0f} s in all", flush=True)
    return code.returncode


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main())
