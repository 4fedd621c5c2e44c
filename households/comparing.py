"""A sheet beside the files: what is new, what differs, and what staff entered and keep.

Each field is judged by three values: what the sheet says, what the file says, and what the last
sheet said that was imported for this door. A file that differs from the last sheet was changed by
staff, and stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery

from compounds.models import Home
from households.batches import Door, Person, doors_of, homes_by_key, open_files
from households.models import (
    CareFlag,
    Household,
    Phone,
    Presence,
    Relative,
    Resident,
    RosterImport,
)
from households.roster.doors import DoorKey
from lockdown.kernel.packed import Lists, packed, together

FIELDS = ("relation", "sex", "birth_year", "is_head", "presence", "note")
EMPTY = (None, "", False)
SAME_AGE = 1  # years: an age on a sheet may be counted before or after the birthday
PAST_SHEETS = 5  # how many earlier imports are looked through for a door's last sheet


@dataclass
class Match:
    """One person of the sheet, and the resident they are; None: new."""

    person: Person
    resident: Resident | None
    changes: dict[str, Any] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)  # fields in which staff's word stays
    phones: list[str] = field(default_factory=list)  # new ones
    flags: list[str] = field(default_factory=list)
    relatives: list[tuple[str, str]] = field(default_factory=list)

    @property
    def state(self) -> str:
        """new, changed or same."""
        if self.resident is None:
            return "new"
        return "changed" if self.changes or self.phones or self.flags or self.relatives else "same"


@dataclass
class DoorMatch:
    """One door of the sheet with its home and its present file; either may be missing."""

    door: Door
    home: Home | None
    household: Household | None
    people: list[Match] = field(default_factory=list)
    missing: list[Resident] = field(default_factory=list)  # in the file, not on the sheet


@dataclass
class Comparison:
    doors: list[DoorMatch]
    unlisted: list[Home]  # homes of the units on the sheet that have no row

    def people(self, state: str) -> list[tuple[DoorMatch, Match]]:
        return [(door, one) for door in self.doors for one in door.people if one.state == state]

    @property
    def new_doors(self) -> list[DoorMatch]:
        """Doors whose file has nobody yet."""
        return [
            one
            for one in self.doors
            if one.home and all(match.resident is None for match in one.people) and not one.missing
        ]

    @property
    def homeless(self) -> list[DoorMatch]:
        """Doors that are no home of the compound yet."""
        return [one for one in self.doors if one.home is None]

    @property
    def changes_nothing(self) -> bool:
        return all(match.state == "same" for door in self.doors for match in door.people)


@dataclass
class _Files:
    """Everything the files of the sheet's homes hold, by household."""

    households: dict[int, Household]
    residents: dict[int, list[Resident]]
    phones: dict[int, set[str]]
    flags: dict[int, set[tuple[int | None, str]]]  # ended ones too: staff ended them
    relatives: dict[int, set[str]]


def compare(batch: RosterImport) -> Comparison:
    """The sheet of an import beside the files as they are now. Five queries at any size."""
    homes = homes_by_key()
    doors = doors_of(batch.parsed)
    found = [homes.get(door.key) for door in doors]
    files = _read_files([home.pk for home in found if home])
    last = _last_sheets(batch, [door.key for door in doors])
    matched = []
    for door, home in zip(doors, found, strict=True):
        household = files.households.get(home.pk) if home else None
        matched.append(_match_door(door, home, household, files, last.get(door.key)))
    return Comparison(matched, _unlisted(homes.values(), found))


def _read_files(homes: list[int]) -> _Files:
    households = open_files(homes)
    ids = [one.pk for one in households.values()]
    files = _Files(households, defaultdict(list), defaultdict(set), defaultdict(set), {})
    files.relatives = defaultdict(set)
    for resident in Resident.objects.filter(household_id__in=ids):
        files.residents[resident.household_id].append(resident)
    lists = _small_lists(ids) if ids else {"phones": [], "flags": [], "relatives": []}
    for row in lists["phones"]:
        files.phones[row["file"]].add(row["number"])
    for row in lists["flags"]:
        files.flags[row["file"]].add((row["resident"], row["kind"]))
    for row in lists["relatives"]:
        files.relatives[row["file"]].add(row["phone"])
    return files


def _small_lists(files: list[int]) -> Lists:
    """What hangs on these files, in one statement."""

    def of(model: Any, **columns: str) -> ArraySubquery:
        rows = model.objects.filter(household_id__in=files).order_by()
        return packed(rows, file="household_id", **columns)

    return together(
        Household.objects.filter(pk=files[0]),
        {
            "phones": of(Phone, number="number"),
            "flags": of(CareFlag, resident="resident_id", kind="kind"),
            "relatives": of(Relative, phone="phone"),
        },
    )


