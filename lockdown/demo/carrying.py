"""From the gate to the doors of a sealed stair, and until the money is settled."""

from __future__ import annotations

from django.utils import timezone

from compounds.roles import Role
from households.files import reveal_phone
from households.models import Access, Household, Phone
from lockdown.demo.ordering import later, phone_of
from lockdown.demo.people import Site
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim, decide
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.delivering import record_ring, record_stop, start_delivery, take_in
from supplies.actions.packing import pack
from supplies.actions.purchasing import bought_lines, expect_vehicle, order_from_supplier
from supplies.actions.settling import record_payment, settle
from supplies.models import (
    Allocation,
    Claim,
    ClaimKind,
    Count,
    Decision,
    GroupBuy,
    PaymentMethod,
    Stop,
    StopOutcome,
    Via,
)
from supplies.queries import accounts, to_ring
from supplies.views.ringing import WHY

SHUT = 17  # the place on the walk of the door at which nobody opens
FORGOTTEN = (30, 62)  # places of doors whose fresh goods nobody takes in
O = StopOutcome  # noqa: E741


def buy_it(site: Site, buy: GroupBuy, *, hours: float) -> None:
    """The purchase order, and a pass for the vehicle that is expected in so many hours."""
    keeper = site.of(Role.WAREHOUSE)
    order_from_supplier(buy=buy, by=keeper)
    with later(hours=hours):
        expected = timezone.now()
    expect_vehicle(
        buy=buy,
        expected_at=expected,
        plate="湘G·7A210",
        driver="周师傅",
        drop_zone="南门外雨棚",
        by=keeper,
    )


def count_it(site: Site, buy: GroupBuy, *, broken: int = 0, missing: int = 0) -> None:
    """At the gate; of the first item so many are broken or not there."""
    arrive(buy=buy, by=site.of(Role.GUARD))
    counts = {}
    for place, one in enumerate(bought_lines(buy)):
        bad, away = (broken, missing) if place == 0 else (0, 0)
        counts[one.line.pk] = Counted(one.quantity - bad - away, damaged=bad, missing=away)
    record_count(buy=buy, counts=counts, by=site.of(Role.WAREHOUSE))


def share_out(site: Site, buy: GroupBuy) -> None:
    """By the round's rule, packed, and handed to the carriers with two hours' time."""
    keeper = site.of(Role.WAREHOUSE)
    buy = allocate(buy=buy, by=keeper)
    pack(buy=buy, pieces_a_bag=3, by=keeper)
    with later(hours=2):
        due = timezone.now()
    start_delivery(buy=buy, due_at=due, by=keeper)


def carry(site: Site, buy: GroupBuy, *, isolated: bool = False) -> None:
    """Door by door, half a minute each; what is left outside is taken in soon after."""
    for place, stop in enumerate(_stops(buy, isolated)):
        by = stop.run.assignee or site.manager
        outcome = O.NO_ANSWER if place == SHUT else O.TAKEN if place % 4 == 1 else O.LEFT
        with later(seconds=30 * place):
            record_stop(stop=stop, outcome=outcome, by=by)
        if outcome == O.LEFT and place not in FORGOTTEN:
            phone = Access.objects.filter(household=stop.household_id, is_proxy=False).first()
            with later(seconds=30 * place + 240):
                take_in(stop=stop, by=phone or by)


def _stops(buy: GroupBuy, isolated: bool) -> list[Stop]:
    rows = Stop.objects.filter(run__buy=buy, run__is_isolated=isolated).order_by("position")
    return list(rows.select_related("run__buy", "run__assignee", "household__home"))


def call_the_shut(site: Site, buy: GroupBuy) -> None:
    """Nobody opened: the carrier rings, for a reason that is kept, and goes there again."""
    rows = Stop.objects.filter(run__buy=buy, outcome=O.NO_ANSWER)
    for stop in rows.select_related("run__buy", "run__assignee"):
        by = stop.run.assignee or site.manager
        phone = Phone.objects.filter(household=stop.household_id)[0]
        reveal_phone(phone=phone, reason=WHY, by=by)
        with later(minutes=5):
            record_stop(stop=stop, outcome=O.TAKEN, by=by)


def ring_doors(site: Site, buy: GroupBuy) -> None:
    """Fresh goods still outside: the resident, then once more, until somebody knows."""
    for place, stop in enumerate(to_ring().filter(run__buy=buy)):
        by = site.of(Role.VOLUNTEER)
        if place == 0:
            record_ring(stop=stop, reached=False, by=by)
        record_ring(stop=stop, reached=True, by=by)
        with later(minutes=6):
            take_in(stop=stop, by=by)


def claim_spoiled(site: Site, buy: GroupBuy, *, item: str) -> None:
    """One household finds half of a piece spoiled and says so on its phone."""
    rows = Allocation.objects.filter(buy=buy, line__name=item, order__via=Via.OWN)
    goods = rows.select_related("buy", "order__household").order_by("order__number")[0]
    claim(
        allocation=goods,
        kind=ClaimKind.SPOILED,
        quantity=1,
        share=50,
        note="有一半压坏了",
        by=phone_of(goods.order.household),
    )


def decide_claims(site: Site, buy: GroupBuy) -> None:
    for one in Claim.objects.filter(allocation__buy=buy, decided_at=None):
        decide(claim=one, decision=Decision.REFUND, by=site.manager)


def collect(site: Site, buy: GroupBuy) -> None:
    """What each owes after refunds: over the chat, in cash where there is no phone."""
    households = Household.objects.select_related("home").in_bulk()
    reachable = set(Phone.objects.values_list("household_id", flat=True))
    for number, account in enumerate(accounts(buy)):
        has_phone = account.household_id in reachable
        with later(seconds=40 * number):
            record_payment(
                buy=buy,
                household=households[account.household_id],
                amount_fen=account.owes,
                method=PaymentMethod.CHAT_PAY if has_phone else PaymentMethod.CASH,
                reference=f"wx-{buy.number}-{account.number:03d}" if has_phone else "",
                request_key=f"story-pay-{buy.pk}-{account.number}",
                by=site.manager,
            )


def settle_it(site: Site, buy: GroupBuy) -> None:
    """The supplier bills what was good at the gate, less what was spoiled in the bag."""
    counts = Count.objects.filter(arrival__buy=buy).select_related("line")
    goods = sum(one.good * one.line.price_fen for one in counts)
    spoiled = sum(one.refund_fen for one in Claim.objects.filter(allocation__buy=buy))
    settle(buy=buy, invoice_fen=goods - spoiled, by=site.manager)
