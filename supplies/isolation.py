"""Which homes are isolated: carried to last, by somebody else.

A home under a seal order of its own is; a room that knows more (test results, say) registers a
lookup in its `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from seals.models import Level, PlaceKind, SealOrder

Lookup = Callable[[set[int]], set[int]]  # home ids to those of them that are isolated
_lookups: dict[str, Lookup] = {}


def register(name: str, lookup: Lookup) -> None:
    _lookups[name] = lookup


def isolated_homes(homes: Iterable[int]) -> set[int]:
    """Of these home ids, those that are isolated now; one query and one for each lookup."""
    wanted = set(homes)
    found: set[int] = set()
    for lookup in (_sealed_alone, *_lookups.values()):
        found |= lookup(wanted)
    return found & wanted


def _sealed_alone(homes: set[int]) -> set[int]:
    orders = SealOrder.objects.in_force().filter(
        place_kind=PlaceKind.HOME, level=Level.SEALED, home__in=homes
    )
    return set(orders.values_list("home_id", flat=True))
