"""From the count to the allocation: ordered = allocated + refunded, whatever comes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockdown.kernel.errors import Refused
from supplies.actions.allocating import allocate, preview
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.locking import close
from supplies.actions.purchasing import bought_lines, expect_vehicle, order_from_supplier
from supplies.actions.rounds import Item
from supplies.figures import sums_of
from supplies.ledger import by_household, total
from supplies.models import (
    Allocation,
    Arrival,
    BuyState,
    EntryKind,
    GroupBuy,
    LedgerEntry,
    OfferLine,
    OrderLine,
    ShortageRule,
    StockItem,
)
from supplies.packs import matrix, packs
from supplies.queries import supplier_claim
from tests.cast import Cast, make_cast
from tests.supplies import things

CARTS = {"101": {"鸡蛋": 3}, "102": {"鸡蛋": 2}, "201": {"鸡蛋": 4, "大米": 1}}


def got(buy: GroupBuy) -> dict[str, int]:
    rows = Allocation.objects.filter(buy=buy, line__name="鸡蛋")
    return dict(rows.values_list("order__home__number", "allocated"))


def test_in_full_everybody_gets_what_was_ordered(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = allocate(buy=things.counted_round(site, CARTS, {}), by=site.warehouse)
        assert buy.state == BuyState.ALLOCATED
        assert got(buy) == {"101": 3, "102": 2, "201": 4}
        assert total(buy, EntryKind.REFUND) == 0


def test_in_turn_nobody_is_two_behind_and_the_rest_is_paid_back(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {"鸡蛋": 6})
        shown = {
            one.order.home.number: one.allocated
            for one in preview(buy).shares
            if one.line.name == "鸡蛋"
        }
        for _time in range(2):
            buy = allocate(buy=buy, by=site.warehouse)
        assert got(buy) == shown == {"101": 2, "102": 2, "201": 2}
        doors = {door: things.household_id(site, door) for door in CARTS}
        assert by_household(buy, EntryKind.REFUND) == {doors["101"]: -2800, doors["201"]: -5600}


def test_marked_homes_first(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.flag(site, "201")
        buy = things.counted_round(site, CARTS, {"鸡蛋": 5}, rule=ShortageRule.FLAGGED_FIRST)
        allocate(buy=buy, by=site.warehouse)
        assert got(buy)["201"] == 4


def test_the_preview_is_the_same_as_often_as_it_is_asked(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {"鸡蛋": 4}, rule=ShortageRule.LOTTERY)
        assert preview(buy) == preview(buy)


def test_more_than_was_ordered_needs_a_place(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {"鸡蛋": 12})
        line = things.line(buy)
        for wrong in ({}, {line.pk: "pocket"}):
            with pytest.raises(Refused, match="3") as refusal:
                allocate(buy=buy, surplus=wrong, by=site.warehouse)
            assert refusal.value.code == "surplus"
        assert not Allocation.objects.exists()
        allocate(buy=buy, surplus={line.pk: "stock"}, by=site.warehouse)
        assert got(buy) == {"101": 3, "102": 2, "201": 4}
        assert StockItem.objects.get(name="鸡蛋").on_hand == 3
        assert OfferLine.objects.get(pk=line.pk).surplus_to == "stock"


def test_the_count_may_be_corrected_until_it_is_allocated(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {"鸡蛋": 5})
        again = {one.line.pk: Counted(one.quantity) for one in bought_lines(buy)}
        record_count(buy=buy, counts=again, by=site.warehouse)
        allocate(buy=buy, by=site.warehouse)
        assert total(buy, EntryKind.REFUND) == 0
        with pytest.raises(Refused):
            record_count(buy=buy, counts=again, by=site.warehouse)


def test_a_count_names_every_item_and_no_other(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
        order_from_supplier(buy=buy, by=site.warehouse)
        arrive(buy=buy, by=site.warehouse)
        eggs, rice = things.line(buy).pk, things.line(buy, "大米").pk
        for wrong in (
            {},
            {eggs: Counted(2), rice: Counted(1)},
            {eggs: Counted(-1)},
            {eggs: Counted(1, damaged=-1)},
        ):
            with pytest.raises(Refused):
                record_count(buy=buy, counts=wrong, by=site.warehouse)
        assert GroupBuy.objects.get(pk=buy.pk).state == BuyState.ARRIVED


def test_a_pass_is_used_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}})
        order_from_supplier(buy=buy, by=site.warehouse)
        arrival = expect_vehicle(buy=buy, expected_at=timezone.now(), by=site.warehouse)
        Arrival.objects.update(arrived_at=timezone.now())
        with pytest.raises(Refused):
            arrive(buy=buy, arrival=arrival, by=site.warehouse)


def test_the_sheets_say_what_the_allocation_says(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.counted_round(site, CARTS, {"鸡蛋": 6})
        allocate(buy=buy, by=site.warehouse)
        OrderLine.objects.update(quantity=1, up_to=9, cap_household=None)  # nobody asks these
        sheets = {pack.order.home.number: pack.pieces for pack in packs(buy)}
        assert sheets == {"201": 3, "101": 2, "102": 2}
        assert list(sheets) == ["201", "101", "102"]  # from the top floor down
        assert [pack.is_short for pack in packs(buy)] == [True, True, False]
        grid = matrix(buy)
        assert grid.totals == {things.line(buy).pk: 6, things.line(buy, "大米").pk: 1}
        claim = {one.line.name: (one.missing, one.amount_fen) for one in supplier_claim(buy)}
        assert claim == {"鸡蛋": (3, 8400), "大米": (0, 0)}


def test_the_database_itself_refuses_an_allocation_that_does_not_add_up(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        allocate(buy=things.counted_round(site, CARTS, {}), by=site.warehouse)
        with pytest.raises(IntegrityError), transaction.atomic():
            Allocation.objects.filter(order__number=1).update(allocated=1)


DOORS = ("101", "102", "201", "202", "301", "302")


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    wanted=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=6, max_size=6),
    came=st.integers(0, 30),
    rule=st.sampled_from(ShortageRule.values),
    case=st.integers(1, 4),
    fee=st.integers(0, 3000),
    split=st.sampled_from(["none", "equal", "by_amount"]),
)
def test_for_any_count_ordered_is_allocated_and_refunded(
    wanted: list[tuple[int, int]], came: int, rule: str, case: int, fee: int, split: str
) -> None:
    """Through the real actions: pieces and fen of any round, rule, tolerance and count add up."""
    site = make_cast().yujingwan
    items = [Item("面", "把", 777, case_size=case, tolerance=True, cap_total=40)]
    with site.open(), transaction.atomic():
        point = transaction.savepoint()
        buy = things.open_round(site, items, rule=rule, fee_fen=fee, fee_split=split)
        for door, (quantity, more) in zip(DOORS, wanted, strict=True):
            if quantity:
                things.order(site, buy, door, 面=(quantity, quantity + more))
        buy = close(buy=buy, by=site.warehouse)
        if buy.state == BuyState.LOCKED:
            _through(site, buy, came, fee if split != "none" else 0)
        else:
            assert not LedgerEntry.objects.exists()
        transaction.savepoint_rollback(point)


def _through(site, buy: GroupBuy, came: int, fee: int) -> None:
    order_from_supplier(buy=buy, by=site.warehouse)
    arrive(buy=buy, by=site.warehouse)
    (bought,) = bought_lines(buy)
    line = bought.line.pk
    record_count(buy=buy, counts={line: Counted(came)}, by=site.warehouse)
    allocate(buy=buy, surplus={line: "return"}, by=site.warehouse)
    rows = list(Allocation.objects.filter(buy=buy))
    assert sum(row.ordered for row in rows) == bought.quantity
    assert sum(row.allocated for row in rows) == min(came, bought.quantity)
    assert all(row.ordered == row.allocated + row.refunded for row in rows)
    sums = sums_of(buy)
    assert sums.charges_fen == bought.quantity * 777
    assert sums.goods_fen == min(came, bought.quantity) * 777
    assert sums.fees_fen == fee
