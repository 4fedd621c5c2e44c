"""The demo's goods on their way: a round half carried, a claim, payments, masks for the elders."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from compounds.models import Member
from compounds.places import find_place
from compounds.roles import Role
from households.models import CareKind, Household
from lockdown.demo.clock import at
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from supplies.actions import stock
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.delivering import record_stop, start_delivery, take_in
from supplies.actions.locking import close
from supplies.actions.orders import place_order
from supplies.actions.packing import pack
from supplies.actions.purchasing import bought_lines, expect_vehicle, order_from_supplier
from supplies.actions.rounds import Item, approve, draft_buy, submit
from supplies.actions.settling import record_payment
from supplies.actions.suppliers import add_supplier
from supplies.models import (
    Allocation,
    ClaimKind,
    GroupBuy,
    OfferLine,
    PaymentMethod,
    StockKind,
    Stop,
    StopOutcome,
)
from supplies.stocking import households_with

TITLE = "蔬菜豆腐团"
GOODS = [
    Item("蔬菜包", "份", 3000, essential=True, perishable=True),
    Item("豆腐", "盒", 450, perishable=True),
    Item("挂面", "把", 890, essential=True),
]


def _reviewer() -> Member:
    return Member.objects.filter(role=Role.REVIEWER).order_by("id")[0]


def order_greens(site: Site) -> None:
    """A round of fifteen homes; the household of the demo's second door orders too."""
    with scope([site.compound.pk]):
        keeper, now = site.of(Role.WAREHOUSE), timezone.now()
        buy = draft_buy(
            compound=site.compound,
            title=TITLE,
            items=GOODS,
            place=find_place(site.compound, "compound"),
            opens_at=now,
            closes_at=now + timedelta(hours=3),
            supplier=add_supplier(
                compound=site.compound,
                name="澧水菜场",
                licence_number="JY14308110099",
                by=keeper,
            ),
            by=keeper,
        )
        buy = approve(buy=submit(buy=buy, by=keeper), by=_reviewer())
        lines = list(OfferLine.objects.filter(buy=buy).order_by("position"))
        homes = Household.objects.filter(closed_at=None).select_related("home__unit__building")
        for number, one in enumerate(homes.order_by("home__position")[1:30:2]):
            cart = {line.pk: (1 + number % 2,) * 2 for line in lines[: 1 + number % 3]}
            place_order(buy=buy, household=one, wanted=cart, key=f"demo-greens-{one.pk}", by=keeper)


def buy_greens(site: Site) -> None:
    """Closed and ordered from the supplier in the evening, for the next day."""
    with scope([site.compound.pk]):
        keeper, now = site.of(Role.WAREHOUSE), timezone.now()
        buy = close(buy=GroupBuy.objects.get(title=TITLE), by=keeper)
        order_from_supplier(buy=buy, by=keeper)
        expect_vehicle(
            buy=buy,
            expected_at=now + timedelta(hours=13),
            plate="湘G·3B558",
            driver="覃师傅",
            drop_zone="南门外雨棚",
            by=keeper,
        )


def load(site: Site, now: datetime) -> None:
    """Today, whatever hour it is: at the gate an hour ago, at half of the doors by now."""
    with at(now - timedelta(minutes=70)):
        count_greens(site)
    with at(now - timedelta(minutes=40)):
        carry_greens(site)
    with at(now - timedelta(minutes=8)):
        settle_doors(site)


def count_greens(site: Site) -> None:
    """Two boxes of tofu are missing."""
    with scope([site.compound.pk]):
        keeper, now = site.of(Role.WAREHOUSE), timezone.now()
        buy = arrive(buy=GroupBuy.objects.get(title=TITLE), by=site.of(Role.GUARD))
        counts = {}
        for one in bought_lines(buy):
            missing = (one.line.name == "豆腐") * 2
            counts[one.line.pk] = Counted(good=one.quantity - missing, missing=missing)
        record_count(buy=buy, counts=counts, by=keeper)
        allocate(buy=buy, by=keeper)
        pack(buy=buy, pieces_a_bag=3, by=keeper)
        start_delivery(buy=buy, due_at=now + timedelta(hours=2), by=keeper)


def carry_greens(site: Site, *, doors: int = 8) -> None:
    """To the first doors, two minutes each; the rest are still ahead."""
    with scope([site.compound.pk]):
        began = timezone.now()
        stops = Stop.objects.select_related("run__buy", "run__assignee", "household__home")
        outcomes = [StopOutcome.LEFT, StopOutcome.TAKEN, StopOutcome.LEFT, StopOutcome.NO_ANSWER]
        rows = stops.filter(run__buy__title=TITLE).order_by("run__position", "position")
        for number, stop in enumerate(rows[:doors]):
            with at(began + timedelta(minutes=2 * number)):
                by = stop.run.assignee or site.of(Role.WAREHOUSE)
                record_stop(stop=stop, outcome=outcomes[number % len(outcomes)], by=by)


def settle_doors(site: Site) -> None:
    """Three have taken their bags in and paid; one of them claims a spoiled one."""
    with scope([site.compound.pk]):
        stops = Stop.objects.filter(run__buy__title=TITLE, outcome=StopOutcome.LEFT)
        stops = list(stops.select_related("run__buy", "household__home").order_by("position"))
        for stop in stops[:3]:
            take_in(stop=stop, by=site.of(Role.VOLUNTEER))
        goods = Allocation.objects.filter(order=stops[0].order_id, line__name="蔬菜包")
        claim(
            allocation=goods.select_related("buy")[0],
            kind=ClaimKind.SPOILED,
            quantity=1,
            share=50,
            note="外面几片叶子烂了",
            by=site.of(Role.VOLUNTEER),
        )
        for number, stop in enumerate(stops[:3]):
            record_payment(
                buy=stop.run.buy,
                household=stop.household,
                amount_fen=3000,
                method=PaymentMethod.CHAT_PAY,
                reference=f"wx-20260{number}",
                request_key=f"demo-pay-{stop.pk}",
                by=site.manager,
            )


def keep_stock(site: Site) -> None:
    """Masks for the elders, gloves under their minimum."""
    with scope([site.compound.pk]):
        keeper = site.of(Role.WAREHOUSE)
        kept = (
            ("N95 口罩", "只", 600, 500),
            ("一次性手套", "双", 40, 100),
            ("消毒液", "桶", 12, 6),
        )
        for name, unit, count, least in kept:
            item = stock.add_item(
                compound=site.compound,
                name=name,
                unit=unit,
                kind=StockKind.PROTECTIVE,
                minimum=least,
                by=keeper,
            )
            stock.receive(
                item=item, quantity=count, source="街道", request_key=f"demo-{item.pk}", by=keeper
            )
            if name.startswith("N95"):
                made = stock.plan_hand_out(
                    item=item,
                    title="老人口罩",
                    each=5,
                    households=households_with([CareKind.LONE_ELDER, CareKind.EMPTY_NEST], keeper),
                    by=keeper,
                )
                for door in made.doors.all()[:2]:
                    stock.hand_to_door(door=door, by=site.of(Role.VOLUNTEER))
