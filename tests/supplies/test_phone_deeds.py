"""What the organiser does for a household that rings: the waiting list, an order taken out, a
claim. Each is told to the household, and works twice."""

from __future__ import annotations

import re

from django.test import Client

from journal.models import Entry
from supplies.actions.purchasing import order_from_supplier
from supplies.actions.waiting import ask_to_wait, decline_waiting
from supplies.ledger import total
from supplies.models import Claim, GroupBuy, Order, OrderLine, PurchaseOrder, Stop, WaitingRequest
from supplies.queries import balance
from supplies.reconciling import broken
from tests.cast import Cast, Site
from tests.supplies import things
from tests.supplies.phones import phone

BASE = "/c/yujingwan/buys/"


def keeper(cast: Cast) -> Client:
    return cast.client(cast.yujingwan.warehouse)


def waiting(site: Site, buy: GroupBuy, door: str, quantity: int = 1) -> WaitingRequest:
    return ask_to_wait(
        buy=GroupBuy.objects.get(pk=buy.pk),
        line=things.line(buy),
        household=site.household(door),
        quantity=quantity,
        by=site.captain,
    )


def sold_out(site: Site) -> tuple[GroupBuy, WaitingRequest]:
    """Two pieces in all, both bought; 102 waits for one."""
    eggs = things.Item("鸡蛋", "板", 2800, cap_total=2)
    buy = things.locked_round(site, {"101": {"鸡蛋": 2}}, items=[eggs])
    return buy, waiting(site, buy, "102")


# The waiting list.


