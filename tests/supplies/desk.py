"""The organiser at the desk, and rounds in every state for the pages' tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from supplies.models import BuyState, GroupBuy
from tests.cast import Cast, Site
from tests.supplies import things

S = BuyState
BASE = "/c/yujingwan/buys/"


def keeper(cast: Cast) -> Client:
    return cast.client(cast.yujingwan.warehouse)


def made(site: Site, **terms: Any) -> GroupBuy:
    with site.open():
        return things.draft(site, **terms)


def state(site: Site, buy: GroupBuy) -> str:
    with site.open():
        return GroupBuy.objects.get(pk=buy.pk).state


def opened(site: Site, doors: tuple[str, ...] = (), **terms: Any) -> GroupBuy:
    with site.open():
        buy = things.open_round(site, **terms)
        for door in doors:
            things.order(site, buy, door, 鸡蛋=2)
        return buy
