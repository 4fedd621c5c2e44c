"""Work inside a set of compounds, or not at all.

`scope()` opens one transaction in which Django refuses unscoped queries (django-scopes) and
PostgreSQL's row-level security admits only the rows of the named compounds. Without a scope a
query raises in Python and finds no rows in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

import django_scopes
from django.db import connection, models, transaction
from django_scopes import ScopedManager

from lockdown.kernel.lean import Question, Row, begin, first_row, has_ended, whole

_current: ContextVar[str] = ContextVar("lockdown_compounds", default="")
_person: ContextVar[str] = ContextVar("lockdown_person", default="")


def _set_local(name: str, value: str) -> None:
    # SET LOCAL and not set_config(): a distributed PostgreSQL propagates only the former.
    # The value consists of digits, commas and braces, made here from integers.
    with connection.cursor() as cursor:
        cursor.execute(_local(name, value))


def _local(name: str, value: str) -> str:
    return f"SET LOCAL lockdown.{name} = '{value}'"


def _array(compounds: Iterable[int]) -> str:
    return "{" + ",".join(str(int(one)) for one in sorted(set(compounds))) + "}"


@contextmanager
def _setting(
    variable: ContextVar[str],
    name: str,
    value: str,
    first: Question | None = None,
    *,
    ends: bool = False,
) -> Iterator[Row]:
    before = variable.get()
    nested = connection.in_atomic_block
    with transaction.atomic():
        if nested:
            _set_local(name, value)
            row = first_row(*first) if first else None
        else:
            row = begin(_local(name, value), first, ends=ends)
        token = variable.set(value)
        try:
            yield row
        finally:
            variable.reset(token)
        # SET LOCAL lives until the outermost transaction ends, so a nested block puts the old
        # value back. After an exception the rollback (to the savepoint) does it.
        if nested and not connection.needs_rollback:
            _set_local(name, before)


@contextmanager
def scope(
    compounds: Iterable[int], first: Question | None = None, *, ends: bool = False
) -> Iterator[Row]:
    """One transaction that sees and writes only these compounds (ids).

    Yields the row that answers `first`, which is asked in the message that begins the transaction.
    `ends`: and commits it, if nothing is around it: whoever asks more calls `go_on`, or `in_one`.
    """
    ids = sorted({int(one) for one in compounds})
    setting = _setting(_current, "compounds", _array(ids), first, ends=ends)
    with setting as row, django_scopes.scope(compound=ids):
        yield row


def go_on() -> None:
    """Begin again in the scope in force, if its transaction has ended (`ends`, lean.last_row)."""
    if has_ended():
        begin(_local("compounds", _current.get()))


def in_one(statement: str, parameters: Sequence[Any]) -> list[Row]:
    """The rows of a statement that is a whole transaction in the scope in force, which has ended.

    It is committed when they are here.
    """
    return whole(_local("compounds", _current.get()), statement, parameters)


@contextmanager
def scope_of_every_compound() -> Iterator[None]:
    """For sweeps only: select what is due across all compounds in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM compounds_compound ORDER BY id")
        ids = [row[0] for row in cursor.fetchall()]
    with _setting(_current, "compounds", _array(ids)), django_scopes.scopes_disabled():
        yield


@contextmanager
def as_person(user_id: int) -> Iterator[None]:
    """One transaction in which a person's own memberships can be read, and nothing else."""
    with _setting(_person, "person", str(int(user_id))), django_scopes.scopes_disabled():
        yield


def scoped_compounds() -> list[int]:
    """The ids of the compounds of the scope in force, in order; empty without a scope."""
    inner = _current.get().strip("{}")
    return [int(one) for one in inner.split(",")] if inner else []


class TenantModel(models.Model):
    """A row that belongs to one compound; invisible outside a scope that names it.

    The key (compound, id) that every such table has begins with the compound: an index of the
    compound alone would be written with each row and say nothing more.
    """

    compound = models.ForeignKey(
        "compounds.Compound", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    # Any, because django-scopes makes the manager class at run time.
    objects: ClassVar[Any] = ScopedManager(compound="compound")

    class Meta:
        abstract = True


def tenant_manager(queryset: type[models.QuerySet]) -> Any:
    """The scoped manager for a model with its own QuerySet class."""
    return ScopedManager(models.Manager.from_queryset(queryset), compound="compound")
