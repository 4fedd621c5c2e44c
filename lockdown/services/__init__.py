"""A real PostgreSQL and a real Valkey from wheels, for a machine that has neither.

Whatever the environment names (DATABASE_URL, REDIS_URL) is used as it is; only what it does not
name is started here. The data live in a state directory outside the checkout and survive restarts.
"""

from lockdown.services.errors import ServiceError
from lockdown.services.session import session

__all__ = ["ServiceError", "session"]
