"""A page asks the database at most twelve times, all in all, whoever opens it.

Session, user, member and the scope are counted, and every page is asked with an empty cache. The
addresses come from the project itself; the rows from `tests/limits.py`, with a round of buying on
its way, and orders over and under each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compounds.digests import digest_of
from compounds.roles import PERMISSIONS, Role
from seals.builtin import BUILT_IN
from seals.models import OrderChange, SealOrder
from supplies.models import (
    Claim,
    DeliveryRun,
    GroupBuy,
    HandOut,
    HandOutDoor,
    PurchaseOrder,
    StockItem,
    Stop,
    Supplier,
)
from tests.cast import Cast, make_cast
from tests.guards.test_urls import ADDRESSES, INSIDE, Address
from tests.households.relatives import acting
from tests.limits import Scene, limited
from tests.supplies import things
from tests.supplies.phones import phone
from tests.supplies.test_door_pages import masks, underway

MOST = 12
# Pages that ask more often, with the most that each asks. A page that has become good is to be
# taken from the list; a number only goes down.
LONGER = {
    # Everything kept about a household, a table each, whatever the number of rows.
    "households:home-export": 42,
    # Every planner of a plan works out what it would start; a query or two each.
    "seals:order-ease": 15,
    "seals:order-preview": 22,
}
# What these addresses name is made for one visit and has tests of its own.
ELSEWHERE = {"kind", "code", "invitation", "paper"}
DOORS = ["101", "201", "302"]
RESIDENTS = [one for one in ADDRESSES if one.rule and one.rule.kind == "resident"]
PERSONS = [one for one in ADDRESSES if one.rule and one.rule.kind == "person"]


class Walk:
    """Somebody opens addresses; what was asked for each is counted."""

    def __init__(self, client: Client, scene: Scene, rows: dict[str, object]) -> None:
        self.client, self.scene, self.rows = client, scene, rows
        self.counts: dict[str, int] = {}

    def through(self, addresses: Iterable[Address], query: str = "") -> None:
        for address in addresses:
            names = [one.split(":")[1] for one in address.arguments]
            if not ELSEWHERE & set(names):
                self._open(address, names, query)

    def _open(self, address: Address, names: list[str], query: str) -> None:
        path = "/" + address.route
        for converter, name in zip(address.arguments, names, strict=True):
            assert name in self.rows, f"{address.name}: no row for {name}"
            path = path.replace(f"<{converter}>", str(self.rows[name]))
        cache.clear()
        # "Last seen" is written once in five minutes, after the page.
        cache.set(f"seen:{digest_of(str(self.client.session.session_key))}", 1)
        with CaptureQueriesContext(connection) as seen:
            answer = self.client.get(path + query)
        assert answer.status_code < 500, address.name
        if answer.status_code == 200:
            asked = count(seen)
            self.counts[address.name] = max(asked, self.counts.get(address.name, 0))

    @property
    def too_long(self) -> dict[str, int]:
        """Of the pages that are not known to be long, and of those that became longer."""
        return {name: n for name, n in self.counts.items() if n > max(MOST, LONGER.get(name, 0))}


def count(seen: CaptureQueriesContext) -> int:
    """As outside a test's transaction: there the outermost scope puts no setting back."""
    depth = asked = 0
    for one in seen.captured_queries:
        sql = one["sql"]
        if sql.startswith("SAVEPOINT"):
            depth += 1
        elif sql.startswith(("RELEASE", "ROLLBACK")):
            depth -= 1
        elif depth > 1 or not (sql.startswith("SET LOCAL") and sql.endswith("''")):
            asked += 1
    return asked


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    """Twenty-one doors, so that a query a row shows."""
    scene = Scene(make_cast(floors=7, doors=3).yujingwan)
    with scene.site.open():
        _family(scene)
        buy = underway(scene.site, DOORS)
        masks(scene.site)
        things.order(scene.site, things.open_round(scene.site), "101", 鸡蛋=1)
        assert buy.pk
    yield scene


