"""A round of buying that is open now: the plan's own draft, priced, reviewed and ordered from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from compounds.models import Member
from compounds.roles import Role
from households.models import Household
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from supplies.actions.orders import place_order
from supplies.actions.rounds import approve, change_draft, set_items, submit
from supplies.actions.suppliers import add_supplier
from supplies.drafts import items_of
from supplies.models import BuyState, GroupBuy

PRICES = (3000, 2850, 3590, 6200, 5480)  # fen
CAP = 120  # of each item, in all


def open_first_round(site: Site) -> GroupBuy:
    """Open since two hours; nineteen households have ordered."""
    keeper, now = site.of(Role.WAREHOUSE), timezone.now()
    with scope([site.compound.pk]):
        supplier = add_supplier(
            compound=site.compound,
            name="湘北生鲜(演示)",
            contact="陈经理",
            licence_number="JY14300000000001",
            licence_until=site.compound.today() + timedelta(days=400),
            by=keeper,
        )
        buy = GroupBuy.objects.filter(state=BuyState.DRAFT).order_by("number")[0]
        items = [
            replace(item, price_fen=price, cap_total=CAP)
            for item, price in zip(items_of(list(buy.lines.all())), PRICES, strict=True)
        ]
        set_items(buy=buy, items=items, by=keeper)
        change_draft(
            buy=buy,
            opens_at=now - timedelta(hours=2),
            closes_at=now + timedelta(hours=5),
            supplier=supplier,
            min_households=10,
            by=keeper,
        )
        submit(buy=buy, by=keeper)
        buy = approve(buy=buy, by=Member.objects.get(role=Role.REVIEWER))
        _order(buy, keeper)
    return buy


def _order(buy: GroupBuy, keeper: Member) -> None:
    lines = list(buy.lines.all())
    homes = Household.objects.filter(closed_at=None).select_related("home").order_by("-home__floor")
    for place, household in enumerate(homes[:19]):
        wanted = {line.pk: (1, 1) for line in lines[place % 3 : place % 3 + 2]}
        key = f"demo-{buy.pk}-{household.pk}"
        place_order(buy=buy, household=household, wanted=wanted, key=key, by=keeper)
