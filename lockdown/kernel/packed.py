"""Rows that come as lists within another statement, for pages that show a little of many tables.

Each list is a subquery that answers one JSON object a row. A page that needs the rows of nine
tables then asks once instead of nine times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, F, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

Row = TypeVar("Row", bound=models.Model)
Lists = dict[str, list[Any]]


def packed(rows: QuerySet, *related: str, **columns: str) -> ArraySubquery:
    """These rows, in their order: whole, with the related rows on these paths, or some columns."""
    found = (
        JSONObject(**{name: F(path) for name, path in columns.items()})
        if columns
        else _whole(rows.model, related)
    )
    return ArraySubquery(rows.values(json=found))


def unpacked(model: type[Row], values: Iterable[dict[str, Any]]) -> list[Row]:
    """Whole rows of `packed` as instances, each with the related rows that came with it."""
    return [_instance(model, value) for value in values]


def together(one: QuerySet, lists: Mapping[str, Any]) -> dict[str, Any]:
    """All these lists and columns in one statement; `one` finds the row that it is asked of."""
    if not lists:
        return {}
    # The prefix keeps a list's name from meaning a field of that row.
    found = one.order_by().values(**{f"list_{name}": asked for name, asked in lists.items()}).get()
    return {name: found[f"list_{name}"] for name in lists}


def how_many(rows: QuerySet) -> Coalesce:
    """How many rows there are, as a column within another statement."""
    one = rows.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(one.annotate(n=Count("pk")).values("n")), 0)


def _whole(model: type[models.Model], related: Iterable[str], prefix: str = "") -> JSONObject:
    names: dict[str, Any] = {
        one.attname: F(prefix + one.attname) for one in model._meta.concrete_fields
    }
    deeper: dict[str, list[str]] = {}
    for path in related:
        name, _dash, rest = path.partition("__")
        deeper.setdefault(name, []).extend([rest] if rest else [])
    for name, paths in deeper.items():
        names[name] = _whole(_target(model, name), paths, f"{prefix}{name}__")
    return JSONObject(**names)


def _target(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name).related_model


def _instance(model: type[Row], value: dict[str, Any]) -> Row:
    fields = {one.attname: one for one in model._meta.concrete_fields}
    row = model(
        **{name: field.to_python(value[name]) for name, field in fields.items() if name in value}
    )
    for name in value.keys() - fields.keys():
        found = value[name]  # the columns of a row that is not there are all empty
        there = found["id"] is not None
        setattr(row, name, _instance(_target(model, name), found) if there else None)
    row._state.adding, row._state.db = False, "default"
    return row
