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
from households.models.proxies import HomeOf, Invitation, Proxy, Relation
from households.models.retention import SLACK, Retention, RetentionQuerySet

__all__ = [
    "INSIDE",
    "SLACK",
    "Access",
    "CareFlag",
    "CareKind",
    "DoorCode",
    "HomeOf",
    "Household",
    "ImportChange",
    "Invitation",
    "Outcome",
    "Phone",
    "Presence",
    "Proxy",
    "Relation",
    "Relative",
    "Resident",
    "Retention",
    "RetentionQuerySet",
    "RosterImport",
    "Sex",
    "Sweep",
    "Verification",
]
