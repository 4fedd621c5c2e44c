"""What lodging and barriers add to the lift checklist, and to every handover."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from households.models import Verification
from lockdown.kernel.packed import Lists, packed, unpacked
from seals.handover import Figure, Span, register_line
from seals.lift import SHOWN, Behind, Finding, Look, register_check
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


def guests_of(order: SealOrder) -> dict[str, ArraySubquery]:
    rows = Guest.objects.filter(within(order), registered_at__gte=order.starts_at) | (
        Guest.objects.here().filter(within(order))
    )
    return {"guests": packed(rows.order_by("id"), "home", "unit__building")}


def every_guest_gone(look: Look) -> Finding:
    """Everybody who was caught by the seal has left, or is registered where they stay."""
    order, guests = look.order, unpacked(Guest, look.lists["guests"])
    slug = order.compound.slug
    here = [guest for guest in guests if guest.gone_at is None]
    field = door_field(order.place_kind)
    return Finding(
        "guests",
        _("Everybody who was caught by the seal has left or is registered"),
        not here,
        f"{len(guests) - len(here)} / {len(guests)}",
        tuple(
            Behind(
                str(getattr(one.home, field) if one.home else one.place),
                url=reverse("duty:guest", args=[slug, one.pk]),
            )
            for one in here[:SHOWN]
        ),
        count=len(here),
        url=reverse("duty:lodging", args=[slug]),
        short=_("Guests"),
    )


def barriers_of(order: SealOrder) -> dict[str, ArraySubquery]:
    if order.place_kind in (PlaceKind.FLOOR, PlaceKind.HOME):
        place = Q(order=order)
    else:
        place = Q(order=order) | (within(order) & Q(order=None))
    rows = Barrier.objects.filter(place).filter(
        Q(removed_at=None) | Q(removed_at__gte=order.starts_at)
    )
    return {"barriers": packed(rows.order_by("id"), "unit__building")}


def every_barrier_down(look: Look) -> Finding:
    """Barriers of this order, and those that stand within its place and belong to no order."""
    order, found = look.order, unpacked(Barrier, look.lists["barriers"])
    standing = [one for one in found if one.removed_at is None]
    return Finding(
        "barriers",
        _("Every barrier is taken down"),
        not standing,
        f"{len(found) - len(standing)} / {len(found)}",
        tuple(
            Behind(one.place, url=reverse("duty:barrier", args=[order.compound.slug, one.pk]))
            for one in standing[:SHOWN]
        ),
        count=len(standing),
        url=reverse("duty:barrier-list", args=[order.compound.slug]),
        short=_("Barriers"),
    )


def guests_waiting(span: Span) -> dict[str, ArraySubquery]:
    rows = Guest.objects.without_bed().filter(compound=span.compound)
    return {"guests": packed(rows, "home", "unit__building")}


def guests_without_bed(span: Span, lists: Lists) -> Iterable[Figure]:
    rows = unpacked(Guest, lists["guests"])
    yield Figure(
        "guests",
        _("People sealed in without a bed"),
        len(rows),
        "late" if rows else "done",
        tuple(one.place for one in rows),
        "duty:lodging",
    )


def barriers_standing(span: Span) -> dict[str, ArraySubquery]:
    rows = Barrier.objects.standing().filter(compound=span.compound)
    return {"barriers": packed(rows, "unit__building")}


def barriers_to_look_at(span: Span, lists: Lists) -> Iterable[Figure]:
    """Ways out that are blocked, and checks that fall due before the next shift ends."""
    rows = unpacked(Barrier, lists["barriers"])
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


def doors_open(span: Span) -> dict[str, ArraySubquery]:
    rows = Verification.objects.filter(compound=span.compound, sweep__closed_at=None).open()
    return {"verify": packed(rows.order_by("home__position"), door="home__label")}


def doors_not_verified(span: Span, lists: Lists) -> Iterable[Figure]:
    doors = [row["door"] for row in lists["verify"]]
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
    register_check(every_guest_gone, guests_of)
    register_check(every_barrier_down, barriers_of)
    register_line("guests", guests_without_bed, guests_waiting)
    register_line("barriers", barriers_to_look_at, barriers_standing)
    register_line("verify", doors_not_verified, doors_open)
