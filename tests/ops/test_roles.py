"""The app's role is bound by row security and cannot change the schema, in every database."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import errors

ROLES_SQL = Path(__file__).resolve().parents[2] / "lockdown" / "services" / "roles.sql"
SCRATCH = f"lockdown_roles_{os.getpid()}"


def in_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="module")
def scratch() -> Iterator[dict[str, str]]:
    """A new database made by the owner, with roles.sql run twice and one table in it."""
    owner, app = os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"]
    with psycopg.connect(owner, autocommit=True) as maker:
        maker.execute(f"DROP DATABASE IF EXISTS {SCRATCH}")
        maker.execute(f"CREATE DATABASE {SCRATCH}")
    urls = {"owner": in_database(owner, SCRATCH), "app": in_database(app, SCRATCH)}
    with psycopg.connect(urls["owner"], autocommit=True) as connection:
        connection.execute(ROLES_SQL.read_bytes())
        connection.execute("CREATE TABLE journal (id bigserial PRIMARY KEY, note text)")
        connection.execute("REVOKE UPDATE, DELETE ON journal FROM lockdown_app")
        connection.execute(ROLES_SQL.read_bytes())
        connection.execute("CREATE TABLE door (id bigserial PRIMARY KEY, code text)")
    yield urls
    with psycopg.connect(owner, autocommit=True) as maker:
        maker.execute(f"DROP DATABASE {SCRATCH}")


def test_neither_role_is_superuser_or_escapes_row_security() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname IN ('lockdown_owner', 'lockdown_app') ORDER BY rolname"
        ).fetchall()
    assert rows == [
        ("lockdown_app", False, False, False, False),
        ("lockdown_owner", False, False, False, True),
    ]


def test_the_app_is_neither_owner_nor_member_of_the_owner() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT current_user, pg_has_role(current_user, 'lockdown_owner', 'MEMBER'),"
            " pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("lockdown_app", False, "lockdown_owner")


def test_the_app_works_with_rows_of_the_owners_new_tables(scratch: dict[str, str]) -> None:
    with psycopg.connect(scratch["app"]) as connection:
        connection.execute("INSERT INTO door (code) VALUES ('3-1-502')")
        connection.execute("UPDATE door SET code = '3-1-503'")
        assert connection.execute("SELECT id, code FROM door").fetchall() == [(1, "3-1-503")]
        connection.execute("DELETE FROM door")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE door ADD COLUMN spare text",
        "DROP TABLE door",
        "TRUNCATE door",
        "ALTER TABLE door DISABLE ROW LEVEL SECURITY",
        "UPDATE journal SET note = ''",
        "DELETE FROM journal",
        "SET ROLE lockdown_owner",
    ],
)
def test_the_app_is_refused_what_only_the_owner_may(
    scratch: dict[str, str], statement: str
) -> None:
    with (
        psycopg.connect(scratch["app"]) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)
