"""What is kept about a household, across the apps: for its own export, and for the purge.

An app that keeps anything personal registers a Keeper in its `AppConfig.ready()`; a subject-access
export asks every keeper for its sections, the purge asks every keeper to redact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from households.models import Household


@dataclass(frozen=True)
class Section:
    """One table of an export: a title, the names of its columns, and rows of plain values."""

    title: object  # lazy translation
    columns: tuple[object, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)


class Keeper(Protocol):
    name: str

    def export(self, household: Household) -> list[Section]:
        """Everything that this app keeps about the household, unmasked; at most a few queries."""

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Remove or blank what was gathered before this moment; twice is once. Rows touched."""


_keepers: dict[str, Keeper] = {}


def register_keeper(keeper: Keeper) -> None:
    _keepers[keeper.name] = keeper


def keepers() -> list[Keeper]:
    """Every registered keeper, by name."""
    return [_keepers[name] for name in sorted(_keepers)]
