"""Pages that do what a page cannot do without: the doors, the queries, the bytes.

A stub stands behind the same middleware and the same wall as the page it is the limit of, runs
the statements that it finds in a file, and answers with bytes that were rendered before.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path

from django.db import connection
from django.http import HttpRequest, HttpResponse

from compounds.access import member_page
from compounds.roles import Permission
from households.access import resident_page
from lockdown.kernel.lean import all_rows


@lru_cache
def _stub(name: str) -> tuple[list[str], bytes]:
    """(statements, bytes) as the benchmark wrote them down."""
    folder = Path(os.environ["BENCH_FOLDER"])
    return json.loads((folder / f"{name}.json").read_text()), (folder / f"{name}.html").read_bytes()


def write_stub(name: str, statements: list[str], body: bytes) -> None:
    folder = Path(os.environ["BENCH_FOLDER"])
    (folder / f"{name}.json").write_text(json.dumps(statements))
    (folder / f"{name}.html").write_bytes(body)
    _stub.cache_clear()


def replay(statements: list[str]) -> None:
    """Run each and fetch its rows, as plain tuples."""
    for statement in statements:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()


def _answer(name: str) -> HttpResponse:
    """Its statements are planned once a connection, as the page's own are."""
    statements, body = _stub(name)
    for statement in statements:
        all_rows(statement.replace("%", "%%"), [])
    return HttpResponse(body)


@member_page(Permission.BOARD_SEE)
def member_stub(request: HttpRequest, name: str) -> HttpResponse:
    return _answer(name)


@resident_page("The limit that the resident's page is measured against.")
def resident_stub(request: HttpRequest, name: str) -> HttpResponse:
    return _answer(name)
