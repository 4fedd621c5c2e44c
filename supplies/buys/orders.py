"""The orders of a round as lines: number, door, what, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compounds.models import Member
from lockdown.kernel.masking import mask_name
from supplies.buys.links import Links
from supplies.models import BuyState, GroupBuy, Order, OrderLine, Stop, Via
from supplies.queries import order_lines_of, orders_of


def seen_orders(buy: GroupBuy, member: Member) -> QuerySet[Order]:
    """The orders that stand, of the homes that this member may see."""
    rows = orders_of(buy).filter(member.within("home__"))
    return rows.select_related("home__unit__building", "access", "member__user")


def order_rows(
    buy: GroupBuy, orders: Sequence[Order], links: Links | None = None
) -> list[dict[str, Any]]:
    """For the table of orders; one query for their lines, one for what can be done with each."""
    lines = order_lines_of(orders)
    ways = _ways(buy, orders, links) if links else {}
    return [
        {
            "number": order.number,
            "door": order.home.label,
            "goods": goods(lines[order.pk]),
            "amount": sum(_pieces(row) * row.line.price_fen for row in lines[order.pk]),
            "by": by_whom(order),
            "is_flagged": order.is_flagged,
            "note": order.note,
            "at": order.changed_at,
            "way": ways.get(order.pk, {}),
        }
        for order in orders
    ]


def _ways(buy: GroupBuy, orders: Sequence[Order], links: Links) -> dict[int, dict[str, str]]:
    """Order id to the page for a household that rings: to cancel, or about its goods."""
    if buy.state in (BuyState.LOCKED, BuyState.ORDERED) and links.of("take-out", buy, 0):
        return {
            one.pk: {
                "label": _("Take out"),
                "url": links.of("take-out", buy, one.household_id),
            }
            for one in orders
        }
    if buy.state in (BuyState.DELIVERING, BuyState.DELIVERED) and links.to("claim-for", 0):
        stops = Stop.objects.filter(order__in=list(orders), at__isnull=False)
        rows = stops.order_by().values_list("order_id", "pk")
        return {
            order: {"label": _("Claim by phone"), "url": links.to("claim-for", stop)}
            for order, stop in rows
        }
    return {}


def goods(rows: Sequence[OrderLine]) -> str:
    """ "2 板 鸡蛋、1（可到 3）袋 大米"; after the cut-off what is bought."""
    return _(", ").join(_one(row) for row in rows)


def _one(row: OrderLine) -> str:
    data = {"item": row.line.name, "count": _pieces(row), "unit": row.line.unit}
    if row.locked is None and row.up_to > row.quantity:
        return _("%(count)s (up to %(most)s) %(unit)s %(item)s") % (data | {"most": row.up_to})
    return _("%(count)s %(unit)s %(item)s") % data


def _pieces(row: OrderLine) -> int:
    return row.quantity if row.locked is None else row.locked


def by_whom(order: Order) -> str:
    """Who placed it; staff by name, everybody else masked."""
    if order.via == Via.OWN:
        return _("the home itself")
    if order.member is not None:
        return order.member.name
    if order.access is not None:
        return order.access.actor_label
    label = str(Via(order.via).label)
    return f"{label} {mask_name(order.for_whom)}" if order.for_whom else label
