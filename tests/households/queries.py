"""Counting what a page asks the database, as it does outside a test's transaction."""

from __future__ import annotations

from django.test.utils import CaptureQueriesContext

SCOPES = 2  # one SET LOCAL for the person, one for the compound


def asked(seen: CaptureQueriesContext) -> int:
    """Without savepoints and the settings put back, which only a nested transaction needs."""
    passing = ("SAVEPOINT", "RELEASE", "SET LOCAL")
    return SCOPES + sum(not one["sql"].startswith(passing) for one in seen.captured_queries)
