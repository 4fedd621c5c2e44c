"""What a building of `tests/limits.py` has of group-buys and stock: a round of its own that was
delivered, and one that waits; and rounds of the whole compound with something of both."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from compounds.models import Unit
from compounds.places import Place
from households.models import Household
from supplies.actions import stock
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim
from supplies.actions.delivering import record_stop, start_delivery
from supplies.actions.purchasing import cancel_order, expect_vehicle
from supplies.actions.rounds import Item
from supplies.actions.settling import record_payment
from supplies.actions.suppliers import add_supplier_file
from supplies.actions.waiting import ask_to_wait
from supplies.models import (
    Allocation,
    ClaimKind,
    GroupBuy,
    HandOut,
    HandOutDoor,
    Order,
    PaymentMethod,
    StockItem,
    StockKind,
    Stop,
    StopOutcome,
    SupplierFile,
)
from tests.cast import Site
from tests.supplies import things


def fill(site: Site, unit: Unit, word: str) -> dict[str, int]:
    """The rows, by the names that addresses use; goods, notes and reasons name the building."""
    files = list(Household.objects.filter(home__unit=unit).select_related("home")[:4])
    place = Place(site.compound, "unit", building=unit.building, unit=unit)
    buy = _delivered(site, place, files, word)
    waiting = _waiting(site, things.locked_round(
        site, {files[1].home.number: {f"{word}水": 1}}, place=place, title=f"{word}水团",
        items=[Item(f"{word}水", "箱", 900, cap_total=4)],
    ), files[0])  # fmt: skip
    return {
        "buy": buy.pk,
        "version": 1,
        **_doors(site, buy, files, word),
        "waiting": waiting,
        **_stock(site, files, word),
        **_papers(site),
    }


def _delivered(site: Site, place: Place, files: list[Household], word: str) -> GroupBuy:
    """One door got everything, one less, one could not be reached; one was taken out."""
    items = [Item(f"{word}蛋", "板", 2800, perishable=True), Item(f"{word}米", "袋", 3590)]
    buy = things.open_round(site, items, place=place, title=f"{word}团")
    for file in files:
        _order(site, buy, file, word)
    buy = things.close(buy=buy, by=site.warehouse)
    out = Order.objects.get(buy=buy, household=files[3])
    expect_vehicle(buy=buy, expected_at=timezone.now(), by=site.warehouse)
    things.order_from_supplier(buy=buy, by=site.warehouse)
    cancel_order(order=out, reason=f"{word}来电取消", by=site.warehouse)
    things.count_in(site, buy, {f"{word}蛋": 2})
    return _carried(site, buy, word)


def _order(site: Site, buy: GroupBuy, file: Household, word: str) -> None:
    cart = {line.pk: (1, 1) for line in things.lines(buy).values()}
    things.place_order(
        buy=GroupBuy.objects.get(pk=buy.pk),
        household=file,
        wanted=cart,
        key=things.key(),
        for_whom=f"{word}邻居",
        note=f"{word}放门口",
        by=site.volunteer,
    )


def _carried(site: Site, buy: GroupBuy, word: str) -> GroupBuy:
    allocate(buy=buy, by=site.warehouse)
    start_delivery(buy=buy, due_at=timezone.now() + timedelta(hours=2), by=site.warehouse)
    stops = Stop.objects.filter(run__buy=buy)
    for stop in stops:
        record_stop(
            stop=stop, outcome=StopOutcome.LEFT, note=f"{word}门口", upload=things.photo(),
            by=site.volunteer,
        )  # fmt: skip
    stops.update(ring_at=timezone.now())
    return GroupBuy.objects.get(pk=buy.pk)


def _doors(site: Site, buy: GroupBuy, files: list[Household], word: str) -> dict[str, int]:
    stop = Stop.objects.get(run__buy=buy, household=files[0])
    made = claim(
        allocation=Allocation.objects.filter(order=stop.order_id, allocated__gt=0)[0],
        kind=ClaimKind.SPOILED,
        quantity=1,
        note=f"{word}坏了",
        upload=things.photo(),
        by=site.volunteer,
    )
    record_payment(
        buy=buy,
        household=files[1],
        amount_fen=1234,
        method=PaymentMethod.TRANSFER,
        reference=f"{word}流水",
        request_key=f"limits-{files[1].pk}",
        by=site.manager,
    )
    return {"run": stop.run_id, "stop": stop.pk, "claim": made.pk}


def _waiting(site: Site, buy: GroupBuy, file: Household) -> int:
    line = next(iter(things.lines(buy).values()))
    return ask_to_wait(buy=buy, line=line, household=file, quantity=1, by=site.volunteer).pk


def _stock(site: Site, files: list[Household], word: str) -> dict[str, int]:
    """The store is one: both buildings move the same item, each has a hand-out of its own."""
    item = StockItem.objects.filter(name="口罩").first() or stock.add_item(
        compound=site.compound, name="口罩", unit="只", kind=StockKind.PROTECTIVE, minimum=5,
        by=site.manager,
    )  # fmt: skip
    stock.receive(
        item=item, quantity=50, source="街道", request_key=f"r{files[0].pk}", by=site.manager
    )
    stock.issue(
        item=item, quantity=1, household=files[0], note=f"{word}补发",
        request_key=f"i{files[0].pk}", by=site.manager,
    )  # fmt: skip
    made: HandOut = stock.plan_hand_out(
        item=item, title=f"{word}口罩", each=2, households=files[:2], by=site.manager
    )
    door = HandOutDoor.objects.filter(hand_out=made).first()
    return {"item": item.pk, "hand_out": made.pk, "door": door.pk}


def _papers(site: Site) -> dict[str, int]:
    """Suppliers belong to the compound."""
    supplier = things.supplier(site)
    paper = SupplierFile.objects.filter(supplier=supplier).first() or add_supplier_file(
        supplier=supplier, title="执照", upload=things.photo(), by=site.warehouse
    )
    return {"supplier": supplier.pk, "paper": paper.pk}


def of_the_whole(site: Site, units: dict[str, Unit]) -> dict[str, int]:
    """Rounds of the whole compound by the state they are in, with orders of both buildings."""
    doors = {
        word: list(Household.objects.filter(home__unit=unit).select_related("home")[:3])
        for word, unit in units.items()
    }

    def begun(title: str) -> GroupBuy:
        buy = things.open_round(site, [Item("鸡蛋", "板", 2800, cap_total=20)], title=title)
        for word, files in doors.items():
            _order(site, buy, files[0], word)
            _order(site, buy, files[1], word)
        return buy

    locked = things.close(buy=begun("待采购团"), by=site.warehouse)
    for files in doors.values():
        _waiting(site, locked, files[2])
    counted = things.through_count(site, begun("待分配团"))
    packed = allocate(buy=things.count_in(
        site, things.close(buy=begun("待配送团"), by=site.warehouse), {"鸡蛋": 2}
    ), by=site.warehouse)  # fmt: skip
    walked = allocate(buy=things.through_count(site, begun("已送达团")), by=site.warehouse)
    _carried(site, walked, "")
    for word, unit in units.items():
        Stop.objects.filter(run__buy=walked, run__unit=unit).update(note=f"{word}门口")
    buys = {"open": begun("开放团"), "locked": locked, "counted": counted, "packed": packed}
    return {name: buy.pk for name, buy in {**buys, "delivered": walked}.items()}
