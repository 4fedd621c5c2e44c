"""The goods are at the gate: the pass is used up, and everything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compounds.models import Member
from supplies.models import Arrival, GroupBuy


@dataclass(frozen=True)
class Counted:
    good: int
    damaged: int = 0
    missing: int = 0
    note: str = ""


def arrive(*, buy: GroupBuy, arrival: Arrival | None = None, by: Member) -> GroupBuy:
    """The vehicle is in the buffer zone; its pass is used up. Without one, an arrival is noted."""
    raise NotImplementedError


def record_count(*, buy: GroupBuy, counts: Mapping[int, Counted], by: Member) -> GroupBuy:
    """By line id. May be corrected until it is allocated. Refused: a line that is not of this
    round or that nobody bought, a line left out, a number below zero."""
    raise NotImplementedError
