"""Guests, offers and barriers for the tests of lodging, barriers and handovers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from seals.barriers import register_barrier
from seals.guests import register_guest
from seals.lodging import offer_bed
from seals.models import Barrier, BarrierKind, Guest, GuestKind, LodgingOffer, Need
from tests.cast import Site

FREE = {"lane": True, "door": True, "gate": True}
OPENER = {
    "opener": "李建国",
    "opener_phone": "13900000001",
    "deputy": "赵师傅",
    "deputy_phone": "13900000002",
    "key_place": "南门岗亭抽屉",
    "opens_within": 5,
    "check_hours": 24,
}


def guest(site: Site, name: str = "吴桂枝", **more: Any) -> Guest:
    """A cleaner by the hour, caught in the hall of the first stair."""
    fields = {
        "name": name,
        "phone": "13700000001",
        "sex": "f",
        "kind": GuestKind.CLEANER,
        "employer": "洁家家政",
        "needs": [Need.BED],
        "spot": "一楼门厅",
    } | more
    home = fields.pop("home", None)
    unit = fields.pop("unit", None) or site.unit()
    return register_guest(
        compound=site.compound,
        unit=unit,
        home=home,
        resident=fields.pop("resident", None),
        fields=fields,
        by=site.captain,
    )


def offer(site: Site, number: str = "302", **more: Any) -> LodgingOffer:
    today = site.compound.today(timezone.now())
    fields = {
        "beds": 1,
        "for_whom": "anyone",
        "first_night": today - timedelta(days=1),
        "last_night": today + timedelta(days=20),
        "contact": "陈玉",
        "phone": "13700000302",
    } | more
    return offer_bed(household=site.household(number), fields=fields, by=site.captain)


def barrier(site: Site, spot: str = "南侧围挡", **more: Any) -> Barrier:
    fields = {
        "kind": BarrierKind.FENCE,
        "unit": site.unit(),
        "fields": OPENER,
        "answers": FREE,
        "by": site.guard,
    } | more
    return register_barrier(compound=site.compound, spot=spot, **fields)
