"""Who gets what of what came: worked out, shown, then committed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from lockdown.kernel.columns import add_rows
from lockdown.kernel.errors import Refused
from supplies.actions.stock import take_over
from supplies.ledger import write
from supplies.machine import become, lock_buy, refuse_unless, tell
from supplies.models import (
    Allocation,
    BuyState,
    Count,
    EntryKind,
    GroupBuy,
    OfferLine,
    Order,
    OrderLine,
)
from supplies.sharing import Want, share

S = BuyState
PLACES = ("stock", "return")  # where more than was ordered goes


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
    """What `allocate` would write, by the rule and seed of the round. Four queries: thousands
    of lines share their orders and items, which are read once."""
    good = dict(
        Count.objects.filter(arrival__buy=buy)
        .order_by()
        .values_list("line_id")
        .annotate(good=Sum("good"))
    )
    orders = Order.objects.filter(buy=buy).select_related("home").in_bulk()
    lines = OfferLine.objects.filter(buy=buy).in_bulk()
    rows = OrderLine.objects.filter(order__buy=buy, locked__gt=0).order_by("order__number")
    wants: dict[int, list[Want]] = defaultdict(list)
    wanted = []
    for order_id, line, locked in rows.values_list("order_id", "line_id", "locked"):
        order = orders[order_id]
        wants[line].append(Want(order.number, locked, order.is_flagged))
        wanted.append((order, lines[line], locked))
    got = {
        line: share(buy.rule, of_line, good.get(line, 0), seed=buy.seed, turn=buy.number)
        for line, of_line in wants.items()
    }
    shares = [
        Share(order, line, locked, got[line.pk][order.number]) for order, line, locked in wanted
    ]
    shares.sort(key=lambda one: (one.order.number, one.line.position, one.line.pk))
    return Preview(shares, _surplus(wants, good))


def _surplus(wants: Mapping[int, list[Want]], good: Mapping[int, int]) -> dict[int, int]:
    over = {
        line: good.get(line, 0) - sum(want.quantity for want in of_line)
        for line, of_line in wants.items()
    }
    return {line: count for line, count in over.items() if count > 0}


@transaction.atomic
def allocate(*, buy: GroupBuy, surplus: Mapping[int, str] | None = None, by: Member) -> GroupBuy:
    """Commit the preview, and pay back what is not there. Twice is once.

    `surplus` says for each item with more than was ordered where it goes: "stock" or "return";
    refused (code surplus) while one is missing.
    """
    buy = lock_buy(buy)
    if buy.state == S.ALLOCATED:
        return buy
    refuse_unless(buy, S.COUNTED)
    found = preview(buy)
    places = _places(found, surplus or {})
    _write(buy, found)
    become(buy, S.ALLOCATED, allocated_at=timezone.now(), allocated_by=by)
    _pay_back(buy, found, by)
    _put_surplus(buy, found, places, by)
    homes = sorted({one.order.home_id for one in found.short})
    tell("SuppliesAllocated", buy, by=by, short=len(homes), homes=homes)
    return buy


def _write(buy: GroupBuy, found: Preview) -> None:
    shares = found.shares
    columns: dict[str, list[int]] = {
        "order_id": [one.order.pk for one in shares],
        "line_id": [one.line.pk for one in shares],
        "ordered": [one.ordered for one in shares],
        "allocated": [one.allocated for one in shares],
        "refunded": [one.refunded for one in shares],
        "price_fen": [one.line.price_fen for one in shares],
    }
    add_rows(Allocation, columns, compound_id=buy.compound_id, buy_id=buy.pk)


def _places(found: Preview, chosen: Mapping[int, str]) -> dict[int, str]:
    places = {line: chosen.get(line, "") for line in found.surplus}
    for line, place in places.items():
        if place not in PLACES:
            name = next(one.line.name for one in found.shares if one.line.pk == line)
            raise Refused(
                _(
                    "%(count)s more %(item)s came than were ordered. Say whether they go into "
                    "our stock or back to the supplier."
                )
                % {"count": found.surplus[line], "item": name},
                code="surplus",
            )
    return places


def _pay_back(buy: GroupBuy, found: Preview, by: Member) -> None:
    back: dict[int, int] = defaultdict(int)
    for one in found.short:
        back[one.order.household_id] -= one.refunded * one.line.price_fen
    write(buy, EntryKind.REFUND, back, cause=f"allocate:{buy.pk}", by=by)


def _put_surplus(buy: GroupBuy, found: Preview, places: Mapping[int, str], by: Member) -> None:
    for line, place in places.items():
        OfferLine.objects.filter(pk=line).update(surplus_to=place)
        if place == "stock":
            row = next(one.line for one in found.shares if one.line.pk == line)
            take_over(
                compound=buy.compound,
                name=row.name,
                unit=row.unit,
                quantity=found.surplus[line],
                source=buy.title,
                request_key=f"surplus:{buy.pk}:{line}",
                by=by,
            )
