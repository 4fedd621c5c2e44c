"""Orders and what hangs on them, a file for each noun."""

from seals.models.changes import OrderChange
from seals.models.orders import (
    HOURS_COUNT_BELOW,
    RECALL_SETTLED,
    STRICTNESS,
    TRANSITIONS,
    Level,
    OrderState,
    PlaceKind,
    PlanPart,
    PlanTask,
    Recall,
    RecallOutcome,
    SealOrder,
    SealOrderQuerySet,
)
from seals.models.templates import PlanTemplate

__all__ = [
    "HOURS_COUNT_BELOW",
    "RECALL_SETTLED",
    "STRICTNESS",
    "TRANSITIONS",
    "Level",
    "OrderChange",
    "OrderState",
    "PlaceKind",
    "PlanPart",
    "PlanTask",
    "PlanTemplate",
    "Recall",
    "RecallOutcome",
    "SealOrder",
    "SealOrderQuerySet",
]
