"""One box that finds a home or a person: a door in any spelling, a name, its pinyin or initials,
the last four digits of a phone.

Each way of asking is one arm of a single statement, and each arm reads one index that begins with
the compound. Prefixes are ranges (`~>=~`, `~<~`), because LIKE loses its index behind row
security and a range of text patterns does not. One compound or all of an installation: the same
statement, with the set of compounds as one array.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from compounds.models import Member
from households.models import Resident
from households.roster.doors import Door, NotADoor, parse_door
from lockdown.kernel.tenancy import scoped_compounds

MOST = 20  # hits shown
EACH = 3  # an arm may bring so many times the hits wanted, before they are ranked
LONGEST = 40  # characters of a question that are read
FEW = 20  # compounds within which the middle of a name is looked for too

# Ranks: what a person most likely meant comes first.
EXACT_DOOR, EXACT, PHONE, PREFIX, DOOR_PREFIX, WITHIN = range(6)


@dataclass(frozen=True)
class Hit:
    """A home that answers, and the person by whom it was found."""

    rank: int
    compound_id: int
    compound: str
    slug: str
    home_id: int
    label: str
    household_id: int | None
    person_id: int | None
    person: str
    tail: str  # the last four digits by which it was found
    people: tuple[str, ...] = field(default=())

    @property
    def is_certain(self) -> bool:
        return self.rank <= PHONE


PEOPLE = """
    FROM households_resident AS person
    JOIN households_household AS file
      ON file.compound_id = person.compound_id AND file.id = person.household_id
    WHERE person.compound_id = ANY (%(set)s) AND person.moved_out_at IS NULL
      AND file.closed_at IS NULL AND """
BY_PERSON = "person.compound_id, file.home_id, person.id, ''"
BY_DOOR = "home.compound_id, home.id, NULL::bigint, ''"

STATEMENT = """
WITH hit (rank, compound_id, home_id, person_id, tail) AS ({arms}),
best AS (
    SELECT DISTINCT ON (compound_id, home_id) * FROM hit
    ORDER BY compound_id, home_id, rank, person_id NULLS LAST
)
SELECT best.rank, best.compound_id, compound.name, compound.slug, home.id, home.label, file.id,
       person.id, coalesce(person.name, ''), best.tail
FROM best
JOIN compounds_home AS home ON home.compound_id = best.compound_id AND home.id = best.home_id
JOIN compounds_compound AS compound ON compound.id = best.compound_id
LEFT JOIN households_household AS file
  ON file.compound_id = best.compound_id AND file.home_id = home.id AND file.closed_at IS NULL
LEFT JOIN households_resident AS person
  ON person.compound_id = best.compound_id AND person.id = best.person_id
WHERE (%(unit)s::bigint IS NULL OR home.unit_id = %(unit)s::bigint)
  AND (%(buildings)s::bigint[] IS NULL OR home.building_id = ANY (%(buildings)s::bigint[]))
