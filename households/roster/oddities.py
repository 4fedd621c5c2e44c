"""What is odd about a home as a whole, or about two homes together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from households.phones import last_four
from households.roster.doors import Door, DoorKey
from households.roster.messages import Remark
from households.roster.people import RosterHousehold, RosterPerson
from households.roster.rows import Row, row_remark


def in_household(household: RosterHousehold, row: Row) -> Iterator[Remark]:
    """Said at the home's first row: no phone, another count than declared, two heads."""
    members, named = household.members, {"door": household.door.label}
    if not any(person.phones for person in members):
        yield row_remark(row, "no_phone", **named)
    declared = household.declared_count
    if declared is not None and declared != len(members):
        yield row_remark(row, "count_differs", **named, declared=declared, listed=len(members))
    if sum(person.is_head for person in members) > 1:
        yield row_remark(row, "two_heads", **named)
    for person in members:
        if person.flags & {"lone_elder", "lives_alone"} and len(members) > 1:
            params = {"name": person.name, "count": len(members), **named}
            yield Remark("lone_elder_not_alone", person.row, person.page, params)


def across(households: Mapping[DoorKey, RosterHousehold]) -> Iterator[Remark]:
    """One phone, or one person, in two homes."""
    seen: dict[str, tuple[Door, RosterPerson]] = {}
    for household in households.values():
        for person in household.members:
            for phone in person.phones:
                door, other = seen.setdefault(phone, (household.door, person))
                if door == household.door:
                    continue
                code = "person_in_two_homes" if other.name == person.name else "phone_shared"
                params = {"name": person.name, "last": last_four(phone), "door": door.label}
                yield Remark(code, person.row, person.page, params)
