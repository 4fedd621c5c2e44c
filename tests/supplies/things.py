"""What the tests of this room set up: rounds in any state, through the actions."""

from __future__ import annotations

import io
from datetime import timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from compounds.models import Member
from compounds.places import find_place
from households.models import Access, CareFlag, CareKind, Household
from households.signin import ask, grant
from supplies.actions.allocating import allocate
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.delivering import record_stop, start_delivery
from supplies.actions.locking import close
from supplies.actions.orders import Placed, place_order
from supplies.actions.purchasing import bought_lines, order_from_supplier
from supplies.actions.rounds import Item, approve, draft_buy, submit
from supplies.actions.suppliers import add_supplier
from supplies.models import GroupBuy, OfferLine, Stop, StopOutcome, Supplier
from tests.cast import Site

EGGS = Item("鸡蛋", "板", 2800, cap_total=20, cap_household=4, essential=True)
RICE = Item("大米", "袋", 3590, tolerance=True)
VEG = Item("蔬菜包", "份", 3000, perishable=True)
_keys = count(1)


def key() -> str:
    return f"test-key-{next(_keys):06d}"


def supplier(site: Site, name: str = "湘北生鲜") -> Supplier:
    known = Supplier.objects.filter(name=name).first()
    return known or add_supplier(
        compound=site.compound, name=name, licence_number="JY14308110001", by=site.warehouse
    )


def draft(site: Site, items: list[Item] | None = None, **terms: Any) -> GroupBuy:
    now = timezone.now()
    known = {
        "place": terms.pop("place", None) or find_place(site.compound, "compound"),
        "opens_at": terms.pop("opens_at", now - timedelta(minutes=1)),
        "closes_at": terms.pop("closes_at", now + timedelta(hours=5)),
    }
    return draft_buy(
        compound=site.compound,
        title=terms.pop("title", "鸡蛋团"),
        items=items if items is not None else [EGGS, RICE],
        by=site.warehouse,
        supplier=supplier(site),
        **known,
        **terms,
    )


def reviewer(site: Site) -> Member:
    return getattr(site, "reviewer")  # noqa: B009


def open_round(site: Site, items: list[Item] | None = None, **terms: Any) -> GroupBuy:
    buy = submit(buy=draft(site, items, **terms), by=site.warehouse)
    return approve(buy=buy, by=reviewer(site))


def lines(buy: GroupBuy) -> dict[str, OfferLine]:
    return {line.name: line for line in OfferLine.objects.filter(buy=buy)}


def line(buy: GroupBuy, name: str = "鸡蛋") -> OfferLine:
    return lines(buy)[name]


def order(
    site: Site, buy: GroupBuy, door: str, by: Any = None, key_: str = "", **wanted: Any
) -> Placed:
    """`鸡蛋=2` or `大米=(1, 3)`; by the household's captain unless somebody else is named."""
    known = lines(buy)
    cart = {
        known[name].pk: (one if isinstance(one, tuple) else (one, one))
        for name, one in wanted.items()
    }
    buy = GroupBuy.objects.get(pk=buy.pk)
    return place_order(
        buy=buy,
        household=site.household(door),
        wanted=cart,
        key=key_ or key(),
        by=by or site.captain,
    )


def access(site: Site, door: str) -> Access:
    made, _secret = ask(household=site.household(door), resident=None, name="住户")
    return grant(access=made, by=site.captain)


def flag(site: Site, door: str) -> CareFlag:
    return CareFlag.objects.create(
        compound=site.compound,
        household=site.household(door),
        kind=CareKind.LONE_ELDER,
        set_by="周强",
    )


def locked_round(site: Site, carts: dict[str, dict[str, Any]], **terms: Any) -> GroupBuy:
    buy = open_round(site, **terms)
    for door, cart in carts.items():
        order(site, buy, door, **cart)
    return close(buy=buy, by=site.warehouse)


def counted_round(
    site: Site, carts: dict[str, dict[str, Any]], good: dict[str, int], **terms: Any
) -> GroupBuy:
    """`good` by item name; what is not named came in full."""
    return count_in(site, locked_round(site, carts, **terms), good)


def through_count(site: Site, buy: GroupBuy) -> GroupBuy:
    """An open round closed, ordered and counted in full."""
    return count_in(site, close(buy=buy, by=site.warehouse), {})


def count_in(site: Site, buy: GroupBuy, good: dict[str, int]) -> GroupBuy:
    order_from_supplier(buy=buy, by=site.warehouse)
    arrive(buy=buy, by=site.warehouse)
    counts = {
        one.line.pk: Counted(good=good.get(one.line.name, one.quantity))
        for one in bought_lines(buy)
    }
    return record_count(buy=buy, counts=counts, by=site.warehouse)


def delivered_round(
    site: Site,
    carts: dict[str, dict[str, Any]],
    good: dict[str, int] | None = None,
    outcome: StopOutcome = StopOutcome.LEFT,
    **terms: Any,
) -> GroupBuy:
    buy = counted_round(site, carts, good or {}, **terms)
    allocate(buy=buy, by=site.warehouse)
    start_delivery(buy=buy, due_at=timezone.now() + timedelta(hours=2), by=site.warehouse)
    for stop in Stop.objects.filter(run__buy=buy):
        record_stop(stop=stop, outcome=outcome, by=site.volunteer)
    return GroupBuy.objects.get(pk=buy.pk)


def household_id(site: Site, door: str) -> int:
    return Household.objects.get(home__number=door, closed_at=None).pk


def photo(width: int = 60, height: int = 40, kind: str = "JPEG") -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "orange").save(buffer, kind)
    return SimpleUploadedFile(f"photo.{kind.lower()}", buffer.getvalue())
