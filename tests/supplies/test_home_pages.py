"""A household's pages of group-buys: the list, the receipt, the waiting list, the door."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from journal.models import Entry
from supplies.actions.locking import close
from supplies.actions.rounds import Item
from supplies.models import GroupBuy, Order, Stop, WaitingRequest
from tests.cast import Cast, Site
from tests.households.relatives import acting, newest
from tests.supplies import things
from tests.supplies.phones import phone
from volunteers.models import Ask


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def order_page(buy: GroupBuy) -> str:
    return f"/home/buys/{buy.number}/order/"


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def send(client: Client, buy: GroupBuy, **fields: object) -> int:
    return client.post(order_page(buy), {"key": things.key(), **fields}).status_code


def test_the_list_holds_open_soon_and_past_rounds_with_my_numbers(site: Site) -> None:
    with site.open():
        done = things.delivered_round(site, {"101": {"鸡蛋": 2}}, {"鸡蛋": 1}, title="旧团")
        buy = things.open_round(site, title="新团")
        things.order(site, buy, "102", 鸡蛋=1)
        things.order(site, buy, "101", 鸡蛋=2)
        later = timezone.now() + timedelta(hours=3)
        things.open_round(
            site, title="明天的团", opens_at=later, closes_at=later + timedelta(hours=2)
        )
        assert done.state == "delivered"
    page = text(phone(site, "101"), "/home/buys/")
    assert "新团" in page
    assert "您是第 2 号，¥56" in page
    assert "明天的团" in page
    assert "旧团" in page
    assert "已退 ¥28" in page
    assert "应付 ¥28" in page
    assert "您是第 2 号" not in text(phone(site, "201"), "/home/buys/")


def test_the_list_asks_no_more_for_more_rounds(site: Site) -> None:
    client = phone(site, "101")

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/home/buys/")
        return len(seen)

    with site.open():
        things.order(site, things.open_round(site), "101", 鸡蛋=1)
    client.get("/home/buys/")
    few = asked()
    with site.open():
        for _round in range(8):
            things.order(site, things.open_round(site), "101", 鸡蛋=1)
    assert asked() == few <= 12


def test_the_order_page_asks_no_more_for_more_items(site: Site) -> None:
    client = phone(site, "101")
    with site.open():
        short = things.open_round(site, [things.EGGS])
        many = [Item(f"第 {n} 样", "份", 1000 + n, cap_household=4) for n in range(25)]
        long = things.open_round(site, many)
    counts = []
    for buy in (short, short, long):
        with CaptureQueriesContext(connection) as seen:
            client.get(order_page(buy))
        counts.append(len(seen))
    assert counts[1] == counts[2] <= 12


def test_sending_an_order_asks_no_more_than_the_bare_order(site: Site) -> None:
    """Session, access and round; the one statement that claims, writes the journal and takes."""
    client = phone(site, "101")
    with site.open():
        buy = things.open_round(site)
        line = things.line(buy).pk
    send(client, buy, **{f"q-{line}": 1})
    with CaptureQueriesContext(connection) as seen:
        assert send(client, buy, **{f"q-{line}": 2}) == 302
    asked = [one["sql"] for one in seen if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE)", one["sql"])]
    assert len(asked) == 2, asked
    assert "django_session" in asked[0] and "households_access" in asked[0]
    assert "supplies_place_order" in asked[1]


def test_after_ordering_the_page_is_a_receipt_until_a_change_is_asked_for(site: Site) -> None:
    client = phone(site, "101")
    with site.open():
        buy = things.open_round(site)
        eggs, rice = things.line(buy).pk, things.line(buy, "大米").pk
    send(client, buy, **{f"q-{eggs}": 2, f"q-{rice}": 1, f"u-{rice}": 3})
    receipt = text(client, order_page(buy))
    assert "¥91.90" in receipt
    assert "为凑满一箱最多拿 3 袋" in receipt
    assert f'name="q-{eggs}"' not in receipt
    form = text(client, order_page(buy) + "?change=1")
    assert re.search(rf'name="q-{eggs}" value="2"', form)
    assert re.search(rf'name="u-{rice}" value="3"', form)


def test_an_order_is_taken_back_after_a_question_and_keeps_its_number(site: Site) -> None:
    client = phone(site, "101")
    path = None
    with site.open():
        buy = things.open_round(site)
        line = things.line(buy).pk
        path = f"/home/buys/{buy.number}/cancel/"
    assert client.get(path).status_code == 302  # nothing to take back
    send(client, buy, **{f"q-{line}": 2})
    page = text(client, path)
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key is not None
    for _twice in range(2):
        assert client.post(path, {"key": key[1]}).status_code == 302
    with site.open():
        order = Order.objects.get()
        assert order.withdrawn_at is not None
        assert things.line(buy).ordered == 0
    send(client, buy, **{f"q-{line}": 1})
    with site.open():
        assert Order.objects.get().number == 1


def test_what_was_typed_stays_when_it_is_sold_out_meanwhile(site: Site) -> None:
    client = phone(site, "101")
    with site.open():
        buy = things.open_round(site, [Item("鸡蛋", "板", 2800, cap_total=2)])
        line = things.line(buy).pk
        things.order(site, buy, "102", 鸡蛋=2)
    answer = client.post(order_page(buy), {"key": things.key(), f"q-{line}": "2"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'name="q-{line}" value="2"' in page
    assert f'name="w-{line}" value="2"' in page


def test_sold_out_leads_to_a_place_on_the_waiting_list(site: Site) -> None:
    with site.open():
        buy = things.open_round(site, [Item("鸡蛋", "板", 2800, cap_total=2), things.RICE])
        line = things.line(buy).pk
        things.order(site, buy, "102", 鸡蛋=2)
    path = f"/home/buys/{buy.number}/wait/"
    for place, door in enumerate(("201", "101"), start=1):
        client = phone(site, door)
        assert "已订满" in text(client, order_page(buy))
        for _twice in range(2):
            sent = client.post(path, {"line": line, f"w-{line}": "1"})
            assert sent.status_code == 302
        assert f"候补第 {place} 位，1 板" in text(client, order_page(buy))
    with site.open():
        assert WaitingRequest.objects.count() == 2
    assert client.post(path, {"line": "999999"}).status_code == 404
    assert client.post(path, {"line": "x"}).status_code == 404


def test_who_is_late_may_wait_and_loses_nothing(site: Site) -> None:
    with site.open():
        buy = things.locked_round(site, {"102": {"鸡蛋": 1}})
        line = things.line(buy).pk
    client = phone(site, "101")
    answer = client.post(order_page(buy), {"key": things.key(), f"q-{line}": "3"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "您没赶上这次" in page
    assert f'name="w-{line}" value="3"' in page


def test_the_rest_that_is_held_is_said_to_be_held(site: Site) -> None:
    with site.open():
        items = [Item("鸡蛋", "板", 2800, cap_total=10, essential=True)]
        buy = things.open_round(site, items, reserve_percent=20)
        things.order(site, buy, "102", 鸡蛋=8)
        things.flag(site, "201")
        line = things.line(buy).pk
    assert f'name="q-{line}"' not in text(phone(site, "101"), order_page(buy))
    assert "留给需要照顾的家庭" in text(phone(site, "101"), order_page(buy))
    assert f'name="q-{line}"' in text(phone(site, "201"), order_page(buy))


def test_after_the_cut_off_the_page_says_what_comes_and_what_is_at_the_door(site: Site) -> None:
    with site.open():
        carts = {"101": {"鸡蛋": 2}, "102": {"鸡蛋": 2}}
        buy = things.delivered_round(site, carts, {"鸡蛋": 3}, rule="first_come")
        stop = Stop.objects.get(home__number="102")
    client = phone(site, "102")
    page = text(client, order_page(buy))
    assert "订了 2，1 板没有到货，已退款" in page
    assert "1 袋放在您门口" in page
    assert "您还要付" in page
    assert "¥28" in page
    assert client.post(f"/home/buys/{buy.number}/taken/").status_code == 302
    with site.open():
        stop.refresh_from_db()
        assert stop.taken_at is not None
    assert "您已收到" in text(client, order_page(buy))
    assert phone(site, "201").post(f"/home/buys/{buy.number}/taken/").status_code == 404


def test_a_round_that_did_not_form_says_why(site: Site) -> None:
    with site.open():
        buy = things.open_round(site, min_households=5)
        things.order(site, buy, "101", 鸡蛋=1)
        close(buy=buy, by=site.warehouse)
    page = text(phone(site, "101"), order_page(buy))
    assert "这一单不会送来" in page
    assert "您不用付钱" in page


def test_a_round_for_another_place_is_not_ordered_from(site: Site) -> None:
    from compounds.places import find_place  # noqa: PLC0415

    with site.open():
        place = find_place(site.compound, "home", row=site.home("102").pk)
        buy = things.open_round(site, place=place)
    answer = phone(site, "101").get(order_page(buy))
    assert answer.status_code == 404
    assert "这个团购不是给您家的" in answer.content.decode()


# A relative outside


def test_a_relative_orders_and_the_household_is_told_once(site: Site) -> None:
    with site.open():
        buy = things.open_round(site)
        line = things.line(buy).pk
        client = acting(site, "101")
    page = text(client, order_page(buy))
    assert "家里会收到通知" in page
    fields = {"key": things.key(), f"q-{line}": "2"}
    for _twice in range(2):
        assert client.post(order_page(buy), fields).status_code == 302
    with site.open():
        assert Order.objects.get().via == "relative"
        assert Entry.objects.filter(event="ActedForHousehold").count() == 1
        assert Entry.objects.filter(event="OrderPlacedFor").count() == 1


def test_a_relative_whose_right_has_ended_orders_nothing(site: Site) -> None:
    from households.proxies import standing  # noqa: PLC0415
    from supplies.views import home_order  # noqa: PLC0415

    with site.open():
        buy = things.open_round(site)
        client = acting(site, "101")
        access = newest(site, "101")

    def ended(_access: object) -> None:
        type(access).objects.filter(pk=access.pk).update(ended_at=timezone.now())
        standing(access)

    line = None
    with site.open():
        line = things.line(buy).pk
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home_order, "standing", ended)
        answer = client.post(order_page(buy), {"key": things.key(), f"q-{line}": "2"})
    assert answer.status_code == 422
    with site.open():
        assert not Order.objects.exists()


def test_a_relative_cannot_say_that_the_goods_are_inside_or_speak_for_neighbours(
    site: Site,
) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
        now_open = things.open_round(site)
        client = acting(site, "101")
    assert client.post(f"/home/buys/{buy.number}/taken/").status_code == 404
    assert client.get(f"/home/buys/{now_open.number}/neighbour/").status_code == 404


# A neighbour


def test_an_order_for_a_neighbour_becomes_a_request_to_the_staff(site: Site) -> None:
    with site.open():
        buy = things.open_round(site)
        line, door = things.line(buy).pk, site.home("102").pk
    client, path = phone(site, "101"), f"/home/buys/{buy.number}/neighbour/"
    page = text(client, path)
    assert ">102<" in page
    assert ">101<" not in page
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key is not None
    fields = {"key": key[1], "door": door, f"q-{line}": "2"}
    for _twice in range(2):
        assert client.post(path, fields).status_code == 302
    with site.open():
        ask = Ask.objects.get()
        assert "替 1-1-102 下单：鸡蛋 × 2 板" in ask.text
        assert (ask.home.number, ask.assignee_id is not None) == ("101", True)
        assert not Order.objects.exists()


@pytest.mark.parametrize(("door", "quantity"), [("", "2"), ("own", "2"), ("102", ""), ("102", "x")])
def test_a_neighbours_order_that_says_too_little_is_kept(
    site: Site, door: str, quantity: str
) -> None:
    with site.open():
        buy = things.open_round(site)
        line = things.line(buy).pk
        chosen = {"102": site.home("102").pk, "own": site.home("101").pk}.get(door, "")
    fields = {"key": "a" * 32, "door": chosen, f"q-{line}": quantity}
    answer = phone(site, "101").post(f"/home/buys/{buy.number}/neighbour/", fields)
    assert answer.status_code == 422
    with site.open():
        assert not Ask.objects.exists()


# The page for the chat group


def test_the_public_page_holds_goods_and_no_person(site: Site) -> None:
    with site.open():
        buy = things.open_round(site)
        things.order(site, buy, "101", 鸡蛋=2)
        hidden = things.draft(site)
    answer = Client().get(f"/b/yujingwan/{buy.number}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'property="og:title" content="御景湾 · 鸡蛋团"' in page
    assert "¥28/板" in page
    assert "101" not in page
    assert f"/b/yujingwan/{buy.number}/" in page
    assert Client().get(f"/b/yujingwan/{hidden.number}/").status_code == 404
    assert Client().get(f"/b/huaidong/{buy.number}/").status_code == 404


def test_the_group_text_fits_a_message_by_whole_lines(site: Site) -> None:
    from supplies.group_text import MOST_BYTES, round_text  # noqa: PLC0415

    with site.open():
        items = [Item(f"{n} 号蔬菜水果粮油调料大礼包", "份", 1000 + n) for n in range(60)]
        buy = things.open_round(site, items)
        lines = list(buy.lines.all())
    link = "https://example.org/b/yujingwan/1/"
    whole = round_text(buy, lines[:3], link)
    cut = round_text(buy, lines, link)
    assert "2 号蔬菜水果粮油调料大礼包 ¥10.02/份" in whole
    assert len(cut.encode()) <= MOST_BYTES
    assert link in cut
    assert all(one.endswith("/份") for one in cut.splitlines() if one.startswith("·"))
    shown = sum(one.startswith("·") for one in cut.splitlines())
    assert f"还有 {60 - shown} 样" in cut
