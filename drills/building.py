"""Building a practice compound: doors and staff of a place, copied; its people, invented."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from compounds.actions import digest_of
from compounds.models import Building, Compound, Home, Member, Unit, User
from compounds.places import Place
from compounds.roles import Role
from drills.people import Family, Person, invent
from households import pinyin
from households.models import Access, CareFlag, Household, Phone, Resident
from lockdown.kernel.tenancy import scope

BATCH = 1000


@dataclass(frozen=True)
class Model:
    """What is read of the real compound: doors and staff, nothing about anybody who lives there."""

    homes: list[Home]
    staff: list[Member]


def read_model(place: Place) -> Model:
    """The doors of the place, and who works there; within the real compound's scope."""
    homes = list(place.homes().select_related("unit__building").order_by("position", "pk"))
    units, buildings = {one.unit_id for one in homes}, {one.building_id for one in homes}
    present = Member.objects.filter(left_at=None).exclude(role=Role.REVIEWER)
    staff = [
        one
        for one in present.select_related("user").order_by("pk")
        if (one.unit_id is None or one.unit_id in units)
        and (not one.buildings or buildings.intersection(one.buildings))
    ]
    return Model(homes, staff)


@dataclass
class Copied:
    """Old id → the new row."""

    buildings: dict[int, Building]
    units: dict[int, Unit]
    homes: dict[int, Home]
    staff: dict[int, Member]


def open_practice(real: Compound, number: int, pace: int) -> Compound:
    """The compound itself, of the same company. Its name says what it is."""
    slug = f"{real.slug[:28]}-drill-{number}"
    return Compound.objects.create(
        organization_id=real.organization_id,
        name=_("%(name)s · drill") % {"name": real.name[:30]},
        slug=slug,
        zone=real.zone,
        duty_phone=real.duty_phone,
        practice_of=real,
        pace=pace,
    )


def copy(practice: Compound, model: Model) -> Copied:
    """Doors and staff into the practice compound, whose scope is in force."""
    buildings, units = _copy_tree(practice, model.homes)
    rows = {
        one.pk: Home(
            compound=practice,
            building=buildings[one.building_id],
            unit=units[one.unit_id],
            floor=one.floor,
            number=one.number,
            label=one.label,
            position=one.position,
        )
        for one in model.homes
    }
    Home.objects.bulk_create(rows.values(), batch_size=BATCH)
    copied = Copied(buildings, units, rows, {})
    copied.staff = _copy_staff(practice, model.staff, copied)
    return copied


def _copy_tree(
    practice: Compound, homes: Sequence[Home]
) -> tuple[dict[int, Building], dict[int, Unit]]:
    old_units = {one.unit_id: one.unit for one in homes}
    old = {unit.building_id: unit.building for unit in old_units.values()}
    buildings = {
        key: Building(compound=practice, number=one.number, position=one.position)
        for key, one in old.items()
    }
    Building.objects.bulk_create(buildings.values())
    units = {
        key: Unit(
            compound=practice,
            building=buildings[one.building_id],
            number=one.number,
            position=one.position,
        )
        for key, one in old_units.items()
    }
    Unit.objects.bulk_create(units.values())
    return buildings, units


def _copy_staff(practice: Compound, staff: Sequence[Member], copied: Copied) -> dict[int, Member]:
    rows = {
        one.pk: Member(
            compound=practice,
            user_id=one.user_id,
            role=one.role,
            name=one.name,
            unit=copied.units[one.unit_id] if one.unit_id else None,
            buildings=[
                copied.buildings[key].pk for key in one.buildings if key in copied.buildings
            ],
        )
        for one in staff
    }
    Member.objects.bulk_create(rows.values())
    return rows


def add_helpers(practice: Compound, count: int) -> None:
    """Invented volunteers beside the real staff: would more hands suffice? Nobody can sign in."""
    for number in range(1, count + 1):
        user = User(username=f"{practice.slug}-{number}", name=_helper(number), is_active=False)
        user.set_unusable_password()
        user.save()
        Member.objects.create(compound=practice, user=user, role=Role.VOLUNTEER, name=user.name)


def _helper(number: int) -> str:
    return _("Volunteer %(number)s") % {"number": number}


def place_in(practice: Compound, place: Place, copied: Copied) -> Place:
    """The same place in the practice compound."""
    return Place(
        practice,
        place.kind,
        building=copied.buildings[place.building.pk] if place.building else None,
        unit=copied.units[place.unit.pk] if place.unit else None,
        floor=place.floor,
        home=copied.homes[place.home.pk] if place.home else None,
    )


def people(practice: Compound, homes: Sequence[Home], seed: int, now: datetime) -> dict[str, dict]:
    """Files of invented people; returns each household's script by its id."""
    with scope([practice.pk]):
        families = invent(homes, seed, now=now)
        files = [Household(compound=practice, home=one.home) for one in families]
        Household.objects.bulk_create(files, batch_size=BATCH)
        pairs = list(zip(families, files, strict=True))
        firsts = _write_residents(practice, pairs, now.year)
        _write_phones(practice, pairs, firsts, now)
        _write_flags(practice, pairs, firsts)
    return {str(file.pk): family.script for family, file in pairs}


Pair = tuple[Family, Household]


def _write_residents(practice: Compound, pairs: list[Pair], year: int) -> list[Resident]:
    rows = [
        _resident(practice, file, person, place, year)
        for family, file in pairs
        for place, person in enumerate(family.people)
    ]
    Resident.objects.bulk_create(rows, batch_size=BATCH)
    return [row for row in rows if row.is_head]


def _resident(
    practice: Compound, file: Household, person: Person, place: int, year: int
) -> Resident:
    return Resident(
        compound=practice,
        household=file,
        name=person.name,
        pinyin=pinyin.full(person.name)[:120],
        initials=pinyin.initials(person.name)[:20],
        sex=person.sex,
        birth_year=year - person.age,
        relation=person.relation,
        is_head=place == 0,
        presence=person.presence,
        position=place,
    )


def _write_phones(
    practice: Compound, pairs: list[Pair], firsts: list[Resident], now: datetime
) -> None:
    """Numbers that no telephone has, and pages that no browser opens: the secret is lost."""
    reached = [
        (family, file, head)
        for (family, file), head in zip(pairs, firsts, strict=True)
        if family.phone
    ]
    Phone.objects.bulk_create(
        Phone(
            compound=practice,
            household=file,
            resident=head,
            number=family.phone,
            last_four=family.phone[-4:],
        )
        for family, file, head in reached
    )
    Access.objects.bulk_create(
        Access(
            compound=practice,
            household=file,
            resident=head,
            digest=digest_of(secrets.token_urlsafe(24)),
            said_name=head.name,
            asked_at=now,
            granted_at=now,
        )
        for family, file, head in reached
        if family.has_page
    )


def _write_flags(practice: Compound, pairs: list[Pair], firsts: list[Resident]) -> None:
    CareFlag.objects.bulk_create(
        CareFlag(
            compound=practice,
            household=file,
            resident=head,
            kind=kind,
            note=note,
            set_by=_("drill"),
        )
        for (family, file), head in zip(pairs, firsts, strict=True)
        for kind, note in family.flags
    )
