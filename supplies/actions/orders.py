"""Ordering: the hot path, the waiting list, and taking an order out after the cut-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compounds.models import Member
from households.models import Access, Household
from lockdown.kernel.errors import Refused
from supplies.models import GroupBuy, OfferLine, Order, WaitingRequest

Wanted = Mapping[int, tuple[int, int]]  # line id: (quantity, up to)


class Busy(Refused):
    """Too many at once; the page answers 503 with Retry-After."""

    retry_after = 2  # seconds


@dataclass(frozen=True)
class Placed:
    """The answer to a cart. `number` is the order's own in the round."""

    order_id: int
    number: int
    again: bool  # the same key was answered before


def place_order(
    *,
    buy: GroupBuy,
    household: Household,
    wanted: Wanted,
    key: str,
    by: Access | Member,
    for_whom: str = "",
    note: str = "",
) -> Placed:
    """Set the household's whole cart; an empty one takes the order back, its number stays.

    The same key again is the same answer. `household` needs its home. Refused: a round that
    takes no orders, another compound's or round's item, less than the minimum, more than the cap
    of a household, nothing left (codes: closed, foreign_item, quantity, household_cap, sold_out,
    reserved), the same key with another cart (key_reused), not in the round's place. `Busy`
    after waiting two seconds for others.
    """
    raise NotImplementedError


def ask_to_wait(
    *, buy: GroupBuy, line: OfferLine, household: Household, quantity: int, by: Access | Member
) -> WaitingRequest:
    """Too late or sold out: onto the waiting list. Twice changes the quantity."""
    raise NotImplementedError


def grant_waiting(*, request: WaitingRequest, by: Member) -> WaitingRequest:
    """The household gets it after all: while the round is open, or closed and not yet ordered."""
    raise NotImplementedError


def decline_waiting(*, request: WaitingRequest, by: Member) -> WaitingRequest:
    raise NotImplementedError


def cancel_order(*, order: Order, reason: str, by: Member) -> Order:
    """After the cut-off and before the goods come: paid back, and the purchase order that was
    sent gets a new version."""
    raise NotImplementedError