def test_the_round_leads_to_those_who_wait(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy, _request = sold_out(site)
    page = client.get(f"{BASE}{buy.pk}/").content.decode()
    assert "候补 1 户" in page
    assert f"{BASE}{buy.pk}/waiting/" in page
    page = client.get(f"{BASE}{buy.pk}/waiting/").content.decode()
    assert "1-1-102" in page
    assert "可安排 0 板" in page
    assert 'value="grant"' not in page


def in_cases(site: Site, *, cap: int | None = None) -> GroupBuy:
    """Eggs in cases of six, six of them bought; homes wait for 2, 3, 1 and 2."""
    eggs = things.Item("鸡蛋", "板", 2800, case_size=6, cap_total=cap)
    buy = things.locked_round(site, {"101": {"鸡蛋": 6}}, items=[eggs])
    for door, pieces in (("102", 2), ("201", 3), ("202", 1), ("301", 2)):
        waiting(site, buy, door, pieces)
    return buy


def together(client: Client, buy: GroupBuy, requests: list[int]) -> int:
    path = f"{BASE}{buy.pk}/waiting/together/"
    return client.post(path, {"waiting": requests}).status_code


def test_homes_that_fill_a_case_with_one_another_get_it_together(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy = in_cases(site)
    page = client.get(f"{BASE}{buy.pk}/waiting/").content.decode()
    assert "3 户合计 6 板，正好 1 整箱" in page
    chosen = [int(one) for one in re.findall(r'name="waiting" value="(\d+)"', page)]
    with site.open():
        doors = WaitingRequest.objects.filter(pk__in=chosen).values_list("home__number", flat=True)
        assert sorted(doors) == ["102", "201", "202"]
    for _time in range(2):
        assert together(client, buy, chosen) == 302
    with site.open():
        orders = Order.objects.filter(buy=buy).exclude(household=site.household("101"))
        assert sorted(one.lines.get().locked for one in orders) == [1, 2, 3]
        assert (things.line(buy).ordered, total(buy)) == (12, 12 * 2800)
        assert Entry.objects.filter(event="WaitingDecided").count() == 3
        assert broken(site.compound.pk) == []


def test_all_of_them_or_none(cast: Cast) -> None:
    """Not a full case, one that was declined meanwhile, two items, nobody: a sentence."""
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy = in_cases(site)
        two, three, one, other = WaitingRequest.objects.order_by("pk").values_list("pk", flat=True)
    assert together(client, buy, [two, three]) == 422
    assert together(client, buy, []) == 422
    with site.open():
        decline_waiting(
            request=WaitingRequest.objects.get(pk=one), reason="没有多的", by=site.warehouse
        )
    assert together(client, buy, [two, three, one]) == 422
    with site.open():
        assert WaitingRequest.objects.filter(granted_at=None).count() == 4
        assert total(buy) == 6 * 2800
        milk = things.locked_round(site, {"101": {"牛奶": 2}}, items=[things.Item("牛奶", "箱", 1)])
    assert together(client, milk, [two, three, other]) == 422


def test_nobody_is_proposed_beyond_what_is_left(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy = in_cases(site, cap=11)
    assert "together" not in client.get(f"{BASE}{buy.pk}/waiting/").content.decode()


def test_granting_twice_is_once_and_bought(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
        request = waiting(site, buy, "102")
    for _time in range(2):
        answer = client.post(f"{BASE}waiting/{request.pk}/", {"deed": "grant"})
        assert answer.status_code == 302
    with site.open():
        line = OrderLine.objects.get(order__home__number="102")
        assert (line.quantity, line.locked) == (1, 1)
        assert balance(site.household("102")) == 2800
        assert Entry.objects.filter(event="WaitingDecided").count() == 1
    assert "暂无候补" in client.get(f"{BASE}{buy.pk}/waiting/").content.decode()


def test_over_the_cap_is_refused_and_the_typed_reason_stays(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        _buy, request = sold_out(site)
    typed = {"deed": "grant", "reason": "下周再订"}
    answer = client.post(f"{BASE}waiting/{request.pk}/", typed)
    assert answer.status_code == 422
    assert "1-1-102: 鸡蛋" in answer.content.decode()
    assert "下周再订" in answer.content.decode()
    with site.open():
        assert not Order.objects.filter(home__number="102").exists()


def test_declining_needs_a_reason_that_the_household_reads(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        _buy, request = sold_out(site)
    url = f"{BASE}waiting/{request.pk}/"
    assert client.post(url, {"deed": "decline", "reason": " "}).status_code == 422
    for _time in range(2):
        assert client.post(url, {"deed": "decline", "reason": "没有多的"}).status_code == 302
    assert client.post(url, {"deed": "grant"}).status_code == 422
    assert client.post(url, {"deed": "burn"}).status_code == 404
    with site.open():
        request.refresh_from_db()
        assert request.declined_at
        facts = Entry.objects.filter(event="WaitingDecided")
        assert [one.data["reason"] for one in facts] == ["没有多的"]


def test_while_the_round_is_open_nothing_is_granted(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        eggs = things.Item("鸡蛋", "板", 2800, cap_total=1)
        buy = things.open_round(site, [eggs])
        things.order(site, buy, "101", 鸡蛋=1)
        request = waiting(site, buy, "102")
    page = client.get(f"{BASE}{buy.pk}/waiting/").content.decode()
    assert "由住户自行下单" in page
    assert 'value="grant"' not in page
    assert client.post(f"{BASE}waiting/{request.pk}/", {"deed": "grant"}).status_code == 422


# An order taken out.


def out(site: Site, buy: GroupBuy, door: str) -> str:
    return f"{BASE}{buy.pk}/orders/{things.household_id(site, door)}/out/"


def test_what_is_taken_out_becomes_free_for_those_who_wait(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy, request = sold_out(site)
        url = out(site, buy, "101")
    assert url in client.get(f"{BASE}{buy.pk}/").content.decode()
    page = client.get(url).content.decode()
    assert "¥56" in page
    assert "腾出的数量" in page
    assert client.post(url, {"reason": ""}).status_code == 422
    for _time in range(2):
        answer = client.post(url, {"reason": "住院"})
        assert answer["Location"] == f"{BASE}{buy.pk}/"
    assert client.post(f"{BASE}waiting/{request.pk}/", {"deed": "grant"}).status_code == 302
    with site.open():
        line = things.line(buy)
        assert (line.ordered, line.left) == (1, 1)
        assert balance(site.household("101")) == 0
        assert Order.objects.get(home__number="101").withdrawn_at
        assert Entry.objects.filter(event="OrderTakenOut").count() == 1
    assert "无需撤下" in client.get(url).content.decode()


def test_after_the_purchase_order_a_new_version_is_made(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        carts = {"101": {"鸡蛋": 2}, "102": {"鸡蛋": 1}}
        buy = things.locked_round(site, carts, fee_fen=200)
        order_from_supplier(buy=buy, by=site.warehouse)
        url = out(site, buy, "101")
    page = client.get(url).content.decode()
    assert "1.2" in page
    assert "配送费 ¥1" in page
    answer = client.post(url, {"reason": "转运"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"{BASE}{buy.pk}/purchase/"
    assert "把采购单新版本发给供应商" in answer.content.decode()
    with site.open():
        assert PurchaseOrder.objects.order_by("-version")[0].reason == "转运"


def test_once_the_goods_are_here_nothing_is_taken_out(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    with site.open():
        buy = things.counted_round(site, {"101": {"鸡蛋": 2}}, {})
        url = out(site, buy, "101")
    answer = client.post(url, {"reason": "住院"}, follow=True)
    assert "物资" in answer.content.decode()
    assert url not in answer.content.decode()
    with site.open():
        assert not Entry.objects.filter(event="OrderTakenOut").exists()
    assert cast.client(site.captain).get(url).status_code == 404


# A claim by phone.


def claim_of(site: Site, door: str) -> tuple[str, dict[str, object]]:
    stop = Stop.objects.get(home__number=door)
    goods = stop.order.allocations.first()
    form = {"item": goods.pk, "kind": "spoiled", "quantity": 1, "share": 50, "note": "两个碎了"}
    return f"{BASE}stops/{stop.pk}/claim/", form


def test_a_claim_is_entered_for_a_household_that_rings(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
        url, form = claim_of(site, "101")
    client = cast.client(site.volunteer)
    assert url in client.get(f"{BASE}{buy.pk}/").content.decode()
    for _time in range(2):
        assert client.post(url, form).status_code == 302
    with site.open():
        made = Claim.objects.get()
        assert (made.quantity, made.share, made.note) == (1, 50, "两个碎了")
    said = f"由 {site.volunteer.name} 代为登记"
    assert said in client.get(url).content.decode()
    assert said in keeper(cast).get(f"{BASE}claims/").content.decode()
    assert said in phone(site, "101").get("/home/claims/").content.decode()


def test_a_claim_for_more_than_came_keeps_what_was_typed(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, {"101": {"鸡蛋": 2}})
        url, form = claim_of(site, "101")
    answer = cast.client(site.captain).post(url, form | {"quantity": 9})
    assert answer.status_code == 422
    assert "两个碎了" in answer.content.decode()
    assert cast.client(site.guard).get(url).status_code == 404
    with site.open():
        assert not Claim.objects.exists()
