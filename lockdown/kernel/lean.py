"""Less talk with the database, for the few statements that run all the time.

Django takes several times longer to write the SQL of a query with joins than PostgreSQL to
answer it, and PostgreSQL longer to plan one than to run it. A statement written by hand names
its compound, runs in the scope, behind row security, and is planned once a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, models
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

Named = tuple[str, type[models.Model]]  # alias in the statement, model


def begin(first: str) -> None:
    """Begin the transaction that Django has just announced, and run `first`, in one message.

    psycopg sends a BEGIN of its own only when none has been sent. `first` has no parameters.
    """
    connection.ensure_connection()
    link = connection.connection.pgconn
    if connection.queries_logged or link.transaction_status != TransactionStatus.IDLE:
        with connection.cursor() as cursor:
            cursor.execute(first)
        return
    with connection.wrap_database_errors:
        result = link.exec_(f"BEGIN; {first}".encode())
        if result.status != ExecStatus.COMMAND_OK:
            if link.status == ConnStatus.BAD:
                raise psycopg.OperationalError(link.get_error_message())
            raise psycopg.errors.error_from_result(result)


def fetch_first(
    named: Sequence[Named], rest: str, parameters: Sequence[Any]
) -> tuple[models.Model, ...] | None:
    """One instance for each (alias, model) of the first row of SELECT their columns `rest`.

    `rest` begins with FROM. Their relations to each other are the caller's to set.
    """
    row = first_row(f"SELECT {_columns(tuple(named))} {rest} LIMIT 1", parameters)
    if row is None:
        return None
    found, start = [], 0
    for _alias, model in named:
        fields = _names(model)
        found.append(model.from_db("default", fields, row[start : start + len(fields)]))
        start += len(fields)
    return tuple(found)


def first_row(statement: str, parameters: Sequence[Any]) -> Any:
    """The first row or None, by a statement that is prepared on the connection.

    Unless a pooler between us and PostgreSQL forbids it (DATABASE_PREPARED=0).
    """
    if connection.queries_logged or not settings.DATABASE_PREPARED:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement.encode(), parameters, prepare=True).fetchone()


@lru_cache
def _columns(named: tuple[Named, ...]) -> str:
    return ", ".join(
        f'{alias}."{field.column}"'
        for alias, model in named
        for field in model._meta.concrete_fields
    )


@lru_cache
def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
