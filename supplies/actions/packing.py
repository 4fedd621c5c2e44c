"""How many bags each household gets, before the carriers start."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from compounds.models import Member
from lockdown.kernel.columns import set_column
from lockdown.kernel.errors import Refused
from supplies.actions.delivering import MOST_BAGS
from supplies.machine import lock_buy, refuse_unless, tell
from supplies.models import BuyState, GroupBuy, Order


@transaction.atomic
def pack(*, buy: GroupBuy, pieces_a_bag: int, by: Member) -> int:
    """Bags for every household of an allocated round, filled evenly; how many bags in all.

    Refused once the carriers have started: labels that are stuck on would no longer be true.
    """
    buy = lock_buy(buy)
    refuse_unless(buy, BuyState.ALLOCATED)
    if pieces_a_bag < 1:
        raise Refused(_("Write how many pieces fit into a bag: 1 or more."), field="pieces")
    orders = Order.objects.filter(buy=buy).annotate(pieces=Sum("allocations__allocated"))
    rows = orders.filter(pieces__gt=0).order_by().values_list("pk", "bags", "pieces")
    before = {order: bags for order, bags, _pieces in rows}
    bags = {order: min(-(-pieces // pieces_a_bag), MOST_BAGS) for order, _bags, pieces in rows}
    set_column(Order, buy.compound_id, "bags", bags)
    in_all = sum(bags.values())
    if before != bags:
        tell("GroupBuyPacked", buy, by=by, households=len(bags), bags=in_all)
    return in_all
