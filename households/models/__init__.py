"""One file per household, and what is kept about it, a file for each noun."""

from households.models.files import (
    INSIDE,
    Access,
    CareFlag,
    CareKind,
    DoorCode,
    Household,
    ImportChange,
    Outcome,
    Phone,
    Presence,
    Relative,
    Resident,
    RosterImport,
    Sex,
    Sweep,
    Verification,
)
from households.models.presence import PresenceChange, Why
from households.models.sheets import Sheet, SheetKind
from households.models.sweeping import Found, How, PersonCheck, ReachTry, SweepTap, Tap

__all__ = [
    "INSIDE",
    "Access",
    "CareFlag",
    "CareKind",
    "DoorCode",
    "Found",
    "Household",
    "How",
    "ImportChange",
    "Outcome",
    "PersonCheck",
    "Phone",
    "Presence",
    "PresenceChange",
    "ReachTry",
    "Relative",
    "Resident",
    "RosterImport",
    "Sex",
    "Sheet",
    "SheetKind",
    "Sweep",
    "SweepTap",
    "Tap",
    "Verification",
    "Why",
]
