"""Orders that staff take by phone: within limits, the household told, the same cart."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from compounds.models import Member
from journal.models import Entry
from supplies.models import GroupBuy, Order
from tests.cast import Cast, Site
from tests.supplies import things


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def buy(site: Site) -> GroupBuy:
    with site.open():
        return things.open_round(site)


def path(buy: GroupBuy, slug: str = "yujingwan") -> str:
    return f"/c/{slug}/buys/{buy.pk}/order-for/"


def household(site: Site, door: str) -> int:
    with site.open():
        return things.household_id(site, door)


def test_the_door_is_found_first(cast: Cast, site: Site, buy: GroupBuy) -> None:
    client = cast.client(site.captain)
    assert "代下单" in client.get(path(buy)).content.decode()
    answer = client.get(path(buy), {"door": "1-1-101"})
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"?household={household(site, '101')}")
    assert "没有找到" in client.get(path(buy), {"door": "9999"}).content.decode()


def test_an_order_by_phone_and_who_asked(cast: Cast, site: Site, buy: GroupBuy) -> None:
    client = cast.client(site.volunteer)
    with site.open():
        line = things.line(buy).pk
    here = path(buy) + f"?household={household(site, '101')}"
    key = re.search(r'name="key" value="(\w+)"', client.get(here).content.decode())
    assert key is not None
    fields = {"household": household(site, "101"), "key": key[1], f"q-{line}": "2"}
    for _twice in range(2):
        answer = client.post(path(buy), fields | {"for_whom": "本人来电"})
        assert answer.status_code == 302
    with site.open():
        order = Order.objects.get()
        assert (order.via, order.for_whom, order.member_id) == (
            "staff",
            "本人来电",
            site.volunteer.pk,
        )
        told = Entry.objects.get(event="OrderPlacedFor")
        assert told.household_id == order.household_id
        assert told.data["items"] == [["鸡蛋", 2, "板"]]
        assert told.data["via"] == "staff"


def test_a_refused_cart_keeps_what_was_typed(cast: Cast, site: Site, buy: GroupBuy) -> None:
    with site.open():
        line = things.line(buy).pk
    fields = {"household": household(site, "101"), "key": "k" * 32, f"q-{line}": "9"}
    answer = cast.client(site.captain).post(path(buy), fields | {"for_whom": "女儿"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="9"' in page
    assert 'value="女儿"' in page


def test_a_limited_member_orders_for_own_doors_only(cast: Cast, site: Site, buy: GroupBuy) -> None:
    with site.open():
        Member.objects.filter(pk=site.captain.pk).update(buildings=[999_999])
    client = cast.client(site.captain)
    assert client.get(path(buy), {"household": household(site, "101")}).status_code == 404
    assert "没有找到" in client.get(path(buy), {"door": "101"}).content.decode()
    assert client.post(path(buy), {"household": household(site, "101")}).status_code == 404
    assert client.get(path(buy), {"household": "x"}).status_code == 404


def test_only_who_may_order_for_others(cast: Cast, site: Site, buy: GroupBuy) -> None:
    for member in (site.guard, site.adviser, cast.huaidong.manager):
        for name in ("order-for", "paste"):
            here = path(buy).replace("order-for", name)
            assert cast.client(member).get(here).status_code == 404
    assert Client().get(path(buy)).status_code == 302
    with site.open():
        hidden = things.draft(site)
    assert cast.client(site.captain).get(path(hidden)).status_code == 404
