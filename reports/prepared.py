"""Queries that Django writes once in a process; each call only fills in the values.

Writing the SQL of a board's query takes Django several times longer than PostgreSQL takes to
answer it, and planning it PostgreSQL longer than to run it. The statement stays what the ORM makes
of the query, with its compound filter; it is planned once a connection, behind row security.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import django_scopes
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django_scopes.exceptions import ScopeError
from psycopg import sql as sql_text

from lockdown.kernel.lean import all_rows
from lockdown.kernel.tenancy import scoped_compounds

Rows = list[tuple[Any, ...]]
# Values that stand in for the real ones while the statement is written.
FIRST_NUMBER = -7_300_000_001
FIRST_YEAR = 1001


@dataclass(frozen=True)
class Hole:
    """A place of the statement: which value comes there, as which kind of number or moment."""

    name: Hashable
    cast: Callable[[Any], Any] | None


@dataclass(frozen=True)
class Statement:
    """SQL with its holes in order, and what turns a column into its value."""

    sql: str
    holes: tuple[Hole, ...]
    converters: tuple[tuple[int, list[Any], Any], ...]

    def rows(self, values: Mapping[Hashable, Any]) -> Rows:
        found: Rows = all_rows(self.sql, [_filled(one, values) for one in self.holes])
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, functions, column in self.converters:
            for function in functions:
                values[place] = function(values[place], column, connection)
        return tuple(values)


def prepared(build: Callable[..., QuerySet]) -> Callable[..., Rows]:
    """The rows of a query of values. `build` makes it from numbers, moments and plain choices.

    Numbers and moments are filled in at each call and must reach the statement as they are;
    each combination of the other arguments is a statement of its own.
    """
    statements: dict[Hashable, Statement] = {}

    @wraps(build)
    def run(**arguments: Any) -> Rows:
        compounds = scoped_compounds()
        if not compounds:
            raise ScopeError("Rows are read inside a scope.")
        open_ = {name for name, value in arguments.items() if _is_open(value)}
        fixed = {name: value for name, value in arguments.items() if name not in open_}
        key = (len(compounds), frozenset(open_), frozenset(fixed.items()))
        if key not in statements:
            statements[key] = _write(build, arguments, open_, len(compounds))
        values: dict[Any, Any] = {**dict(enumerate(compounds)), **arguments}
        return statements[key].rows(values)

    return run


def _is_open(value: object) -> bool:
    return isinstance(value, int | datetime) and not isinstance(value, bool)


def _write(
    build: Callable[..., QuerySet], arguments: Mapping[str, Any], open_: set[str], compounds: int
) -> Statement:
    stand_ins: dict[Any, Hashable] = {FIRST_NUMBER - place: place for place in range(compounds)}
    asked = dict(arguments)
    for place, name in enumerate(sorted(open_)):
        is_moment = isinstance(arguments[name], datetime)
        asked[name] = (
            datetime(FIRST_YEAR + place, 1, 1, tzinfo=UTC)
            if is_moment
            else FIRST_NUMBER - compounds - place
        )
        stand_ins[asked[name]] = name
    scope = [number for number, name in stand_ins.items() if isinstance(name, int)]
    with django_scopes.scope(compound=scope):
        compiler = build(**asked).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
    parts = [_hole(one, stand_ins) for one in parameters]
    holes = tuple(one for one in parts if isinstance(one, Hole))
    missing = set(stand_ins.values()) - {one.name for one in holes}
    if missing:
        raise ValueError(f"{build.__name__} does not ask for {missing} as they are.")
    columns = [column for column, _sql, _alias in compiler.select]
    converters = compiler.get_converters(columns)
    found = tuple((place, *converters[place]) for place in sorted(converters))
    # A percent sign of the query itself stays one for the cursor.
    filled = sql.replace("%%", "%%%%") % tuple(_place(one) for one in parts)
    return Statement(filled, holes, found)


def _place(part: Any) -> str:
    """What stands in the statement itself: a hole of its kind, or what never changes, in full, so
    that PostgreSQL may plan with it; a partial index is found by nothing else."""
    if isinstance(part, Hole):
        return "%s::bigint" if part.cast else "%s::timestamptz"
    return sql_text.Literal(part).as_string(connection.connection).replace("%", "%%")


def _hole(parameter: Any, stand_ins: Mapping[Any, Hashable]) -> Any:
    if not _is_open(parameter) or parameter not in stand_ins:
        return parameter
    cast = type(parameter) if isinstance(parameter, int) else None
    return Hole(stand_ins[parameter], cast)


def _filled(hole: Hole, values: Mapping[Hashable, Any]) -> Any:
    value = values[hole.name]
    return hole.cast(value) if hole.cast else value
