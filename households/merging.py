"""Two files of the same people become one; two entries of one person become one.

Nothing is deleted. What the survivor lacks moves to it; what it has already stays with the closed
file, whose history the survivor's timeline shows. Rows of other rooms follow by the journal event.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from households.files import lock_file, record_in_file
from households.joining import People, join_person, move_file_rows
from households.models import (
    Access,
    CareFlag,
    Household,
    Identity,
    Note,
    Pet,
    Phone,
    Relative,
    Resident,
    Verification,
)
from journal.actions import Actor
from lockdown.kernel.errors import Refused
from lockdown.kernel.masking import mask_name


@dataclass(frozen=True)
class Person:
    """What becomes of one person of the file that closes: `into` is the same person's entry in
    the survivor; None: they move."""

    resident: Resident
    into: Resident | None


@dataclass
class Merge:
    """What a merge does, worked out before anything changes."""

    survivor: Household
    other: Household
    people: list[Person] = field(default_factory=list)
    phones: list[tuple[Phone, bool]] = field(default_factory=list)  # True: moves
    flags: list[tuple[CareFlag, bool]] = field(default_factory=list)
    relatives: list[tuple[Relative, bool]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    pets: list[tuple[Pet, bool]] = field(default_factory=list)
    sign_ins: int = 0
    doors: int = 0  # open verifications that follow

    @property
    def joined(self) -> dict[int, Resident]:
        return {one.resident.pk: one.into for one in self.people if one.into is not None}

    def now(self, resident: int | None) -> int | None:
        """The id under which a person of the other file goes on."""
        into = self.joined.get(resident) if resident is not None else None
        return into.pk if into is not None else resident


def plan_merge(survivor: Household, other: Household) -> Merge:
    """The same for the preview and for the deed; eight queries at any size."""
    both = [survivor.pk, other.pk]
    plan = Merge(survivor, other)
    plan.people = _people(survivor, other)
    phones = list(Phone.objects.filter(household__in=both))
    known = {one.number for one in phones if one.household_id == survivor.pk}
    plan.phones = [(one, one.number not in known) for one in phones if one.household_id == other.pk]
    flags = list(CareFlag.objects.filter(household__in=both, ended_at=None))
    marked = {(one.resident_id, one.kind) for one in flags if one.household_id == survivor.pk}
    plan.flags = [
        (one, (plan.now(one.resident_id), one.kind) not in marked)
        for one in flags
        if one.household_id == other.pk
    ]
    relatives = list(Relative.objects.filter(household__in=both))
    rung = {one.phone for one in relatives if one.household_id == survivor.pk and one.phone}
    plan.relatives = [
        (one, one.phone not in rung) for one in relatives if one.household_id == other.pk
    ]
    pets = list(Pet.objects.filter(household__in=both))
    kept = {one.kind for one in pets if one.household_id == survivor.pk}
    plan.pets = [(one, one.kind not in kept) for one in pets if one.household_id == other.pk]
    plan.notes = list(Note.objects.filter(household=other, struck_at=None))
    plan.sign_ins = Access.objects.filter(household=other, ended_at=None).count()
    plan.doors = Verification.objects.open().filter(household=other).count()
    return plan


def _people(survivor: Household, other: Household) -> list[Person]:
    """Each person of the other file with the survivor's entry of the same person, if any."""
    both = Resident.objects.filter(household__in=[survivor.pk, other.pk], moved_out_at=None)
    rows = list(both.prefetch_related("identities"))
    free = [one for one in rows if one.household_id == survivor.pk]
    found = []
    for person in (one for one in rows if one.household_id == other.pk):
        same = next((one for one in free if same_person(one, person)), None)
        if same is not None:
            free.remove(same)  # each entry stands for one person
        found.append(Person(person, same))
    return found


def same_person(one: Resident, other: Resident) -> bool:
    """By a document of one kind when both have it, else by name; never where the years of birth
    contradict: then somebody mistyped, and a person decides."""
    years = {one.birth_year, other.birth_year} - {None}
    if len(years) > 1:
        return False
    numbers = {row.kind: row.blind_index for row in one.identities.all()}
    for row in other.identities.all():
        if row.kind in numbers:
            return numbers[row.kind] == row.blind_index
    return one.name == other.name


