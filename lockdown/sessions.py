"""Django's sessions in the database, read by a statement that is not written anew each time."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from lockdown.kernel.lean import Named, fetch_first

REST = "FROM django_session s WHERE s.session_key = %s AND s.expire_date > %s"


class SessionStore(DatabaseSessions):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = fetch_first([Named("s", Session)], REST, [self.session_key, timezone.now()])
        if found is None:
            self._session_key = None
            return None
        (session,) = found
        return session  # type: ignore[return-value]
