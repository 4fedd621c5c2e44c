"""The commands that the README promises exist, and `make help` tells of each."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROMISED = {
    "help",
    "env",
    "demo",
    "demo-reset",
    "test",
    "check",
    "bench",
    "faults",
    "story",
    "lock",
}


def test_help_is_the_default_and_lists_every_target() -> None:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(["make"], cwd=ROOT, env=plain, capture_output=True, text=True)
    listed = set(re.findall(r"^  make ([a-z-]+) ", done.stdout, re.MULTILINE))
    declared = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert declared is not None
    assert listed == set(declared[1].split())
    assert listed >= PROMISED


def test_scripts_can_be_run() -> None:
    for script in (".ci/run", "bin/make-env", "docker/init-roles.sh"):
        assert os.access(ROOT / script, os.X_OK), script
        assert subprocess.run(["bash", "-n", str(ROOT / script)]).returncode == 0


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
