"""The reach list: who is not told yet, floor by floor, and who has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compounds.models import Member
from households.models import Phone
from notices.models import Receipt
from notices.queries import on_lists


@dataclass(frozen=True)
class ReachLine:
    """One household of the list; `number` is its first telephone, to be shown masked."""

    receipt: Receipt
    number: str
    more: int  # further numbers


@dataclass(frozen=True)
class ReachFloor:
    """One floor of the reach list, in walking order."""

    name: str
    lines: list[ReachLine]

    @property
    def first(self) -> Receipt:
        return self.lines[0].receipt


def reach_rows(
    reader: Member,
    *,
    member: int | None = None,
    late_at: datetime | None = None,
    notice: int | None = None,
) -> QuerySet[Receipt]:
    """What is on people's lists where the reader may look, floor by floor from the top, optionally
    one person's, late ones, or those of one notice.
    """
    rows = on_lists(reader)
    if member is not None:
        rows = rows.filter(assignee_id=member)
    if late_at is not None:
        rows = rows.filter(due_at__lt=late_at)
    if notice is not None:
        rows = rows.filter(notice_id=notice)
    return rows.select_related("home__unit__building", "assignee", "notice").order_by(
        "home__unit__position", "home__unit_id", "-home__floor", "home__position", "due_at"
    )


def by_floor(rows: Sequence[Receipt]) -> list[ReachFloor]:
    """The rows under their floors, with telephones; one query."""
    phones = _phones_of(rows)
    floors: dict[tuple[int, int], ReachFloor] = {}
    for row in rows:
        key = (row.home.unit_id, row.home.floor)
        if key not in floors:
            name = _("%(unit)s, floor %(floor)s") % {"unit": row.home.unit, "floor": row.home.floor}
            floors[key] = ReachFloor(name, [])
        numbers = phones.get(row.household_id, [])
        first = numbers[0] if numbers else ""
        floors[key].lines.append(ReachLine(row, first, max(len(numbers) - 1, 0)))
    return list(floors.values())


def _phones_of(rows: Sequence[Receipt]) -> dict[int, list[str]]:
    numbers: dict[int, list[str]] = defaultdict(list)
    found = Phone.objects.filter(household_id__in={row.household_id for row in rows})
    for household, number in found.values_list("household_id", "number"):
        numbers[household].append(number)
    return numbers
