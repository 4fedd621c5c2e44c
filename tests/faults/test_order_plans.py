"""What an order reads: the same however many came before it on the same connection."""

from __future__ import annotations

import pytest
from django.db import connection

from supplies.actions.orders import place_order
from supplies.actions.rounds import Item
from supplies.models import GroupBuy, Order
from tests.cast import Site, make_cast
from tests.supplies import things

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


def test_an_order_reads_as_little_after_many_as_after_few() -> None:
    """A plan from the time when the tables were empty once read every order of the compound."""
    site = make_cast().yujingwan
    buys = []
    for _one in range(ROUNDS):
        with site.open():
            buys.append(things.open_round(site, [MILK]))
    for buy in buys[:-1]:
        order_all(site, buy)
    with site.open():
        assert Order.objects.count() == len(DOORS) * (ROUNDS - 1)
    before = index_rows_read()
    order_all(site, buys[-1])
    new = index_rows_read() - before
    order_all(site, buys[-1], quantity=2)
    changed = index_rows_read() - before - new
    assert new <= 4 * len(DOORS), new
    assert changed <= 8 * len(DOORS), changed
