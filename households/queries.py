"""Reading household files: the list with its filters and search, one file, who may sign in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from compounds.models import Member
from households.models import (
    Access,
    CareFlag,
    Household,
    Phone,
    Relative,
    Resident,
    Verification,
)
from households.roster.doors import NotADoor, parse_door
from journal.queries import Line, household_timeline


def files_of(member: Member) -> QuerySet[Household]:
    """The present files that a member may open: all, or those of the member's own unit."""
    found = Household.objects.filter(closed_at=None).select_related("home__unit__building")
    return found.filter(member.within("home__"))


@dataclass(frozen=True)
class Wanted:
    """The filters of the list."""

    q: str = ""
    unit: int | None = None
    floor: int | None = None
    flag: str = ""
    presence: str = ""
    check: str = ""  # unverified, no_phone, empty


def household_list(member: Member, wanted: Wanted) -> QuerySet[Household]:
    """Files in walking order with everything that a row shows; a page of it is four queries."""
    found = files_of(member)
    if wanted.unit:
        found = found.filter(home__unit_id=wanted.unit)
    if wanted.floor is not None:
        found = found.filter(home__floor=wanted.floor)
    if wanted.flag:
        flags = CareFlag.objects.filter(kind=wanted.flag, ended_at=None)
        found = found.filter(Exists(flags.filter(household_id=OuterRef("pk"))))
    if wanted.presence:
        people = _people().filter(presence=wanted.presence)
        found = found.filter(Exists(people.filter(household_id=OuterRef("pk"))))
    found = _checked(found, wanted.check)
    if wanted.q.strip():
        found = found.filter(search(wanted.q))
    return (
        found.annotate(
            reachable=Exists(Phone.objects.filter(household_id=OuterRef("pk"))),
            to_verify=Exists(_open_verifications().filter(household_id=OuterRef("pk"))),
        )
        .prefetch_related(
            Prefetch("residents", queryset=_people(), to_attr="people"),
            Prefetch(
                "flags", queryset=CareFlag.objects.filter(ended_at=None), to_attr="open_flags"
            ),
        )
        .order_by("home__position", "pk")
    )


def _people() -> QuerySet[Resident]:
    return Resident.objects.filter(moved_out_at=None)


def _open_verifications() -> QuerySet[Verification]:
    return Verification.objects.filter(finished_at=None, cancelled_at=None)


def _checked(found: QuerySet[Household], check: str) -> QuerySet[Household]:
    match check:
        case "unverified":
            return found.filter(Exists(_open_verifications().filter(household_id=OuterRef("pk"))))
        case "no_phone":
            phones = Phone.objects.filter(household_id=OuterRef("pk"))
            return found.filter(~Exists(phones), Exists(_people().filter(household=OuterRef("pk"))))
        case "empty":
            return found.filter(~Exists(_people().filter(household_id=OuterRef("pk"))))
    return found


def search(text: str) -> Q:
    """A door in any spelling, a name, its pinyin or initials, or a phone's last four digits."""
    text = unicodedata.normalize("NFKC", text).strip()[:40]
    low = re.sub(r"\s+", "", text).lower()
    wanted = Q(home__label__iexact=low) | Q(home__number__iexact=low)
    try:
        door = parse_door(text)
    except NotADoor:
        pass
    else:
        exact = Q(home__number=door.number)
        if door.building:
            exact &= Q(home__building__number__iexact=door.building)
        if door.unit:
            exact &= Q(home__unit__number__iexact=door.unit)
        wanted |= exact
    if re.fullmatch(r"\d{1,3}", low):
        wanted |= Q(home__number__startswith=low)
    if re.fullmatch(r"\d{4}", low):
        wanted |= Q(pk__in=Phone.objects.filter(last_four=low).values("household_id"))
    if re.fullmatch(r"[\d]{7,}", low):
        wanted |= Q(pk__in=Phone.objects.filter(number=low).values("household_id"))
    if not low.isdigit():
        people = Q(name__contains=text)
        if re.fullmatch(r"[a-z0-9]+", low):
            people |= Q(initials=low) | Q(pinyin__startswith=low) | Q(initials__startswith=low)
        wanted |= Q(pk__in=_people().filter(people).values("household_id"))
    return wanted


@dataclass(frozen=True)
class File:
    """One household with everything that its page shows."""

    household: Household
    people: list[Resident]
    moved_out: list[Resident]
    phones: list[Phone]  # those that belong to nobody in particular
    flags: list[CareFlag]  # those of the whole home
    relatives: list[Relative]
    verification: Verification | None
    timeline: list[Line]


def household_file(household: Household) -> File:
    """Six queries at any size."""
    key = household.pk
    residents = list(Resident.objects.filter(household_id=key))
    phones = list(Phone.objects.filter(household_id=key))
    flags = list(CareFlag.objects.filter(household_id=key, ended_at=None))
    for one in residents:
        one.numbers = [phone for phone in phones if phone.resident_id == one.pk]
        one.open_flags = [flag for flag in flags if flag.resident_id == one.pk]
    return File(
        household=household,
        people=[one for one in residents if one.moved_out_at is None],
        moved_out=[one for one in residents if one.moved_out_at is not None],
        phones=[phone for phone in phones if phone.resident_id is None],
        flags=[flag for flag in flags if flag.resident_id is None],
        relatives=list(Relative.objects.filter(household_id=key)),
        verification=(
            Verification.objects.filter(household_id=key, cancelled_at=None)
            .select_related("finished_by")
            .order_by("-pk")
            .first()
        ),
        timeline=household_timeline(key, limit=40),
    )


def files_with_sign_ins(member: Member) -> QuerySet[Household]:
    """The files with `signed_in`: how many phones may open the home's page."""
    living = Q(accesses__granted_at__isnull=False, accesses__ended_at=None)
    return files_of(member).annotate(signed_in=Count("accesses", filter=living))


def accesses(member: Member) -> QuerySet[Access]:
    """Requests and sign-ins that have not ended, of the homes that the member may see."""
    found = (
        Access.objects.filter(ended_at=None, household__closed_at=None)
        .select_related("household__home__unit__building", "resident", "granted_by")
        .order_by("asked_at")
    )
    return found.filter(member.within("household__home__"))
