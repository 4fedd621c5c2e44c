"""Telling on paper: the households of one notice that still wait for a call or a knock."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Home, Member
from households.models import Resident, Sheet
from households.sheets import Choice, Entry, Line, Newcomer, PaperPerson
from lockdown.kernel.errors import Refused
from notices.actions import no_answer, told
from notices.models import Notice, Receipt, Told
from notices.reach import reach_rows

TOLD, NO_ANSWER = "told", "no_answer"


def homes_to_tell(notice: Notice, member: Member) -> list[Home]:
    """The homes on people's lists for this notice, stair by stair, from the top floor down."""
    rows = reach_rows(member, notice=notice.pk)
    return list(dict.fromkeys(row.home for row in rows))


class TellSheet:
    """A SheetRoom of `households.sheets`."""

    outcomes: tuple[Choice, ...] = (
        Choice("1", TOLD, gettext_lazy("told at the door")),
        Choice("2", NO_ANSWER, gettext_lazy("no answer")),
    )
    people: tuple[Choice, ...] = ()

    def lines(self, sheet: Sheet) -> list[Line]:
        """Two queries at any length."""
        receipts = _receipts(sheet)
        people: dict[int, list[PaperPerson]] = defaultdict(list)
        files = [one.household_id for one in receipts.values()]
        for one in Resident.objects.filter(household_id__in=files, moved_out_at=None):
            people[one.household_id].append(PaperPerson(one.pk, one.name))
        return [
            Line(
                row=home,
                door=receipts[home].home.number,
                floor=receipts[home].home.floor,
                unit=str(receipts[home].home.unit),
                people=people[receipts[home].household_id],
                state=_state(receipts[home]),
                mark="done" if receipts[home].finished_at else "late",
                is_open=receipts[home].cancelled_at is None,
            )
            for home in sheet.rows
            if home in receipts
        ]

    def take(
        self,
        sheet: Sheet,
        entries: Sequence[Entry],
        new: Sequence[Newcomer],
        *,
        form: uuid.UUID,
        by: Member,
    ) -> dict[int, str]:
        receipts = _receipts(sheet)
        refused = {-one.place: _("This sheet takes no new people.") for one in new}
        for entry in entries:
            receipt = receipts.get(entry.row)
            if receipt is None:
                continue
            try:
                _record(receipt, entry, by)
            except Refused as refusal:
                refused[entry.row] = str(refusal)
        return refused


def _record(receipt: Receipt, entry: Entry, by: Member) -> None:
    if entry.value == TOLD:
        told(receipt=receipt, how=Told.DOOR, note=entry.note, by=by)
    elif entry.value == NO_ANSWER:
        no_answer(receipt=receipt, seen=receipt.attempts, by=by)


def _state(receipt: Receipt) -> str:
    if receipt.finished_at:
        return _("told")
    return receipt.reason if receipt.attempts else ""


def _receipts(sheet: Sheet) -> dict[int, Receipt]:
    rows = Receipt.objects.filter(notice_id=sheet.subject, home_id__in=sheet.rows)
    return {one.home_id: one for one in rows.select_related("home__unit__building", "notice")}
