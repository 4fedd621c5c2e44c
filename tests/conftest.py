"""The test database: made once by the owner's role, used as the app's role.

Every test therefore runs behind row security, as the product does.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tests.cast import Cast, make_cast

ROOT = Path(__file__).resolve().parent.parent
BASE = settings.DATABASES["owner"]["NAME"]
ROLES = ROOT / "lockdown" / "services" / "roles.sql"


def pytest_configure() -> None:
    # Tests hold one connection; a pool would keep the database from being dropped.
    settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECURE_COOKIES = settings.SESSION_COOKIE_SECURE = False
    settings.CSRF_COOKIE_SECURE = False
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def _owner(name: str | None = None) -> psycopg.Connection:
    known = settings.DATABASES["owner"]
    return psycopg.connect(
        dbname=name or BASE,
        user=known["USER"],
        password=known["PASSWORD"],
        host=known["HOST"],
        port=known["PORT"],
        autocommit=True,
    )


def _schema_digest() -> str:
    digest = hashlib.sha256(ROLES.read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    digest.update((ROOT / "lockdown/kernel/migrations.py").read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.Item) -> Iterator[None]:
    template = f"test_template_{_schema_digest()}"
    name = f"test_lockdown_{os.getpid()}"
    with django_db_blocker.unblock():
        with _owner() as owner:
            owner.execute("SELECT pg_advisory_lock(7410)")
            _make_template(owner, template)
            owner.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        _use(name)
        _flush_as_owner(name)
        make_cast()  # committed once; each test works in a transaction on top of it
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        _drop(name)


def _drop(name: str) -> None:
    """The owner may not end the app role's sessions; those of killed processes go by themselves."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    for _try in range(20):
        try:
            with _owner() as owner:
                owner.execute(statement)
            return
        except psycopg.errors.ObjectInUse:
            time.sleep(0.25)


def _make_template(owner: psycopg.Connection, template: str) -> None:
    known = owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
    if known:
        return
    building = f"{template}_new"
    owner.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building))
    )
    owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    with _owner(building) as fresh:
        fresh.execute(ROLES.read_text().encode())
    _use(building)
    call_command("migrate", database="owner", verbosity=0)
    connections["owner"].close()
    owner.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(building), sql.Identifier(template)
        )
    )


def _use(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def _flush_as_owner(name: str) -> None:
    """Transactional tests empty the tables afterwards, which the app's role may not."""

    def flush(statements: list[str]) -> None:
        with _owner(name) as owner:
            for statement in statements:
                owner.execute(statement.encode())

    connections["default"].ops.execute_sql_flush = flush  # type: ignore[method-assign]


@pytest.fixture
def cast(db: None) -> Cast:
    """Two companies, three compounds, and the people in them."""
    return make_cast()
