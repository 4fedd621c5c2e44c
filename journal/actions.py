"""Recording facts and handing them over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.utils import timezone

from journal.events import CATALOGUE
from journal.handlers import subscribers
from journal.models import Delivery, Entry
from journal.tasks import deliver
from lockdown.kernel.tasks import hand_over


class Actor(Protocol):
    """Whoever acts: a member of the compound, a resident's access, or the system."""

    @property
    def actor_label(self) -> str: ...

    @property
    def actor_member_id(self) -> int | None: ...


class System:
    actor_label = "system"
    actor_member_id: int | None = None


SYSTEM = System()


@dataclass(frozen=True)
class HandTo:
    """One delivery of an entry, addressed to a handler by name."""

    handler: str
    key: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


def record(
    event: str,
    *,
    compound: int,
    by: Actor,
    at: datetime | None = None,
    household: int | None = None,
    order: int | None = None,
    data: dict[str, Any] | None = None,
    hand_to: Iterable[HandTo] = (),
) -> Entry:
    """Write the fact and its outbox in the caller's transaction, and hand over after commit."""
    if event not in CATALOGUE:
        raise LookupError(f"{event} is not in the event catalogue")
    entry = Entry.objects.create(
        compound_id=compound,
        at=at or timezone.now(),
        event=event,
        member_id=by.actor_member_id,
        by=by.actor_label[:80],
        household_id=household,
        order_id=order,
        data=data or {},
    )
    wanted = [*hand_to, *(HandTo(name) for name in subscribers(event))]
    _send(entry, wanted)
    return entry


def record_many(entries: list[Entry]) -> None:
    """Facts of a sweep, in bulk; only for events that nobody subscribes to."""
    Entry.objects.bulk_create(entries, batch_size=1000)


def _send(entry: Entry, wanted: list[HandTo]) -> None:
    now = timezone.now()
    made = Delivery.objects.bulk_create(
        Delivery(
            compound_id=entry.compound_id,
            entry=entry,
            handler=one.handler,
            key=one.key,
            payload=one.payload,
            next_at=now,
        )
        for one in wanted
    )
    for delivery in made:
        hand_over(deliver, entry.compound_id, delivery.id)
