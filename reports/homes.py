"""The compound's homes as lean tuples, with who is inside and who needs care."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import CharField, Count, F, FilteredRelation, Q, QuerySet, Value

from compounds.models import Home, Unit
from households.models import INSIDE, CareFlag, CareKind, Resident
from reports.prepared import prepared
from seals.models import SealOrder


class Door(NamedTuple):
    """One home on the board."""

    home_id: int
    household_id: int | None
    unit_id: int
    unit: str
    building_id: int
    building: str
    floor: int
    number: str


class People(NamedTuple):
    """By household: how many are inside now, how many are known, and who lives there alone."""

    inside: dict[int, int]
    known: dict[int, int]
    lone_elders: set[int]


def all_doors() -> list[Door]:
    """Every home of the scope in walking order; one query."""
    return [Door._make(row) for row in _doors()]


@prepared
def _doors() -> QuerySet:
    current = FilteredRelation("households", condition=Q(households__closed_at=None))
    return (
        Home.objects.annotate(file=current)
        .order_by("position", "id")
        .values_list(
            "id",
            "file__id",
            "unit_id",
            "unit__number",
            "building_id",
            "unit__building__number",
            "floor",
            "number",
        )
    )


def all_people() -> People:
    """Who lives where and who needs care, by household; one query."""
    found = People({}, {}, set())
    for household, what, here, known in _people():
        if what == "people":
            found.inside[household], found.known[household] = here, known
        else:
            found.lone_elders.add(household)
    return found


@prepared
def _people() -> QuerySet:
    living = Resident.objects.filter(moved_out_at=None).order_by().values("household_id")
    counts = living.annotate(
        what=Value("people", output_field=CharField()),
        here=Count("id", filter=Q(presence__in=INSIDE)),
        known=Count("id"),
    ).values_list("household_id", "what", "here", "known")
    flags = (
        CareFlag.objects.filter(ended_at=None, kind=CareKind.LONE_ELDER)
        .order_by()
        .values_list("household_id", F("kind"), Value(0), Value(0))
    )
    return counts.union(flags, all=True)


def has_many_stairs() -> bool:
    """Is a door number alone ambiguous here? One query."""
    return len(Unit.objects.order_by().values_list("id")[:2]) > 1


def covered(doors: Iterable[Door], orders: Iterable[SealOrder]) -> set[int]:
    """The ids of the homes that the orders close."""
    orders = list(orders)
    return {door.home_id for door in doors if any(_within(order, door) for order in orders)}


def _within(order: SealOrder, door: Door) -> bool:
    match order.place_kind:
        case "compound":
            return True
        case "building":
            return order.building_id == door.building_id
        case "unit":
            return order.unit_id == door.unit_id
        case "floor":
            return (order.unit_id, order.floor) == (door.unit_id, door.floor)
        case _home:
            return order.home_id == door.home_id
