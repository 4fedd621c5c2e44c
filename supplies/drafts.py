"""Checking the items and terms of a draft, and copying them from another round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from lockdown.kernel.errors import Refused
from supplies.models import BuyTemplate, GroupBuy, OfferLine

# What a round carries besides title, place, times and items; kept by templates and copies.
TERMS = (
    "note",
    "min_amount_fen",
    "min_units",
    "min_households",
    "extend_hours",
    "fee_fen",
    "fee_split",
    "rule",
    "reserve_percent",
    "repeats_weekly",
)
ONCE = ("supplier", "deliver_from", "deliver_until")
MOST_ITEMS = 60
MOST = 1_000_000  # pieces, and fen times a hundred: nobody means more
MOST_FEN = 100_000_00


@dataclass(frozen=True)
class Item:
    """One item of a draft; the price is in fen."""

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


def items_of(lines: Sequence[OfferLine]) -> list[Item]:
    return [Item(**{one.name: getattr(line, one.name) for one in fields(Item)}) for line in lines]


def write_items(buy: GroupBuy, items: Sequence[Item]) -> None:
    """Replace the lines of a draft; nobody has ordered any of them."""
    check_items(items)
    OfferLine.objects.filter(buy=buy).delete()
    OfferLine.objects.bulk_create(
        OfferLine(
            compound_id=buy.compound_id,
            buy=buy,
            position=position,
            left=item.cap_total,
            **{one.name: getattr(item, one.name) for one in fields(Item)},
        )
        for position, item in enumerate(items)
    )


def check_items(items: Sequence[Item]) -> None:
    if len(items) > MOST_ITEMS:
        raise Refused(_("At most %(most)s items a round.") % {"most": MOST_ITEMS})
    names = [item.name.strip() for item in items]
    for item in items:
        _check(item)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise Refused(_("“%(item)s” stands twice. Give each item its own name.") % {"item": twice})


def _check(item: Item) -> None:
    said = {"item": item.name.strip() or "?"}
    if not item.name.strip() or not item.unit.strip():
        raise Refused(_("Each item needs a name and a unit, for example 大米 and 袋."))
    if not 0 <= item.price_fen <= MOST_FEN:
        raise Refused(_("“%(item)s”: the price must lie between 0 and ¥100,000.") % said)
    sizes = (item.case_size, item.minimum, item.cap_total or 1, item.cap_household or 1)
    if min(sizes) < 1 or max(sizes) > MOST or 0 in (item.cap_total, item.cap_household):
        raise Refused(_("“%(item)s”: quantities must be 1 or more.") % said)
    if item.cap_household is not None and item.cap_household < item.minimum:
        raise Refused(
            _("“%(item)s”: the most a household may have is less than the least it must take.")
            % said
        )
    if item.cap_total is not None and item.cap_total < item.case_size:
        raise Refused(_("“%(item)s”: the cap in all is less than one case.") % said)


def terms_of(source: GroupBuy | BuyTemplate) -> dict[str, Any]:
    """The terms to start from, without what belongs to one date."""
    if isinstance(source, BuyTemplate):
        kept = {name: source.body[name] for name in TERMS if name in source.body}
    else:
        kept = {name: getattr(source, name) for name in TERMS}
    return kept | {"supplier": source.supplier}


def check_terms(terms: dict[str, Any]) -> None:
    unknown = set(terms) - {*TERMS, *ONCE}
    if unknown:
        raise TypeError(f"not terms of a round: {', '.join(sorted(unknown))}")
    if not 0 <= (terms.get("reserve_percent") or 0) <= 80:
        raise Refused(_("At most 80 % can be held back."), field="reserve_percent")
    if not 0 <= (terms.get("extend_hours") or 0) <= 72:
        raise Refused(_("Extend by 72 hours at most."), field="extend_hours")
    begin, end = terms.get("deliver_from"), terms.get("deliver_until")
    if begin and end and end <= begin:
        raise Refused(_("The delivery must end later than it begins."), field="deliver_until")
