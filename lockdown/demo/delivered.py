"""What the two deliveries of 御景湾 end with, counted from the rows; amounts in fen."""

from __future__ import annotations

from django.db.models import F, Sum

from households.models import Household
from journal.models import Entry
from lockdown.demo.ordering import inside
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from supplies.models import (
    Allocation,
    BuyState,
    Claim,
    GroupBuy,
    Order,
    Settlement,
    Stop,
    StopOutcome,
    Via,
)

THERE = (StopOutcome.LEFT, StopOutcome.TAKEN)


def figures(site: Site) -> dict[str, int]:
    with scope([site.compound.pk]):
        return {
            "deliveries": GroupBuy.objects.filter(state=BuyState.SETTLED).count(),
            **_doors(),
            **_orders(),
            **_goods(),
            **_money(),
        }


def _doors() -> dict[str, int]:
    """Nothing is carried to a home where nobody is."""
    rounds = GroupBuy.objects.filter(state=BuyState.SETTLED).order_by("number")
    return {
        **{
            f"doors_reached_{place}": Stop.objects.filter(run__buy=buy, outcome__in=THERE).count()
            for place, buy in enumerate(rounds, start=1)
        },
        "doors_nobody_inside": Household.objects.filter(closed_at=None).count() - len(inside()),
        "doors_isolated": Stop.objects.filter(run__is_isolated=True).count(),
        "doors_rung": Stop.objects.exclude(rung_at=None).count(),
    }


def _orders() -> dict[str, int]:
    orders = Order.objects.filter(buy__state=BuyState.SETTLED, withdrawn_at=None)
    hungry = Entry.objects.filter(event="FoodCallsPlanned").values_list("data__count", flat=True)
    return {
        "orders": orders.count(),
        "order_for_others": orders.exclude(via=Via.OWN).count(),
        "households_without_food_order": sum(hungry),
    }


def _goods() -> dict[str, int]:
    """Pieces, and what was paid back for those that did not come or were spoiled."""
    refund = Sum(F("refunded") * F("price_fen"))
    goods = Allocation.objects.aggregate(Sum("allocated"), Sum("refunded"), money=refund)
    claims = Claim.objects.filter(decided_at__isnull=False)
    return {
        "allocated": goods["allocated__sum"] or 0,
        "refunded": goods["refunded__sum"] or 0,
        "refunded_fen": goods["money"] or 0,
        "claims": claims.count(),
        "claims_fen": claims.aggregate(Sum("refund_fen"))["refund_fen__sum"] or 0,
    }


def _money() -> dict[str, int]:
    sums = Settlement.objects.aggregate(
        paid=Sum("payments_fen"), difference=Sum("difference_fen"), unpaid=Sum("unpaid_fen")
    )
    return {
        "paid_fen": sums["paid"] or 0,
        "unpaid_fen": sums["unpaid"] or 0,
        "ledger_difference_fen": sums["difference"] or 0,
    }
