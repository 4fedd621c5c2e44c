"""The cut-off: who pays what, extended once, not formed, the waiting list, the purchase order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.actions.locking import close, missing, split_fee
from supplies.actions.purchasing import cancel_order, expect_vehicle, order_from_supplier
from supplies.actions.rounds import Item
from supplies.actions.waiting import ask_to_wait, decline_waiting, grant_waiting
from supplies.forming import Thresholds
from supplies.ledger import by_household, total
from supplies.models import (
    BuyState,
    EntryKind,
    FeeSplit,
    GroupBuy,
    LedgerEntry,
    Order,
    OrderLine,
    PurchaseOrder,
    WaitingRequest,
)
from tests.cast import Cast
from tests.supplies import things


def locked(buy: GroupBuy) -> dict[str, int]:
    rows = OrderLine.objects.filter(order__buy=buy, locked__gt=0)
    return dict(rows.values_list("order__home__number", "locked"))


def test_each_household_is_charged_for_goods_and_fee(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(
            site, {"101": {"鸡蛋": 2}, "102": {"大米": 1}, "201": {"鸡蛋": 1}}, fee_fen=1000
        )
        assert buy.state == BuyState.LOCKED
        doors = {door: things.household_id(site, door) for door in ("101", "102", "201")}
        assert by_household(buy, EntryKind.CHARGE) == {
            doors["101"]: 5600,
            doors["102"]: 3590,
            doors["201"]: 2800,
        }
        assert by_household(buy, EntryKind.FEE) == {
            doors["101"]: 334,
            doors["102"]: 333,
            doors["201"]: 333,
        }
        assert Entry.objects.get(event="GroupBuyLocked").data["households"] == 3


def test_closing_twice_charges_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
        close(buy=buy, by=site.warehouse)
        assert total(buy) == 5600
        assert LedgerEntry.objects.count() == 1


@given(
    st.integers(0, 99_999),
    st.sampled_from([FeeSplit.EQUAL, FeeSplit.BY_AMOUNT]),
    st.dictionaries(st.integers(1, 99), st.integers(1, 90_000), min_size=1, max_size=40),
)
def test_the_fee_is_the_sum_of_its_parts(fee: int, split: str, goods: dict[int, int]) -> None:
    parts = split_fee(GroupBuy(fee_fen=fee, fee_split=split), goods)
    assert sum(parts.values()) == fee
    assert set(parts) <= set(goods)


def test_a_fee_that_the_property_pays_is_nobodys(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 1}}, fee_fen=900, fee_split=FeeSplit.NONE)
        assert total(buy, EntryKind.FEE) == 0


def test_short_of_a_threshold_it_is_extended_once_and_then_does_not_form(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, min_households=3, extend_hours=2)
        things.order(site, buy, "101", 鸡蛋=1)
        before = buy.closes_at
        buy = close(buy=buy, by=site.warehouse)
        assert (buy.state, buy.closes_at) == (BuyState.OPEN, before + timedelta(hours=2))
        things.order(site, buy, "102", 鸡蛋=1)  # orders are kept, and more may come
        buy = close(buy=buy, by=site.warehouse)
        assert buy.state == BuyState.NOT_FORMED
        assert not LedgerEntry.objects.exists()
        assert locked(buy) == {}
        assert Entry.objects.get(event="GroupBuyNotFormed").data["reason"] == buy.end_reason
        assert "1" in buy.end_reason


def test_nobody_ordered_is_not_formed(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        assert close(buy=things.open_round(site), by=site.warehouse).state == BuyState.NOT_FORMED


def test_up_to_fills_the_case_and_is_charged(cast: Cast) -> None:
    site = cast.yujingwan
    rice = Item("大米", "袋", 3000, case_size=6, tolerance=True)
    with site.open():
        buy = things.open_round(site, [rice])
        things.order(site, buy, "101", 大米=(2, 4))
        things.order(site, buy, "102", 大米=(2, 2))
        buy = close(buy=buy, by=site.warehouse)
        assert locked(buy) == {"101": 4, "102": 2}
        assert total(buy, EntryKind.CHARGE) == 6 * 3000


def test_what_is_missing_is_said_in_words() -> None:
    assert missing(Thresholds()) == ""
    assert "120" in missing(Thresholds(amount_fen=12_000))


def wait(site, buy: GroupBuy, door: str, quantity: int = 1) -> WaitingRequest:
    buy = GroupBuy.objects.get(pk=buy.pk)
    return ask_to_wait(
        buy=buy,
        line=things.line(buy),
        household=site.household(door),
        quantity=quantity,
        by=site.captain,
    )


def test_a_late_request_is_granted_before_the_goods_are_ordered(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
        request = wait(site, buy, "102", 2)
        assert wait(site, buy, "102", 3).pk == request.pk
        for _time in range(2):
            grant_waiting(request=request, by=site.warehouse)
        order = Order.objects.get(household=site.household("102"))
        assert (order.number, order.lines.get().locked) == (2, 3)
        line = things.line(buy)
        assert (line.ordered, line.left) == (5, 15)
        assert by_household(buy)[order.household_id] == 3 * 2800


def test_a_request_over_a_cap_is_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 3}})
        request = wait(site, buy, "101", 2)
        with pytest.raises(Refused) as refusal:
            grant_waiting(request=request, by=site.warehouse)
        assert refusal.value.code == "household_cap"
        assert total(buy) == 3 * 2800
        with pytest.raises(Refused):
            wait(site, buy, "102", 5)


def test_declined_is_declined(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 3}})
        request = decline_waiting(
            request=wait(site, buy, "102"), reason="没有多的", by=site.warehouse
        )
        assert decline_waiting(request=request, reason="没有多的", by=site.warehouse).declined_at
        with pytest.raises(Refused):
            grant_waiting(request=request, by=site.warehouse)
        other = wait(site, buy, "201")
        order_from_supplier(buy=buy, by=site.warehouse)
        other.refresh_from_db()
        assert other.declined_at


def test_while_it_can_be_ordered_nobody_waits(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        with pytest.raises(Refused):
            wait(site, buy, "101")


def test_the_purchase_order_is_numbered_and_frozen(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        eggs = Item("鸡蛋", "板", 2800, case_size=2)
        buy = things.open_round(site, [eggs, things.RICE])
        things.order(site, buy, "101", 鸡蛋=2)
        things.order(site, buy, "102", 鸡蛋=2)
        close(buy=buy, by=site.warehouse)
        sent = order_from_supplier(buy=buy, by=site.warehouse)
        assert (sent.number, sent.version, sent.total_fen) == (1, 1, 11_200)
        assert [(one["name"], one["cases"], one["quantity"]) for one in sent.lines] == [
            ("鸡蛋", 2, 4)
        ]
        assert order_from_supplier(buy=buy, by=site.warehouse) == sent


def test_a_late_cancellation_makes_a_new_version(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}, "102": {"鸡蛋": 1}}, fee_fen=100)
        order_from_supplier(buy=buy, by=site.warehouse)
        order = Order.objects.get(number=1)
        for _time in range(2):
            cancel_order(order=order, reason="转运", by=site.warehouse)
        versions = PurchaseOrder.objects.values_list("number", "version", "total_fen", "reason")
        assert list(versions) == [(1, 1, 8400, ""), (1, 2, 2800, "转运")]
        assert total(buy) == 2800 + 100
        assert Entry.objects.filter(event="OrderTakenOut").count() == 1


def test_a_vehicle_has_a_pass_that_is_good_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
        at = timezone.now() + timedelta(hours=3)
        one = expect_vehicle(buy=buy, expected_at=at, plate="湘g12345", by=site.warehouse)
        again = expect_vehicle(buy=buy, expected_at=at, plate="湘G12345", by=site.warehouse)
        assert (one.pk, one.pass_code, len(one.pass_code)) == (again.pk, again.pass_code, 6)
