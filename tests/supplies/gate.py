"""Rounds between the committee and the shares, for the pages' tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from supplies.actions.purchasing import order_from_supplier
from supplies.actions.rounds import submit
from supplies.models import (
    BuyState,
    GroupBuy,
    PurchaseOrder,
)
from tests.cast import Cast, Site
from tests.supplies import things

S = BuyState
BASE = "/c/yujingwan/buys/"
CARTS = {"101": {"鸡蛋": 2}, "102": {"鸡蛋": 2, "大米": 1}, "201": {"鸡蛋": 1}}


def keeper(cast: Cast) -> Client:
    return cast.client(cast.yujingwan.warehouse)


def now(site: Site, buy: GroupBuy) -> GroupBuy:
    with site.open():
        return GroupBuy.objects.get(pk=buy.pk)


def sent(site: Site) -> GroupBuy:
    with site.open():
        return submit(buy=things.draft(site), by=site.warehouse)


def ordered(site: Site, **terms: Any) -> tuple[GroupBuy, PurchaseOrder]:
    with site.open():
        buy = things.locked_round(site, CARTS, **terms)
        order = order_from_supplier(buy=buy, by=site.warehouse)
        return GroupBuy.objects.select_related("compound", "supplier").get(pk=buy.pk), order