@transaction.atomic
def merge(*, survivor: Household, other: Household, by: Actor) -> Household:
    """Close the other file into the survivor; its door gets an empty file. Twice is once.

    Refused: a file into itself, a closed file, files of two compounds.
    """
    if survivor.pk == other.pk:
        raise Refused(_("This is one and the same file. Choose another door."), field="other")
    if survivor.compound_id != other.compound_id:
        raise Refused(_("The two files are of different compounds."), field="other")
    kept, gone = _lock_both(survivor, other)
    if gone.merged_into_id == kept.pk:
        return kept
    _refuse_closed(kept)
    _refuse_closed(gone)
    plan = plan_merge(kept, gone)
    for person in plan.people:
        if person.into is not None:
            join_person(kept=person.into, gone=person.resident)
    moved = [one.resident for one in plan.people if one.into is None]
    move_file_rows(plan, moved, by)
    gone.closed_at, gone.merged_into = timezone.now(), kept
    gone.save(update_fields=["closed_at", "merged_into"])
    # One step from any closed file to the one that goes on.
    Household.objects.filter(merged_into=gone).update(merged_into=kept)
    Household.objects.create(compound_id=gone.compound_id, home=gone.home)
    _record(plan, by)
    return kept


def _lock_both(survivor: Household, other: Household) -> tuple[Household, Household]:
    """Both files, locked in the order of their ids.

    Closes the race of two people who merge A into B and B into A at once: the second waits here,
    and then finds its survivor closed.
    """
    rows = Household.objects.select_for_update(of=("self",)).select_related(
        "home", "merged_into__home"
    )
    found = {one.pk: one for one in rows.filter(pk__in=[survivor.pk, other.pk]).order_by("pk")}
    return found[survivor.pk], found[other.pk]


def _refuse_closed(file: Household) -> None:
    if file.merged_into is not None:
        raise Refused(
            _("The file of %(door)s was merged into that of %(into)s meanwhile. Open that one.")
            % {"door": file.home.label, "into": file.merged_into.home.label},
            code="merged",
        )
    if file.closed_at is not None:
        raise Refused(_("The file of %(door)s is closed.") % {"door": file.home.label})


def _record(plan: Merge, by: Actor) -> None:
    """Both histories show on the survivor's timeline; handlers elsewhere read the ids."""
    record_in_file(
        "HouseholdsMerged",
        plan.survivor,
        by,
        **{
            "from": plan.other.home.label,
            "closed": plan.other.pk,
            "home": plan.survivor.home_id,
            "people": {str(old): into.pk for old, into in plan.joined.items()},
        },
    )


@transaction.atomic
def merge_people(*, kept: Resident, gone: Resident, by: Actor) -> Resident:
    """One person who stands in a file twice. What the kept entry lacks it gets. Twice is once.

    Refused: an entry into itself, entries of two files, two different numbers on one document.
    """
    if kept.pk == gone.pk:
        raise Refused(_("This is one and the same entry. Choose the other one."), field="other")
    file = lock_file(kept.household)
    rows = Resident.objects.select_for_update(of=("self",)).filter(pk__in=[kept.pk, gone.pk])
    found = {one.pk: one for one in rows.order_by("pk")}
    kept, gone = found[kept.pk], found[gone.pk]
    if gone.merged_into_id == kept.pk:
        return kept
    if kept.household_id != file.pk or gone.household_id != file.pk:
        raise Refused(_("The two entries are not in one file. Merge the files first."))
    if kept.moved_out_at is not None or gone.moved_out_at is not None:
        raise Refused(_("One of the two no longer belongs to this home. Open the file again."))
    if _documents_differ(kept, gone):
        raise Refused(
            _("The two have different numbers on the same kind of document. Check them first.")
        )
    people: People = join_person(kept=kept, gone=gone)
    data = {"name": mask_name(kept.name), "home": file.home_id, "people": people}
    record_in_file("PeopleMerged", file, by, **data)
    return kept


def _documents_differ(one: Resident, other: Resident) -> bool:
    rows = Identity.objects.filter(resident__in=[one, other])
    numbers: dict[str, set[str]] = {}
    for row in rows:
        numbers.setdefault(row.kind, set()).add(row.blind_index)
    return any(len(group) > 1 for group in numbers.values())
