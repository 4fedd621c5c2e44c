"""What the pages need besides the demo: goods that came to 501 a moment ago, and a round that is
counted and waits to be shared out.

`python -m tests.browser.scene` with the house's environment; everything through the actions.
"""

from __future__ import annotations

from datetime import timedelta

import django

if __name__ == "__main__":
    django.setup()

from django.utils import timezone

from compounds.models import Compound, Member
from compounds.places import find_place
from compounds.roles import Role
from households.models import Household
from lockdown.kernel.tenancy import scope
from supplies.accounts import goods_of
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.delivering import record_stop, start_delivery
from supplies.actions.locking import close
from supplies.actions.orders import place_order
from supplies.actions.purchasing import bought_lines, order_from_supplier
from supplies.actions.rounds import Item, approve, draft_buy, submit
from supplies.models import ClaimKind, GroupBuy, Stop, StopOutcome, Supplier

COUNTED = "待分配的米奶团"
GOODS = [
    Item("东北五常稻花香大米真空装十公斤特惠家庭装", "袋", 12345),
    Item("进口牛奶礼盒整箱", "箱", 123450),
]


def came_to(number: str) -> GroupBuy:
    """A round delivered to one home: left at the door, and one piece claimed."""
    buy = counted(number, "米奶团")
    keeper, household = _keeper(), _household(number)
    allocate(buy=buy, by=keeper)
    start_delivery(buy=buy, due_at=timezone.now() + timedelta(hours=2), by=keeper)
    for stop in Stop.objects.filter(run__buy=buy).select_related("run"):
        record_stop(stop=stop, outcome=StopOutcome.LEFT, by=keeper)
    got = goods_of(buy, household)[0].allocation
    claim(allocation=got, kind=ClaimKind.SPOILED, quantity=1, share=50, by=keeper)
    return buy


def counted(number: str, title: str) -> GroupBuy:
    """A round of one home, whose goods have come."""
    keeper = _keeper()
    buy = _ordered(keeper, _household(number), title)
    return record_count(
        buy=arrive(buy=buy, by=keeper),
        counts={one.line.pk: Counted(good=one.quantity) for one in bought_lines(buy)},
        by=keeper,
    )


def _keeper() -> Member:
    return Member.objects.filter(role=Role.WAREHOUSE)[0]


def _household(number: str) -> Household:
    return Household.objects.select_related("home").get(home__number=number, closed_at=None)


def _ordered(keeper: Member, household: Household, title: str) -> GroupBuy:
    now, compound = timezone.now(), keeper.compound
    buy = draft_buy(
        compound=compound,
        place=find_place(compound, "compound"),
        title=title,
        items=GOODS,
        opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(hours=1),
        supplier=Supplier.objects.first(),
        by=keeper,
    )
    submit(buy=buy, by=keeper)
    buy = approve(buy=buy, by=Member.objects.get(role=Role.REVIEWER))
    wanted = {line.pk: (2, 2) for line in buy.lines.all()}
    place_order(buy=buy, household=household, wanted=wanted, key=f"scene-{title}-round", by=keeper)
    buy = close(buy=GroupBuy.objects.get(pk=buy.pk), by=keeper)
    order_from_supplier(buy=buy, by=keeper)
    return buy


if __name__ == "__main__":
    with scope([Compound.objects.get(slug="yujingwan").pk]):
        came_to("501")
        counted("502", COUNTED)
