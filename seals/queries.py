"""Reading orders and what applies to a door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from compounds.limits import encloses, touching
from compounds.models import Home, Member
from compounds.places import Place
from compounds.work import WorkState
from households.models import Household
from journal.models import Entry
from seals.models import STRICTNESS, Level, PlanPart, SealOrder, SealOrderQuerySet
from seals.planning import place_of
from seals.words import said

PLACE = ("compound", "building", "unit__building", "home__unit__building")


@dataclass(frozen=True)
class PartLine:
    """One part of a running plan; `state` is one of the five marks: done, now or late."""

    title: str  # in the reader's language
    state: str
    count: int
    error: str  # the class of the last failure; empty when all is well
    started_at: datetime | None
    attempts: int = 0


def orders(member: Member | None = None) -> SealOrderQuerySet:
    """All orders of the scope with their place, newest first; of a member, those of the part."""
    found = SealOrder.objects.select_related(*PLACE, "issued_by", "lifted_by")
    return found if member is None else found.filter(touching(member))


def orders_in_force() -> list[SealOrder]:
    """Newest first, with their place; one query."""
    return list(orders().in_force())


def order_places() -> list[tuple[SealOrder, Place]]:
    """Each order in force with the place it closes; one query."""
    return [(order, place_of(order)) for order in orders_in_force()]


def covers(order: SealOrder, home: Home) -> bool:
    """Is this door within the order's place?"""
    match order.place_kind:
        case "compound":
            return True
        case "building":
            return order.building_id == home.building_id
        case "unit":
            return order.unit_id == home.unit_id
        case "floor":
            return order.unit_id == home.unit_id and order.floor == home.floor
        case _home:
            return order.home_id == home.pk


def strictest(found: Iterable[SealOrder]) -> SealOrder | None:
    """The strictest level wins; among equals the one that binds longest, then the older one."""
    return max(
        found,
        key=lambda one: (STRICTNESS[Level(one.level)], one.ends_at, -one.number),
        default=None,
    )


def rules_for_homes(homes: Iterable[Home], now: datetime) -> dict[int, SealOrder]:
    """Home id to the order that rules it now; homes under no order are left out. One query.

    An order rules from its start until it is lifted, also after its planned end.
    """
    begun = [order for order in orders_in_force() if order.starts_at <= now]
    rules = {}
    for home in homes:
        rule = strictest(order for order in begun if covers(order, home))
        if rule is not None:
            rules[home.pk] = rule
    return rules


def rule_for_home(home: Home, now: datetime) -> SealOrder | None:
    """The strictest order that rules this door now; one query."""
    return rules_for_homes([home], now).get(home.pk)


def open_order_for_home(home: Home) -> SealOrder | None:
    """The strictest order in force for this door, also one that has yet to begin."""
    return strictest(order for order in orders_in_force() if covers(order, home))


def parts_of(order: SealOrder) -> list[PartLine]:
    """The parts of an order's plan in the order of the plan; one query."""
    return [part_line(part) for part in PlanPart.objects.filter(order=order)]


def part_line(part: PlanPart) -> PartLine:
    if part.failed_at is not None:
        state = WorkState.LATE
    else:
        state = WorkState.DONE if part.started_at else WorkState.NOW
    return PartLine(
        said(part.title), state.value, part.count, part.error, part.started_at, part.attempts
    )


RECALLED = "PersonRecalled"


def own_entries(order: SealOrder, member: Member, *, limit: int = 60) -> list[Entry]:
    """What happened to the order itself and to its recalls, newest first; one query.

    What happened at single doors (told, verified, called) is left to the lists of those.
    """
    of_order = Entry.objects.filter(order_id=order.pk)
    if encloses(member, order):
        return list(of_order.filter(Q(household_id=None) | Q(event=RECALLED))[:limit])
    # The order reaches beyond the member's part: its own story, and the recalls of the part.
    near = Household.objects.filter(member.within("home__")).values("pk")
    own = Q(household_id=None) & (Q(event__startswith="Order") | Q(event__startswith="Plan"))
    return list(of_order.filter(own | Q(event=RECALLED, household_id__in=near))[:limit])
