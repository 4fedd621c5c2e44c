"""One household's file, whole: everything that its page shows, in three queries or four."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from compounds.models import Home, Member
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
from lockdown.kernel.packed import packed, unpacked

NEWEST = 8  # lines of the timeline on the file's page
NEARBY = 6  # neighbours on the floor


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


def household_file(household: Household, seen_by: Member | None = None) -> File:
    """Three queries at any size, and one for a likely duplicate, which `seen_by` may know of.

    What hangs on persons stands on them as plain lists.
    """
    key = household.pk
    residents = list(Resident.objects.filter(household_id=key, merged_into=None))
    whole = _particulars(household, [one.pk for one in residents if one.moved_out_at is None])
    phones, flags = unpacked(Phone, whole["phones_"]), unpacked(CareFlag, whole["flags_"])
    _hang(residents, phones, flags, whole)
    merged, orders = whole["merged"], [one for one in whole["causes"] if one is not None]
    return File(
        household=household,
        people=[one for one in residents if one.moved_out_at is None],
        moved_out=[one for one in residents if one.moved_out_at is not None],
        phones=[phone for phone in phones if phone.resident_id is None],
        flags=[flag for flag in flags if flag.resident_id is None],
        marks=flags,
        relatives=[one for one in unpacked(Relative, whole["relatives_"]) if str(one) or one.phone],
        pets=unpacked(Pet, whole["pets_"]),
        notes=unpacked(Note, whole["notes_"]),
        neighbours=_neighbours(whole["nearby"]),
        alike=_alike(whole["same_numbers"], seen_by),
        verification=next(iter(unpacked(Verification, whole["verifications_"])), None),
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
        ("documents", unpacked(Identity, whole["identities_"])),
        ("taken", unpacked(Medicine, whole["medicines_"])),
        ("trips", unpacked(Appointment, whole["appointments_"])),
    ):
        owned: dict[int | None, list[Any]] = defaultdict(list)
        for row in rows:
            owned[row.resident_id].append(row)
        for one in residents:
            setattr(one, name, owned[one.pk])


def _particulars(household: Household, people: list[int]) -> dict[str, Any]:
    """Everything small of a file in one statement, each table as a list of objects.

    The ids are values, not references to an outer row: so each part finds its index and runs
    once, also right after an import, when the statistics know no row yet.
    """
    people = people or [0]  # nobody: an empty list would make the part NULL instead of no rows
    key, own, person = household.pk, Q(household=household.pk), Q(resident__in=people)
    files = Household.objects.filter(Q(pk=key) | Q(merged_into=key))
    seen = Verification.objects.filter(household=key)
    verified = Verification.objects.filter(household__in=files.values("pk")).order_by()
    found = Household.objects.filter(pk=key).values(
        merged=ArraySubquery(Household.objects.filter(merged_into=key).values("pk")),
        causes=ArraySubquery(verified.values("sweep__cause").distinct()),
        phones_=_objects(Phone, own, "position", "pk"),
        flags_=_objects(CareFlag, own & Q(ended_at=None), "set_at", "pk"),
        relatives_=_objects(Relative, own, "pk"),
        pets_=_objects(Pet, own, "pk"),
        notes_=_objects(Note, own & Q(struck_at=None), "-written_at", "-pk"),
        identities_=_objects(Identity, person, "pk"),
        medicines_=_objects(Medicine, person & Q(ended_at=None), "runs_out_on", "pk"),
        appointments_=_objects(Appointment, person & Q(ended_at=None), "at", "pk"),
        verifications_=packed(seen.filter(cancelled_at=None).order_by("-pk")[:1]),
        nearby=_nearby(household),
        same_numbers=_same_numbers(people),
    )
    return found.get()


def _objects(model: type[models.Model], condition: Q, *order: str) -> ArraySubquery:
    return packed(model.objects.filter(condition).order_by(*order))  # type: ignore[attr-defined]


def _nearby(household: Household) -> ArraySubquery:
    """The people of each household on the floor that has a number, head first."""
    home = household.home
    floor = Household.objects.filter(
        Exists(Phone.objects.filter(household=OuterRef("pk"))),
        closed_at=None,
        home__in=Home.objects.filter(unit=home.unit_id, floor=home.floor).values("pk"),
    ).exclude(pk=household.pk)
    people = Resident.objects.filter(household__in=floor.values("pk"), moved_out_at=None)
    rows = people.order_by("household__home__position", "-is_head", "position", "pk")
    return packed(rows, household="household_id", door="household__home__label", name="name")


def _neighbours(rows: list[dict[str, Any]]) -> list[Neighbour]:
    first: dict[int, Neighbour] = {}
    for row in rows:
        first.setdefault(row["household"], Neighbour(**row))
    return list(first.values())[:NEARBY]


def _same_numbers(people: list[int]) -> ArraySubquery:
    """Persons elsewhere with an identity number of these people.

    One table and no join, so that it stays linear whatever the statistics say; and written as
    `= ANY (ARRAY(…))`, which reads the file's own numbers once and then the index.
    """
    own = Identity.objects.filter(resident__in=people).order_by().values("blind_index")
    is_own = models.Func(
        F("blind_index"),
        ArraySubquery(own),
        template="(%(expressions)s))",
        arg_joiner=" = ANY (",
        output_field=models.BooleanField(),
    )
    same = Identity.objects.filter(is_own).exclude(resident__in=people)
    return ArraySubquery(same.order_by().values("resident_id"))


def _alike(people: list[int], seen_by: Member | None) -> list[Alike]:
    """The present files of these persons; no query for nobody."""
    if not people:
        return []
    rows = Resident.objects.filter(
        seen_by.within("household__home__") if seen_by else Q(),
        pk__in=people,
        moved_out_at=None,
        household__closed_at=None,
    ).select_related("household__home")
    doors = {one.household_id: one.household.home.label for one in rows}
    return [Alike(file, door) for file, door in sorted(doors.items())]
