"""What the demo's files know beyond the roster, each through the real action. All is invented."""

from __future__ import annotations

from datetime import time

from compounds.roles import Role
from households.files import add_member, add_phone, set_flag
from households.identities import CHECK, WEIGHTS, keep_identity
from households.medical import keep_appointment, keep_medicine
from households.models import (
    CareFlag,
    CareKind,
    Household,
    IdentityKind,
    PetKind,
    Resident,
    TripKind,
)
from households.particulars import keep_pet, set_key_holder, write_note
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope

# An area code that no office gives out; the check digits are right.
CARDS = ("99010119480215001", "99010119760908002", "99010119600419004")
FAMILY = (
    ("欧阳文轩", 1956),
    ("欧阳建国", 1958),
    ("阿依古丽·买买提", 1984),
    ("欧阳雨桐", 2012),
    ("欧阳思远", 2019),
    ("陈桂英", 1960),
    ("陈小满", 2021),
)


def card(body: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + CHECK[total % 11]


def deepen(site: Site) -> None:
    """An elder with medicine and dialysis, and one identity number in two files."""
    with scope([site.compound.pk]):
        _elder(site)
        _twice(site)


def _elder(site: Site) -> None:
    flag = (
        CareFlag.objects.filter(kind=CareKind.LONE_ELDER, ended_at=None, resident__isnull=False)
        .select_related("resident__household__home", "resident__compound")
        .order_by("household__home__position")[0]
    )
    elder: Resident = flag.resident
    by, file = site.manager, elder.household
    keep_identity(resident=elder, kind=IdentityKind.ID_CARD, number=card(CARDS[0]), by=by)
    for name, dose, days in (("二甲双胍", "早晚各 1 片", 2), ("苯磺酸氨氯地平", "早上 1 片", 6)):
        keep_medicine(
            resident=elder, name=name, dose=dose, days_left=days, prescribed_at="市第二医院", by=by
        )
    keep_appointment(
        resident=elder,
        kind=TripKind.DIALYSIS,
        weekdays=(2, 4, 6),
        day=None,
        at=time(7, 30),
        place="市第二医院血透室",
        escort="社区车",
        by=by,
    )
    set_flag(
        household=file,
        resident=elder,
        kind=CareKind.DIALYSIS,
        note="每周三次，不能停",
        by=site.of(Role.CAPTAIN),
    )
    keep_pet(household=file, kind=PetKind.CAT, count=1, note="怕生，粮在阳台", by=by)
    set_key_holder(household=file, key_holder="对门邻居", by=by)
    write_note(household=file, text="耳背，请多敲几下门。", by=site.of(Role.CAPTAIN))


def family_of_nine(site: Site) -> None:
    """Three generations in one home of an old compound, with long names."""
    with scope([site.compound.pk]):
        rows = Household.objects.filter(closed_at=None, home__label="1-1-101")
        file = rows.select_related("home").get()
        have = Resident.objects.filter(household=file, moved_out_at=None).count()
        for place, (name, born) in enumerate(FAMILY[: 9 - have]):
            fields = {"name": name, "birth_year": born, "relation": "亲属"}
            one = add_member(household=file, fields=fields, by=site.manager)
            if born < 2000:
                number = f"1370000{place:04d}"
                add_phone(household=file, resident=one, number=number, by=site.manager)
        write_note(household=file, text="三代同住，口罩和菜按九人份送。", by=site.manager)
        _grandmother_twice(site)


def _grandmother_twice(site: Site) -> None:
    """She is registered at her daughter's, too."""
    other = Household.objects.select_related("home").get(closed_at=None, home__label="2-1-301")
    fields = {"name": "陈桂英", "birth_year": 1960, "relation": "母亲"}
    add_member(household=other, fields=fields, by=site.manager)
    for one in Resident.objects.filter(name="陈桂英", birth_year=1960).select_related(
        "household__home", "compound"
    ):
        keep_identity(
            resident=one, kind=IdentityKind.ID_CARD, number=card(CARDS[2]), by=site.manager
        )


def _twice(site: Site) -> None:
    """One card's number was typed into two files: somebody has to judge which is right."""
    for number in ("802", "1104"):
        rows = Resident.objects.filter(household__home__number=number, moved_out_at=None)
        one = rows.select_related("household__home", "compound")[0]
        keep_identity(
            resident=one, kind=IdentityKind.ID_CARD, number=card(CARDS[1]), by=site.manager
        )
