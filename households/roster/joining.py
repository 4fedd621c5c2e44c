"""Two rows of one name in one home: one person, or two."""

from __future__ import annotations

from households.roster import people
from households.roster.people import RosterPerson


def is_same(one: RosterPerson, two: RosterPerson) -> bool:
    """Whether two rows of one name in one home are one person. Two known ages that differ are
    two people even on one phone: a grandson may carry his grandfather's name and number."""
    if one.age is not None and two.age is not None:
        return one.age == two.age
    if set(one.phones) & set(two.phones):
        return True
    return not (_differ(one.relation, two.relation) or _differ(one.sex, two.sex))


def _differ(one: str, two: str) -> bool:
    return bool(one and two and one != two)


def merge(into: RosterPerson, other: RosterPerson) -> None:
    """Everything either row says. A second relation goes into the note."""
    if _differ(into.relation, other.relation):
        into.note = people.add_note(into.note, other.relation)
    into.relation = into.relation or other.relation
    into.sex = into.sex or other.sex
    into.identity = into.identity or other.identity
    into.age = other.age if into.age is None else into.age
    into.presence = into.presence or other.presence
    into.flags = people.settle_alone(into.flags | other.flags, into.age)
    into.note = people.add_note(into.note, other.note)
    into.phones += [phone for phone in other.phones if phone not in into.phones]
    into.relatives = people.relatives_of(into.note)
