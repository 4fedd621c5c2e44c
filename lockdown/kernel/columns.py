"""Thousands of rows in one statement, column by column, without an object for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def add_rows(
    model: type[models.Model],
    columns: Mapping[str, Sequence[Any]],
    *,
    once: bool = False,
    **same: Any,
) -> None:
    """Rows with these columns (lists of one length) and with what is `same` for all, by column
    name; every other column has the model's default. `once` leaves out what stands already.

    A value that is too long is refused, never cut: types are named without their length.
    """
    fields = [one for one in model._meta.concrete_fields if not one.primary_key]
    whole = {one.attname: one.get_default() for one in fields if one.attname not in columns} | same
    if not next(iter(columns.values())):
        return
    statement = sql.SQL(
        "INSERT INTO {table} ({named}, {listed}) "
        "SELECT {values}, w.* FROM unnest({lists}) AS w{end}"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        named=_names(model, whole),
        listed=_names(model, columns),
        values=_places(model, whole, ""),
        lists=_places(model, columns, "[]"),
        end=sql.SQL(" ON CONFLICT DO NOTHING" if once else ""),
    )
    _run(statement, [*_prepared(model, whole), *map(list, columns.values())])


def set_column(
    model: type[models.Model], compound: int, name: str, values: Mapping[int, Any]
) -> None:
    """One column of many rows, by their ids; rows that have the value already are left alone."""
    if not values:
        return
    statement = sql.SQL(
        "UPDATE {table} t SET {name} = w.value FROM unnest(%s::bigint[], {kind}) AS w (id, value) "
        "WHERE t.compound_id = %s AND t.id = w.id AND t.{name} IS DISTINCT FROM w.value"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        name=_names(model, [name]),
        kind=_places(model, [name], "[]"),
    )
    _run(statement, [list(values), list(values.values()), compound])


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(one for one in model._meta.concrete_fields if one.attname == name)


def _names(model: type[models.Model], names: Sequence[str] | Mapping[str, Any]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(str(_column(model, one).column)) for one in names)


def _places(
    model: type[models.Model], names: Sequence[str] | Mapping[str, Any], end: str
) -> sql.Composed:
    kinds = [str(_column(model, one).db_type(connection)).partition("(")[0] for one in names]
    return sql.SQL(", ").join(sql.SQL(f"%s::{kind}{end}") for kind in kinds)


def _prepared(model: type[models.Model], values: Mapping[str, Any]) -> list[Any]:
    return [
        _column(model, name).get_db_prep_save(value, connection) for name, value in values.items()
    ]


def _run(statement: sql.Composed, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
