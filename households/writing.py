"""Writing a comparison into the files, in bulk, with a record of every row made or changed."""

from __future__ import annotations

from typing import Any

from django.db import models

from compounds.models import Member
from households import pinyin
from households.comparing import FIELDS, Comparison, DoorMatch, Match
from households.models import (
    CareFlag,
    Household,
    ImportChange,
    Phone,
    Presence,
    Relative,
    Resident,
    RosterImport,
    Why,
)
from households.phones import last_four
from households.presence import keep_changes
from households.sheet_identities import documents

BATCH = 2000
STATE = {
    "household": ("note", "key_holder", "closed_at"),
    "resident": ("name", *FIELDS, "moved_out_at"),
    "phone": ("number", "resident_id"),
    "flag": ("kind", "note", "ended_at"),
    "relative": ("name", "relation", "phone"),
    "identity": ("resident_id", "kept_at"),  # never the number, nor what finds it
}


def state_of(kind: str, row: models.Model) -> dict[str, Any]:
    """The fields by which it shows whether somebody touched a row since."""
    values = {name: getattr(row, name) for name in STATE[kind]}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


class _Writer:
    """Collects the rows of one import, table by table."""

    def __init__(self, batch: RosterImport, by: Member) -> None:
        self.batch, self.by = batch, by
        self.changes: list[ImportChange] = []

    def add(self, kind: str, rows: list[Any]) -> None:
        """New rows, and that they are new."""
        model = type(rows[0]) if rows else None
        if model is None:
            return
        model.objects.bulk_create(rows, batch_size=BATCH)
        self.changes += [self._change(kind, row, None) for row in rows]

    def _change(self, kind: str, row: Any, before: dict[str, Any] | None) -> ImportChange:
        return ImportChange(
            compound_id=self.batch.compound_id,
            batch=self.batch,
            model=kind,
            row_id=row.pk,
            before=before,
            after=state_of(kind, row),
        )

    def change(self, matches: list[Match]) -> None:
        """Residents that differ from the sheet."""
        rows, olds = [], []
        for match in matches:
            resident = match.resident
            assert resident is not None
            before = {name: getattr(resident, name) for name in match.changes}
            for name, value in match.changes.items():
                setattr(resident, name, value)
            self.changes.append(self._change("resident", resident, before))
            rows.append(resident)
            olds.append((resident, before))
        Resident.objects.bulk_update(rows, FIELDS, batch_size=500)
        moved = [(row, before["presence"]) for row, before in olds if "presence" in before]
        keep_changes(moved, why=Why.IMPORT, by=self.by)

    def finish(self) -> None:
        ImportChange.objects.bulk_create(self.changes, batch_size=BATCH)


def write(
    batch: RosterImport, comparison: Comparison, by: Member, *, keep_numbers: bool
) -> int | None:
    """Files, people, numbers, marks and relatives of a sheet; inside the caller's transaction.

    How many identity numbers are new in the files; None when they are not to be kept.
    """
    writer = _Writer(batch, by)
    _open_files(writer, comparison)
    _write_people(writer, comparison)
    every = [(door, one) for door in comparison.doors for one in door.people]
    writer.add("phone", [row for door, one in every for row in _phones(batch, door, one)])
    writer.add("flag", [row for door, one in every for row in _flags(batch, door, one, by)])
    writer.add("relative", [row for door, one in every for row in _relatives(batch, door, one)])
    papers = documents(batch, comparison, by) if keep_numbers else []
    writer.add("identity", papers)
    writer.finish()
    return len(papers) if keep_numbers else None


def _open_files(writer: _Writer, comparison: Comparison) -> None:
    fresh = [one for one in comparison.doors if one.household is None]
    rows = [Household(compound_id=writer.batch.compound_id, home=one.home) for one in fresh]
    writer.add("household", rows)
    for door, row in zip(fresh, rows, strict=True):
        door.household = row


def _write_people(writer: _Writer, comparison: Comparison) -> None:
    writer.change([one for door in comparison.doors for one in door.people if one.changes])
    new = [(door, one) for door, one in comparison.people("new")]
    rows = [_resident(writer.batch, door, one) for door, one in new]
    writer.add("resident", rows)
    keep_changes([(row, "") for row in rows], why=Why.IMPORT, by=writer.by)
    for (_door, one), row in zip(new, rows, strict=True):
        one.resident = row


def _resident(batch: RosterImport, door: DoorMatch, match: Match) -> Resident:
    person = match.person
    return Resident(
        compound_id=batch.compound_id,
        household=door.household,
        name=person.name,
        pinyin=pinyin.full(person.name)[:120],
        initials=pinyin.initials(person.name)[:20],
        sex=person.sex,
        birth_year=person.birth_year,
        relation=person.relation,
        is_head=person.is_head,
        presence=person.presence or Presence.INSIDE,
        note=person.note,
        position=door.people.index(match),
    )


def _phones(batch: RosterImport, door: DoorMatch, match: Match) -> list[Phone]:
    return [
        Phone(
            compound_id=batch.compound_id,
            household=door.household,
            resident=match.resident,
            number=number,
            last_four=last_four(number),
            position=place,
        )
        for place, number in enumerate(match.phones)
    ]


def _flags(batch: RosterImport, door: DoorMatch, match: Match, by: Member) -> list[CareFlag]:
    return [
        CareFlag(
            compound_id=batch.compound_id,
            household=door.household,
            resident=match.resident,
            kind=kind,
            set_by=by.actor_label[:80],
        )
        for kind in match.flags
    ]


def _relatives(batch: RosterImport, door: DoorMatch, match: Match) -> list[Relative]:
    return [
        Relative(
            compound_id=batch.compound_id,
            household=door.household,
            relation=relation,
            phone=phone,
        )
        for relation, phone in match.relatives
    ]
