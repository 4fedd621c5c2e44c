"""Who gets what of what came: worked out, shown, then committed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compounds.models import Member
from supplies.models import GroupBuy, OfferLine, Order


@dataclass(frozen=True)
class Share:
    order: Order
    line: OfferLine
    ordered: int
    allocated: int

    @property
    def refunded(self) -> int:
        return self.ordered - self.allocated


@dataclass(frozen=True)
class Preview:
    shares: list[Share]
    surplus: dict[int, int]  # line id to good pieces that nobody ordered

    @property
    def short(self) -> list[Share]:
        """Who gets less than was ordered."""
        return [one for one in self.shares if one.refunded]


def preview(buy: GroupBuy) -> Preview:
    """What `allocate` would write, by the rule and seed of the round. Three queries."""
    raise NotImplementedError


def allocate(*, buy: GroupBuy, surplus: Mapping[int, str] | None = None, by: Member) -> GroupBuy:
    """Commit the preview, and pay back what is not there.

    `surplus` says for each line with more than was ordered where it goes: "stock" or "return";
    refused (code surplus) while one is missing.
    """
    raise NotImplementedError
