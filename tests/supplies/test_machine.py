"""Every state × every action: what the table allows happens, everything else is a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from compounds.places import find_place
from lockdown.kernel.errors import Refused
from supplies.actions.allocating import allocate
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.delivering import start_delivery
from supplies.actions.locking import close
from supplies.actions.orders import place_order
from supplies.actions.purchasing import (
    bought_lines,
    cancel_order,
    expect_vehicle,
    order_from_supplier,
)
from supplies.actions.rounds import (
    approve,
    cancel,
    change_draft,
    extend,
    open_buy,
    reject,
    set_items,
    submit,
    supplier_failed,
    take_back,
)
from supplies.actions.settling import settle
from supplies.actions.waiting import ask_to_wait
from supplies.machine import NEXT
from supplies.models import TRANSITIONS, Arrival, BuyState, GroupBuy, Order, OrderLine
from tests.cast import Cast, Site
from tests.supplies import things

S = BuyState
Deed = Callable[[Site, GroupBuy], object]


def _count(site: Site, buy: GroupBuy) -> None:
    counts = {one.line.pk: Counted(one.quantity) for one in bought_lines(buy)}
    record_count(buy=buy, counts=counts, by=site.warehouse)


def _order(site: Site, buy: GroupBuy) -> None:
    place_order(
        buy=buy,
        household=site.household("102"),
        wanted={things.line(buy).pk: (1, 1)},
        key=things.key(),
        by=site.warehouse,
    )


def _wait(site: Site, buy: GroupBuy) -> None:
    things.lines(buy)
    line = things.line(buy)
    type(line).objects.filter(pk=line.pk).update(left=0, ordered=20)
    line.refresh_from_db()
    ask_to_wait(buy=buy, line=line, household=site.household("201"), quantity=1, by=site.captain)


def _soon() -> object:
    return timezone.now() + timedelta(hours=9)


# The action, the states in which it does something, and the state that follows (None: the same).
ACTIONS: dict[str, tuple[Deed, dict[BuyState, BuyState | None]]] = {
    "change_draft": (
        lambda site, buy: change_draft(buy=buy, title="新名", by=site.warehouse),
        {S.DRAFT: None},
    ),
    "set_items": (
        lambda site, buy: set_items(buy=buy, items=[things.VEG], by=site.warehouse),
        {},
    ),
    "submit": (
        lambda site, buy: submit(buy=buy, by=site.warehouse),
        {S.DRAFT: S.IN_REVIEW, S.IN_REVIEW: None},
    ),
    "take_back": (
        lambda site, buy: take_back(buy=buy, by=site.warehouse),
        {S.DRAFT: None, S.IN_REVIEW: S.DRAFT, S.REJECTED: S.DRAFT, S.APPROVED: S.DRAFT},
    ),
    "approve": (
        lambda site, buy: approve(buy=buy, by=site.reviewer),
        {S.IN_REVIEW: S.OPEN, S.APPROVED: None, S.OPEN: None},
    ),
    "reject": (
        lambda site, buy: reject(buy=buy, reason="无许可证", by=site.reviewer),
        {S.IN_REVIEW: S.REJECTED, S.REJECTED: None},
    ),
    "open_buy": (
        lambda site, buy: open_buy(buy=buy, by=site.warehouse),
        {S.APPROVED: S.OPEN, S.OPEN: None},
    ),
    "extend": (
        lambda site, buy: extend(buy=buy, closes_at=_soon(), by=site.warehouse),
        {S.OPEN: None},
    ),
    "place_order": (_order, {S.OPEN: None}),
    "ask_to_wait": (_wait, {S.OPEN: None, S.LOCKED: None}),
    "close": (
        lambda site, buy: close(buy=buy, by=site.warehouse),
        {S.OPEN: S.LOCKED, S.LOCKED: None, S.NOT_FORMED: None},
    ),
    "order_from_supplier": (
        lambda site, buy: order_from_supplier(buy=buy, by=site.warehouse),
        {S.LOCKED: S.ORDERED},
    ),
    "expect_vehicle": (
        lambda site, buy: expect_vehicle(buy=buy, expected_at=_soon(), by=site.warehouse),
        {S.LOCKED: None, S.ORDERED: None},
    ),
    "cancel_order": (
        lambda site, buy: cancel_order(
            order=Order.objects.filter(buy=buy)[0], reason="转院", by=site.warehouse
        ),
        {S.LOCKED: None},
    ),
    "arrive": (
        lambda site, buy: arrive(buy=buy, by=site.warehouse),
        {S.ORDERED: S.ARRIVED, S.ARRIVED: None},
    ),
    "record_count": (_count, {S.ARRIVED: S.COUNTED, S.COUNTED: None}),
    "allocate": (
        lambda site, buy: allocate(buy=buy, by=site.warehouse),
        {S.COUNTED: S.ALLOCATED, S.ALLOCATED: None},
    ),
    "start_delivery": (
        lambda site, buy: start_delivery(buy=buy, due_at=_soon(), by=site.warehouse),
        {S.ALLOCATED: S.DELIVERED, S.DELIVERING: None},  # nothing was allocated: no door
    ),
    "settle": (
        lambda site, buy: settle(buy=buy, invoice_fen=0, reason="核对", by=site.manager),
        {S.DELIVERED: S.SETTLED},
    ),
    "cancel": (
        lambda site, buy: cancel(buy=buy, reason="不买了", by=site.warehouse),
        {
            **{s: S.CANCELLED for s, after in TRANSITIONS.items() if S.CANCELLED in after},
            S.CANCELLED: None,
        },
    ),
    "supplier_failed": (
        lambda site, buy: supplier_failed(buy=buy, reason="断货", by=site.warehouse),
        {
            **{s: S.SUPPLIER_FAILED for s, after in TRANSITIONS.items() if S.SUPPLIER_FAILED in after},
            S.SUPPLIER_FAILED: None,
        },
    ),
}  # fmt: skip
# Twice gives the row that is there; it needs a row made by the action itself.
NEEDS_ITS_OWN = {("order_from_supplier", S.ORDERED), ("settle", S.SETTLED)}
# Only a draft that nobody has ordered from has its items replaced.
NEEDS_ITS_OWN |= {("set_items", S.DRAFT)}
# A sent purchase order gets a new version; it needs one.
NEEDS_ITS_OWN |= {("cancel_order", S.ORDERED)}


def at_the_gate(site: Site, buy: GroupBuy) -> None:
    now = timezone.now()
    Arrival.objects.create(
        compound=site.compound,
        buy=buy,
        pass_code=things.key()[-8:],
        expected_at=now,
        arrived_at=now,
    )


def put(site: Site, state: BuyState) -> GroupBuy:
    """A round with one order, in this state by force: only the state is looked at."""
    buy = things.open_round(site)
    things.order(site, buy, "101", 鸡蛋=2)
    OrderLine.objects.update(locked=2)
    if state in (S.ARRIVED, S.COUNTED):
        at_the_gate(site, buy)
    GroupBuy.objects.filter(pk=buy.pk).update(state=state)
    return GroupBuy.objects.select_related("compound").get(pk=buy.pk)


@pytest.mark.parametrize("action", list(ACTIONS))
def test_an_action_happens_where_it_may_and_says_what_to_do_elsewhere(
    cast: Cast, action: str
) -> None:
    site = cast.yujingwan
    deed, allowed = ACTIONS[action]
    with site.open():
        for state in S:
            if (action, state) in NEEDS_ITS_OWN:
                continue
            point = transaction.savepoint()
            buy = put(site, state)
            try:
                deed(site, buy)
                refused = ""
            except Refused as refusal:
                refused = str(refusal)
            after = S(GroupBuy.objects.get(pk=buy.pk).state)
            if state in allowed:
                assert not refused, (action, state, refused)
                assert after == (allowed[state] or state), (action, state)
            else:
                assert refused, (action, state)
                assert after == state
            transaction.savepoint_rollback(point)


def test_the_table_knows_every_state_and_leads_everywhere() -> None:
    assert set(TRANSITIONS) == set(S) == set(NEXT)
    reached = {S.DRAFT}
    while True:
        more = reached | {after for state in reached for after in TRANSITIONS[state]}
        if more == reached:
            break
        reached = more
    assert reached == set(S)


def test_every_step_of_the_table_is_taken_by_an_action() -> None:
    taken = {
        (state, after)
        for _deed, allowed in ACTIONS.values()
        for state, after in allowed.items()
        if after
    }
    by_another_test = {
        (S.IN_REVIEW, S.APPROVED),  # opens later
        (S.OPEN, S.NOT_FORMED),
        (S.ALLOCATED, S.DELIVERING),
        (S.DELIVERING, S.DELIVERED),
        (S.ALLOCATED, S.DELIVERED),
    }
    steps = {(state, after) for state, afters in TRANSITIONS.items() for after in afters}
    assert steps <= taken | by_another_test


def test_a_round_of_one_floor_is_for_that_floor(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        for kind, row, doors in (
            ("compound", None, {"101", "302"}),
            ("building", site.home("101").building_id, {"101", "302"}),
            ("unit", site.unit().pk, {"101", "302"}),
            ("home", site.home("302").pk, {"302"}),
        ):
            buy = things.draft(site, place=find_place(site.compound, kind, row=row))
            assert {door for door in ("101", "302") if buy.covers(site.home(door))} == doors
            assert buy.place.key == buy.place_key