def _last_sheets(batch: RosterImport, keys: list[DoorKey]) -> dict[DoorKey, Door]:
    """For each door, what the newest import before this one said of it."""
    wanted = set(keys)
    last: dict[DoorKey, Door] = {}
    earlier = RosterImport.objects.filter(confirmed_at__isnull=False, undone_at=None)
    for one in earlier.exclude(pk=batch.pk).order_by("-confirmed_at")[:PAST_SHEETS]:
        for door in doors_of(one.parsed):
            if door.key in wanted:
                last.setdefault(door.key, door)
    return last


def _match_door(
    door: Door, home: Home | None, household: Household | None, files: _Files, last: Door | None
) -> DoorMatch:
    answer = DoorMatch(door, home, household)
    key = household.pk if household else 0
    left = list(files.residents.get(key, ()))
    before = list(last.people) if last else []
    for person in door.people:
        resident = _take(person, left)
        match = Match(person, resident)
        base = _take(person, before)
        if resident is None:
            match.flags = list(person.flags)
        else:
            _judge(match, resident, base)
            known = files.flags[key]
            match.flags = [
                kind
                for kind in person.flags
                if (resident.pk, kind) not in known and not (base and kind in base.flags)
            ]
        _judge_numbers(match, files, key, base, answer)
        answer.people.append(match)
    answer.missing = [one for one in left if one.moved_out_at is None]
    return answer


def _take(person: Person, left: list[Any]) -> Any | None:
    """The one among `left` who is this person, taken out of the list: the same name, and then
    the nearest birth year or relation. Two known birth years that differ are two people."""
    same = [one for one in left if one.name == person.name and not _ages_differ(one, person)]
    if not same:
        return None
    best = min(same, key=lambda one: _distance(one, person))
    left.remove(best)
    return best


def _ages_differ(one: Any, person: Person) -> bool:
    if one.birth_year is None or person.birth_year is None:
        return bool(one.relation and person.relation and one.relation != person.relation)
    return abs(one.birth_year - person.birth_year) > SAME_AGE


def _distance(one: Any, person: Person) -> tuple[bool, bool]:
    return (one.birth_year != person.birth_year, one.relation != person.relation)


def _judge(match: Match, resident: Resident, base: Person | None) -> None:
    """The fields in which the sheet says something new, and those in which staff's word stays."""
    if resident.moved_out_at is not None:
        match.kept.append("moved_out")
        return
    for name in FIELDS:
        said, held = getattr(match.person, name), getattr(resident, name)
        if said in EMPTY or said == held or _same_year(name, said, held):
            continue
        if base is None:
            free = held in EMPTY or (name == "presence" and held == Presence.INSIDE)
        else:
            was = getattr(base, name)
            if said == was or _same_year(name, said, was):
                continue  # the sheet says nothing new; staff has changed it since
            free = held == was or held in EMPTY
        if free:
            match.changes[name] = said
        else:
            match.kept.append(name)


def _same_year(name: str, one: Any, two: Any) -> bool:
    return name == "birth_year" and None not in (one, two) and abs(one - two) <= SAME_AGE


def _judge_numbers(
    match: Match, files: _Files, key: int, base: Person | None, door: DoorMatch
) -> None:
    """Numbers that the file does not hold; one that staff took out is not put back."""
    if match.resident is not None and match.resident.moved_out_at is not None:
        match.flags = []
        return
    taken = {phone for other in door.people for phone in other.phones} | files.phones.get(
        key, set()
    )
    was = set(base.phones) if base and match.resident else set()
    match.phones = [one for one in dict.fromkeys(match.person.phones) if one not in taken | was]
    known = {phone for other in door.people for _word, phone in other.relatives}
    known |= files.relatives.get(key, set())
    past = set(base.relatives) if base and match.resident else set()
    match.relatives = [
        one for one in match.person.relatives if one[1] not in known and one not in past
    ]


def _unlisted(homes: Iterable[Home], listed: Iterable[Home | None]) -> list[Home]:
    """Homes of the units that the sheet covers, without a row on it."""
    with_row = {home.pk for home in listed if home}
    units = {home.unit_id for home in listed if home}
    return sorted(
        (home for home in homes if home.unit_id in units and home.pk not in with_row),
        key=lambda home: home.position,
    )
