"""The orders in force, without the joins that only their own pages need."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from compounds.models import Compound
from reports.prepared import prepared
from seals.models import SealOrder

# Of an order itself; the plan's steps, the legal texts and who signed stay behind.
COLUMNS = (
    "id",
    "compound_id",
    "number",
    "place_kind",
    "building_id",
    "unit_id",
    "floor",
    "home_id",
    "place_label",
    "level",
    "state",
    "starts_at",
    "ends_at",
    "clock_from",
)


def orders_in_force(compound: Compound) -> list[SealOrder]:
    """The compound's orders in force, newest first; one query."""
    found = []
    for values in _orders(compound=compound.pk):
        order = SealOrder.from_db(DEFAULT_DB_ALIAS, COLUMNS, values)
        order.compound = compound
        found.append(order)
    return found


@prepared
def _orders(compound: int) -> QuerySet:
    return SealOrder.objects.in_force().filter(compound=compound).values_list(*COLUMNS)
