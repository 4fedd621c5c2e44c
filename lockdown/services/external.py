"""Servers that are already there: DATABASE_URL and REDIS_URL of somebody else's making."""

import hmac
import importlib
import os
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from lockdown.services.errors import ServiceError
from lockdown.services.postgres import ROLES_SQL, make_roles
from lockdown.services.state import State

NO_OWNER = (
    "DATABASE_URL is set, but DATABASE_OWNER_URL is not, and the role in DATABASE_URL may not "
    "create roles. Set DATABASE_OWNER_URL to the role that owns the database and runs migrations."
)


def database_environment(state: State) -> dict[str, str]:
    """Both URLs as given. An administrator's DATABASE_URL alone is enough: the two roles are
    then made, and the administrator's is not used again."""
    url = os.environ["DATABASE_URL"]
    owner = os.environ.get("DATABASE_OWNER_URL")
    if owner:
        return {"DATABASE_URL": url, "DATABASE_OWNER_URL": owner}
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as admin:
            passwords = _passwords(url, state)
            _adopt(admin, passwords)
    except psycopg.Error as error:
        raise ServiceError(f"The database of DATABASE_URL cannot be used: {error}") from error
    return {
        "DATABASE_URL": _with_role(url, "lockdown_app", passwords["lockdown_app"]),
        "DATABASE_OWNER_URL": _with_role(url, "lockdown_owner", passwords["lockdown_owner"]),
    }


def _passwords(url: str, state: State) -> dict[str, str]:
    """Derived from the administrator's password, so that two checkouts on one server agree;
    our own secrets where there is none."""
    own = {"lockdown_app": state.app_password, "lockdown_owner": state.owner_password}
    secret = urlsplit(url).password
    if not secret:
        return own
    return {role: hmac.new(secret.encode(), role.encode(), "sha256").hexdigest() for role in own}


def _adopt(admin: psycopg.Connection[tuple[object, ...]], passwords: dict[str, str]) -> None:
    """Make the roles, give the database to its owner, let the app's role in."""
    mighty = admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if not mighty or not mighty[0]:
        raise ServiceError(NO_OWNER)
    make_roles(admin, passwords)
    database = admin.info.dbname
    admin.execute(
        sql.SQL("ALTER DATABASE {} OWNER TO lockdown_owner").format(sql.Identifier(database))
    )
    admin.execute(ROLES_SQL.read_bytes())


def _with_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password)}@{place}"))


def reset(state: State) -> None:
    """Empty the database and the Redis database that the environment names, if it names any."""
    if os.environ.get("DATABASE_URL"):
        owner = database_environment(state)["DATABASE_OWNER_URL"]
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
            connection.execute("CREATE SCHEMA public")
            connection.execute(ROLES_SQL.read_bytes())
    if os.environ.get("REDIS_URL"):
        # Half a second to import, and needed only here.
        redis = importlib.import_module("redis")
        redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
