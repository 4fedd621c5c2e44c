"""The pages behind the allocation: each opens for whom it is, and no list grows its queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files
from supplies import sweeps
from supplies.actions import stock
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim
from supplies.actions.delivering import record_stop, start_delivery
from supplies.actions.settling import record_payment
from supplies.models import (
    Allocation,
    Claim,
    ClaimKind,
    DeliveryRun,
    GroupBuy,
    HandOut,
    PaymentMethod,
    StockItem,
    StockKind,
    Stop,
    StopOutcome,
)
from tests.cast import Cast, Site
from tests.supplies import things
from tests.supplies.phones import phone

DOORS = ["101", "201", "302"]
MOST_QUERIES = 12


def underway(site: Site, doors: list[str] = DOORS) -> GroupBuy:
    """On the way: the first door done with a claim, a payment in, fresh goods at each door."""
    carts = {door: {"蔬菜包": 2, "大米": 1} for door in doors}
    items = [things.VEG, things.RICE]
    buy = things.counted_round(site, carts, {"蔬菜包": 2 * len(doors) - 1}, items=items)
    allocate(buy=buy, by=site.warehouse)
    start_delivery(buy=buy, due_at=timezone.now() + timedelta(hours=2), by=site.warehouse)
    for stop in Stop.objects.exclude(home__number=doors[-1]).select_related("run__buy"):
        record_stop(stop=stop, outcome=StopOutcome.LEFT, by=site.volunteer)
    for row in (
        Allocation.objects.filter(line__name="大米")
        .exclude(order__home__number=doors[-1])
        .select_related("buy")
    ):
        claim(allocation=row, kind=ClaimKind.SPOILED, quantity=1, share=50, by=site.captain)
    for door in doors:
        record_payment(
            buy=buy,
            household=site.household(door),
            amount_fen=1000,
            method=PaymentMethod.CASH,
            request_key=things.key(),
            by=site.manager,
        )
    sweeps.ring_for_perishables(now=timezone.now() + timedelta(minutes=31))
    return GroupBuy.objects.get(pk=buy.pk)


def masks(site: Site, doors: list[str] = DOORS) -> HandOut:
    item = stock.add_item(
        compound=site.compound,
        name="口罩",
        unit="只",
        kind=StockKind.PROTECTIVE,
        minimum=500,
        by=site.warehouse,
    )
    for _one in doors:
        stock.receive(
            item=item, quantity=10, source="街道", request_key=things.key(), by=site.warehouse
        )
    return stock.plan_hand_out(
        item=item,
        title="老人口罩",
        each=5,
        households=[site.household(door) for door in doors],
        by=site.warehouse,
    )


def pages(site: Site, buy: GroupBuy) -> list[str]:
    slug = site.slug

    def path(name: str, *more: object) -> str:
        return reverse(f"supplies:{name}", args=[slug, *more])

    run, hand_out = DeliveryRun.objects.first(), HandOut.objects.first()
    stop = Stop.objects.filter(ring_at__isnull=False).first()
    one, item = Claim.objects.first(), StockItem.objects.first()
    who = stop.household_id
    packing = path("packing", buy.pk)
    return [
        packing,
        f"{packing}?by=item",
        f"{packing}?by=grid",
        *(f"{path('packing-print', buy.pk)}?by={by}" for by in ("home", "item", "grid")),
        path("packing-file", buy.pk),
        path("labels", buy.pk),
        path("run-list"),
        path("run", run.pk),
        path("run-print", run.pk),
        path("runs-print", buy.pk),
        path("stop", stop.pk),
        path("ring", stop.pk),
        path("claim-list"),
        path("claim", one.pk),
        path("money"),
        path("accounts", buy.pk),
        path("money-file", buy.pk),
        path("payment", buy.pk, who),
        path("settle", buy.pk),
        path("closing", buy.pk),
        path("household-account", who),
        path("stock"),
        path("stock-item", item.pk),
        path("hand-out-new", item.pk),
        path("hand-out", hand_out.pk),
        path("hand-out-print", hand_out.pk),
    ]


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200, path
    frame = ("SAVEPOINT", "RELEASE", "SET LOCAL")  # of the transaction and its scope
    return len([one for one in caught if not one["sql"].startswith(frame)])


def test_every_page_opens_and_no_list_grows_its_queries(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        build_homes(
            compound=site.compound, patterns=[UnitPattern("1", "1", 15, 2)], by=site.manager
        )
        open_missing_files(compound=site.compound, homes=Home.objects.all())
        few = underway(site, ["101", "201", "302"])
        masks(site)
        here = pages(site, few)
    client = cast.client(site.manager)
    for path in here:  # whatever is read once and kept
        assert client.get(path).status_code == 200, path
    before = {path: queries(client, path) for path in here}
    assert {path: count for path, count in before.items() if count > MOST_QUERIES} == {}
    with site.open():
        many = [f"{floor}0{door}" for floor in range(4, 14) for door in (1, 2)]
        more = underway(site, many)
        masks(site, many)
        again = pages(site, more)
    for path in again:
        client.get(path)
    grown = {}
    for old, new in zip(here, again, strict=True):
        if (count := queries(client, new)) > before[old]:
            grown[new] = (before[old], count)
    assert grown == {}


@pytest.mark.parametrize("elder", [False, True])
def test_the_residents_pages_open(cast: Cast, elder: bool) -> None:
    site = cast.yujingwan
    with site.open():
        buy = underway(site)
    client = phone(site, "101")
    if elder:
        client.cookies["face"] = "elder"
    for path in (
        reverse("supplies:home-claims"),
        reverse("supplies:home-claim", args=[buy.number]),
        reverse("supplies:home-account"),
    ):
        assert client.get(path).status_code == 200
        assert queries(client, path) <= MOST_QUERIES
