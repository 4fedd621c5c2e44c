"""Lists that overlapping orders share: a household is verified once, a person recalled once.

While a household waits on the list of one order in force, another order over the same door puts
it on no second list; it looks at the first. When the first order ends, what is still open passes
to another order in force that wants it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from compounds.models import Home, Unit
from compounds.places import Place
from compounds.work import WorkQuerySet
from households.models import Sweep, Verification
from seals.models import OrderState, Recall, SealOrder
from seals.planning import place_of
from seals.queries import covers, orders_in_force


def hold_stairs(place: Place) -> None:
    """Two overlapping orders starting at once: the stairs that they share are the queue."""
    units = Unit.objects.filter(pk__in=[unit.pk for unit in place.units]).order_by("pk")
    list(units.select_for_update(no_key=True))


def homes_waiting(place: Place, order: SealOrder | None) -> set[int]:
    """Homes of the place that wait on the list of another order in force; one query."""
    causes = SealOrder.objects.in_force()
    if order is not None:
        causes = causes.exclude(pk=order.pk)
    waiting = Verification.objects.open().filter(
        sweep__cause__in=causes.order_by().values("pk"), **place.filter("home__")
    )
    return set(waiting.values_list("home_id", flat=True))


def residents_called(place: Place, order: SealOrder | None) -> set[int]:
    """People out of the place whom another order in force recalls already; one query."""
    calls = Recall.objects.open().filter(order__state=OrderState.IN_FORCE, **place.filter("home__"))
    if order is not None:
        calls = calls.exclude(order=order)
    return set(calls.values_list("resident_id", flat=True))


def verifications_of(order: SealOrder) -> WorkQuerySet:
    """What an order's verification looks at: its own list, and for households that were on
    another order's list, what came of it since this order was issued."""
    own = Verification.objects.filter(sweep__cause=order.pk, cancelled_at=None)
    since = Q(finished_at=None) | Q(finished_at__gte=order.issued_at or order.starts_at)
    others = (
        Verification.objects.filter(
            since, cancelled_at=None, sweep__cause__isnull=False, **place_of(order).filter("home__")
        )
        .exclude(sweep__cause=order.pk)
        .exclude(household__in=own.values("household"))
    )
    return Verification.objects.filter(
        Q(pk__in=own.order_by().values("pk")) | Q(pk__in=others.order_by().values("pk"))
    )


def recalls_of(order: SealOrder) -> WorkQuerySet:
    """The recalls of an order, and those of its place that another order in force made first."""
    own = Recall.objects.filter(order=order, cancelled_at=None)
    others = (
        Recall.objects.filter(cancelled_at=None, **place_of(order).filter("home__"))
        .filter(Q(finished_at=None) | Q(finished_at__gte=order.issued_at or order.starts_at))
        .exclude(order=order)
        .exclude(resident__in=own.values("resident"))
    )
    return Recall.objects.filter(
        Q(pk__in=own.order_by().values("pk")) | Q(pk__in=others.order_by().values("pk"))
    )


def hand_on_doors(order: SealOrder, waiting: QuerySet[Verification]) -> None:
    """Open doors of an order that ends go to the list of another order that wants them."""
    rows = list(waiting.select_related("home"))
    for heir, doors in _shared_out(order, "verify", rows, lambda row: row.home):
        sweep, _made = Sweep.objects.get_or_create(
            compound=order.compound, cause=heir.pk, defaults={"title": heir.place_label}
        )
        known = Verification.objects.filter(sweep=sweep).values("household")
        Verification.objects.filter(pk__in=[row.pk for row in doors]).exclude(
            household__in=known
        ).update(sweep=sweep)


def hand_on_calls(order: SealOrder, waiting: QuerySet[Recall]) -> None:
    rows = list(waiting.select_related("home"))
    for heir, calls in _shared_out(order, "recall", rows, lambda row: row.home):
        known = Recall.objects.filter(order=heir).values("resident")
        Recall.objects.filter(pk__in=[row.pk for row in calls]).exclude(resident__in=known).update(
            order=heir
        )


def _shared_out(
    order: SealOrder, kind: str, rows: list, home_of: Callable[[Any], Home]
) -> Iterable[tuple[SealOrder, list]]:
    """Each row with the oldest other order in force that has such a step and covers its door."""
    if not rows:
        return []
    others = [
        one
        for one in orders_in_force()
        if one.pk != order.pk and any(step["kind"] == kind for step in one.steps)
    ]
    others.sort(key=lambda one: one.number or 0)
    found: dict[SealOrder, list] = {}
    for row in rows:
        heir = next((one for one in others if covers(one, home_of(row))), None)
        if heir is not None:
            found.setdefault(heir, []).append(row)
    return found.items()
