"""Model instances from a statement that is written by hand, for the few that run all the time.

Django takes several times longer to write the SQL of a query with joins than PostgreSQL to
answer it. The statement names its compound, and runs in the scope, behind row security.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models

Named = tuple[str, type[models.Model]]  # alias in the statement, model


def fetch_first(
    named: Sequence[Named], rest: str, parameters: Sequence[Any]
) -> tuple[models.Model, ...] | None:
    """One instance for each (alias, model) of the first row of SELECT their columns `rest`.

    `rest` begins with FROM. Their relations to each other are the caller's to set.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(tuple(named))} {rest} LIMIT 1", parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    found, start = [], 0
    for _alias, model in named:
        fields = _names(model)
        found.append(model.from_db("default", fields, row[start : start + len(fields)]))
        start += len(fields)
    return tuple(found)


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
