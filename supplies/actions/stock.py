"""Relief goods and protective equipment: receive, give out, count."""

from __future__ import annotations

from collections.abc import Sequence

from compounds.models import Compound, Member
from households.models import Household
from supplies.models import HandOut, HandOutDoor, StockItem, StockKind, StockMove


def add_item(
    *, compound: Compound, name: str, unit: str, kind: StockKind, minimum: int = 0, by: Member
) -> StockItem:
    """The same name again is the same item, with the new minimum."""
    raise NotImplementedError


def receive(
    *, item: StockItem, quantity: int, source: str = "", request_key: str, by: Member
) -> StockMove:
    raise NotImplementedError


def issue(
    *,
    item: StockItem,
    quantity: int,
    household: Household | None = None,
    member: Member | None = None,
    note: str = "",
    request_key: str,
    by: Member,
) -> StockMove:
    """To a household or to a member; refused when less is there."""
    raise NotImplementedError


def count(
    *, item: StockItem, found: int, note: str = "", request_key: str, by: Member
) -> StockMove:
    """A stocktake: the difference becomes a move."""
    raise NotImplementedError


def plan_hand_out(
    *, item: StockItem, title: str, each: int, households: Sequence[Household], by: Member
) -> HandOut:
    """A door list; the goods leave the store at each door. Households need their home."""
    raise NotImplementedError


def hand_to_door(*, door: HandOutDoor, by: Member) -> HandOutDoor:
    """Given at this door; refused when the store is empty. Twice is once."""
    raise NotImplementedError
