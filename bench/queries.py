"""What a page or an action asks the database, and the same asked without the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compounds.digests import digest_of

T = TypeVar("T")
# Marks of a transaction are no questions.
MARKS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
SCOPE = "SET LOCAL lockdown.compounds"


def asked_by(call: Callable[[], T]) -> tuple[T, list[str]]:
    """What the call returns, and its statements with their values, without transaction marks."""
    with CaptureQueriesContext(connection) as seen:
        answer = call()
    statements = [query["sql"] for query in seen.captured_queries]
    return answer, [one for one in statements if not one.startswith(MARKS)]


@dataclass(frozen=True)
class Seen:
    """A warm page: its bytes and its statements, those of session, member and scope included."""

    body: bytes
    statements: list[str]

    @property
    def count(self) -> int:
        return len(self.statements)

    @property
    def inside(self) -> list[str]:
        """The statements that ran inside the compound's scope."""
        first = next(place for place, one in enumerate(self.statements) if one.startswith(SCOPE))
        return [one for one in self.statements[first + 1 :] if not one.startswith("SET LOCAL")]


def look(client: Client, path: str) -> Seen:
    """Open the page warm, but with an empty cache. Fails unless it is answered with 200."""
    for _time in range(2):
        client.get(path)
    cache.clear()
    # "Last seen" is written once in five minutes, after the page.
    cache.set(f"seen:{digest_of(str(client.session.session_key))}", 1)
    answer, statements = asked_by(lambda: client.get(path))
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return Seen(answer.content, statements)
