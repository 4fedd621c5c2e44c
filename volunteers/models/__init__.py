"""Care for those who need it and what households ask for, a file for each noun."""

from volunteers.models.asks import MEDICAL, Ask, AskKind, AskOutcome, AskState
from volunteers.models.care import KNOCKS_AFTER, TO_KNOCK, CareOutcome, CareVisit

__all__ = [
    "KNOCKS_AFTER",
    "MEDICAL",
    "TO_KNOCK",
    "Ask",
    "AskKind",
    "AskOutcome",
    "AskState",
    "CareOutcome",
    "CareVisit",
]
