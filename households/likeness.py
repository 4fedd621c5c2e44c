"""Files that may be of the same people: found by what they share, decided by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compounds.models import Member
from households.files import record_in_file
from households.models import Household, Identity, KeptApart, Phone, Resident
from households.queries import files_of
from lockdown.kernel.errors import Refused

# A number in more files than this is the office's, or a placeholder, and says nothing.
TOO_MANY = 5


class Sign(StrEnum):
    """What two files share, the strongest first."""

    IDENTITY = "identity"
    NAME = "name"  # and year of birth
    PHONE = "phone"


WEIGHT = {Sign.IDENTITY: 4, Sign.NAME: 2, Sign.PHONE: 1}


@dataclass(frozen=True)
class Likeness:
    """Two present files, by id in order, and what they share."""

    first: int
    second: int
    signs: tuple[Sign, ...]


def likely_duplicates(member: Member) -> list[Likeness]:
    """Pairs of present files within the member's limits, the likeliest first; five queries.

    Each table is read by itself and matched here: joined in PostgreSQL it took a minute at 3,000
    homes while the statistics were old, right after the import that makes duplicates.
    """
    found: dict[tuple[int, int], set[Sign]] = defaultdict(set)
    for sign, groups in _shared(member):
        for group in groups:
            for pair in combinations(sorted(group), 2):
                found[pair].add(sign)
    for pair in KeptApart.objects.values_list("first_id", "second_id"):
        found.pop(pair, None)
    pairs = [
        Likeness(*pair, tuple(sign for sign in Sign if sign in signs))
        for pair, signs in found.items()
    ]
    return sorted(pairs, key=lambda one: (-sum(WEIGHT[s] for s in one.signs), one.first))


def _shared(member: Member) -> Iterator[tuple[Sign, Iterator[set[int]]]]:
    """For each sign the sets of files that share a value."""
    files = set(files_of(member).values_list("pk", flat=True))
    rows = Resident.objects.filter(moved_out_at=None).order_by()
    people = list(rows.values_list("pk", "household_id", "name", "birth_year"))
    home = {pk: file for pk, file, _name, _year in people if file in files}
    numbers = Identity.objects.order_by().values_list("blind_index", "resident_id")
    yield Sign.IDENTITY, _groups((index, home.get(who)) for index, who in numbers)
    named = ((name, year, home.get(pk)) for pk, _file, name, year in people if year is not None)
    yield Sign.NAME, _groups(((name, year), file) for name, year, file in named)
    phones = Phone.objects.order_by().values_list("number", "household_id", "resident_id")
    # A number of somebody who moved out says nothing of who lives there now.
    own = (row for row in phones if row[1] in files and (row[2] is None or row[2] in home))
    yield Sign.PHONE, _groups((number, file) for number, file, _who in own)


def _groups(pairs: Iterable[tuple[Any, int | None]]) -> Iterator[set[int]]:
    """The files of each value that stands in two at least, and not in too many."""
    groups: dict[Any, set[int]] = defaultdict(set)
    for value, file in pairs:
        if file is not None:
            groups[value].add(file)
    yield from (group for group in groups.values() if 1 < len(group) <= TOO_MANY)


def with_files(pairs: Iterable[Likeness], member: Member) -> list[dict[str, Any]]:
    """The pairs of one page with their files and people; two queries."""
    pairs = list(pairs)
    ids = {pk for one in pairs for pk in (one.first, one.second)}
    files = {one.pk: one for one in files_of(member).filter(pk__in=ids)}
    people: dict[int, list[Resident]] = defaultdict(list)
    for person in Resident.objects.filter(household__in=ids, moved_out_at=None):
        people[person.household_id].append(person)
    return [
        {
            "signs": one.signs,
            "files": [(files[pk], people[pk]) for pk in (one.first, one.second)],
        }
        for one in pairs
        if one.first in files and one.second in files
    ]


@transaction.atomic
def keep_apart(*, first: Household, second: Household, by: Member) -> KeptApart:
    """These two are different people: they are not suggested again. Twice is once."""
    if first.pk == second.pk:
        raise Refused(_("This is one and the same file. Choose another door."))
    low, high = sorted((first, second), key=lambda one: one.pk)
    pair, made = KeptApart.objects.get_or_create(
        compound_id=low.compound_id,
        first=low,
        second=high,
        defaults={"decided_by": by.actor_label[:80]},
    )
    if made:
        record_in_file("FilesKeptApart", first, by, other=second.home.label)
        record_in_file("FilesKeptApart", second, by, other=first.home.label)
    return pair
