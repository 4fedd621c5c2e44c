"""From the gate to the doors of a sealed stair, and until the money is settled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from compounds.roles import Role
from households.files import reveal_phone
from households.models import Access, Household, Phone
from lockdown.demo.ordering import buy_of, in_turn, phone_of
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim, decide
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.delivering import record_ring, record_stop, start_delivery, take_in
from supplies.actions.packing import pack
from supplies.actions.purchasing import bought_lines, expect_vehicle, order_from_supplier
from supplies.actions.settling import record_payment, settle
from supplies.models import (
    Allocation,
    BuyState,
    Claim,
    ClaimKind,
    Count,
    Decision,
    PaymentMethod,
    Stop,
    StopOutcome,
    Via,
)
from supplies.queries import accounts, to_ring
from supplies.views.ringing import WHY

SHUT = 17  # the place on the walk of the door at which nobody opens
FORGOTTEN = (30, 63)  # places of doors whose fresh goods nobody takes in


def buy_it(site: Site, *, first: bool, hours: float) -> None:
    """The purchase order, and a pass for the vehicle that is expected in so many hours."""
    keeper = site.of(Role.WAREHOUSE)
    with scope([site.compound.pk]):
        buy = buy_of(first=first)
        order_from_supplier(buy=buy, by=keeper)
        expect_vehicle(
            buy=buy,
            expected_at=timezone.now() + timedelta(hours=hours),
            plate="湘G·7A210",
            driver="周师傅",
            drop_zone="南门外雨棚",
            by=keeper,
        )


def count_it(site: Site, *, first: bool, broken: int = 0, missing: int = 0) -> None:
    """At the gate; of the first item so many are broken or not there."""
    with scope([site.compound.pk]):
        buy = arrive(buy=buy_of(first=first), by=site.of(Role.GUARD))
        counts = {}
        for place, one in enumerate(bought_lines(buy)):
            bad, away = (broken, missing) if place == 0 else (0, 0)
            counts[one.line.pk] = Counted(one.quantity - bad - away, damaged=bad, missing=away)
        record_count(buy=buy, counts=counts, by=site.of(Role.WAREHOUSE))


def share_out(site: Site, *, first: bool) -> None:
    """By the round's rule, packed, and handed to the carriers with two hours' time."""
    keeper = site.of(Role.WAREHOUSE)
    with scope([site.compound.pk]):
        buy = allocate(buy=buy_of(first=first), by=keeper)
        pack(buy=buy, pieces_a_bag=3, by=keeper)
        start_delivery(buy=buy, due_at=timezone.now() + timedelta(hours=2), by=keeper)


def carry(site: Site, *, first: bool, isolated: bool = False) -> None:
    """Door by door, half a minute each; what is left outside is taken in."""
    with scope([site.compound.pk]):
        stops = list(_stops(first, run__is_isolated=isolated))
        phones = {one.household_id: one for one in Access.objects.filter(is_proxy=False)}
    for place, stop in in_turn(site, stops, seconds=30):
        by = stop.run.assignee or site.manager
        outcome = (
            StopOutcome.NO_ANSWER
            if place == SHUT
            else StopOutcome.LEFT
            if place % 3 == 0
            else StopOutcome.TAKEN
        )
        record_stop(stop=stop, outcome=outcome, by=by)
        if outcome == StopOutcome.LEFT and place not in FORGOTTEN:
            take_in(stop=stop, by=phones.get(stop.household_id, by))


def _stops(first: bool, **where: Any) -> QuerySet[Stop]:
    rows = Stop.objects.filter(run__buy=buy_of(first=first), **where).order_by("position")
    return rows.select_related("run__buy", "run__assignee", "household__home")


def call_the_shut(site: Site, *, first: bool) -> None:
    """Nobody opened: the carrier rings, for a reason that is kept, and goes there again."""
    with scope([site.compound.pk]):
        for stop in _stops(first, outcome=StopOutcome.NO_ANSWER):
            by = stop.run.assignee or site.manager
            phone = Phone.objects.filter(household=stop.household_id)[0]
            reveal_phone(phone=phone, reason=WHY, by=by)
            record_stop(stop=stop, outcome=StopOutcome.TAKEN, by=by)


def ring_doors(site: Site, *, first: bool) -> None:
    """Fresh goods still outside: nobody at the first try, then somebody knows."""
    with scope([site.compound.pk]):
        by = site.of(Role.VOLUNTEER)
        for stop in to_ring().filter(run__buy=buy_of(first=first)):
            record_ring(stop=stop, reached=False, by=by)
            record_ring(stop=stop, reached=True, by=by)
            take_in(stop=stop, by=by)


def claim_spoiled(site: Site, *, item: str) -> None:
    """One household finds half of a piece spoiled and says so on its phone."""
    with scope([site.compound.pk]):
        goods = Allocation.objects.filter(buy__state=BuyState.DELIVERED, line__name=item)
        mine = goods.filter(order__via=Via.OWN).select_related("buy", "order__household")
        one = mine.order_by("order__number")[0]
        claim(
            allocation=one,
            kind=ClaimKind.SPOILED,
            quantity=1,
            share=50,
            note="有一半压坏了",
            by=phone_of(one.order.household),
        )


def decide_claims(site: Site) -> None:
    with scope([site.compound.pk]):
        for one in Claim.objects.filter(decided_at=None):
            decide(claim=one, decision=Decision.REFUND, by=site.manager)


def collect(site: Site, *, first: bool) -> None:
    """What each owes after refunds: over the chat, in cash where there is no phone."""
    with scope([site.compound.pk]):
        buy = buy_of(first=first)
        owed = accounts(buy)
        households = Household.objects.select_related("home").in_bulk()
        reachable = set(Phone.objects.values_list("household_id", flat=True))
    for _number, account in in_turn(site, owed, seconds=40):
        has_phone = account.household_id in reachable
        record_payment(
            buy=buy,
            household=households[account.household_id],
            amount_fen=account.owes,
            method=PaymentMethod.CHAT_PAY if has_phone else PaymentMethod.CASH,
            reference=f"wx-{buy.number}-{account.number:03d}" if has_phone else "",
            request_key=f"story-pay-{buy.pk}-{account.number}",
            by=site.manager,
        )


def settle_it(site: Site, *, first: bool) -> None:
    """The supplier bills what was good at the gate, less what was spoiled in the bag."""
    with scope([site.compound.pk]):
        buy = buy_of(first=first)
        counts = Count.objects.filter(arrival__buy=buy).select_related("line")
        goods = sum(one.good * one.line.price_fen for one in counts)
        spoiled = sum(one.refund_fen for one in Claim.objects.filter(allocation__buy=buy))
        settle(buy=buy, invoice_fen=goods - spoiled, by=site.manager)
