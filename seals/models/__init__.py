"""Orders and what hangs on them, a file for each noun."""

from seals.models.orders import (
    RECALL_SETTLED,
    STRICTNESS,
    TRANSITIONS,
    Level,
    OrderChange,
    OrderState,
    PlaceKind,
    PlanPart,
    PlanTask,
    PlanTemplate,
    Recall,
    RecallOutcome,
    SealOrder,
    SealOrderQuerySet,
)

__all__ = [
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
