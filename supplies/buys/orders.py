"""The orders of a round as lines: number, door, what, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compounds.models import Member
from lockdown.kernel.masking import mask_name
from supplies.models import GroupBuy, Order, OrderLine, Via
from supplies.queries import order_lines_of, orders_of


def seen_orders(buy: GroupBuy, member: Member) -> QuerySet[Order]:
    """The orders that stand, of the homes that this member may see."""
    rows = orders_of(buy).filter(member.within("home__"))
    return rows.select_related("home__unit__building", "access", "member__user")


def order_rows(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """For the table of orders; one query for their lines."""
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
        }
        for order in orders
    ]


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
