"""The orders of a round as lines: number, door, what, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from compounds.models import Member
from lockdown.kernel.masking import mask_name
from supplies.buys.links import Links
from supplies.models import BuyState, GroupBuy, Order, OrderLine, Stop, Via
from supplies.queries import order_lines_of, orders_of


def seen_orders(buy: GroupBuy, member: Member) -> QuerySet[Order]:
    """The orders that stand, of the homes that this member may see, with the `stop` at which
    their goods came."""
    rows = orders_of(buy).filter(member.within("home__"))
    came = Stop.objects.filter(order=OuterRef("pk"), at__isnull=False).order_by()
    rows = rows.annotate(stop=Subquery(came.values("pk")[:1]))
    return rows.select_related("home__unit__building", "access", "member__user")


def order_rows(buy: GroupBuy, orders: Sequence[Any], links: Links) -> list[dict[str, Any]]:
    """For the table of orders (`seen_orders`); one query for their lines."""
    lines = order_lines_of(orders)
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
            "way": _way(buy, order, links),
        }
        for order in orders
    ]


def _way(buy: GroupBuy, order: Any, links: Links) -> dict[str, str]:
    """The page for a household that rings: to cancel, or about its goods."""
    label, url = "", ""
    if buy.state in (BuyState.LOCKED, BuyState.ORDERED):
        label, url = _("Take out"), links.of("take-out", buy, order.household_id)
    elif buy.state in (BuyState.DELIVERING, BuyState.DELIVERED) and order.stop:
        label, url = _("Claim by phone"), links.to("claim-for", order.stop)
    return {"label": label, "url": url} if url else {}


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
