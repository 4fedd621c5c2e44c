"""The resident's order page: plain form, kept when refused, once a key."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from supplies.actions.orders import Busy
from supplies.models import GroupBuy, Order
from tests.cast import Cast
from tests.supplies import things
from tests.supplies.phones import phone


@pytest.fixture
def sale(cast: Cast) -> tuple[Client, GroupBuy, int]:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        line = things.line(buy).pk
    return phone(site, "101"), buy, line


def path(buy: GroupBuy) -> str:
    return f"/home/buys/{buy.number}/order/"


def test_the_page_holds_the_goods_and_a_key(sale: tuple[Client, GroupBuy, int]) -> None:
    client, buy, line = sale
    page = client.get(path(buy)).content.decode()
    assert "鸡蛋" in page
    assert f'name="q-{line}"' in page
    assert re.search(r'name="key" value="[0-9a-f]{32}"', page)


def test_an_order_by_form(cast: Cast, sale: tuple[Client, GroupBuy, int]) -> None:
    client, buy, line = sale
    answer = client.post(path(buy), {"key": "k" * 32, f"q-{line}": "２"})
    assert answer.status_code == 302
    with cast.yujingwan.open():
        order = Order.objects.get()
        assert (order.number, order.lines.get().quantity) == (1, 2)
    receipt = client.get(path(buy)).content.decode()
    assert "第 1 号" in receipt or "<b>1</b>" in receipt
    assert "¥56" in receipt
    assert 'value="2"' in client.get(path(buy) + "?change=1").content.decode()


@pytest.mark.parametrize("typed", ["两", "-1", "1.5", "9999999", "5"])
def test_a_wrong_quantity_is_refused_and_kept(
    sale: tuple[Client, GroupBuy, int], typed: str
) -> None:
    client, buy, line = sale
    answer = client.post(path(buy), {"key": "k" * 32, f"q-{line}": typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'value="{typed}"' in page
    assert 'role="alert"' in page
    assert "k" * 32 in page


def test_sent_twice_it_is_one_order(cast: Cast, sale: tuple[Client, GroupBuy, int]) -> None:
    client, buy, line = sale
    for _time in range(2):
        assert client.post(path(buy), {"key": "k" * 32, f"q-{line}": "2"}).status_code == 302
    assert client.post(path(buy), {"key": "k" * 32, f"q-{line}": "1"}).status_code == 409
    with cast.yujingwan.open():
        assert things.line(buy).ordered == 2


def test_too_many_at_once_is_told_when_to_come_back(
    sale: tuple[Client, GroupBuy, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, buy, line = sale

    def busy(**_all: object) -> None:
        raise Busy("Very many are ordering right now.", code="busy")

    monkeypatch.setattr("supplies.views.home_order.place_order", busy)
    answer = client.post(path(buy), {"key": "k" * 32, f"q-{line}": "2"})
    assert answer.status_code == 503
    assert 2 <= int(answer["Retry-After"]) < 6
    assert "k" * 32 in answer.content.decode()


def test_a_draft_and_another_compounds_round_are_not_there(
    cast: Cast, sale: tuple[Client, GroupBuy, int]
) -> None:
    client, buy, _line = sale
    with cast.yujingwan.open():
        hidden = things.draft(cast.yujingwan)
    assert client.get(path(hidden)).status_code == 404
    assert client.get("/home/buys/77/order/").status_code == 404
    assert phone(cast.huaidong, "101").get(path(buy)).status_code == 404


def test_a_closed_round_says_so(cast: Cast, sale: tuple[Client, GroupBuy, int]) -> None:
    client, buy, line = sale
    with cast.yujingwan.open():
        GroupBuy.objects.update(opened_at=timezone.now(), state="locked")
    answer = client.post(path(buy), {"key": "k" * 32, f"q-{line}": "2"})
    assert answer.status_code == 422


def test_without_a_csrf_token_nothing_is_ordered(
    cast: Cast, sale: tuple[Client, GroupBuy, int]
) -> None:
    _client, buy, line = sale
    strict = phone(cast.yujingwan, "102", enforce_csrf_checks=True)
    answer = strict.post(path(buy), {"key": "k" * 32, f"q-{line}": "2"})
    assert answer.status_code == 403
    with cast.yujingwan.open():
        assert not Order.objects.exists()
