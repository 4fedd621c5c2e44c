"""Less talk with the database, for the few statements that run all the time.

Django takes several times longer to write the SQL of a query with joins than PostgreSQL to
answer it, and PostgreSQL longer to plan one than to run it. A statement written by hand names
its compound, runs in the scope, behind row security, and is planned once a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models
from psycopg.pq import TransactionStatus

from lockdown.kernel import wire

Row = Any  # a tuple of the row's values, or None
MOST_PARAMETERS = 200


class Named(NamedTuple):
    """A model under its alias in a statement; with `columns` only these, the others deferred."""

    alias: str
    model: type[models.Model]
    columns: tuple[str, ...] = ()


class Question(NamedTuple):
    """A statement with %s for its parameters; its first row is wanted."""

    statement: str
    parameters: Sequence[Any]


def begin(first: str, question: Question | None = None, *, ends: bool = False) -> Row:
    """Begin the transaction that Django has just announced, run `first`, and ask; one message.

    psycopg sends a BEGIN of its own only when none has been sent. `first` has no parameters.
    `ends`: the question is all that is asked; its COMMIT goes along (see `last_row`).
    """
    here = _here()
    link = here.connection
    if here.queries_logged or link.pgconn.transaction_status != TransactionStatus.IDLE:
        with here.cursor() as cursor:
            cursor.execute(first)
        return first_row(*question) if question else None
    with here.wrap_database_errors:
        if question and settings.DATABASE_PREPARED:
            after = ("COMMIT",) if ends else ()
            return wire.ask(link, *question, before=("BEGIN", first), after=after)
        wire.say(link, f"BEGIN; {first}")
    return first_row(*question) if question else None


def named_rows(named: Sequence[Named], rest: str, parameters: Sequence[Any]) -> Question:
    """SELECT the columns of each (alias, model) `rest`, which begins with FROM."""
    return Question(f"SELECT {_columns(tuple(named))} {rest} LIMIT 1", parameters)


def instances(named: Sequence[Named], row: Row) -> tuple[models.Model, ...] | None:
    """One instance for each (alias, model) of the answer to `named_rows`.

    Their relations to each other are the caller's to set.
    """
    if row is None:
        return None
    found, start = [], 0
    for _alias, model, columns in named:
        fields = columns or _names(model)
        found.append(_instance(model, fields, row[start : start + len(fields)]))
        start += len(fields)
    return tuple(found)


def relate(one: models.Model, **others: models.Model) -> None:
    """Let a row know its neighbours, as select_related leaves them.

    The columns say so already: the statement has joined them. Setting each through its field asks
    the router and writes the column again.
    """
    one._state.fields_cache.update(others)


def fetch_first(
    named: Sequence[Named], rest: str, parameters: Sequence[Any]
) -> tuple[models.Model, ...] | None:
    """One instance of each, of the first row; None when there is none."""
    return instances(named, first_row(*named_rows(named, rest, parameters)))


def first_row(statement: str, parameters: Sequence[Any]) -> Row:
    """The first row or None, by a statement that is prepared on the connection.

    Unless a pooler between us and PostgreSQL forbids it (DATABASE_PREPARED=0).
    """
    return _row(_here(), statement, parameters)


def all_rows(statement: str, parameters: Sequence[Any]) -> list[Row]:
    """The rows of a statement that is prepared on the connection, as `first_row` the first.

    One with very many parameters, as for somebody who sees a whole city, is not kept.
    """
    here = _here()
    if not _is_straight(here) or len(parameters) > MOST_PARAMETERS:
        with here.cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())
    with here.wrap_database_errors:
        if _is_unbegun(here.connection):
            wire.say(here.connection, "BEGIN")
        return list(wire.ask_all(here.connection, statement, parameters))


def last_row(statement: str, parameters: Sequence[Any]) -> Row:
    """The same for the last statement of the outermost transaction: it goes with its COMMIT.

    What Django does at the end of its block finds nothing left to do. Whoever has more to ask in
    the same scope begins again (lockdown.kernel.tenancy.go_on). In a block within another the
    commit is not ours, and this is `first_row`.
    """
    here = _here()
    after = ("COMMIT",) if len(here.atomic_blocks) == 1 else ()
    return _row(here, statement, parameters, after)


def whole(first: str, statement: str, parameters: Sequence[Any]) -> list[Row]:
    """A transaction of its own, in one message: `first`, the statement, COMMIT.

    Only where `has_ended`. After an error the connection is fit for another.
    """
    here = _here()
    link = here.connection
    try:
        with here.wrap_database_errors:
            ends = {"before": ("BEGIN", first), "after": ("COMMIT",)}
            return list(wire.ask_all(link, statement, parameters, **ends))
    except DatabaseError:
        if link.pgconn.transaction_status == TransactionStatus.INERROR:
            link.rollback()
        raise


def has_ended() -> bool:
    """Inside a block of Django's whose transaction has been committed with its last statement."""
    here = _here()
    is_idle = here.connection.pgconn.transaction_status == TransactionStatus.IDLE
    return bool(here.in_atomic_block and is_idle)


def _here() -> Any:
    """This thread's connection itself; the proxy in front of it costs at every touch."""
    here = connections[DEFAULT_DB_ALIAS]
    here.ensure_connection()
    return here


def _row(here: Any, statement: str, parameters: Sequence[Any], after: Sequence[str] = ()) -> Row:
    if not _is_straight(here):
        with here.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()
    with here.wrap_database_errors:
        before = ("BEGIN",) if _is_unbegun(here.connection) else ()
        return wire.ask(here.connection, statement, parameters, before=before, after=after)


def _is_straight(here: Any) -> bool:
    """Below Django's cursors: not where queries are counted, nor behind such a pooler."""
    return bool(settings.DATABASE_PREPARED and not here.queries_logged)


def _is_unbegun(link: Any) -> bool:
    """Django has announced a transaction, which psycopg's cursor would begin."""
    return not link.autocommit and link.pgconn.transaction_status == TransactionStatus.IDLE


def _instance(model: type[models.Model], fields: Sequence[str], values: Row) -> models.Model:
    """As from_db makes it, but for its signals, which nobody here waits for; a third of its time.

    Django itself makes one so when it unpickles it.
    """
    made = model.__new__(model)
    made.__dict__.update(zip(fields, values, strict=True))
    made._state = state = models.base.ModelState()
    state.adding, state.db = False, "default"
    return made


@lru_cache
def _columns(named: tuple[Named, ...]) -> str:
    return ", ".join(
        f'{alias}."{field.column}"'
        for alias, model, columns in named
        for field in _fields(model, columns)
    )


@lru_cache
def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _fields(model: type[models.Model], columns: tuple[str, ...]) -> Sequence[models.Field]:
    every = {field.attname: field for field in model._meta.concrete_fields}
    return [every[name] for name in columns or every]
