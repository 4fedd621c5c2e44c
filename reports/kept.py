"""Drawn panels kept for some seconds, for those who would see the very same ones.

The key holds everything that decides what is drawn: the page, the compound, what the reader may
see, language, minute, and the newest fact of the journal, so that a fact shows at once. What
changes without a fact shows when the panels expire. Without a cache every page is drawn.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from compounds.models import Compound
from journal.models import Entry
from reports.panels import Panels
from reports.prepared import prepared

SECONDS = (10, 15)  # panels live between these, so that not all expire at once
MINUTE = 60  # panels tell the time to the minute
LOCK_SECONDS = 5
WAITS, WAIT = 10, 0.02  # how often, and for how many seconds, one waits for whom is drawing


@dataclass(frozen=True)
class Drawn:
    """Panels, and the plain values that the page around them needs."""

    panels: Panels
    facts: dict[str, Any] = field(default_factory=dict)

    def with_text(self, old: str, new: str) -> Drawn:
        """The same with one text in place of another, for what belongs to one request."""
        changed = {name: mark_safe(html.replace(old, new)) for name, html in self.panels.items()}
        return Drawn(changed, self.facts)


def kept(
    page: str, compound: Compound, now: datetime, sees: tuple[Any, ...], draw: Callable[[], Drawn]
) -> Drawn:
    """The panels of this page, drawn or remembered. `sees` names all that the reader may see.

    Runs inside the compound's scope. One request draws, the others wait a moment for it, and
    draw for themselves when it takes longer.
    """
    newest = _newest(compound=compound.pk)
    minute = int(now.timestamp() // MINUTE)
    told = (page, compound.pk, sees, get_language(), minute, newest)
    key = f"panels:{hashlib.blake2b(repr(told).encode(), digest_size=20).hexdigest()}"
    if (found := _read(key)) is not None:
        return found
    lock = f"{key}:lock"
    if not cache.add(lock, 1, LOCK_SECONDS):
        return _wait(key) or draw()
    try:
        drawn = draw()
        panels = {name: str(html) for name, html in drawn.panels.items()}
        cache.set(key, (panels, drawn.facts), random.uniform(*SECONDS))
    finally:
        cache.delete(lock)
    return drawn


@prepared
def _newest(compound: int) -> QuerySet:
    return Entry.objects.filter(compound=compound).values_list("id")[:1]


def _read(key: str) -> Drawn | None:
    found = cache.get(key)
    if found is None:
        return None
    panels, facts = found
    return Drawn({name: SafeString(html) for name, html in panels.items()}, facts)


def _wait(key: str) -> Drawn | None:
    for _time in range(WAITS):
        time.sleep(WAIT)
        if (found := _read(key)) is not None:
            return found
    return None
