"""Reading orders and what applies to a door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from compounds.limits import encloses, touching
from compounds.models import Home, Member
from compounds.roles import Permission
from compounds.work import WorkState
from households.models import Household
from journal.models import Entry
from seals.models import (
    STRICTNESS,
    Level,
    OrderState,
    PlanPart,
    SealOrder,
    SealOrderQuerySet,
)
from seals.words import said

PLACE = ("compound", "building", "unit__building", "home__unit__building")
PEOPLE = ("issued_by", "lifted_by", "cancelled_by")


@dataclass(frozen=True)
class PartLine:
    """One part of a running plan; `state` is one of the five marks: done, now or late."""

    title: str  # in the reader's language
    state: str
    count: int
    error: str  # the class of the last failure; empty when all is well
    started_at: datetime | None
    attempts: int = 0
    stage: int = 0


def orders(member: Member | None = None) -> SealOrderQuerySet:
    """All orders of the scope with their place, newest first; of a member, those of the part."""
    found = SealOrder.objects.select_related(*PLACE, *PEOPLE, "parent")
    return found if member is None else found.filter(touching(member))


def orders_seen_by(member: Member) -> SealOrderQuerySet:
    """Orders over any door that a limited member may see; a draft only by those who seal."""
    found = orders(member)
    if not member.may(Permission.ORDER_SEAL):
        found = found.exclude(state=OrderState.DRAFT)
    return found


def orders_in_force() -> list[SealOrder]:
    """Newest first, with their place; one query."""
    return list(orders().in_force())


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
        key=lambda one: (STRICTNESS[Level(one.level)], one.ends_at, -(one.number or 0)),
        default=None,
    )


def rules_for_homes(homes: Iterable[Home], now: datetime) -> dict[int, SealOrder]:
    """Home id to the order that rules it now; homes under no order are left out. One query.

    An order rules from its start until it is lifted, also after its planned end.
    """
    rules = {}
    for home, found in over_doors(homes):
        rule = strictest(one for one in found if one.starts_at <= now)
        if rule is not None:
            rules[home.pk] = rule
    return rules


def over_doors(homes: Iterable[Home]) -> Iterator[tuple[Home, list[SealOrder]]]:
    """Each home with the orders in force over it, also those yet to begin; one query.

    At most one order stands for a place, so a door has at most five: looked up, not searched.
    """
    by_place = {_place(order): order for order in orders_in_force()}
    for home in homes:
        here = home.compound_id
        places = (
            (here, "compound"),
            (here, "building", home.building_id),
            (here, "unit", home.unit_id),
            (here, "floor", home.unit_id, home.floor),
            (here, "home", home.pk),
        )
        yield home, [by_place[place] for place in places if place in by_place]


def _place(order: SealOrder) -> tuple[str | int | None, ...]:
    here = order.compound_id
    match order.place_kind:
        case "compound":
            return here, "compound"
        case "building":
            return here, "building", order.building_id
        case "unit":
            return here, "unit", order.unit_id
        case "floor":
            return here, "floor", order.unit_id, order.floor
        case _home:
            return here, "home", order.home_id


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
        said(part.title),
        state.value,
        part.count,
        part.error,
        part.started_at,
        part.attempts,
        part.stage,
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
