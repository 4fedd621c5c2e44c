"""The table between a pasted list and the orders: proposed, edited, confirmed once."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from supplies.actions.rounds import Item
from supplies.models import GroupBuy, Order, OrderLine
from tests.cast import Cast, Site
from tests.supplies import things


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def buy(site: Site) -> GroupBuy:
    with site.open():
        milk = Item("纯牛奶 250ml × 12", "箱", 4500)
        return things.open_round(site, [things.EGGS, things.RICE, milk])


def path(buy: GroupBuy) -> str:
    return f"/c/yujingwan/buys/{buy.pk}/paste/"


def fields(page: str) -> dict[str, str]:
    """What a browser would send: ticked boxes and all inputs of the table."""
    form = page[page.index('id="rows"') :]
    found = {}
    for tag in re.findall(r"<input[^>]+>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else "on"
    return found


def read(client: Client, buy: GroupBuy, text: str) -> str:
    answer = client.post(path(buy), {"text": text})
    assert answer.status_code == 200
    return answer.content.decode()


def carts(site: Site) -> dict[str, dict[str, int]]:
    with site.open():
        rows = OrderLine.objects.filter(quantity__gt=0).select_related("order__home", "line")
        found: dict[str, dict[str, int]] = {}
        for row in rows:
            found.setdefault(row.order.home.number, {})[row.line.name] = row.quantity
        return found


def test_certain_lines_are_ticked_and_ordered_once(cast: Cast, site: Site, buy: GroupBuy) -> None:
    client = cast.client(site.captain)
    page = read(client, buy, "101 鸡蛋2\n102 鸡蛋1 牛奶1\n101 改成鸡蛋3\n哈哈\n鸡蛋2")
    sent = fields(page)
    assert {name for name in sent if name.startswith("ok-")} == {"ok-1", "ok-2"}
    assert "哪一户？" in page
    assert carts(site) == {}
    for _twice in range(2):
        done = client.post(path(buy), sent)
        assert done.status_code == 200
        assert "第 1 号" in done.content.decode()
    assert carts(site) == {
        "101": {"鸡蛋": 3},
        "102": {"鸡蛋": 1, "纯牛奶 250ml × 12": 1},
    }
    with site.open():
        assert Order.objects.count() == 2
    # What is not ordered yet keeps its question.
    assert "哪一户？" in done.content.decode()
    assert "要看一下 1 户" in done.content.decode()


def test_a_row_is_edited_in_place_and_ordered_alone(cast: Cast, site: Site, buy: GroupBuy) -> None:
    client = cast.client(site.captain)
    sent = fields(read(client, buy, "鸡蛋2\n102 鸡蛋1"))
    sent |= {"door-0": "２０１室", "cart-0": "鸡蛋×1、大米 2袋", "one": "0"}
    assert client.post(path(buy), sent).status_code == 200
    assert carts(site) == {"201": {"鸡蛋": 1, "大米": 2}}


def test_a_row_that_cannot_be_ordered_says_why_and_keeps_no_other(
    cast: Cast, site: Site, buy: GroupBuy
) -> None:
    client = cast.client(site.captain)
    sent = fields(read(client, buy, "101 鸡蛋9\n102 鸡蛋1\n201 鸡蛋1"))
    assert "ok-0" not in sent  # over the cap: flagged before
    sent |= {"ok-0": "on", "cart-2": "随便"}
    answer = client.post(path(buy), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "每户最多 4" in page
    assert 'value="随便"' in page
    assert carts(site) == {"102": {"鸡蛋": 1}}


def test_what_a_household_has_ordered_already_is_kept_and_asked_about(
    cast: Cast, site: Site, buy: GroupBuy
) -> None:
    client = cast.client(site.captain)
    with site.open():
        things.order(site, buy, "101", 鸡蛋=1, 大米=(1, 3))
    page = read(client, buy, "101 鸡蛋2")
    sent = fields(page)
    assert "已经下过单：鸡蛋 × 1、大米 × 1" in page
    assert "ok-0" not in sent
    client.post(path(buy), sent | {"ok-0": "on"})
    assert carts(site) == {"101": {"鸡蛋": 2, "大米": 1}}
    with site.open():
        assert OrderLine.objects.get(line__name="大米").up_to == 3


def test_taking_back_what_was_ordered_before(cast: Cast, site: Site, buy: GroupBuy) -> None:
    client = cast.client(site.captain)
    with site.open():
        things.order(site, buy, "101", 鸡蛋=1)
    sent = fields(read(client, buy, "101 不要了"))
    assert sent["cart-0"] == "不要了"
    client.post(path(buy), sent | {"one": "0"})
    assert carts(site) == {}


def test_more_than_is_left_is_flagged_before(cast: Cast, site: Site) -> None:
    with site.open():
        buy = things.open_round(site, [Item("鸡蛋", "板", 2800, cap_total=3)])
    sent = fields(read(cast.client(site.captain), buy, "101 2板\n102 2板"))
    assert [name for name in sent if name.startswith("ok-")] == ["ok-1"]


def test_the_text_is_stored_nowhere(cast: Cast, site: Site, buy: GroupBuy) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = cast.client(site.captain)
    with CaptureQueriesContext(connection) as seen:
        page = read(client, buy, "101 鸡蛋2 悄悄话一句")
        client.post(path(buy), fields(page))
    assert not any("悄悄话" in one["sql"] for one in seen)
    assert carts(site) == {"101": {"鸡蛋": 2}}


def test_an_empty_or_endless_text_is_refused(cast: Cast, site: Site, buy: GroupBuy) -> None:
    client = cast.client(site.captain)
    assert client.post(path(buy), {"text": "  "}).status_code == 422
    answer = client.post(path(buy), {"text": "长" * 20_001})
    assert answer.status_code == 422
    assert "没有在文字里找到订单" in read(client, buy, "哈哈哈")
    assert client.post(path(buy), {"rows": "x"}).status_code == 200


def test_reading_asks_no_more_for_more_lines(cast: Cast, site: Site, buy: GroupBuy) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = cast.client(site.captain)
    counts = []
    for text in ("101 鸡蛋1", "101 鸡蛋1", "101 鸡蛋1\n102 鸡蛋1\n201 鸡蛋1\n202 鸡蛋1\n301 鸡蛋1"):
        with CaptureQueriesContext(connection) as seen:
            read(client, buy, text)
        counts.append(len(seen))
    assert counts[1] == counts[2]


def test_doors_outside_ones_limits_are_not_proposed(cast: Cast, site: Site, buy: GroupBuy) -> None:
    from compounds.models import Member  # noqa: PLC0415

    with site.open():
        Member.objects.filter(pk=site.captain.pk).update(buildings=[999_999])
    page = read(cast.client(site.captain), buy, "101 鸡蛋1")
    assert "没有这个门牌" in page
    sent = fields(page) | {"door-0": "1-1-101", "one": "0"}
    assert cast.client(site.captain).post(path(buy), sent).status_code == 422
    assert carts(site) == {}
