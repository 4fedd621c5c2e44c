"""What the tests of this room set up: orders through the action, people in homes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from compounds.places import Place, find_place
from households.models import CareFlag, CareKind, Phone, Presence, Resident
from seals.actions import seal
from seals.builtin import BUILT_IN, find_builtin
from seals.models import Level, SealOrder
from seals.planning import Step
from tests.cast import Site

WORDS = {
    "end": "区防控办同意提前解除",
    "no_new_case": "14 天无新增",
    "all_negative": "全员阴性",
    "verified": "已逐户电话确认",
    "recalled": "均已登记",
    "plan": "已人工完成",
    "care": "已上门",
}


def unit_place(site: Site) -> Place:
    return find_place(site.compound, "unit", row=site.unit().pk)


def seal_place(
    site: Site, place: Place | None = None, *, key: str = "k" * 16, **more: Any
) -> SealOrder:
    now = more.pop("now", None) or timezone.now()
    plan = find_builtin(more.pop("plan", "yujingwan"))
    fields: dict[str, Any] = {
        "level": Level.SEALED,
        "template_name": plan.name,
        "steps": plan.steps,
        "starts_at": now,
        "ends_at": now + timedelta(days=7),
    } | more
    return seal(
        compound=site.compound,
        place=place or unit_place(site),
        request_key=key,
        by=site.manager,
        **fields,
    )


def step(key: str) -> Step:
    return next(one for one in BUILT_IN[0].steps if one.key == key)


def person(site: Site, number: str, name: str, **fields: Any) -> Resident:
    return Resident.objects.create(
        compound=site.compound, household=site.household(number), name=name, **fields
    )


def away(site: Site, number: str, name: str = "闫洋") -> Resident:
    return person(site, number, name, presence=Presence.AWAY)


def elder(site: Site, number: str, name: str = "杨静", phone: str = "13800000128") -> Resident:
    resident = person(site, number, name, birth_year=1945)
    CareFlag.objects.create(
        compound=site.compound,
        household=resident.household,
        resident=resident,
        kind=CareKind.LONE_ELDER,
        set_by="王芳",
    )
    if phone:
        give_phone(site, resident, phone)
    return resident


def give_phone(site: Site, resident: Resident, number: str) -> Phone:
    return Phone.objects.create(
        compound=site.compound,
        household=resident.household,
        resident=resident,
        number=number,
        last_four=number[-4:],
    )


def at(site: Site, text: str) -> datetime:
    """A moment on the compound's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=site.compound.tz)
