"""The orders in force, without the joins that only their own pages need."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

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
    """The compound's orders in force, newest first; one query.

    Each has `next_level`, the level of its next stage; empty at the last one.
    """
    found = []
    for *values, next_level in _orders(compound=compound.pk):
        order = SealOrder.from_db(DEFAULT_DB_ALIAS, COLUMNS, values)
        order.compound = compound
        order.next_level = next_level or ""  # type: ignore[attr-defined]
        found.append(order)
    return found


@prepared
def _orders(compound: int) -> QuerySet:
    # Of the frozen stages with all their steps, only the one word.
    following = Func(
        F("stages"),
        Cast(F("stage") + 1, TextField()),
        Value("level"),
        function="jsonb_extract_path_text",
        output_field=TextField(),
    )
    found = SealOrder.objects.in_force().filter(compound=compound)
    return found.annotate(next_level=following).values_list(*COLUMNS, "next_level")
