"""A household's own page says of group-buys what is due there, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supplies.accounts import goods_of
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim, decide
from supplies.actions.delivering import start_delivery, take_in
from supplies.models import Claim, ClaimKind, Decision, GroupBuy, Stop
from tests.cast import Cast, Site
from tests.households.relatives import acting
from tests.reports.test_board import statements
from tests.reports.test_home import page
from tests.supplies import things
from tests.supplies.phones import phone

ACCOUNT = reverse("supplies:home-account")


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def order_page(buy: GroupBuy) -> str:
    return reverse("supplies:order", args=[buy.number])


def claim_page(buy: GroupBuy) -> str:
    return reverse("supplies:home-claim", args=[buy.number])


def fresh(client: Client) -> str:
    cache.clear()
    return page(client)


def on_its_way(site: Site) -> GroupBuy:
    buy = things.counted_round(site, {"101": {"鸡蛋": 2}}, {})
    allocate(buy=buy, by=site.warehouse)
    due = timezone.now() + timedelta(hours=2)
    return start_delivery(buy=buy, due_at=due, by=site.warehouse)


def test_goods_on_their_way_and_the_bill_stand_on_the_page(site: Site) -> None:
    with site.open():
        buy = on_its_way(site)
    html = page(phone(site, "101"))
    assert "“鸡蛋团”正在送来" in html
    assert f'href="{order_page(buy)}"' in html
    assert "应付 ¥56" in html
    assert f'href="{ACCOUNT}"' in html
    other = page(phone(site, "201"))
    assert "正在送来" not in other
    assert ACCOUNT not in other


def test_bags_at_the_door_are_what_to_do_now_until_they_are_inside(site: Site) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
    client = phone(site, "101")
    top = page(client).split('id="home-today"')[0]
    assert "1\u00a0袋放在您门口" in top or "袋放在您门口" in top
    assert f'href="{order_page(buy)}"' in top
    with site.open():
        take_in(stop=Stop.objects.get(), by=things.access(site, "101"))
    assert "放在您门口" not in fresh(client)


def test_an_answered_claim_stands_there_for_a_day(site: Site) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
        got = goods_of(buy, site.household("101"))[0].allocation
        by = things.access(site, "101")
        made = claim(allocation=got, kind=ClaimKind.SPOILED, quantity=1, by=by)
    client = phone(site, "101")
    assert "有答复了" not in page(client)
    with site.open():
        decide(claim=made, decision=Decision.REFUND, by=site.manager)
    html = fresh(client)
    assert "您反映的“鸡蛋”有答复了" in html
    assert "已退 ¥28" in html
    assert f'href="{claim_page(buy)}"' in html
    with site.open():
        Claim.objects.update(decided_at=timezone.now() - timedelta(hours=25))
    assert "有答复了" not in fresh(client)


def test_a_relative_sees_what_is_due_and_is_not_told_to_take_it_in(site: Site) -> None:
    with site.open():
        things.delivered_round(site, {"101": {"鸡蛋": 2}})
        client = acting(site, "101")
    html = page(client)
    assert "应付 ¥56" in html
    assert "放在您门口" not in html.split('id="home-today"')[0]


def test_what_is_due_takes_one_query_for_any_number_of_rounds(site: Site) -> None:
    with site.open():
        things.delivered_round(site, {"101": {"鸡蛋": 1}})
    few = len(statements(phone(site, "101"), "/home/"))
    with site.open():
        for _round in range(4):
            on_its_way(site)
    cache.clear()
    assert len(statements(phone(site, "101"), "/home/")) == few <= 12
