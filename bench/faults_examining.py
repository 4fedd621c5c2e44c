"""After a fault: which invariants hold, and whether each is able to fail."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bench.faults_checks import ALWAYS, TABLES, Check, Measure, of_measures
from bench.faults_crowd import Answer


@dataclass
class Done:
    """A fault that was done. `recovery_s` None: nothing was away. `checks` are its own."""

    compound: int
    answers: list[Answer]
    recovery_s: float | None = None
    measures: list[Measure] = field(default_factory=list)
    checks: tuple[Check, ...] = ()
    note: str = ""


def examine(done: Done) -> list[dict[str, Any]]:
    """One record an invariant. A mutant is caught when it trips its invariant and no other."""
    keep(done)
    checks = (*ALWAYS, *done.checks, *of_measures(done.measures))
    with owner(done.compound) as cursor:
        before = broken(cursor, checks)
    return [
        {
            "name": one.name,
            "holds": one.name not in before,
            "mutant_caught": after_mutant(done.compound, one, checks) - before == {one.name},
        }
        for one in checks
    ]


def keep(done: Done) -> None:
    """The answers and measures as tables beside the product's."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as link:
        link.execute(TABLES)
        link.cursor().executemany(
            "INSERT INTO faults_answer VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    one.household,
                    one.key,
                    Jsonb(one.cart),
                    one.status,
                    one.says,
                    one.began,
                    one.ended,
                )
                for one in done.answers
            ],
        )
        link.cursor().executemany(
            "INSERT INTO faults_measure VALUES (%s, %s, %s)",
            [(one.says, one.value, one.at_most) for one in done.measures],
        )


@contextmanager
def owner(compound: int) -> Iterator[psycopg.Cursor]:
    """The owner in one compound; what it changes is taken back."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as link:
        link.execute(f"SET LOCAL lockdown.compounds = '{{{compound}}}'".encode())
        link.execute("SET LOCAL lock_timeout = '10s'")
        yield link.cursor()
        link.rollback()


def broken(cursor: psycopg.Cursor, checks: Sequence[Check]) -> set[str]:
    found = set()
    for one in checks:
        cursor.execute(f"SELECT 1 FROM ({one.breach}) AS breach LIMIT 1".encode())
        if cursor.fetchone():
            found.add(one.name)
    return found


def after_mutant(compound: int, one: Check, checks: Sequence[Check]) -> set[str]:
    """What is broken then; a mutant that the database itself refuses trips nothing."""
    with owner(compound) as cursor:
        try:
            for statement in one.mutant:
                cursor.execute(statement.encode())
        except psycopg.Error as error:
            print(f"faults | the mutant of “{one.name}” cannot be made: {error}", file=sys.stderr)
            return set()
        return broken(cursor, checks)
