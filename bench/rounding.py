"""A round of 3,000 households from its cut-off to the last sheet, by the real actions and pages."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import perf_counter

from django.test import Client
from django.utils import timezone

from bench.measure import Result, at_most, fact
from bench.scenes import Site, site_of_3000, without_worker
from compounds.actions import add_member
from compounds.models import Member, User
from compounds.places import find_place
from compounds.roles import Role
from households.models import Household
from supplies.actions.allocating import allocate
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.delivering import start_delivery
from supplies.actions.locking import close
from supplies.actions.orders import place_order
from supplies.actions.purchasing import bought_lines, order_from_supplier
from supplies.actions.rounds import Item, approve, draft_buy, submit
from supplies.actions.suppliers import add_supplier
from supplies.models import GroupBuy, OfferLine, Supplier
from supplies.reconciling import broken

ROUNDS = 3
MOST = 10.0  # seconds
GOODS = (("蔬菜包", 3200), ("鸡蛋", 2800), ("大米", 3590), ("牛奶", 4500), ("豆腐", 450))  # fen
ITEMS = tuple(Item(name, "份", price) for name, price in GOODS)
SHORT = 40  # pieces of each item that do not come, so that they are shared out


def round_() -> Iterator[Result]:
    """Every household orders five items; the steps are timed one by one and added up."""
    made = site_of_3000()
    with without_worker():
        reviewer, supplier = _people(made)
        walks = [_walk(made, reviewer, supplier, number) for number in range(ROUNDS)]
        with made.open():
            breaches = broken(made.compound.pk)
    sums = tuple((sum(steps.values()), None) for steps in walks)
    slow = sorted(walks[-1].items(), key=lambda one: -one[1])
    note = "3,000 households, 15,000 lines; " + ", ".join(f"{n} {s:.1f}" for n, s in slow)
    yield Result("round", "s", sums, at_most(MOST), note=note)
    yield fact("round_broken", "invariants", len(breaches), at_most(0), "; ".join(breaches))


def _people(made: Site) -> tuple[Member, Supplier]:
    with made.open():
        user = User.objects.create(username="reviewer-round", name="陈主任")
        reviewer = add_member(
            compound=made.compound, user=user, role=Role.REVIEWER, by=made.manager
        )
        keeper = made.members[Role.WAREHOUSE]
        return reviewer, add_supplier(
            compound=made.compound, name="湘北生鲜", licence_number="JY14308110001", by=keeper
        )


def _walk(made: Site, reviewer: Member, supplier: Supplier, number: int) -> dict[str, float]:
    """Step to seconds. Ordering and counting are not timed: people do them."""
    keeper = made.members[Role.WAREHOUSE]
    with made.open():
        buy = _opened(made, reviewer, supplier, number)
        _order(made, buy)
    steps: dict[str, float] = {}
    _timed(made, steps, "cut-off", lambda: close(buy=buy, by=keeper))
    with made.open():
        _count_in(buy, keeper)
    _timed(made, steps, "allocation", lambda: allocate(buy=_now(buy), by=keeper))
    due_at = timezone.now() + timedelta(hours=2)
    _timed(made, steps, "runs", lambda: start_delivery(buy=_now(buy), due_at=due_at, by=keeper))
    for name, path in _sheets(made, buy).items():
        began = perf_counter()
        client = Client()
        client.force_login(made.manager.user, backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(path)
        if answer.status_code != 200 or not b"".join(answer):
            raise AssertionError(f"{path}: {answer.status_code}")
        steps[name] = perf_counter() - began
    return steps


def _timed(made: Site, steps: dict[str, float], name: str, deed: Callable[[], object]) -> None:
    began = perf_counter()
    with made.open():
        deed()
    steps[name] = perf_counter() - began


def _opened(made: Site, reviewer: Member, supplier: Supplier, number: int) -> GroupBuy:
    now, keeper = timezone.now(), made.members[Role.WAREHOUSE]
    drafted = draft_buy(
        compound=made.compound,
        place=find_place(made.compound, "compound"),
        title=f"食品团 {number + 1}",
        opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(hours=5),
        items=ITEMS,
        supplier=supplier,
        by=keeper,
    )
    return approve(buy=submit(buy=drafted, by=keeper), by=reviewer)


def _order(made: Site, buy: GroupBuy) -> None:
    cart = dict.fromkeys(OfferLine.objects.filter(buy=buy).values_list("pk", flat=True), (1, 1))
    for household in Household.objects.select_related("home").order_by("home__position", "pk"):
        key = secrets.token_hex(16)
        place_order(
            buy=buy, household=household, wanted=cart, key=key, by=made.members[Role.CAPTAIN]
        )


def _count_in(buy: GroupBuy, keeper: Member) -> None:
    order_from_supplier(buy=_now(buy), by=keeper)
    arrive(buy=_now(buy), by=keeper)
    counts = {
        one.line.pk: Counted(good=one.quantity - SHORT, missing=SHORT) for one in bought_lines(buy)
    }
    record_count(buy=_now(buy), counts=counts, by=keeper)


def _now(buy: GroupBuy) -> GroupBuy:
    return GroupBuy.objects.get(pk=buy.pk)


def _sheets(made: Site, buy: GroupBuy) -> dict[str, str]:
    """What is printed or saved of a round: every sheet once, the run sheets of all stairs."""
    base = f"/c/{made.compound.slug}/buys"
    return {
        "purchase order": f"{base}/{buy.pk}/purchase/1/sheet/",
        "packing by home": f"{base}/{buy.pk}/packing/print/?by=home",
        "packing by item": f"{base}/{buy.pk}/packing/print/?by=item",
        "packing grid": f"{base}/{buy.pk}/packing/print/?by=grid",
        "packing workbook": f"{base}/{buy.pk}/packing/sheet.xlsx",
        "labels": f"{base}/{buy.pk}/labels/",
        "run sheets": f"{base}/{buy.pk}/runs/print/",
        "accounts": f"{base}/{buy.pk}/money/sheet.xlsx",
    }