ORDER BY best.rank, compound.name, home.position, home.id
LIMIT %(most)s
"""


def find(text: str, *, member: Member | None = None, most: int = MOST) -> list[Hit]:
    """The homes that the question may mean, the likeliest first; two queries, or one in many.

    Looks in the compounds of the scope. `member` limits it to what a limited member may see;
    None is for those who are granted whole compounds.
    """
    question = plain(text)
    few = len(scoped_compounds()) <= FEW
    arms, values = _arms(question, few=few)
    if not arms:
        return []
    values |= {
        "set": scoped_compounds(),
        "most": most,
        "each": most * EACH,
        "unit": member.unit_id if member else None,
        "buildings": (member.buildings or None) if member and not member.unit_id else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.format(arms=" UNION ALL ".join(arms)), values)
        hits = [Hit(*row) for row in cursor.fetchall()]
    return _with_people(hits) if few else hits


def plain(text: str) -> str:
    """The question in half-width characters, without spaces, in lower case."""
    narrow = unicodedata.normalize("NFKC", text)[:LONGEST]
    return re.sub(r"[\s\u200b\ufeff]+", "", narrow).lower()


def _arms(question: str, *, few: bool) -> tuple[list[str], dict[str, Any]]:
    """The arms that a question needs, and the values they read."""
    if not question:
        return [], {}
    values: dict[str, Any] = {"text": question, "end": after(question)}
    arms = _door_arms(question, values)
    if re.fullmatch(r"\d{4}|\d{7,}", question):
        arms.append(_phone_arm(question, values))
    if not question.isdigit():
        arms += _name_arms(question, few=few)
    return [f"({arm} LIMIT %(each)s)" for arm in arms], values


def after(prefix: str) -> str:
    """The first text, in code-point order, that no longer begins with the prefix."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _door_arms(question: str, values: dict[str, Any]) -> list[str]:
    arms = []
    if re.search(r"\d", question) and not question.isdigit():
        arms.append(
            f"SELECT {EXACT_DOOR}, {BY_DOOR} FROM compounds_home AS home WHERE home.compound_id "
            "= ANY (%(set)s) AND home.label IN (%(text)s, upper(%(text)s))"
        )
    try:
        door = parse_door(question)
    except NotADoor:
        pass
    else:
        arms.append(_exact_door(door, question, values))
    if re.fullmatch(r"\d{1,3}", question):
        arms.append(
            f"SELECT {DOOR_PREFIX}, {BY_DOOR} FROM compounds_home AS home WHERE home.compound_id "
            "= ANY (%(set)s) AND home.number ~>=~ %(text)s AND home.number ~<~ %(end)s"
        )
    return arms


def _exact_door(door: Door, question: str, values: dict[str, Any]) -> str:
    values |= {
        "numbers": [door.number, f"{int(door.number):04d}", question],
        "building": door.building,
        "in_unit": door.unit,
    }
    # A label is building-unit-door, so that the home's row alone answers.
    return (
        f"SELECT {EXACT_DOOR}, {BY_DOOR} FROM compounds_home AS home "
        "WHERE home.compound_id = ANY (%(set)s) AND home.number = ANY (%(numbers)s) "
        "AND (%(building)s::text IS NULL "
        "OR upper(split_part(home.label, '-', 1)) = upper(%(building)s::text)) "
        "AND (%(in_unit)s::text IS NULL "
        "OR upper(split_part(home.label, '-', 2)) = upper(%(in_unit)s::text))"
    )


def _phone_arm(question: str, values: dict[str, Any]) -> str:
    values["tail"] = question[-4:]
    whole = " AND phone.number = %(text)s" if len(question) > 4 else ""
    return (
        f"SELECT {PHONE}, phone.compound_id, file.home_id, phone.resident_id, phone.last_four "
        "FROM households_phone AS phone JOIN households_household AS file "
        "ON file.compound_id = phone.compound_id AND file.id = phone.household_id "
        "WHERE phone.compound_id = ANY (%(set)s) AND phone.last_four = %(tail)s "
        f"AND file.closed_at IS NULL{whole}"
    )


def _name_arms(question: str, *, few: bool) -> list[str]:
    """A name by its characters; in Latin letters by initials and pinyin as well."""
    columns = ["name"]
    if re.fullmatch(r"[a-z0-9]+", question):
        columns = ["initials", "pinyin"]
    arms = [
        f"SELECT CASE WHEN person.{column} = %(text)s THEN {EXACT} ELSE {PREFIX} END, {BY_PERSON}"
        f"{PEOPLE}person.{column} ~>=~ %(text)s AND person.{column} ~<~ %(end)s"
        for column in columns
    ]
    # A given name alone. Read within the compounds at hand, since no index answers it.
    if few and len(question) > (0 if columns == ["name"] else 2):
        column = columns[-1]
        arms.append(
            f"SELECT {WITHIN}, {BY_PERSON}{PEOPLE}position(%(text)s IN person.{column}) > 1"
        )
    return arms


def _with_people(hits: list[Hit]) -> list[Hit]:
    """Who lives behind each door, for the line under it."""
    files = [hit.household_id for hit in hits if hit.household_id]
    names: dict[int, list[str]] = {}
    rows = Resident.objects.filter(household__in=files, moved_out_at=None) if files else []
    for one in rows:
        names.setdefault(one.household_id, []).append(one.name)
    return [replace(hit, people=tuple(names.get(hit.household_id or 0, ()))) for hit in hits]
