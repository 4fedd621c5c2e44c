"""Django's PostgreSQL, with a pool that does not ask at every request whether a link lives.

Django names the module of a backend `base`. With CONN_HEALTH_CHECKS a request costs one message
more, which is a fifth of what an order says to the database. A connection that was in use a moment
ago is taken as it is; should the database have been restarted within that moment, the request
fails as those under way did, and the connection is thrown away.
"""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg_pool import ConnectionPool

FRESH = 1.0  # seconds since the last use


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that was in use less than FRESH ago, or has answered just now."""
        while True:
            link = super().get_new_connection(conn_params)
            if not self.pool or monotonic() - getattr(link, "last_used", 0.0) < FRESH:
                return link
            try:
                ConnectionPool.check_connection(link)
            except OperationalError:
                self.pool.putconn(link)  # the pool throws it away and opens another
            else:
                return link

    def _close(self) -> Any:
        if self.connection is not None:
            self.connection.last_used = monotonic()
        return super()._close()  # type: ignore[misc]
