"""What households are told of group-buys: one notice a fact, to exactly those it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from households.models import Access
from journal.models import Delivery, Entry
from journal.outbox import carry_out
from notices import supplies
from notices.models import Notice, Receipt
from notices.sending import deliver
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim, decide
from supplies.actions.delivering import start_delivery
from supplies.actions.locking import close
from supplies.actions.purchasing import cancel_order, order_from_supplier
from supplies.actions.rounds import cancel, extend
from supplies.actions.waiting import ask_to_wait, decline_waiting, grant_waiting
from supplies.models import Allocation, ClaimKind, Decision, GroupBuy, Order, WaitingRequest
from tests.cast import Cast, Site
from tests.households.relatives import let_in
from tests.notices.people import give_phone, sign_in
from tests.supplies import things

FACTS = (*supplies.FACTS, "OrderPlacedFor")


@pytest.fixture
def site(cast: Cast) -> Iterator[Site]:
    with cast.yujingwan.open():
        yield cast.yujingwan


def tell_all(times: int = 2) -> None:
    """Hand every fact to its handler, as often as it may come, and send what is due."""
    for _time in range(times):
        for one in Delivery.objects.filter(handler__startswith="notices.").order_by("pk"):
            if one.entry.event in FACTS:
                handler(one)
    for notice in Notice.objects.filter(sent_at=None):
        Notice.objects.filter(pk=notice.pk).update(send_at=timezone.now())
        deliver(notice.pk, now=timezone.now())


def handler(delivery: Delivery) -> None:
    from journal.handlers import handler as find  # noqa: PLC0415

    find(delivery.handler).handle(delivery)


def told(title: str) -> list[str]:
    """The doors that have this notice; there is one notice with such a title."""
    notice = Notice.objects.get(title__contains=title)
    rows = Receipt.objects.filter(notice=notice).order_by("home__number")
    return list(rows.values_list("home__number", flat=True))


def asks(title: str) -> bool:
    return Notice.objects.get(title__contains=title).needs_acknowledging


def test_opening_and_extending_are_told_to_the_pages_of_the_place(site: Site) -> None:
    from compounds.places import find_place  # noqa: PLC0415

    for door in ("101", "102", "201"):
        sign_in(site, door)
    unit = site.unit()
    floor = find_place(site.compound, "floor", row=unit.pk, floor=1)
    buy = things.open_round(site, place=floor)
    extend(buy=buy, closes_at=buy.closes_at + timedelta(hours=1), by=site.warehouse)
    tell_all()
    assert told("开团了") == ["101", "102"]
    assert told("延长截止") == ["101", "102"]
    assert not asks("开团了")
    assert Receipt.objects.filter(finished_at=None).count() == 0


def test_a_round_that_does_not_form_is_told_to_its_buyers_alone(site: Site) -> None:
    give_phone(site, "102")
    buy = things.open_round(site, min_households=9)
    things.order(site, buy, "101", 鸡蛋=1)
    things.order(site, buy, "102", 鸡蛋=1)
    things.order(site, buy, "201", 鸡蛋=1)
    things.order(site, buy, "201")  # taken back
    close(buy=buy, by=site.warehouse)
    assert Entry.objects.get(event="GroupBuyNotFormed").data["homes"] == [
        site.home("101").pk,
        site.home("102").pk,
    ]
    tell_all()
    assert told("没有成团") == ["101", "102"]
    assert not asks("没有成团")


@pytest.mark.parametrize("charged", [False, True])
def test_a_cancelled_round_asks_for_an_answer_where_money_is_paid_back(
    site: Site, charged: bool
) -> None:
    buy = things.open_round(site)
    things.order(site, buy, "101", 鸡蛋=2)
    if charged:
        buy = close(buy=buy, by=site.warehouse)
    cancel(buy=buy, reason="供货商停业", by=site.warehouse)
    tell_all()
    assert told("取消了") == ["101"]
    assert asks("取消了") is charged
    assert "供货商停业" in Notice.objects.get(title__contains="取消了").body


def test_a_draft_given_up_is_told_to_nobody(site: Site) -> None:
    cancel(buy=things.draft(site), reason="重复", by=site.warehouse)
    tell_all()
    assert not Notice.objects.exists()


def test_who_gets_less_is_told_and_who_gets_all_is_not(site: Site) -> None:
    carts = {"101": {"鸡蛋": 2}, "102": {"鸡蛋": 2}}
    buy = things.counted_round(site, carts, {"鸡蛋": 3}, rule="first_come")
    allocate(buy=buy, by=site.warehouse)
    tell_all()
    assert told("您拿到的比订的少") == ["102"]
    assert asks("您拿到的比订的少")


def test_goods_on_their_way_are_told_to_the_buyers_of_the_building(site: Site) -> None:
    sign_in(site, "101")
    sign_in(site, "201")
    buy = things.counted_round(site, {"101": {"鸡蛋": 1}, "102": {"鸡蛋": 1}}, {})
    allocate(buy=buy, by=site.warehouse)
    start_delivery(buy=buy, due_at=timezone.now() + timedelta(hours=1), by=site.warehouse)
    data = Entry.objects.get(event="SuppliesArriving").data
    assert data["homes"] == [site.home("101").pk, site.home("102").pk]
    tell_all()
    assert told("正在送来") == ["101"]  # 102 has no page; nobody rings for that


def test_the_first_spoiled_claim_warns_all_who_got_it_and_its_end_is_told_to_one(
    site: Site,
) -> None:
    carts = {"101": {"鸡蛋": 1}, "102": {"鸡蛋": 1}, "201": {"大米": 1}}
    things.delivered_round(site, carts)
    row = Allocation.objects.get(order__home__number="101")
    made = claim(allocation=row, kind=ClaimKind.SPOILED, quantity=1, by=site.captain)
    decide(claim=made, decision=Decision.REFUND, by=site.manager)
    tell_all()
    assert told("请先检查鸡蛋") == ["101", "102"]
    assert not asks("请先检查鸡蛋")
    assert told("售后有结果了") == ["101"]
    assert asks("售后有结果了")
    assert "¥28" in Notice.objects.get(title__contains="售后有结果了").body


def test_a_refused_claim_says_why_and_asks_nothing(site: Site) -> None:
    things.delivered_round(site, {"101": {"鸡蛋": 1}})
    row = Allocation.objects.get()
    made = claim(allocation=row, kind=ClaimKind.MISSING, quantity=1, by=site.captain)
    decide(claim=made, decision=Decision.REFUSE, reason="照片里有", by=site.manager)
    tell_all()
    assert "照片里有" in Notice.objects.get(title__contains="售后有结果了").body
    assert not asks("售后有结果了")


def test_a_claim_that_staff_entered_is_told_with_who_it_was(site: Site) -> None:
    things.delivered_round(site, {"101": {"鸡蛋": 1}, "102": {"鸡蛋": 1}})
    row = Allocation.objects.get(order__home__number="101")
    claim(allocation=row, kind=ClaimKind.MISSING, quantity=1, by=site.captain)
    other = Allocation.objects.get(order__home__number="102")
    claim(allocation=other, kind=ClaimKind.MISSING, quantity=1, by=things.access(site, "102"))
    tell_all()
    assert told("已为您登记") == ["101"]
    assert site.captain.name in Notice.objects.get(title__contains="已为您登记").body


def test_who_waits_in_vain_reads_why(site: Site) -> None:
    buy = things.locked_round(site, {"101": {"鸡蛋": 1}})
    household = site.household("102")
    request = ask_to_wait(
        buy=buy, line=things.line(buy), household=household, quantity=1, by=site.captain
    )
    decline_waiting(request=request, reason="供应商加不了", by=site.warehouse)
    tell_all()
    assert "供应商加不了" in Notice.objects.get(title__contains="鸡蛋这次没有候补上").body


def test_an_order_taken_out_is_told_with_its_money(site: Site) -> None:
    things.locked_round(site, {"101": {"鸡蛋": 2}})
    cancel_order(order=Order.objects.get(), reason="已转运", by=site.warehouse)
    tell_all()
    assert told("里的订单被取消了") == ["101"]
    assert "¥56" in Notice.objects.get(title__contains="里的订单被取消了").body


def test_the_waiting_list_ends_with_a_word_to_each(site: Site) -> None:
    buy = things.locked_round(site, {"101": {"鸡蛋": 1}})
    line = things.line(buy)
    for door in ("102", "201"):
        household = site.household(door)
        ask_to_wait(buy=buy, line=line, household=household, quantity=1, by=site.captain)
    grant_waiting(request=WaitingRequest.objects.get(home__number="102"), by=site.warehouse)
    order_from_supplier(buy=GroupBuy.objects.get(), by=site.warehouse)
    tell_all()
    assert told("补上了") == ["102"]
    assert told("这次没有候补上") == ["201"]


# Orders that others place


def test_orders_of_staff_within_minutes_are_told_once_with_what_was_ordered_last(
    site: Site,
) -> None:
    sign_in(site, "101")
    buy = things.open_round(site)
    things.order(site, buy, "101", 鸡蛋=1)
    things.order(site, buy, "101", 鸡蛋=2, 大米=1)
    ours = Delivery.objects.filter(handler="notices.OrderPlacedFor").order_by("pk")
    for one in (*ours, *ours, *reversed(ours)):
        handler(one)
    notice = Notice.objects.get(title__contains="有人替您下了单")
    assert notice.sent_at is None
    assert notice.send_at > timezone.now() + timedelta(minutes=8)
    assert "鸡蛋 × 2 板" in notice.body
    assert "大米 × 1 袋" in notice.body
    assert "鸡蛋 × 1 板" not in notice.body
    tell_all()
    assert told("有人替您下了单") == ["101"]
    assert asks("有人替您下了单")


def test_a_change_after_it_was_told_is_told_again(site: Site) -> None:
    buy = things.open_round(site)
    things.order(site, buy, "101", 鸡蛋=1)
    tell_all()
    things.order(site, buy, "101")
    tell_all()
    assert told("有人替您下了单") == ["101"]
    assert told("您的订单取消了") == ["101"]


def test_what_a_relative_orders_is_told_as_what_a_relative_does(site: Site) -> None:
    access = let_in(site, "101")
    buy = things.open_round(site)
    things.order(site, buy, "101", by=access, 鸡蛋=1)
    assert Entry.objects.get(event="OrderPlacedFor").data["via"] == "relative"
    tell_all()
    assert not Notice.objects.filter(title__contains="有人替您下了单").exists()


def test_what_the_home_orders_itself_is_told_to_nobody(site: Site) -> None:
    sign_in(site, "101")
    buy = things.open_round(site)
    own = Access.objects.get(household=site.household("101"))
    Notice.objects.all().delete()
    things.order(site, buy, "101", by=own, 鸡蛋=1)
    assert not Entry.objects.filter(event="OrderPlacedFor").exists()


def test_the_outbox_carries_a_fact_to_its_notice(cast: Cast) -> None:
    with cast.yujingwan.open():
        sign_in(cast.yujingwan, "101")
        things.open_round(cast.yujingwan)
        waiting = Delivery.objects.get(handler="notices.GroupBuyOpened")
    carry_out(waiting.compound_id, waiting.pk)
    with cast.yujingwan.open():
        assert Notice.objects.get(title__contains="开团了").cause.endswith(":opened")
