"""The two deliveries of 御景湾: food bought together and carried to each door by volunteers.

From the source: the supplies group found a shop and had the households buy together; volunteers
carried it to every door; twice between the third and the sixth day. Invented: goods, prices,
supplier, hours, who ordered how, what was broken, and which home was isolated after the case of
the second day.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from compounds.models import Home, Member
from compounds.places import find_place
from compounds.roles import Role
from households.models import Household
from lockdown.demo import deeds
from lockdown.demo.ordering import buy_of
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from notices.actions import mark_read
from notices.chase import due_notices
from notices.models import Receipt
from notices.tasks import send
from seals.actions import seal
from seals.models import Level, SealOrder
from supplies import sweeps
from supplies.actions.rounds import Item, approve, change_draft, draft_again, set_items, submit
from supplies.actions.suppliers import add_supplier
from supplies.models import BuyState, FeeSplit, GroupBuy, ShortageRule

VEGETABLES = Item("蔬菜包", "份", 2500, cap_total=200, cap_household=3, essential=True,
                  perishable=True)  # fmt: skip
FIRST = [
    VEGETABLES,
    Item("鸡蛋", "板", 2400, cap_household=2, essential=True),
    Item("大米", "袋", 3690, cap_household=2, essential=True),
    Item("挂面", "把", 850, cap_household=4, essential=True),
]
SECOND = [
    VEGETABLES,
    Item("猪肉", "份", 2680, cap_household=2, perishable=True),
    Item("牛奶", "盒", 1195, 4, cap_household=4, tolerance=True),
    Item("苹果", "袋", 1890, cap_household=2),
]
ISOLATED = "702"


def isolate(site: Site) -> None:
    """The second day: a case on this stair. The family of one home stays behind its door."""
    with scope([site.compound.pk]):
        whole = SealOrder.objects.get(parent=None)
        home = Home.objects.get(number=ISOLATED)
        seal(
            compound=site.compound,
            place=find_place(site.compound, "home", row=home.pk),
            level=Level.SEALED,
            template_name="居家隔离",
            steps=(),
            starts_at=timezone.now(),
            ends_at=whole.ends_at,
            request_key=f"story-isolated-{home.pk}",
            issuer="区疫情防控指挥部",
            by=site.manager,
        )


def draft_first(site: Site) -> None:
    """The plan left a draft without prices; the supplies group found a shop and fills it in."""
    with scope([site.compound.pk]):
        keeper = site.of(Role.WAREHOUSE)
        shop = add_supplier(
            compound=site.compound,
            name="对口保供超市",
            contact="周经理",
            licence_number="JY14308110042",
            licence_until=site.compound.today() + timedelta(days=400),
            by=keeper,
        )
        buy = change_draft(
            buy=GroupBuy.objects.get(cause__isnull=False),
            title="第一次集中采购",
            opens_at=timezone.now(),
            closes_at=_at(site, 16),
            supplier=shop,
            fee_split=FeeSplit.NONE,  # volunteers carry
            rule=ShortageRule.ROTATION,
            min_households=40,
            by=keeper,
            **_window(site, days=1, hour=10),
        )
        set_items(buy=buy, items=FIRST, by=keeper)
        submit(buy=buy, by=keeper)


def draft_second(site: Site) -> None:
    """The same terms again, other goods."""
    with scope([site.compound.pk]):
        keeper = site.of(Role.WAREHOUSE)
        buy = draft_again(source=buy_of(first=True), opens_at=timezone.now(), by=keeper)
        set_items(buy=buy, items=SECOND, by=keeper)
        buy = change_draft(
            buy=buy,
            title="第二次集中采购",
            closes_at=_at(site, 14),
            by=keeper,
            **_window(site, days=1, hour=9),
        )
        submit(buy=buy, by=keeper)


def _window(site: Site, *, days: int, hour: int) -> dict[str, Any]:
    """When the goods are to be at the doors."""
    begin = _at(site, hour) + timedelta(days=days)
    return {"deliver_from": begin, "deliver_until": begin + timedelta(hours=3)}


def _at(site: Site, hour: int) -> datetime:
    return datetime.combine(site.compound.today(), time(hour), tzinfo=site.compound.tz)


def agree(site: Site) -> None:
    """The committee has looked at goods, prices and licence; the round opens at once."""
    with scope([site.compound.pk]):
        by = Member.objects.select_related("user", "compound").get(role=Role.REVIEWER)
        approve(buy=GroupBuy.objects.get(state=BuyState.IN_REVIEW), note="价格与市场相符", by=by)


def by_the_clock(site: Site) -> None:
    """What the beat does: reminders, the cut-off, doors to ring, notices that are due."""
    now = timezone.now()
    sweeps.run(now=now)
    for compound, notice in due_notices(now):
        if compound == site.compound.pk:
            send(compound, notice)
    deeds.sweep()


def tell_all(site: Site) -> None:
    """Whoever has a page opens it; the rest is told by whoever has it on the list."""
    with scope([site.compound.pk]):
        now = timezone.now()
        unread = Receipt.objects.open().filter(household__accesses__is_proxy=False)
        for one in Household.objects.filter(pk__in=unread.values("household")):
            mark_read(household=one, now=now)
    deeds.tell_next(site, 200)
