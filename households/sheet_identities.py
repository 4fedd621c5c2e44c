"""Identity numbers that stand on a roster sheet: dropped, unless a person ticks that they are kept.

From the upload to the confirmation they lie encrypted beside the import, for a day at most. Then
they are in the files, encrypted as any other document, or they are gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from compounds.roles import Permission
from households.batches import numbers_of
from households.comparing import Comparison, DoorMatch, Match
from households.models import Household, Identity, IdentityKind, RosterImport
from households.roster.people import Roster
from lockdown.kernel import crypto
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope_of_every_compound

KEPT_FOR = timedelta(hours=24)  # our default: between upload and confirmation
NEW, KNOWN, OTHER = "new", "known", "other"


@dataclass(frozen=True)
class Numbered:
    """A person of the sheet with a valid number. `state`: new, known (the file has the same), or
    other (the file has another number, which stays)."""

    door: DoorMatch
    match: Match
    number: str
    state: str

    def __repr__(self) -> str:  # no number in a log or a traceback
        return f"Numbered({self.door.door.label}, {self.state})"


def sealed(roster: Roster) -> tuple[str, int]:
    """The valid numbers of a sheet, encrypted, and how many they are."""
    found = numbers_of(roster)
    return crypto.encrypt(json.dumps(found)) if found else "", len(found)


def is_asked_again(batch: RosterImport) -> bool:
    """Whether the same sheet may bring numbers that an earlier upload let go."""
    return bool(batch.numbers_found) and not batch.numbers and batch.numbers_kept is None


def read_numbers(batch: RosterImport, comparison: Comparison) -> list[Numbered]:
    """Each number beside what the files hold; one query. Moved-out people are left out."""
    if not batch.numbers:
        return []
    people = []
    for place, position, number in json.loads(crypto.decrypt(batch.numbers)):
        door = comparison.doors[place]
        match = door.people[position]
        if match.resident is None or match.resident.moved_out_at is None:
            people.append((door, match, number))
    held = _held(match.resident.pk for _door, match, _number in people if match.resident)
    return [
        Numbered(door, match, number, _state(batch, match, number, held))
        for door, match, number in people
    ]


def _held(residents: Iterable[int]) -> dict[int, str]:
    rows = Identity.objects.filter(kind=IdentityKind.ID_CARD, resident__in=list(residents))
    return dict(rows.values_list("resident_id", "blind_index"))


def _state(batch: RosterImport, match: Match, number: str, held: dict[int, str]) -> str:
    known = held.get(match.resident.pk) if match.resident else None
    if known is None:
        return NEW
    index = crypto.blind_index(number, compound=batch.compound_id)
    return KNOWN if known == index else OTHER


def refuse_keeping(batch: RosterImport, by: Member) -> None:
    """Refused: who may not keep documents; numbers that are gone because the day is over."""
    if not by.may(Permission.HOUSEHOLD_EDIT):
        raise Refused(_("You may not keep identity numbers. Import without them."))
    if not batch.numbers:
        raise Refused(
            _("The numbers of this sheet are not there any more. Upload the file again."),
            code="numbers_gone",
        )


def lock_files(comparison: Comparison) -> None:
    """The race of an import and a number typed at a file: the file's row is the queue, as in
    `keep_identity`."""
    files = [door.household.pk for door in comparison.doors if door.household]
    rows = Household.objects.filter(pk__in=files).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def documents(batch: RosterImport, comparison: Comparison, by: Member) -> list[Identity]:
    """The rows of new numbers, not saved yet; everybody of the sheet has a file by now."""
    now = timezone.now()
    found = read_numbers(batch, comparison)
    return [
        Identity(
            compound_id=batch.compound_id,
            resident=one.match.resident,
            kind=IdentityKind.ID_CARD,
            number=crypto.encrypt(one.number),
            blind_index=crypto.blind_index(one.number, compound=batch.compound_id),
            last_four=one.number[-4:],
            kept_by=by.actor_label[:80],
            kept_at=now,
        )
        for one in found
        if one.state == NEW
    ]


def forget_numbers(*, now: datetime) -> int:
    """Numbers of sheets that nobody confirmed within a day go, over all compounds at once."""
    with scope_of_every_compound():
        late = RosterImport.objects.filter(uploaded_at__lt=now - KEPT_FOR).exclude(numbers="")
        return late.update(numbers="")
