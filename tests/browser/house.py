"""The demo in its own database behind one real server, for tests in a real browser."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from lockdown.supervisor import die_with_parent
from tests.conftest import ROOT, _owner, _schema_digest

HOST = "127.0.0.1"
LINK = re.compile(r"1-1-(\d+)\s+last four digits (\d{4})\s+\S+?/s/([^/\s]+)/")
RELATIVE = re.compile(r"relative outside of \S+: \S+?/a/([^/\s]+)/")
PATIENCE = 60  # seconds in which the server has to answer


@dataclass
class House:
    """Where the demo answers, and what its loading printed."""

    url: str
    database: str
    doors: dict[str, tuple[str, str]] = field(default_factory=dict)  # number: (code, digits)
    invitation: str = ""  # the code of a link for a relative outside

    def door(self, number: str) -> str:
        return f"{self.url}/s/{self.doors[number][0]}/"

    def digits(self, number: str) -> str:
        return self.doors[number][1]

    def ask(self, query: str, *values: object, slug: str = "yujingwan") -> list[tuple]:
        """Rows as the app's role sees them inside one compound."""
        with psycopg.connect(_aimed("DATABASE_URL", self.database)) as link:
            found = link.execute(
                "SELECT id FROM compounds_compound WHERE slug = %s", [slug]
            ).fetchone()
            if found is None:
                return []
            link.execute(f"SET LOCAL lockdown.compounds = '{{{int(found[0])}}}'".encode())
            return link.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: object, slug: str = "yujingwan") -> object:
        """The first column of the first row; None without a row."""
        rows = self.ask(query, *values, slug=slug)
        return rows[0][0] if rows else None


def _aimed(variable: str, database: str) -> str:
    return urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{database}"))


def _environment(database: str, port: int) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": _aimed("DATABASE_URL", database),
        "DATABASE_OWNER_URL": _aimed("DATABASE_OWNER_URL", database),
        "SECRET_KEY": "browser-tests",
        "DEBUG": "0",
        "CELERY_EAGER": "1",
        "PLAIN_STATIC": "1",
        "SECURE_COOKIES": "0",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "SITE_URL": f"http://localhost:{port}",  # passkeys want a name, no number
        "LOG_LEVEL": "WARNING",
        "PGOPTIONS": "-c synchronous_commit=off",
    }


@contextlib.contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """The demo, loaded and answering; afterwards neither process nor database is left."""
    name = f"test_house_{os.getpid()}"
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    env = _environment(name, port)
    template = f"test_template_{_schema_digest()}"
    with _database(name, template):
        doors, invitation = _load_demo(env)
        _run(env, "-m", "tests.browser.scene")
        with _server(env, port, folder / "web.log"):
            yield House(f"http://{HOST}:{port}", name, doors, invitation)


@contextlib.contextmanager
def _database(name: str, template: str) -> Iterator[None]:
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with _owner() as owner:
        owner.execute(drop)
        owner.execute(make)
    try:
        yield
    finally:
        with _owner() as owner:
            owner.execute(drop)


def _load_demo(env: dict[str, str]) -> tuple[dict[str, tuple[str, str]], str]:
    said = _run(env, "manage.py", "demo")
    doors = {number: (code, digits) for number, digits, code in LINK.findall(said)}
    assert doors, said
    invitation = RELATIVE.search(said)
    assert invitation, said
    return doors, invitation[1]


def _run(env: dict[str, str], *arguments: str) -> str:
    """What a Python program in the house's environment prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env | {"DJANGO_SETTINGS_MODULE": "lockdown.settings"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@contextlib.contextmanager
def _server(env: dict[str, str], port: int, log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "lockdown.wsgi:application"]
    command += ["--host", HOST, "--port", str(port), "--workers", "1", "--blocking-threads", "4"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
    try:
        _wait(process, f"http://{HOST}:{port}/healthz", log)
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace")[-3000:])