def _family(scene: Scene) -> None:
    """The order of the page eases step by step, was changed, and has a part and an order above."""
    site, order = scene.site, SealOrder.objects.get(pk=scene.ours["order"])
    whole = SealOrder.objects.get(place_kind="compound")
    plan = next(one for one in BUILT_IN if one.easing)
    steps = [step.as_json() for step in plan.steps]
    stages = [{"level": "sealed", "days": 7, "steps": steps}]
    stages += [stage.as_json() for stage in plan.easing]
    SealOrder.objects.filter(pk=order.pk).update(parent=whole, stages=stages)
    number = SealOrder.objects.count()
    for floor in (2, 3):
        part = SealOrder.objects.get(pk=order.pk)
        part.pk, part.number, part.parent, part.floor = None, number + floor, order, floor
        part.place_kind, part.place_key = "floor", f"floor:{floor}"
        part.request_key = f"scene-floor-{floor}"
        part.save(force_insert=True)
    now = timezone.now()
    for days in (1, 2):
        OrderChange.objects.create(
            compound=site.compound,
            order=order,
            kind=OrderChange.Kind.EXTENDED,
            old_end=order.ends_at,
            new_end=order.ends_at + timedelta(days=days),
            reason="x",
            at=now,
            by=site.manager,
        )


def rows_of(scene: Scene) -> dict[str, object]:
    """One row for each name in an address."""
    site = scene.site
    with site.open():
        stop = Stop.objects.filter(ring_at__isnull=False)[0]
        buy = GroupBuy.objects.get(pk=stop.run.buy_id)
        return {
            **scene.ours,
            "compound": site.slug,
            "role": "guard",
            "slug": "48-hours",
            "template": 1,
            "day": site.compound.today().isoformat(),
            "household": stop.household_id,
            "buy": buy.pk,
            "number": buy.number,
            "version": PurchaseOrder.objects.filter(buy=buy)[0].version,
            "supplier": Supplier.objects.all()[0].pk,
            "run": DeliveryRun.objects.all()[0].pk,
            "stop": stop.pk,
            "claim": Claim.objects.all()[0].pk,
            "item": StockItem.objects.all()[0].pk,
            "hand_out": HandOut.objects.all()[0].pk,
            "door": HandOutDoor.objects.all()[0].pk,
            "own_ask": scene.ours["ask"],
        }


def allowed(role: str) -> list[Address]:
    return [one for one in INSIDE if one.rule.permission in PERMISSIONS[Role(role)]]


@pytest.mark.parametrize("part", ["whole", "building", "unit"])
def test_no_page_of_the_desk_asks_more_than_twelve_times(scene: Scene, part: str) -> None:
    rows = rows_of(scene)
    member = scene.site.manager
    if part != "whole":
        member = limited(scene.site, "manager", by_unit=part == "unit")
    walk = Walk(Cast.client(member), scene, rows)
    walk.through([*allowed("manager"), *PERSONS])
    walk.through(allowed("manager"), "?all=1&lens=tell&whose=late")
    prepared = [one for one in INSIDE if one.name == "seals:order-preview"]
    walk.through(prepared, f"?place=home:{rows['home']}&template=yujingwan")
    assert not walk.too_long, walk.too_long
    assert len(walk.counts) > 100
    if part == "whole":
        _still_long(walk)


def _still_long(walk: Walk) -> None:
    """Else the list above would hide the next page that grows."""
    good = [name for name in LONGER if walk.counts.get(name, MOST + 1) <= MOST]
    assert not good, f"take from the list: {good}"


def test_no_page_of_the_committee_asks_more_than_twelve_times(scene: Scene, cast: Cast) -> None:
    walk = Walk(Cast.client(cast.reviewer), scene, rows_of(scene))
    walk.through([*allowed("reviewer"), *PERSONS])
    assert not walk.too_long, walk.too_long
    assert len(walk.counts) > 10


@pytest.mark.parametrize("who", ["household", "relative"])
def test_no_page_of_a_home_asks_more_than_twelve_times(scene: Scene, who: str) -> None:
    site = scene.site
    with site.open():
        client = phone(site, "101") if who == "household" else acting(site, "101")
    walk = Walk(client, scene, rows_of(scene))
    walk.through(RESIDENTS)
    assert not walk.too_long, walk.too_long
    assert len(walk.counts) > 8
