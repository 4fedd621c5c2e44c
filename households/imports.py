"""Roster imports: preview, confirm, take back. The sheet is read by `households.roster`."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.actions import UnitPattern, build_homes
from compounds.models import Compound, Member, Unit
from households import sheet_identities, takeback
from households.batches import as_json, homes_by_key
from households.comparing import Comparison, compare
from households.models import RosterImport
from households.parts import refuse_beyond
from households.roster.doors import DoorKey
from households.roster.gate import MAX_UPLOAD
from households.roster.messages import Unreadable
from households.roster.parse import parse_roster
from households.roster.people import Roster
from households.roster.reading import read_sheet
from households.writing import write
from journal.actions import record
from lockdown.kernel.errors import Refused

__all__ = [
    "MAX_UPLOAD",
    "build_doors",
    "confirm_import",
    "preview_roster",
    "undo_import",
]


@transaction.atomic
def preview_roster(
    *, compound: Compound, file_name: str, data: bytes, unit: Unit | None, by: Member
) -> RosterImport:
    """Read a sheet and keep what it says; nothing is changed yet.

    `unit` is where doors belong that the sheet gives without building and unit. The same file
    again gives the import that it already has. Refused: what is no roster, with what to do.
    """
    known = sorted(homes_by_key())
    digest = _digest(data, unit, known)
    # Two uploads of one file at once: the compound's row is the queue.
    Compound.objects.select_for_update().get(pk=compound.pk)
    seen = RosterImport.objects.filter(digest=digest, undone_at=None).first()
    if seen is not None and not sheet_identities.is_asked_again(seen):
        refuse_beyond(by, seen.parsed)
        return seen
    today = compound.today()
    roster = _read(file_name, data, known, unit, today)
    parsed = as_json(roster, today)
    refuse_beyond(by, parsed)
    numbers, found = sheet_identities.sealed(roster)
    if seen is not None and seen.confirmed_at is None:
        seen.numbers, seen.uploaded_at = numbers, timezone.now()
        seen.save(update_fields=["numbers", "uploaded_at"])
        return seen
    return RosterImport.objects.create(
        compound=compound,
        file_name=file_name[-120:],
        digest=digest,
        unit=unit,
        uploaded_by=by,
        parsed=parsed,
        numbers=numbers,
        numbers_found=found,
        households=roster.stats["households"],
        people=roster.stats["people"],
        rejected=roster.stats["rejected"],
    )


def _read(
    file_name: str, data: bytes, known: list[DoorKey], unit: Unit | None, today: date
) -> Roster:
    place = (unit.building.number, unit.number) if unit else (None, None)
    try:
        return parse_roster(
            read_sheet(file_name, data),
            known_doors=known or None,
            today=today,
            default_place=place,
        )
    except Unreadable as reason:
        raise Refused(reason.text, code=reason.code, field="file") from None


def _digest(data: bytes, unit: Unit | None, known: list[DoorKey]) -> str:
    """One file, read one way: other homes or another default unit make it another import."""
    digest = hashlib.sha256(data)
    digest.update(f"\n{unit.pk if unit else ''}\n".encode())
    digest.update(repr(known).encode())
    return digest.hexdigest()


@transaction.atomic
def confirm_import(*, batch: RosterImport, keep_numbers: bool = False, by: Member) -> RosterImport:
    """Write the sheet into the files. Confirmed again, or changing nothing, it does no harm.

    `keep_numbers`: its valid identity numbers too, encrypted. Without it they are forgotten now.
    """
    batch = RosterImport.objects.select_for_update().get(pk=batch.pk)
    if batch.undone_at is not None:
        raise Refused(_("This import was taken back. Upload the file again."), code="taken_back")
    if batch.confirmed_at is not None:
        return batch
    comparison = compare(batch)
    if not comparison.doors:
        raise Refused(_("The sheet has no row that can be taken. Put it right and upload it."))
    _refuse_homeless(comparison)
    if keep_numbers:
        sheet_identities.refuse_keeping(batch, by)
        sheet_identities.lock_files(comparison)
    batch.numbers_kept = write(batch, comparison, by, keep_numbers=keep_numbers)
    batch.numbers, batch.confirmed_at, batch.confirmed_by = "", timezone.now(), by
    batch.save(update_fields=["numbers", "numbers_kept", "confirmed_at", "confirmed_by"])
    record(
        "RosterImported",
        compound=batch.compound_id,
        by=by,
        data={
            "file": batch.file_name,
            "households": batch.households,
            "people": batch.people,
            "numbers": batch.numbers_kept or 0,
            "import": batch.pk,
        },
    )
    return batch


def _refuse_homeless(comparison: Comparison) -> None:
    homeless = len(comparison.homeless)
    if homeless:
        raise Refused(
            _("%(count)s doors on the sheet are no homes yet. Create them first.")
            % {"count": homeless},
            code="no_homes",
        )


@dataclass(frozen=True)
class ListedDoors(UnitPattern):
    """Doors as a sheet lists them, where no pattern of floors by doors fits."""

    listed: tuple[tuple[int, str], ...] = ()

    def numbers(self) -> Any:
        return self.listed


@transaction.atomic
def build_doors(*, batch: RosterImport, building: str, unit: str, by: Member) -> int:
    """Create the homes that the sheet names and the compound lacks; returns how many are new.

    `building` and `unit` complete the doors that the sheet gives without.
    """
    batch = RosterImport.objects.select_for_update().get(pk=batch.pk)
    if batch.confirmed_at is not None:
        return 0
    homes = homes_by_key()
    places: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for door in batch.parsed["doors"]:
        if tuple(door["key"]) in homes:
            continue
        own_building, own_unit, number = door["key"]
        door["key"] = [own_building or building, own_unit or unit, number]
        places[door["key"][0], door["key"][1]].append((door["floor"], number))
    patterns = [
        ListedDoors(place[0], place[1], len(doors), 1, listed=tuple(dict.fromkeys(doors)))
        for place, doors in places.items()
    ]
    made = build_homes(compound=batch.compound, patterns=patterns, by=by)
    batch.save(update_fields=["parsed"])
    return made


@transaction.atomic
def undo_import(*, batch: RosterImport, by: Member) -> RosterImport:
    """Take back exactly what the import did: its rows go, changed fields return.

    What staff changed since stays as it is. Refused when later work hangs on it. Twice is once.
    """
    batch = RosterImport.objects.select_for_update().get(pk=batch.pk)
    if batch.undone_at is not None:
        return batch
    if batch.confirmed_at is None:
        raise Refused(_("This import was never confirmed; there is nothing to take back."))
    takeback.refuse_later_work(batch)
    takeback.take_back(batch, by)
    batch.undone_at, batch.undone_by = timezone.now(), by
    batch.save(update_fields=["undone_at", "undone_by"])
    record(
        "RosterImportUndone",
        compound=batch.compound_id,
        by=by,
        data={"file": batch.file_name, "import": batch.pk},
    )
    return batch
