"""Files that may be of the same people: found by what they share, decided by a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
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
    """Pairs of present files within the member's limits, the likeliest first; four queries."""
    found: dict[tuple[int, int], set[Sign]] = defaultdict(set)
    for sign, groups in (
        (Sign.IDENTITY, _shared(_identities(member), "blind_index", "resident__household_id")),
        (Sign.NAME, _shared(_people(member), "name", "household_id", "birth_year")),
        (Sign.PHONE, _shared(_phones(member), "number", "household_id")),
    ):
        for group in groups:
            for pair in combinations(sorted(group), 2):
                found[pair].add(sign)
    for pair in KeptApart.objects.values_list("first_id", "second_id"):
        found.pop(pair, None)
    pairs = [Likeness(*pair, tuple(sign for sign in Sign if sign in signs))
             for pair, signs in found.items()]  # fmt: skip
    return sorted(pairs, key=lambda one: (-sum(WEIGHT[s] for s in one.signs), one.first))


def _identities(member: Member) -> QuerySet[Identity]:
    return Identity.objects.filter(
        member.within("resident__household__home__"),
        resident__moved_out_at=None,
        resident__household__closed_at=None,
    )


def _people(member: Member) -> QuerySet[Resident]:
    return Resident.objects.filter(
        member.within("household__home__"),
        moved_out_at=None,
        household__closed_at=None,
        birth_year__isnull=False,
    )


def _phones(member: Member) -> QuerySet[Phone]:
    return Phone.objects.filter(
        member.within("household__home__"),
        Q(resident=None) | Q(resident__moved_out_at=None),
        household__closed_at=None,
    )


def _shared(rows: QuerySet[Any], key: str, household: str, *more: str) -> Iterator[set[int]]:
    """The households of each value that stands in two files at least; one query.

    The inner statement picks the values, so that a compound of 3,000 files sends back the few.
    """
    keys = (key, *more)
    shared = (
        rows.order_by()
        .values(*keys)
        .annotate(files=Count(household, distinct=True))
        .filter(files__gt=1, files__lte=TOO_MANY)
    )
    groups: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    wanted = rows.order_by().filter(**{f"{key}__in": shared.values(key)})
    for *values, owner in wanted.values_list(*keys, household):
        groups[tuple(values)].add(owner)
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
