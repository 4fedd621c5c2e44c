"""Buying together in 御景湾: one round that was settled, one that is open, one with the committee.

Everything through the real actions, as the people of the demo would do it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from compounds.models import Member
from compounds.places import find_place
from compounds.roles import Role
from households.models import Household
from lockdown.demo.clock import at
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from supplies.actions.allocating import allocate
from supplies.actions.claims import claim, decide
from supplies.actions.counting import Counted, arrive, record_count
from supplies.actions.delivering import record_stop, start_delivery
from supplies.actions.locking import close
from supplies.actions.orders import place_order
from supplies.actions.purchasing import bought_lines, expect_vehicle, order_from_supplier
from supplies.actions.rounds import Item, approve, draft_buy, keep_as_template, submit
from supplies.actions.settling import record_payment, settle
from supplies.actions.suppliers import add_supplier, add_supplier_file
from supplies.figures import sums_of
from supplies.models import (
    Allocation,
    ClaimKind,
    Decision,
    FeeSplit,
    GroupBuy,
    PaymentMethod,
    Stop,
    StopOutcome,
    Supplier,
)
from supplies.queries import accounts

EGGS = Item("鸡蛋 30 枚", "板", 2800, 6, cap_total=60, cap_household=2, essential=True)
MILK = Item("纯牛奶 250ml × 12", "箱", 4500, cap_household=3)
VEG = Item("蔬菜包 5 斤", "份", 3200, 4, 1, 120, 3, essential=True, perishable=True, tolerance=True)
RICE = Item("大米 5 公斤", "袋", 3590, cap_household=2, essential=True)
FISH = Item("活鲫鱼 约 500g", "条", 2200, cap_total=20, cap_household=2, perishable=True)
PORK = Item("猪前腿肉 1 斤", "份", 2650, cap_household=4, perishable=True)
TOFU = Item("老豆腐 1 块", "块", 450, 10, cap_household=4, perishable=True, tolerance=True)


def load(site: Site, now: datetime) -> None:
    """What there is on the third day, whatever hour it is."""
    today = site.compound.today(now)
    settled(site, today - timedelta(days=2))
    open_now(site, now)
    in_review(site, now)


def settled(site: Site, day: date) -> None:
    """Eggs and milk: ordered on the first evening, at every door the next afternoon, settled."""
    after = day + timedelta(days=1)
    with at(_at(site, day, 16, 30)), scope([site.compound.pk]):
        shop = _supplier(site, "对口超市生鲜部", "JY14308110042", photo=True)
        buy = _draft(
            site,
            shop,
            "鸡蛋牛奶团",
            [EGGS, MILK],
            closes=_at(site, day, 20),
            deliver=_at(site, after, 14),
            min_households=10,
            fee_fen=3000,
        )
        keep_as_template(buy=buy, name="鸡蛋牛奶", by=_keeper(site))
        submit(buy=buy, by=_keeper(site))
    with at(_at(site, day, 16, 50)), scope([site.compound.pk]):
        buy = approve(buy=buy, note="价格与市场相符，同意", by=_reviewer(site))
        _order(site, buy, _households(8), lambda n: {0: 1 + n % 2, 1: n % 3})
    with at(_at(site, day, 20)), scope([site.compound.pk]):
        close(buy=buy, by=_keeper(site))
        order_from_supplier(buy=buy, by=_keeper(site))
        expect_vehicle(
            buy=buy,
            expected_at=_at(site, after, 13),
            plate="湘G·7A210",
            driver="周师傅",
            drop_zone="南门外雨棚",
            by=_keeper(site),
        )
    with at(_at(site, after, 13, 10)), scope([site.compound.pk]):
        arrive(buy=buy, by=site.of(Role.GUARD))
        _count(site, buy, short={EGGS.name: 2})
        allocate(buy=buy, by=_keeper(site))
        start_delivery(buy=buy, due_at=_at(site, after, 16), by=_keeper(site))
    with at(_at(site, after, 15, 20)), scope([site.compound.pk]):
        _carry_and_settle(site, buy)


def _carry_and_settle(site: Site, buy: GroupBuy) -> None:
    carrier = site.of(Role.VOLUNTEER)
    for stop in Stop.objects.filter(run__buy=buy).select_related("run"):
        record_stop(stop=stop, outcome=StopOutcome.TAKEN, by=carrier)
    _claim(site, buy)
    households = {one.pk: one for one in Household.objects.filter(orders__buy=buy)}
    for account in accounts(buy):
        if account.owes > 0:
            record_payment(
                buy=buy,
                household=households[account.household_id],
                amount_fen=account.owes,
                method=PaymentMethod.CHAT_PAY,
                request_key=f"demo-{buy.pk}-{account.number}",
                by=site.manager,
            )
    settle(buy=buy, invoice_fen=sums_of(buy).goods_fen, by=site.manager)


def _claim(site: Site, buy: GroupBuy) -> None:
    """A tray of eggs with some broken, paid back the same afternoon."""
    goods = Allocation.objects.filter(buy=buy, line__name=EGGS.name, allocated__gt=0)
    made = claim(
        allocation=goods.select_related("buy").order_by("order__number")[0],
        kind=ClaimKind.SPOILED,
        quantity=1,
        share=20,
        note="碎了 6 个",
        by=site.of(Role.CAPTAIN),
    )
    decide(claim=made, decision=Decision.REFUND, by=site.manager)


def open_now(site: Site, now: datetime) -> None:
    """Vegetables and rice, open since an hour, ordered by a third of the homes."""
    with at(now - timedelta(hours=1)), scope([site.compound.pk]):
        shop = _supplier(site, "永定区蔬菜公司", "JY14308020117", photo=True)
        buy = _draft(
            site,
            shop,
            "蔬菜大米团",
            [VEG, RICE, FISH],
            closes=now + timedelta(hours=4, minutes=36),
            deliver=_at(site, site.compound.today(now) + timedelta(days=1), 9),
            min_amount_fen=300000,
            min_households=40,
            extend_hours=2,
            fee_fen=6000,
            reserve_percent=20,
        )
        submit(buy=buy, by=_keeper(site))
        buy = approve(buy=buy, by=_reviewer(site))
    with at(now - timedelta(minutes=20)), scope([site.compound.pk]):
        _order(site, buy, _households(), lambda n: {0: 1 + n % 3, 1: n % 2, 2: n % 4 == 0})


def in_review(site: Site, now: datetime) -> None:
    """Meat and tofu for tomorrow evening: the committee has it."""
    with at(now - timedelta(minutes=40)), scope([site.compound.pk]):
        shop = _supplier(site, "对口超市生鲜部", "JY14308110042")
        opens = now + timedelta(hours=18)
        buy = _draft(
            site,
            shop,
            "鲜肉豆腐团",
            [PORK, TOFU],
            opens=opens,
            closes=opens + timedelta(hours=6),
            deliver=opens + timedelta(hours=20),
            min_units=30,
        )
        submit(buy=buy, by=_keeper(site))


def _at(site: Site, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=site.compound.tz)


def _keeper(site: Site) -> Member:
    return site.of(Role.WAREHOUSE)


def _reviewer(site: Site) -> Member:
    return Member.objects.select_related("user", "compound").get(role=Role.REVIEWER)


def _households(step: int = 3) -> list[Household]:
    """Every third door, from the ground floor up; more is only slower."""
    rows = Household.objects.filter(closed_at=None).select_related("home__unit__building")
    return list(rows.order_by("home__position"))[::step]


def _draft(
    site: Site,
    shop: Supplier,
    title: str,
    items: list[Item],
    *,
    closes: datetime,
    deliver: datetime,
    opens: datetime | None = None,
    **terms: Any,
) -> GroupBuy:
    return draft_buy(
        compound=site.compound,
        place=find_place(site.compound, "compound"),
        title=title,
        items=items,
        opens_at=opens or timezone.now(),
        closes_at=closes,
        supplier=shop,
        deliver_from=deliver,
        deliver_until=deliver + timedelta(hours=3),
        fee_split=FeeSplit.EQUAL,
        note="送到大门口，志愿者分到各户门外",
        by=_keeper(site),
        **terms,
    )


def _supplier(site: Site, name: str, licence: str, *, photo: bool = False) -> Supplier:
    known = Supplier.objects.filter(name=name).first()
    if known is not None:
        return known
    made = add_supplier(
        compound=site.compound,
        name=name,
        contact="周经理",
        licence_number=licence,
        licence_until=site.compound.today() + timedelta(days=400),
        by=_keeper(site),
    )
    if photo:
        upload = SimpleUploadedFile("licence.png", _paper())
        add_supplier_file(supplier=made, title="食品经营许可证", upload=upload, by=_keeper(site))
    return made


def _paper() -> bytes:
    """A drawn sheet that looks like a licence from afar; no real one."""
    picture = Image.new("RGB", (420, 300), "#fdf8e8")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((14, 14, 405, 285), outline="#b08a2e", width=4)
    draw.rectangle((120, 44, 300, 66), fill="#a3211b")
    for row in range(6):
        draw.rectangle((60, 100 + row * 24, 340 - row * 22, 108 + row * 24), fill="#6b6b6b")
    draw.ellipse((300, 190, 370, 260), outline="#c0362c", width=5)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _order(site: Site, buy: GroupBuy, homes: Iterable[Household], cart: object) -> None:
    """`cart` gives pieces by the item's place; orders of the captain, as by phone."""
    lines = list(buy.lines.all())
    captain = site.of(Role.CAPTAIN)
    for number, household in enumerate(homes):
        pieces = cart(number)  # type: ignore[operator]
        wanted = {}
        for place, line in enumerate(lines):
            count = int(pieces.get(place, 0))
            if count:
                wanted[line.pk] = (count, count + 1 if line.tolerance and count < 3 else count)
        key = f"demo-{buy.number}-{household.pk}"
        place_order(buy=buy, household=household, wanted=wanted, key=key, by=captain)


def _count(site: Site, buy: GroupBuy, short: dict[str, int]) -> None:
    counts = {}
    for one in bought_lines(buy):
        broken = short.get(one.line.name, 0)
        counts[one.line.pk] = Counted(good=one.quantity - broken, damaged=broken)
    record_count(buy=buy, counts=counts, by=_keeper(site))
