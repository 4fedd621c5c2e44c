"""Lists on paper: printed with a short number, worked with a pen, typed back in.

An app registers a SheetRoom for each kind of list that it can print and take back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Compound, Home, Member, Unit
from households.models import Sheet, SheetKind, Sweep
from journal.actions import record
from lockdown.kernel.errors import Refused

MOST_ROWS = 400  # homes on one sheet


@dataclass(frozen=True)
class Choice:
    """One box of a row: the key to press, the value it stands for, the words beside the box."""

    key: str
    value: str
    label: object


@dataclass(frozen=True)
class PaperPerson:
    pk: int
    name: str
    note: str = ""
    state: str = ""  # what is known already, as a label


@dataclass(frozen=True)
class Line:
    """One home of a sheet, as printed and as shown for typing."""

    row: int  # the home's id
    door: str
    floor: int
    unit: str
    people: list[PaperPerson] = field(default_factory=list)
    state: str = ""  # what is recorded already, as a label
    mark: str = "wait"
    flags: list[str] = field(default_factory=list)
    is_open: bool = True


@dataclass(frozen=True)
class Newcomer:
    """Somebody written at the foot of the paper."""

    place: int
    row: int
    name: str
    phone: str
    stays: str


@dataclass(frozen=True)
class Entry:
    """What was ticked in one row: the outcome, people, words."""

    row: int
    value: str = ""
    note: str = ""
    people: dict[int, str] = field(default_factory=dict)


class SheetRoom(Protocol):
    """What an app does for its kind of sheet. `take` answers refusals by row (a home's id, or
    minus the place of a newcomer); `form` is the key of the sent form, so that twice is once."""

    outcomes: tuple[Choice, ...]
    people: tuple[Choice, ...]

    def lines(self, sheet: Sheet) -> list[Line]: ...

    def take(
        self,
        sheet: Sheet,
        entries: Sequence[Entry],
        new: Sequence[Newcomer],
        *,
        form: uuid.UUID,
        by: Member,
    ) -> dict[int, str]: ...


_rooms: dict[str, SheetRoom] = {}


def register_sheet(kind: str, room: SheetRoom) -> None:
    _rooms[kind] = room


def room_of(sheet: Sheet) -> SheetRoom:
    return _rooms[sheet.kind]


@transaction.atomic
def make_sheet(
    *,
    compound: Compound,
    kind: SheetKind,
    title: str,
    homes: Sequence[Home],
    unit: Unit | None = None,
    floors: Sequence[int] = (),
    sweep: Sweep | None = None,
    subject: int | None = None,
    by: Member,
) -> Sheet:
    """A numbered list of these homes, in this order. Refused: none, or more than MOST_ROWS."""
    if not homes:
        raise Refused(_("There is no home on these floors to print."), field="floors")
    if len(homes) > MOST_ROWS:
        raise Refused(
            _("Print at most %(most)s homes on one sheet. Choose fewer floors.")
            % {"most": MOST_ROWS},
            field="floors",
        )
    # Two people printing at once: the compound's row is the queue for the number.
    Compound.objects.select_for_update().get(pk=compound.pk)
    last = Sheet.objects.aggregate(last=Max("number"))["last"] or 100
    sheet = Sheet.objects.create(
        compound=compound,
        number=last + 1,
        kind=kind,
        title=title[:120],
        sweep=sweep,
        subject=subject,
        unit=unit,
        floors=sorted(floors, reverse=True),
        rows=[home.pk for home in homes],
        printed_at=timezone.now(),
        printed_by=by,
    )
    data = {"number": sheet.number, "title": sheet.title, "rows": len(homes)}
    record("SheetPrinted", compound=compound.pk, by=by, data=data)
    return sheet


def find_sheet(member: Member, number: int) -> Sheet | None:
    """The sheet with this short number, when its stair is within the member's limits."""
    rows = sheets_of(member).filter(number=number)
    return rows.first()


def sheets_of(member: Member) -> QuerySet[Sheet]:
    rows = Sheet.objects.select_related("sweep", "unit__building", "printed_by", "typed_by")
    if not member.is_limited:
        return rows
    # A sheet of several stairs names none; whoever printed it had only doors of their own on it.
    return rows.filter(member.within_units("unit__") | Q(unit=None, printed_by=member))


@transaction.atomic
def type_back(
    *,
    sheet: Sheet,
    entries: Sequence[Entry],
    new: Sequence[Newcomer] = (),
    form: uuid.UUID,
    by: Member,
) -> dict[int, str]:
    """Take what was ticked, in one go; answers the refusals by row. The same form twice is once."""
    # A double press: the second one waits for the sheet, then finds its own form.
    sheet = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if sheet.last_form == form:
        return {}
    on_paper = set(sheet.rows)
    listed = [one for one in entries if one.row in on_paper]
    refused = room_of(sheet).take(sheet, listed, new, form=form, by=by)
    taken = len(listed) + len(new) - len(refused)
    if taken > 0:
        sheet.last_form, sheet.typed_at, sheet.typed_by = form, timezone.now(), by
        sheet.save(update_fields=["last_form", "typed_at", "typed_by"])
        data = {"number": sheet.number, "rows": taken}
        record("SheetTyped", compound=sheet.compound_id, by=by, data=data)
    return refused
