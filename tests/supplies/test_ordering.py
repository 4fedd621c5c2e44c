"""Ordering: the cart as a whole, once a key, within every cap."""

from __future__ import annotations

from supplies.models import OrderLine
from tests.cast import Cast
from tests.supplies import things


def test_an_order_takes_from_the_shelf(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        placed = things.order(site, buy, "101", 鸡蛋=3, 大米=(1, 4))
        eggs = things.line(buy)
        assert (placed.number, placed.again) == (1, False)
        assert (eggs.left, eggs.ordered) == (17, 3)
        assert things.line(buy, "大米").ordered == 1
        rows = OrderLine.objects.order_by("line__position").values_list("quantity", "up_to")
        assert list(rows) == [(3, 3), (1, 4)]
        assert things.order(site, buy, "102", 鸡蛋=1).number == 2
