"""Lifting starts the clocks of retention, sealing stops them."""

from __future__ import annotations

from collections.abc import Sequence

from compounds.models import Compound
from households.models import Retention
from households.retention import all_files, register_ruler, start_clocks, stop_clocks
from journal.handlers import subscribe
from journal.models import Delivery
from seals.models import SealOrder
from seals.planning import place_of
from seals.queries import PLACE, covers


def connect() -> None:
    register_ruler(homes_under_order)
    subscribe("OrderLifted", "seals.clocks_start", order_lifted)
    subscribe("OrderStarted", "seals.clocks_stop", order_started)


def homes_under_order(rows: Sequence[Retention]) -> set[int]:
    """The homes of these rows that an order in force covers, also one yet to begin. One query,
    whatever the number of compounds."""
    compounds = {row.compound_id for row in rows}
    found = SealOrder.objects.in_force().filter(compound_id__in=compounds)
    standing: dict[int, list[SealOrder]] = {}
    for order in found:
        standing.setdefault(order.compound_id, []).append(order)
    return {
        row.home_id
        for row in rows
        if any(covers(order, row.home) for order in standing.get(row.compound_id, ()))
    }


def order_lifted(delivery: Delivery) -> None:
    """Every household of the place that no other order closes gets its clock. Twice is once.

    Sealing the place again at this moment: the compound's row is the queue, as in `seal()`.
    """
    compound = Compound.objects.select_for_update(no_key=True).get(pk=delivery.compound_id)
    order = SealOrder.objects.select_related(*PLACE).get(pk=delivery.entry.order_id)
    if order.lifted_at is None:
        return
    others = list(SealOrder.objects.in_force())
    files = [
        one
        for one in all_files(place_of(order).homes(), order.starts_at).select_related("home")
        if not any(covers(other, one.home) for other in others)
    ]
    start_clocks(
        compound=compound,
        cause=order.pk,
        label=order.place_label,
        files=files,
        lifted_at=order.lifted_at,
    )


def order_started(delivery: Delivery) -> None:
    """Sealed again before it was due: what is known is needed, and its clock stops."""
    order = SealOrder.objects.select_related(*PLACE).get(pk=delivery.entry.order_id)
    stop_clocks(homes=place_of(order).homes(), before=delivery.entry.at)
