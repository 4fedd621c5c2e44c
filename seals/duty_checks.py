"""What lodging and barriers add to the lift checklist, and to every handover."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from households.models import Verification
from seals.handover import Figure, Span, register_line
from seals.lift import Behind, Finding, register_check
from seals.models import Barrier, Guest, PlaceKind, SealOrder
from seals.words import door_field


def within(order: SealOrder, home: str = "home__", unit: str = "unit") -> Q:
    """Rows with a stair, and perhaps a home, that stand within an order's place."""
    match order.place_kind:
        case PlaceKind.COMPOUND:
            return Q()
        case PlaceKind.BUILDING:
            return Q(**{f"{unit}__building_id": order.building_id})
        case PlaceKind.UNIT:
            return Q(**{f"{unit}_id": order.unit_id})
        case PlaceKind.FLOOR:
            return Q(**{f"{unit}_id": order.unit_id, f"{home}floor": order.floor})
    return Q(**{f"{home}id": order.home_id})


def every_guest_gone(order: SealOrder, now: datetime) -> Finding:
    """Everybody who was caught by the seal has left, or is registered where they stay."""
    rows = Guest.objects.filter(within(order), registered_at__gte=order.starts_at) | (
        Guest.objects.here().filter(within(order))
    )
    guests = list(rows.select_related("home", "unit__building").order_by("id"))
    here = [guest for guest in guests if guest.gone_at is None]
    field = door_field(order.place_kind)
    return Finding(
        "guests",
        _("Everybody who was caught by the seal has left or is registered"),
        not here,
        f"{len(guests) - len(here)} / {len(guests)}",
        tuple(Behind(getattr(one.home, field) if one.home else one.place) for one in here),
    )


def every_barrier_down(order: SealOrder, now: datetime) -> Finding:
    """Barriers of this order, and those that stand within its place and belong to no order."""
    if order.place_kind in (PlaceKind.FLOOR, PlaceKind.HOME):
        place = Q(order=order)
    else:
        place = Q(order=order) | (within(order) & Q(order=None))
    rows = Barrier.objects.filter(place).filter(
        Q(removed_at=None) | Q(removed_at__gte=order.starts_at)
    )
    found = list(rows.select_related("unit__building").order_by("id"))
    standing = [one for one in found if one.removed_at is None]
    return Finding(
        "barriers",
        _("Every barrier is taken down"),
        not standing,
        f"{len(found) - len(standing)} / {len(found)}",
        tuple(Behind(one.place) for one in standing),
    )


def guests_without_bed(span: Span) -> Iterable[Figure]:
    rows = list(Guest.objects.without_bed().select_related("home", "unit__building"))
    yield Figure(
        "guests",
        _("People sealed in without a bed"),
        len(rows),
        "late" if rows else "done",
        tuple(one.place for one in rows),
        "duty:lodging",
    )


def barriers_to_look_at(span: Span) -> Iterable[Figure]:
    """Ways out that are blocked, and checks that fall due before the next shift ends."""
    rows = list(Barrier.objects.standing().select_related("unit__building"))
    bad = [one for one in rows if one.hazard]
    yield Figure(
        "blocked",
        _("Ways out blocked"),
        len(bad),
        "late" if bad else "done",
        tuple(one.place for one in bad),
        "duty:barrier-list",
    )
    late = [one for one in rows if one.due_again and one.due_again < span.now]
    yield Figure(
        "unchecked",
        _("Barriers not looked at in time"),
        len(late),
        "late" if late else "done",
        tuple(one.place for one in late),
        "duty:barrier-list",
    )


def doors_not_verified(span: Span) -> Iterable[Figure]:
    rows = Verification.objects.filter(sweep__closed_at=None).open()
    doors = list(rows.order_by("home__position").values_list("home__label", flat=True))
    yield Figure(
        "verify",
        _("Doors not verified"),
        len(doors),
        "now" if doors else "done",
        tuple(doors),
        "households:list",
    )


def connect() -> None:
    """Called when the app is ready."""
    register_check(every_guest_gone)
    register_check(every_barrier_down)
    register_line("guests", guests_without_bed)
    register_line("barriers", barriers_to_look_at)
    register_line("verify", doors_not_verified)
