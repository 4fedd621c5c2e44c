"""Compounds of any size, made by the real actions: company, homes, people, rosters."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

import xlsxwriter
from django.db import connections
from django.utils import timezone

from compounds.actions import UnitPattern, add_member, build_homes, open_compound
from compounds.models import Compound, Member, Officer, Organization, Unit, User
from compounds.places import Place
from compounds.roles import Role
from households.imports import confirm_import, preview_roster
from journal.outbox import carry_out, waiting
from lockdown.celery import app
from lockdown.kernel.tenancy import scope
from seals.actions import seal
from seals.builtin import BUILT_IN
from seals.models import Level, SealOrder

HEAD = ("楼号", "单元", "房号", "姓名", "与户主关系", "性别", "年龄", "联系电话", "备注")
SURNAMES = "王李张刘陈杨黄赵吴周"
GIVEN = ("桂兰", "建国", "秀英", "志强", "丽华", "伟", "敏", "子涵")


@dataclass
class Site:
    """A compound with its people. `units` in walking order."""

    compound: Compound
    members: dict[Role, Member] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)

    @property
    def manager(self) -> Member:
        return self.members[Role.MANAGER]

    @contextmanager
    def open(self) -> Iterator[Compound]:
        with scope([self.compound.pk]):
            yield self.compound


def site(slug: str, *, units: int, floors: int, doors: int, people: bool = True) -> Site:
    """A compound of `units` stairs; two people in each home, every eighth an elder alone."""
    company, _made = Organization.objects.get_or_create(name="湾区物业")
    user = _user(f"manager-{slug}", "王芳")
    Officer.objects.create(organization=company, user=user)
    compound = open_compound(
        organization=company, name=slug, slug=slug, duty_phone="0744-8000001", by=user
    )
    made = Site(compound)
    with made.open():
        made.members[Role.MANAGER] = Member.objects.get(user=user)
        patterns = [UnitPattern(str(number), "1", floors, doors) for number in range(1, units + 1)]
        build_homes(compound=compound, patterns=patterns, by=made.manager)
        made.units = list(Unit.objects.select_related("building"))
        for role in (Role.GUARD, Role.CLEANER, Role.CAPTAIN, Role.VOLUNTEER, Role.WAREHOUSE):
            made.members[role] = _join(made, role)
        if people:
            fill(made, workbook([(unit, floors, doors) for unit in made.units]))
    analyze()
    return made


@lru_cache
def site_of_3000() -> Site:
    """The compound of 3,000 homes, which several benchmarks leave as they find it."""
    return site("homes-3000", units=30, floors=25, doors=4)


def analyze() -> None:
    """What PostgreSQL does by itself a minute after rows have come in."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _user(username: str, name: str) -> User:
    user = User(username=username, name=name)
    user.set_unusable_password()
    user.save()
    return user


def _join(made: Site, role: Role) -> Member:
    user = _user(f"{role}-{made.compound.slug}", str(role.label))
    return add_member(compound=made.compound, user=user, role=role, by=made.manager)


def fill(made: Site, data: bytes) -> None:
    """Import a roster as a person would: preview, confirm."""
    batch = preview_roster(
        compound=made.compound, file_name="roster.xlsx", data=data, unit=None, by=made.manager
    )
    if batch.rejected:
        raise AssertionError(f"{batch.rejected} rows of the roster were not taken")
    confirm_import(batch=batch, by=made.manager)


def workbook(units: list[tuple[Unit, int, int]], *, people: int = 2, marker: str = "") -> bytes:
    """A roster as .xlsx. `marker` is a note on the first row that makes the file another file."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    homes = (
        (unit.building.number, unit.number, f"{floor}{door:02d}")
        for unit, floors, doors in units
        for floor in range(1, floors + 1)
        for door in range(1, doors + 1)
    )
    line = 1
    for place, home in enumerate(homes):
        for row in _household(place, people):
            sheet.write_row(line, 0, (*home, *row, marker if line == 1 else ""))
            line += 1
    book.close()
    return buffer.getvalue()


def _household(place: int, people: int) -> Iterator[tuple[str, str, str, int, str]]:
    """(name, relation, sex, age, phone); every eighth home has one old person and no other."""
    alone = place % 8 == 3
    for number in range(1 if alone else people):
        name = SURNAMES[place % 10] + GIVEN[(place + number * 3) % 8]
        phone = "" if place % 10 == 7 else f"139{place * 5 + number:08d}"
        age = 78 if alone else 35 + place % 20 - number
        yield name, "户主" if number == 0 else "配偶", "女" if number % 2 else "男", age, phone


def seal_place(made: Site, place: Place) -> SealOrder:
    """Confirm the Yujingwan plan for this place; must run inside the scope."""
    now = timezone.now()
    return seal(
        compound=made.compound,
        place=place,
        level=Level.SEALED,
        template_name=BUILT_IN[0].name,
        steps=BUILT_IN[0].steps,
        starts_at=now,
        ends_at=now + timedelta(days=7),
        request_key=f"{made.compound.slug}-{place.key}".ljust(16, "-"),
        by=made.manager,
    )


def sealed_place(made: Site, unit: Unit | None = None) -> SealOrder:
    """The unit, or the whole compound, sealed with all its plan started, without a worker."""
    with without_worker():
        with made.open():
            order = seal_place(made, place_of(made, unit))
        carry_out_everything()
    return order


def place_of(made: Site, unit: Unit | None) -> Place:
    if unit is None:
        return Place(made.compound, "compound")
    return Place(made.compound, "unit", building=unit.building, unit=unit)


@contextmanager
def without_worker() -> Iterator[None]:
    """Tasks run in this process as they are published; nothing reaches the broker."""
    before = app.conf.task_always_eager
    app.conf.task_always_eager = True
    try:
        yield
    finally:
        app.conf.task_always_eager = before


def carry_out_everything() -> None:
    while due := waiting():
        for compound, delivery in due:
            carry_out(compound, delivery)
