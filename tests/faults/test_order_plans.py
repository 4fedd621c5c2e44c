"""What an order reads: the same however many came before it on the same connection."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from lockdown.kernel.lean import Question
from lockdown.kernel.tenancy import scope
from supplies.actions.orders import place_order
from supplies.actions.rounds import Item
from supplies.models import GroupBuy, Order
from supplies.placing import place_together
from tests.cast import Site, make_cast
from tests.supplies import things
from tests.supplies.carts import cart

pytestmark = pytest.mark.django_db(transaction=True)
MILK = Item("牛奶", "箱", 6000)
DOORS = ("101", "102", "201", "202", "301", "302")
ROUNDS = 12
READ = "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname LIKE 'supplies_order%'"


def index_rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def order_all(site: Site, buy: GroupBuy, quantity: int = 1) -> None:
    with site.open():
        line = things.line(buy, "牛奶").pk
        for door in DOORS:
            place_order(
                buy=buy,
                household=site.household(door),
                wanted={line: (quantity, quantity)},
                key=f"{buy.pk}-{quantity}-{door}-plans",
                by=site.warehouse,
            )


def order_together(site: Site, buy: GroupBuy, quantity: int) -> None:
    with site.open():
        carts = [cart(site, buy, door, 牛奶=(quantity, quantity)) for door in DOORS]
    with scope([site.compound.pk], Question("SELECT 1", ()), ends=True):
        assert len(place_together(carts)) == len(DOORS)


def after_many(site: Site, order: Callable[[Site, GroupBuy, int], None]) -> list[GroupBuy]:
    """Rounds of which all but the last have been ordered in, the first while all was empty."""
    buys = []
    for _one in range(ROUNDS):
        with site.open():
            buys.append(things.open_round(site, [MILK]))
    for buy in buys[:-1]:
        order(site, buy, 1)
    with site.open():
        assert Order.objects.count() == len(DOORS) * (ROUNDS - 1)
    return buys


def test_an_order_reads_as_little_after_many_as_after_few() -> None:
    """A plan from the time when the tables were empty once read every order of the compound."""
    site = make_cast().yujingwan
    buys = after_many(site, order_all)
    before = index_rows_read()
    order_all(site, buys[-1])
    new = index_rows_read() - before
    order_all(site, buys[-1], quantity=2)
    changed = index_rows_read() - before - new
    assert new <= 4 * len(DOORS), new
    assert changed <= 8 * len(DOORS), changed


def test_carts_together_read_no_more_either() -> None:
    site = make_cast().yujingwan
    buys = after_many(site, order_together)
    before = index_rows_read()
    order_together(site, buys[-1], 1)
    new = index_rows_read() - before
    order_together(site, buys[-1], 2)
    changed = index_rows_read() - before - new
    assert new <= 4 * len(DOORS), new
    assert changed <= 8 * len(DOORS), changed
