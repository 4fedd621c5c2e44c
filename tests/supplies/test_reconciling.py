"""What must hold after every sale, also where the organiser let somebody in after the cut-off."""

from __future__ import annotations

import pytest

from lockdown.kernel.tenancy import scope
from supplies.actions.locking import close
from supplies.actions.purchasing import cancel_order, order_from_supplier
from supplies.actions.waiting import ask_to_wait, grant_waiting
from supplies.models import Order, OrderLine
from supplies.reconciling import broken
from tests.cast import Cast, Site
from tests.supplies import things

CART = "the cart is one that was sent"


@pytest.fixture
def let_in(cast: Cast) -> Site:
    """101 ordered eggs and gets one more; 201 had not ordered and gets rice."""
    site = cast.yujingwan
    with scope([site.compound.pk]):
        buy = things.open_round(site)
        things.order(site, buy, "101", 鸡蛋=1)
        buy = close(buy=buy, by=site.warehouse)
        for door, item in (("101", "鸡蛋"), ("201", "大米")):
            asked = ask_to_wait(
                buy=buy,
                line=things.line(buy, item),
                household=site.household(door),
                quantity=1,
                by=site.captain,
            )
            grant_waiting(request=asked, by=site.warehouse)
    return site


def test_what_was_granted_from_the_waiting_list_breaks_nothing(let_in: Site) -> None:
    assert broken(let_in.compound.pk) == []


def test_a_cart_beside_a_granted_request_is_still_compared(let_in: Site) -> None:
    with scope([let_in.compound.pk]):
        OrderLine.objects.filter(order__home__number="101").update(quantity=3, up_to=3)

    assert CART in broken(let_in.compound.pk)


def test_an_order_by_a_granted_request_alone_holds_no_more_than_was_granted(let_in: Site) -> None:
    with scope([let_in.compound.pk]):
        OrderLine.objects.filter(order__home__number="201").update(quantity=2, up_to=2)

    assert CART in broken(let_in.compound.pk)


@pytest.mark.parametrize("is_ordered", [False, True])
def test_an_order_that_staff_took_out_breaks_nothing(cast: Cast, is_ordered: bool) -> None:
    """Before the purchase order its pieces go back under the cap, after it they stay."""
    site = cast.yujingwan
    with scope([site.compound.pk]):
        buy = things.open_round(site)
        things.order(site, buy, "101", 鸡蛋=2)
        things.order(site, buy, "102", 鸡蛋=1)
        buy = close(buy=buy, by=site.warehouse)
        if is_ordered:
            buy = order_from_supplier(buy=buy, by=site.warehouse)
        order = Order.objects.get(home__number="101")
        cancel_order(order=order, reason="转运", by=site.warehouse)
    assert broken(site.compound.pk) == []


def test_a_cart_that_was_emptied_without_a_refund_is_found(cast: Cast) -> None:
    site = cast.yujingwan
    with scope([site.compound.pk]):
        buy = things.open_round(site)
        things.order(site, buy, "101", 鸡蛋=2)
        close(buy=buy, by=site.warehouse)
        OrderLine.objects.filter(order__home__number="101").update(quantity=0, up_to=0, locked=0)
    assert CART in broken(site.compound.pk)
