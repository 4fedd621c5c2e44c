"""Drafting a round, its review by the committee, opening it and giving it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compounds.models import Compound, Member
from compounds.places import Place
from journal.actions import Actor
from supplies.models import BuyTemplate, GroupBuy


@dataclass(frozen=True)
class Item:
    """One item of a draft; price in fen. `line` is the id of a line that is there already."""

    name: str
    unit: str
    price_fen: int
    case_size: int = 1
    minimum: int = 1
    cap_total: int | None = None
    cap_household: int | None = None
    tolerance: bool = False
    essential: bool = False
    perishable: bool = False


def draft_buy(
    *,
    compound: Compound,
    place: Place,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    items: Sequence[Item] = (),
    source: GroupBuy | None = None,
    cause: int | None = None,
    by: Actor,
    **terms: Any,
) -> GroupBuy:
    """A new draft. `terms` are the fields in TERMS (supplier, thresholds, fee, rule, …).

    Refused: an end before the start, an item without a name, sizes or caps that contradict each
    other, two items of one name.
    """
    raise NotImplementedError


def draft_again(
    *, source: GroupBuy | BuyTemplate, place: Place | None = None, opens_at: datetime, by: Actor
) -> GroupBuy:
    """A draft with the items and terms of an earlier round or a template; same length of time."""
    raise NotImplementedError


def keep_as_template(*, buy: GroupBuy, name: str, by: Member) -> BuyTemplate:
    """Everything but the dates; the same name again replaces it."""
    raise NotImplementedError


def change_draft(*, buy: GroupBuy, by: Member, **terms: Any) -> GroupBuy:
    """Title, times, place (`place=Place`), supplier and terms; only of a draft."""
    raise NotImplementedError


def set_items(*, buy: GroupBuy, items: Sequence[Item], by: Member) -> GroupBuy:
    """Replace the items of a draft, in this order."""
    raise NotImplementedError


def submit(*, buy: GroupBuy, by: Member) -> GroupBuy:
    """To the committee. Refused without supplier, licence number, items or prices."""
    raise NotImplementedError


def take_back(*, buy: GroupBuy, by: Member) -> GroupBuy:
    """From review, rejected, or approved and not yet open: a draft again."""
    raise NotImplementedError


def approve(*, buy: GroupBuy, note: str = "", by: Member) -> GroupBuy:
    """Open when its time has come, else it opens by itself."""
    raise NotImplementedError


def reject(*, buy: GroupBuy, reason: str, by: Member) -> GroupBuy:
    raise NotImplementedError


def open_buy(*, buy: GroupBuy, by: Actor) -> GroupBuy:
    """An approved round takes orders from now on."""
    raise NotImplementedError


def extend(*, buy: GroupBuy, closes_at: datetime, reason: str = "", by: Actor) -> GroupBuy:
    """Keep the orders and close later; once only."""
    raise NotImplementedError


def cancel(*, buy: GroupBuy, reason: str, by: Actor) -> GroupBuy:
    """Give it up before anything has arrived; what was charged is paid back."""
    raise NotImplementedError


def supplier_failed(*, buy: GroupBuy, reason: str, by: Member) -> GroupBuy:
    """The supplier does not deliver; what was charged is paid back."""
    raise NotImplementedError
