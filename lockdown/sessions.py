"""Django's sessions in the database, read by a statement that is not written anew each time.

A process remembers what the sessions it has read say. Whoever needs the session and, with what
stands in it, more (households.access) may guess by that, ask for both in one message, and is told
whether the guess still holds. Nothing remembered is ever trusted by itself.
"""

from __future__ import annotations

import json
import threading
from typing import Any, NamedTuple

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from lockdown.kernel.lean import Named, fetch_first

FRESH = "django_session WHERE session_key = %s AND expire_date > %s"
MOST = 10_000  # sessions that a process remembers, some 6 MB


class Remembered(NamedTuple):
    row: str  # session_data, signed
    plain: str  # the same as JSON


class Guess(NamedTuple):
    row: str
    data: dict[str, Any]


_remembered: dict[str, Remembered] = {}  # by the session's key
_mutex = threading.Lock()


class SessionStore(DatabaseSessions):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        session = self._get_session_from_db()
        if session is None:
            return {}
        data: dict[str, Any] = self.decode(session.session_data)
        _remember(str(self.session_key), session.session_data, data)
        return data

    def _get_session_from_db(self) -> Session | None:
        found = fetch_first(
            [Named("s", Session)], f"FROM (SELECT * FROM {FRESH}) s", self.row_parameters()
        )
        if found is None:
            self._session_key = None
            return None
        (session,) = found
        return session  # type: ignore[return-value]

    def row_parameters(self) -> list[Any]:
        """Of FRESH."""
        return [self.session_key, timezone.now()]

    def guess(self) -> Guess | None:
        """What the session said when this process last read it; None when it does not know, or
        knows better because it is loaded."""
        known = _remembered.get(self.session_key or "")
        if known is None or hasattr(self, "_session_cache"):
            return None
        return Guess(known.row, json.loads(known.plain))

    def confirm(self, guess: Guess, row: str | None) -> bool:
        """Whether the row, read just now (None: there is none), says what was guessed.

        If so, the session is loaded; if not, it is read as ever when somebody asks.
        """
        if row != guess.row:
            return False
        self._session_cache = guess.data
        self.accessed = True
        return True


def _remember(key: str, row: str, data: dict[str, Any]) -> None:
    with _mutex:
        _remembered.pop(key, None)
        if len(_remembered) >= MOST:
            del _remembered[next(iter(_remembered))]  # the one that was read longest ago
        _remembered[key] = Remembered(row, json.dumps(data))
