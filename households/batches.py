"""A parsed roster as the JSON that an import keeps: rows by door, remarks by code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from compounds.models import Home
from households.models import CareKind, Household, Phone, Relative, Resident, Sex
from households.roster import people
from households.roster.doors import DoorKey, known_door, label
from households.roster.messages import Remark
from households.roster.people import (
    RejectedRow,
    Roster,
    RosterHousehold,
    RosterPerson,
)

SEXES = {people.MALE: Sex.MALE, people.FEMALE: Sex.FEMALE}
FLAGS = {kind.value: kind.value for kind in CareKind} | {"mental_health": CareKind.MENTAL.value}


@dataclass(frozen=True)
class Person:
    """One person of a sheet in the words of the file: codes of Sex, Presence and CareKind."""

    row: int
    name: str
    relation: str = ""
    sex: str = ""
    birth_year: int | None = None
    is_head: bool = False
    presence: str = ""
    note: str = ""
    phones: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    relatives: tuple[tuple[str, str], ...] = ()  # (relation, phone)


@dataclass(frozen=True)
class Door:
    """The people whom a sheet lists at one door."""

    key: DoorKey
    floor: int
    people: list[Person] = field(default_factory=list)

    @property
    def label(self) -> str:
        return label(self.key)


def as_json(roster: Roster, today: date) -> dict[str, Any]:
    """What an import keeps of a roster. Rows that were simply taken need no fate of their own."""
    return {
        "stats": roster.stats,
        "titles": roster.titles,
        "remarks": [_remark(one) for one in roster.remarks],
        "rejects": [
            {
                "row": one.row,
                "page": one.page,
                "cells": one.cells,
                "why": [_remark(reason) for reason in one.reasons],
            }
            for one in roster.rejects
        ],
        "doors": [_door(one, today) for one in roster.households],
    }


def _door(household: RosterHousehold, today: date) -> dict[str, Any]:
    known = household.known_key
    key = known or household.door.key
    floor = known_door(known).floor if known else household.door.floor
    return {
        "key": list(key),
        "floor": floor,
        "people": [_person(one, today) for one in household.members],
    }


def _person(one: RosterPerson, today: date) -> dict[str, Any]:
    return {
        "row": one.row,
        "name": _cut(one.name, Resident, "name"),
        "relation": _cut(one.relation, Resident, "relation"),
        "sex": str(SEXES.get(one.sex, "")),
        "birth_year": None if one.age is None else today.year - one.age,
        "is_head": one.is_head,
        "presence": one.presence or "",
        "note": _cut(one.note, Resident, "note"),
        "phones": [_cut(phone, Phone, "number") for phone in one.phones],
        "flags": sorted({FLAGS[flag] for flag in one.flags if flag in FLAGS}),
        "relatives": [
            [
                _cut(relative.relation_text, Relative, "relation"),
                _cut(relative.phone, Relative, "phone"),
            ]
            for relative in one.relatives
        ],
    }


def _cut(text: str, model: type, name: str) -> str:
    return text[: model._meta.get_field(name).max_length]  # type: ignore[attr-defined]


def _remark(remark: Remark) -> dict[str, Any]:
    return {
        "code": remark.code,
        "row": remark.row,
        "page": remark.page,
        "params": dict(remark.params),
    }


def numbers_of(roster: Roster) -> list[tuple[int, int, str]]:
    """(place of the door, place of the person, identity number) of each valid number."""
    return [
        (door, place, person.identity)
        for door, household in enumerate(roster.households)
        for place, person in enumerate(household.members)
        if person.identity
    ]


def doors_of(parsed: dict[str, Any]) -> list[Door]:
    """The doors of a kept roster, in the order of the sheet."""
    return [
        Door(
            key=_key(one["key"]),
            floor=one["floor"],
            people=[_person_of(person) for person in one["people"]],
        )
        for one in parsed.get("doors", [])
    ]


def _person_of(kept: dict[str, Any]) -> Person:
    return Person(
        **{name: value for name, value in kept.items() if not isinstance(value, list)},
        phones=tuple(kept["phones"]),
        flags=tuple(kept["flags"]),
        relatives=tuple((relation, phone) for relation, phone in kept["relatives"]),
    )


def _key(parts: Iterable[str]) -> DoorKey:
    building, unit, number = parts
    return building, unit, number


def remarks_of(parsed: dict[str, Any]) -> list[Remark]:
    return [_remark_of(one) for one in parsed.get("remarks", [])]


def rejects_of(parsed: dict[str, Any]) -> list[RejectedRow]:
    return [
        RejectedRow(
            one["row"], one["page"], one["cells"], [_remark_of(reason) for reason in one["why"]]
        )
        for one in parsed.get("rejects", [])
    ]


def rejects_roster(parsed: dict[str, Any]) -> Roster:
    """Enough of a roster to write its rejects sheet."""
    return Roster([], [], rejects_of(parsed), [], parsed["stats"], parsed["titles"])


def _remark_of(kept: dict[str, Any]) -> Remark:
    return Remark(kept["code"], kept["row"], kept["page"], kept["params"])


def home_key(home: Home) -> DoorKey:
    """A home as rosters name it. Needs the unit and the building loaded."""
    return (home.unit.building.number, home.unit.number, home.number)


def homes_by_key() -> dict[DoorKey, Home]:
    """Every home of the scope; one query."""
    return {home_key(home): home for home in Home.objects.select_related("unit__building")}


def open_files(homes: Iterable[int]) -> dict[int, Household]:
    """The present file of each of these homes (ids) that has one."""
    found = Household.objects.filter(closed_at=None, home_id__in=list(homes))
    return {one.home_id: one for one in found}
