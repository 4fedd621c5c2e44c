"""What became of a round: bought, added, left out, carried; or whom it told otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, F, Q, QuerySet, Subquery, Sum, Value
from django.db.models import Count as Counted
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from lockdown.kernel.packed import together
from lockdown.kernel.wording import fen
from supplies.models import (
    Allocation,
    BuyState,
    Count,
    GroupBuy,
    Order,
    OrderLine,
    Stop,
    StopOutcome,
)

S = BuyState


@dataclass(frozen=True)
class Sums:
    """What each step did, in homes and pieces; a step that is still to come is at nothing."""

    homes: int = 0  # that buy something
    bought: int = 0
    amount_fen: int = 0
    added: int = 0
    left_out: int = 0
    good: int = 0
    not_good: int = 0
    served: int = 0  # homes that get something
    short: int = 0  # homes that get less than they ordered
    runs: int = 0
    doors: int = 0
    carried: int = 0


def sums_of(buy: GroupBuy) -> Sums:
    """Of the steps that were done; one query."""
    done = (
        ("locked", buy.locked_at, _locked),
        ("counted", buy.counted_at, _counted),
        ("shared", buy.allocated_at, _shared),
        ("carried", buy.delivering_at, _carried),
    )
    asked = {name: sums(buy) for name, at, sums in done if at}
    found: dict[str, int | None] = {}
    for step in together(GroupBuy.objects.filter(pk=buy.pk), asked).values():
        found |= step or {}
    return Sums(**{name: number or 0 for name, number in found.items()})


def _locked(buy: GroupBuy) -> Subquery:
    # An order taken out was not left out for want of a full case.
    return _in_one(
        OrderLine.objects.filter(order__buy=buy, order__withdrawn_at=None),
        bought=Sum("locked"),
        amount_fen=Sum(F("locked") * F("line__price_fen")),
        homes=Counted("order", filter=Q(locked__gt=0), distinct=True),
        added=Sum(F("locked") - F("quantity"), filter=Q(locked__gt=F("quantity"))),
        left_out=Sum(F("quantity") - F("locked"), filter=Q(locked__lt=F("quantity"))),
    )


def _counted(buy: GroupBuy) -> Subquery:
    rows = Count.objects.filter(arrival__buy=buy)
    return _in_one(rows, good=Sum("good"), not_good=Sum(F("damaged") + F("missing")))


def _shared(buy: GroupBuy) -> Subquery:
    return _in_one(
        Allocation.objects.filter(buy=buy),
        served=Counted("order", filter=Q(allocated__gt=0), distinct=True),
        short=Counted("order", filter=Q(refunded__gt=0), distinct=True),
    )


def _carried(buy: GroupBuy) -> Subquery:
    return _in_one(
        Stop.objects.filter(run__buy=buy),
        runs=Counted("run", distinct=True),
        doors=Counted("pk"),
        carried=Counted("pk", filter=~Q(outcome=StopOutcome.WAITING)),
    )


def _in_one(rows: QuerySet, **sums: Aggregate) -> Subquery:
    """These sums over all rows, as one object."""
    whole = rows.order_by().annotate(one=Value(1)).values("one")
    return Subquery(whole.annotate(json=JSONObject(**sums)).values("json"))


def result_of(buy: GroupBuy, sums: Sums) -> list[dict[str, Any]]:
    """What became of the orders, for components/facts.html."""
    if buy.locked_at:
        return _facts(buy, sums)
    if buy.state == S.NOT_FORMED:
        told = Order.objects.filter(buy=buy, withdrawn_at=None, number__isnull=False).count()
        return [
            {"label": _("Told that it did not form"), "value": told, "unit": _("homes")},
            {"label": _("Missing"), "value": buy.end_reason, "tone": "late"},
        ]
    return []


def _facts(buy: GroupBuy, sums: Sums) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("Bought for"), "value": sums.homes, "unit": _("homes")},
        {"label": _("Bought"), "value": sums.bought, "unit": _("pieces")},
        {"label": _("Goods"), "value": fen(sums.amount_fen)},
    ]
    if sums.added:
        facts.append({"label": _("Added by “up to”"), "value": sums.added, "unit": _("pieces")})
    if sums.left_out:
        out = {"label": _("Left out, no full case"), "value": sums.left_out, "unit": _("pieces")}
        facts.append(out | {"tone": "now"})
    if sums.short:
        facts.append(
            {"label": _("Get less"), "value": sums.short, "unit": _("homes"), "tone": "now"}
        )
    if buy.delivering_at:
        unit = _("of %(count)s doors") % {"count": sums.doors}
        facts.append({"label": _("Carried"), "value": sums.carried, "unit": unit})
    return facts
