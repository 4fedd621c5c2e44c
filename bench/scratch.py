"""A database of our own, made by the owner's role and used as the app's; dropped at the end.

Everything that follows reads the environment, so the benchmarks, the web server and the worker
all see the scratch database and nothing of the demo's.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from redis import Redis

ROOT = Path(__file__).resolve().parent.parent
ROLES = ROOT / "lockdown" / "services" / "roles.sql"
REDIS_DB = 2  # the demo has 0, the tests 1
LOCK = 7411


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Point the environment at an empty, migrated database; yields a folder for files."""
    owner, app = os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"]
    name, template = f"bench_lockdown_{os.getpid()}", f"bench_template_{_schema_digest()}"
    with psycopg.connect(owner, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _drop_old(admin)
        _make_template(admin, owner, app, template)
        admin.execute(_sql("CREATE DATABASE {} TEMPLATE {}", name, template))
        admin.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    try:
        with tempfile.TemporaryDirectory(prefix="lockdown-bench-") as folder:
            os.environ |= environment(owner, app, name) | {
                "BENCH_FOLDER": folder,
                "STATIC_ROOT": folder,
            }
            Redis.from_url(os.environ["REDIS_URL"]).flushdb()
            yield Path(folder)
    finally:
        with psycopg.connect(owner, autocommit=True) as admin:
            admin.execute(_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def environment(owner: str, app: str, name: str) -> dict[str, str]:
    """Settings as in earnest, over plain HTTP on this machine; static files keep their names."""
    return {
        "DATABASE_OWNER_URL": _in_database(owner, name),
        "DATABASE_URL": _in_database(app, name),
        "REDIS_URL": _redis(os.environ["REDIS_URL"]),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DEBUG": "0",
        "CELERY_EAGER": "0",
        "SECURE_COOKIES": "0",
        "ALLOWED_HOSTS": "*",
        "PLAIN_STATIC": "1",
        "LOG_LEVEL": "WARNING",
    }


def _in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _redis(url: str) -> str:
    """The benchmarks empty their Redis database first, so it is never the one that people use."""
    return urlsplit(url)._replace(path=f"/{REDIS_DB}").geturl()


def _drop_old(admin: psycopg.Connection) -> None:
    """Databases of runs that were killed, and templates of other schemas."""
    rows = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'bench\\_%'")
    for (name,) in rows.fetchall():
        pid = name.removeprefix("bench_lockdown_")
        is_dead = pid.isdecimal() and not Path(f"/proc/{pid}").exists()
        is_old = name.startswith("bench_template_") and not name.endswith(_schema_digest())
        if is_dead or is_old:
            admin.execute(_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def _schema_digest() -> str:
    digest = hashlib.sha256(ROLES.read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    digest.update((ROOT / "lockdown/kernel/migrations.py").read_bytes())
    return digest.hexdigest()[:12]


def _make_template(admin: psycopg.Connection, owner: str, app: str, template: str) -> None:
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
        return
    draft = f"{template}_new"
    admin.execute(_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", draft))
    admin.execute(_sql("CREATE DATABASE {}", draft))
    with psycopg.connect(_in_database(owner, draft), autocommit=True) as fresh:
        fresh.execute(ROLES.read_text().encode())
    migrate = [sys.executable, "manage.py", "migrate", "--database", "owner", "-v", "0"]
    subprocess.run(migrate, cwd=ROOT, env=os.environ | environment(owner, app, draft), check=True)
    admin.execute(_sql("ALTER DATABASE {} RENAME TO {}", draft, template))


def _sql(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))
