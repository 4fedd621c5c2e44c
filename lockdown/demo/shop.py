"""Ordering in 御景湾: a son for his mother, a call to the staff, somebody who waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from compounds.roles import Role
from households.models import Access, Household
from households.proxies import acted_for
from lockdown.demo.clock import at
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from supplies.actions.orders import place_order
from supplies.actions.waiting import ask_to_wait
from supplies.models import BuyState, GroupBuy, OfferLine
from supplies.views.home_order import ORDERED


def load(site: Site, now: datetime) -> None:
    """Into the round that is open; nothing where none is."""
    with scope([site.compound.pk]):
        found = GroupBuy.objects.filter(state=BuyState.OPEN).order_by("-number").first()
    if found is None:
        return
    with at(now - timedelta(minutes=12)), scope([site.compound.pk]):
        _son_orders(found)
    with at(now - timedelta(minutes=8)), scope([site.compound.pk]):
        _by_phone(site, found)
        _waits(site)


def _son_orders(buy: GroupBuy) -> None:
    access = Access.objects.filter(
        is_proxy=True, granted_at__isnull=False, ended_at=None
    ).select_related("household__home", "compound").first()  # fmt: skip
    if access is None:
        return
    cart = {line.pk: (1, 1) for line in OfferLine.objects.filter(buy=buy)[:2]}
    placed = place_order(
        buy=buy, household=access.household, wanted=cart, key="demo-son-orders", by=access
    )
    acted_for(access=access, what=ORDERED, cause=f"order:{placed.order_id}")


def _by_phone(site: Site, buy: GroupBuy) -> None:
    household = _household("1205")
    line = OfferLine.objects.filter(buy=buy)[0]
    place_order(
        buy=buy,
        household=household,
        wanted={line.pk: (2, 2)},
        key="demo-by-phone",
        for_whom="本人来电",
        by=site.of(Role.VOLUNTEER),
    )


def _waits(site: Site) -> None:
    """Whatever is sold out somewhere, 403 would like as well."""
    household = _household("403")
    now = timezone.now()
    rows = OfferLine.objects.filter(buy__state=BuyState.OPEN, buy__closes_at__gt=now, left=0)
    line = rows.select_related("buy").first()
    if line is not None and line.buy.covers(household.home):
        by = site.of(Role.CAPTAIN)
        ask_to_wait(buy=line.buy, line=line, household=household, quantity=1, by=by)


def _household(number: str) -> Household:
    rows = Household.objects.select_related("home__unit__building")
    return rows.get(home__number=number, closed_at=None)
