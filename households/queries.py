"""Reading household files: the list with its filters and search, one file, who may sign in."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from compounds.models import Member
from households.models import (
    Access,
    CareFlag,
    Household,
    Phone,
    Resident,
    Verification,
)
from households.search import find

LISTED = 200  # homes that a search brings to the list


def files_of(member: Member) -> QuerySet[Household]:
    """The present files that a member may open: all, or those within the member's limits."""
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
        hits = find(wanted.q, member=member, most=LISTED)
        found = found.filter(home_id__in=[hit.home_id for hit in hits])
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
