"""Services for as long as somebody needs them; several sessions share one pair of servers."""

import contextlib
import os
from collections.abc import Iterator
from typing import IO

from lockdown.services import external, processes
from lockdown.services.errors import ServiceError
from lockdown.services.postgres import Postgres
from lockdown.services.state import State, control_lock, in_use, join_users, load_state
from lockdown.services.valkey import Valkey

Service = Postgres | Valkey


def embedded(state: State) -> list[Service]:
    """The services that the environment does not name."""
    services: list[Service] = []
    if not os.environ.get("DATABASE_URL"):
        services.append(Postgres(state))
    if not os.environ.get("REDIS_URL"):
        services.append(Valkey(state))
    return services


def environment(state: State, redis_db: int = 0) -> dict[str, str]:
    """What settings read. Values that are already set win."""
    known = {
        "SECRET_KEY": os.environ.get("SECRET_KEY") or state.secret_key,
        "FIELD_KEYS": os.environ.get("FIELD_KEYS") or state.field_keys,
        "BLIND_INDEX_KEY": os.environ.get("BLIND_INDEX_KEY") or state.blind_index_key,
        "LOCKDOWN_STATE_DIR": str(state.directory),
        "REDIS_URL": os.environ.get("REDIS_URL") or Valkey(state).url(redis_db),
    }
    if os.environ.get("DATABASE_URL"):
        return known | external.database_environment(state)
    cluster = Postgres(state)
    return known | {
        "DATABASE_URL": cluster.url("lockdown_app"),
        "DATABASE_OWNER_URL": cluster.url("lockdown_owner"),
    }


@contextlib.contextmanager
def session(redis_db: int = 0) -> Iterator[dict[str, str]]:
    """Start what is missing and yield the environment. The last one out stops what a session
    started; what `up` started stays."""
    processes.adopt_orphans()
    membership: IO[str] | None = None
    try:
        with processes.undisturbed():
            membership, values = _enter(redis_db)
        yield values
    finally:
        with processes.undisturbed():
            _leave(membership)


def _enter(redis_db: int) -> tuple[IO[str], dict[str, str]]:
    with control_lock(load_state()):
        state = load_state()
        services = embedded(state)
        if services and not any(service.running() for service in services):
            state.keep = False
            state.save()
        start(services)
        return join_users(state), environment(state, redis_db)


def _leave(membership: IO[str] | None) -> None:
    with control_lock(load_state()):
        if membership is not None:
            membership.close()
        state = load_state()
        if not state.keep and not in_use(state):
            stop(embedded(state))


def start(services: list[Service]) -> None:
    for service in services:
        service.start()


def stop(services: list[Service]) -> None:
    for service in reversed(services):
        service.stop()


def up() -> State:
    """Start and leave running until `down`."""
    with control_lock(load_state()):
        state = load_state()
        start(embedded(state))
        state.keep = True
        state.save()
        return state


def down(force: bool = False) -> None:
    """Stop. Refuses while a session uses the services, unless forced."""
    with control_lock(load_state()):
        state = load_state()
        if in_use(state) and not force:
            raise ServiceError("The services are in use by another command. Stop it first.")
        state.keep = False
        state.save()
        stop(embedded(state))


def reset() -> None:
    """Forget all data of this checkout, on servers of our own or of others."""
    with control_lock(load_state()):
        state = load_state()
        if in_use(state):
            raise ServiceError("The data are in use by another command. Stop it first.")
        for service in embedded(state):
            service.drop()
        external.reset(state)
