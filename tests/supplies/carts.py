"""Carts as the statements of an order take them."""

from __future__ import annotations

from django.utils import timezone

from supplies.models import GroupBuy
from supplies.placing import Sent
from tests.cast import Site
from tests.supplies import things


def cart(site: Site, buy: GroupBuy, door: str, **wanted: tuple[int, int]) -> Sent:
    """Needs an open site."""
    known, household = things.lines(buy), site.household(door)
    return Sent(
        compound=buy.compound_id,
        buy=buy.pk,
        household=household.pk,
        home=household.home_id,
        key=things.key(),
        cart={str(known[name].pk): list(pair) for name, pair in wanted.items()},
        by="住户",
        via="own",
        access=None,
        member=None,
        for_whom="",
        note=f"放{door}门口",
        now=timezone.now(),
        event="OrderPlaced",
        data={"buy": buy.pk, "title": buy.title, "door": door},
    )
