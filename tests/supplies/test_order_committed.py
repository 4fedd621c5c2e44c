"""The order page in a transaction of its own: written and committed in one message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from journal.models import Entry
from supplies.actions.rounds import Item
from supplies.models import GroupBuy, Order, OrderRequest
from supplies.reconciling import broken
from tests.cast import Site, make_cast
from tests.supplies import things
from tests.supplies.phones import phone

pytestmark = pytest.mark.django_db(transaction=True)
MILK = Item("牛奶", "箱", 6000, cap_total=3, cap_household=2)
Sale = tuple[Site, GroupBuy, int]


@pytest.fixture
def sale() -> Sale:
    site = make_cast().yujingwan
    with site.open():
        buy = things.open_round(site, [MILK])
        return site, buy, things.line(buy, "牛奶").pk


def order(client: Client, sale: Sale, quantity: int, key: str = "k" * 32) -> tuple[int, str]:
    _site, buy, line = sale
    answer = client.post(
        f"/home/buys/{buy.number}/order/", {"key": key, f"q-{line}": str(quantity)}
    )
    return answer.status_code, answer.content.decode()


def test_order_entry_and_request_are_kept_and_the_same_key_is_the_same_answer(sale: Sale) -> None:
    site, buy, _line = sale
    client = phone(site, "101")
    assert order(client, sale, 2)[0] == 302
    assert order(client, sale, 2)[0] == 302
    assert order(client, sale, 1)[0] == 409
    with site.open():
        kept = Order.objects.get(buy=buy)
        assert (kept.number, kept.lines.get().quantity) == (1, 2)
        assert OrderRequest.objects.filter(buy=buy).count() == 1
        assert Entry.objects.filter(event="OrderPlaced").count() == 1
        assert things.line(buy, "牛奶").left == 1
        assert broken(site.compound.pk) == []


def test_a_refusal_after_the_commit_still_sees_what_is_left_and_writes_nothing(sale: Sale) -> None:
    site, buy, _line = sale
    assert order(phone(site, "101"), sale, 2)[0] == 302
    status, page = order(phone(site, "102"), sale, 2)
    assert (status, "1 箱" in page) == (422, True)
    status, page = order(phone(site, "201"), sale, 3)
    assert (status, "2 箱" in page) == (422, True)
    with site.open():
        assert Order.objects.filter(buy=buy).count() == 1
        assert OrderRequest.objects.filter(buy=buy).count() == 1
        assert broken(site.compound.pk) == []


def test_a_round_that_closed_meanwhile_says_so(sale: Sale) -> None:
    site, buy, _line = sale
    client = phone(site, "101")
    with site.open():
        GroupBuy.objects.filter(pk=buy.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    status, page = order(client, sale, 1)
    assert (status, "候补" in page) == (422, True)
    with site.open():
        assert not Order.objects.filter(buy=buy).exists()
