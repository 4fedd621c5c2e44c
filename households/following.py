"""What rooms above do with their open rows when files or people merge.

A handler of `HouseholdsMerged` or `PeopleMerged` reads the entry with `Merged.of`; everything it
does must do no harm the second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from journal.models import Entry


@dataclass(frozen=True)
class Merged:
    """`closed` is the file that went, None when two people of one file merged."""

    household: int  # the file that goes on
    home: int  # its door
    closed: int | None
    people: dict[int, int]  # entry that went → entry that goes on

    @classmethod
    def of(cls, entry: Entry) -> Merged:
        data: dict[str, Any] = entry.data
        assert entry.household_id is not None
        people = {int(old): int(new) for old, new in data["people"].items()}
        return cls(entry.household_id, data["home"], data.get("closed"), people)

    @property
    def rows(self) -> Q:
        """Rows with a household and a resident that this concerns."""
        found = Q(resident_id__in=list(self.people))
        return found if self.closed is None else found | Q(household_id=self.closed)

    def now(self, resident: int) -> int:
        return self.people.get(resident, resident)
