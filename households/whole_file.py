"""One household's file, whole: everything that its page shows, in four queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject

from households import timeline
from households.models import (
    Appointment,
    CareFlag,
    Household,
    Identity,
    Medicine,
    Note,
    Pet,
    Phone,
    Relative,
    Resident,
    Verification,
)
from journal.models import Entry

NEWEST = 8  # lines of the timeline on the file's page
NEARBY = 6  # neighbours on the floor
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Neighbour:
    """A household on the same floor that can be rung: by them a shut door is reached."""

    household: int
    door: str
    name: str


@dataclass(frozen=True)
class Alike:
    """Another present file with the same identity number in it."""

    household: int
    door: str


@dataclass
class File:
    household: Household
    people: list[Resident]
    moved_out: list[Resident]
    phones: list[Phone]  # those that belong to nobody in particular
    flags: list[CareFlag]  # those of the whole home
    marks: list[CareFlag]  # all of them, with `whose`
    relatives: list[Relative] = field(default_factory=list)
    pets: list[Pet] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    neighbours: list[Neighbour] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    verification: Verification | None = None
    newest: list[Entry] = field(default_factory=list)

    @property
    def inside(self) -> int:
        return sum(one.presence in ("inside", "temporary") for one in self.people)

    @property
    def numbers(self) -> int:
        """Registered numbers of those who live here, their relatives not counted."""
        own = [number for one in self.people for number in one.numbers]  # type: ignore[attr-defined]
        return len(self.phones) + len(own)


def household_file(household: Household) -> File:
    """Four queries at any size; what hangs on persons stands on them as plain lists."""
    key = household.pk
    residents = list(Resident.objects.filter(household_id=key, merged_into=None))
    whole = _particulars(key)
    phones, flags = _rows(Phone, whole["phones_"]), _rows(CareFlag, whole["flags_"])
    _hang(residents, phones, flags, whole)
    merged, orders = whole["merged"], [one for one in whole["orders"] if one is not None]
    return File(
        household=household,
        people=[one for one in residents if one.moved_out_at is None],
        moved_out=[one for one in residents if one.moved_out_at is not None],
        phones=[phone for phone in phones if phone.resident_id is None],
        flags=[flag for flag in flags if flag.resident_id is None],
        marks=flags,
        relatives=[one for one in _rows(Relative, whole["relatives_"]) if str(one) or one.phone],
        pets=_rows(Pet, whole["pets_"]),
        notes=_rows(Note, whole["notes_"]),
        neighbours=_neighbours(whole["nearby"]),
        alike=[Alike(**one) for one in {row["household"]: row for row in whole["alike"]}.values()],
        verification=(
            Verification.objects.filter(household_id=key, cancelled_at=None)
            .select_related("finished_by")
            .order_by("-pk")
            .first()
        ),
        newest=list(timeline.entries([key, *merged], orders)[:NEWEST]),
    )


def _hang(
    residents: list[Resident], phones: list[Phone], flags: list[CareFlag], whole: dict[str, Any]
) -> None:
    """Numbers, marks, documents, medicines and appointments on the person they belong to."""
    names = {one.pk: one.name for one in residents}
    for flag in flags:
        flag.whose = names.get(flag.resident_id or 0, "")  # type: ignore[attr-defined]
    for name, rows in (
        ("numbers", phones),
        ("open_flags", flags),
        ("documents", _rows(Identity, whole["identities_"])),
        ("taken", _rows(Medicine, whole["medicines_"])),
        ("trips", _rows(Appointment, whole["appointments_"])),
    ):
        owned: dict[int | None, list[Any]] = defaultdict(list)
        for row in rows:
            owned[row.resident_id].append(row)
        for one in residents:
            setattr(one, name, owned[one.pk])


def _particulars(key: int) -> dict[str, Any]:
    """Everything small of a file in one statement, each table as a list of objects."""
    here, person = OuterRef("pk"), Q(resident__household=OuterRef("pk"))
    person &= Q(resident__moved_out_at=None)
    of_file = Q(household=here) | Q(household__merged_into=here)
    found = Household.objects.filter(pk=key).values(
        merged=ArraySubquery(Household.objects.filter(merged_into=here).values("pk")),
        orders=ArraySubquery(
            Verification.objects.filter(of_file).values("sweep__cause").distinct().order_by()
        ),
        phones_=_objects(Phone, Q(household=here), "position", "pk"),
        flags_=_objects(CareFlag, Q(household=here, ended_at=None), "set_at", "pk"),
        relatives_=_objects(Relative, Q(household=here), "pk"),
        pets_=_objects(Pet, Q(household=here), "pk"),
        notes_=_objects(Note, Q(household=here, struck_at=None), "-written_at", "-pk"),
        identities_=_objects(Identity, person, "pk"),
        medicines_=_objects(Medicine, person & Q(ended_at=None), "runs_out_on", "pk"),
        appointments_=_objects(Appointment, person & Q(ended_at=None), "at", "pk"),
        nearby=_nearby(),
        alike=_alike(),
    )
    return found.get()


def _objects(model: type[models.Model], condition: Q, *order: str) -> ArraySubquery:
    names = {one.attname: F(one.attname) for one in model._meta.concrete_fields}
    rows = model.objects.filter(condition).order_by(*order)  # type: ignore[attr-defined]
    return ArraySubquery(rows.values(json=JSONObject(**names)))


def _rows(model: type[Row], values: list[dict[str, Any]]) -> list[Row]:
    fields = {one.attname: one for one in model._meta.concrete_fields}
    return [
        model(**{name: fields[name].to_python(value) for name, value in one.items()})
        for one in values
    ]


def _nearby() -> ArraySubquery:
    """One person of each household on the floor that has a number, head first."""
    rung = Phone.objects.filter(household=OuterRef("household"))
    people = Resident.objects.filter(
        Exists(rung),
        moved_out_at=None,
        household__closed_at=None,
        household__home__unit=OuterRef("home__unit"),
        household__home__floor=OuterRef("home__floor"),
    ).exclude(household=OuterRef("pk"))
    rows = people.order_by("household__home__position", "-is_head", "position", "pk")
    names = {"household": F("household_id"), "door": F("household__home__label"), "name": F("name")}
    return ArraySubquery(rows.values(json=JSONObject(**names)))


def _neighbours(rows: list[dict[str, Any]]) -> list[Neighbour]:
    first: dict[int, Neighbour] = {}
    for row in rows:
        first.setdefault(row["household"], Neighbour(**row))
    return list(first.values())[:NEARBY]


def _alike() -> ArraySubquery:
    own = Identity.objects.filter(
        resident__household=OuterRef(OuterRef("pk")), resident__moved_out_at=None
    )
    same = Identity.objects.filter(
        blind_index__in=own.values("blind_index"),
        resident__moved_out_at=None,
        resident__household__closed_at=None,
    ).exclude(resident__household=OuterRef("pk"))
    names = {
        "household": F("resident__household_id"),
        "door": F("resident__household__home__label"),
    }
    return ArraySubquery(same.order_by("pk").values(json=JSONObject(**names)))
