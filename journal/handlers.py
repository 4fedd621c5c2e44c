"""Who does what when something has happened. Apps subscribe in their `AppConfig.ready()`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from journal.events import CATALOGUE
from journal.models import Delivery

Handle = Callable[[Delivery], None]
Failed = Callable[[Delivery, Exception], None]


@dataclass(frozen=True)
class Handler:
    """`handle` writes rows only, in one transaction, and may be called twice without harm."""

    name: str
    handle: Handle
    failed: Failed | None = None


_handlers: dict[str, Handler] = {}
_subscriptions: dict[str, list[str]] = defaultdict(list)


def register(name: str, handle: Handle, *, failed: Failed | None = None) -> None:
    """Make a handler that an action can address by name."""
    _handlers[name] = Handler(name, handle, failed)


def subscribe(event: str, name: str, handle: Handle, *, failed: Failed | None = None) -> None:
    """Have the handler called for every event of this name."""
    if event not in CATALOGUE:
        raise LookupError(f"{event} is not in the event catalogue")
    register(name, handle, failed=failed)
    if name not in _subscriptions[event]:
        _subscriptions[event].append(name)


def subscribers(event: str) -> list[str]:
    return list(_subscriptions[event])


def handler(name: str) -> Handler:
    return _handlers[name]
