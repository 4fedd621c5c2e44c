"""All that is kept about one household, handed out to those whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import BytesIO

import xlsxwriter
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from households.keeping import Section, keepers
from households.models import Access, Household
from households.roster.rejects import guarded
from journal.actions import Actor, record
from journal.models import Entry
from journal.queries import household_timeline
from lockdown.kernel.errors import Refused

MOST_LINES = 5_000  # of the timeline
SAME = timedelta(minutes=10)  # a household that opens its own page again is recorded once
OWN_PAGE = "the household's own page"  # kept in English, as every word of an entry


@transaction.atomic
def hand_out(*, household: Household, reason: str, by: Actor) -> list[Section]:
    """Everything of the household, unmasked, for a stated reason that the journal keeps."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say who asked for it, and why it is handed out."), field="reason")
    sections = everything(household)
    _record(household, reason, by)
    return sections


@transaction.atomic
def read_own(*, household: Household, by: Access) -> list[Section]:
    """The same for the household itself; opened again within minutes it is recorded once."""
    sections = everything(household)
    lately = Entry.objects.filter(
        household_id=household.pk,
        event="SubjectExported",
        at__gt=timezone.now() - SAME,
        data__access=by.pk,
    )
    if not lately.exists():
        _record(household, OWN_PAGE, by, access=by.pk)
    return sections


def _record(household: Household, reason: str, by: Actor, **more: int) -> None:
    record(
        "SubjectExported",
        compound=household.compound_id,
        by=by,
        household=household.pk,
        data={"door": household.home.label, "reason": reason[:200], **more},
    )


def everything(household: Household) -> list[Section]:
    """Every keeper's tables, then what happened; a table without rows is said to be empty."""
    sections = [section for keeper in keepers() for section in keeper.export(household)]
    lines: list[tuple[object, ...]] = [
        (line.at, "" if line.by == "system" else line.by, line.text)
        for line in household_timeline(household.pk, limit=MOST_LINES)
    ]
    return [*sections, Section(_("What happened"), (_("Time"), _("By"), _("What")), lines)]


def is_of_the_home(access: Access) -> bool:
    """Whether this phone belongs to somebody who lives here, and not to a proxy outside.

    A relative who acts for the household is told and may order; its file is not theirs to take.
    """
    moved = access.resident is not None and access.resident.moved_out_at is not None
    return not access.is_proxy and not moved


def cell(value: object) -> str:
    """A plain value as text: moments in the compound's time, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def workbook(sections: Sequence[Section]) -> bytes:
    """One sheet for each table, every cell text, no formula."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    bold = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
    used: set[str] = set()
    for section in sections:
        _sheet(book, section, _sheet_name(str(section.title), used), bold, text)
    book.close()
    return buffer.getvalue()


def _sheet(book: Workbook, section: Section, name: str, bold: Format, text: Format) -> None:
    sheet = book.add_worksheet(name)
    for column, title in enumerate(section.columns):
        sheet.write_string(0, column, guarded(title), bold)
        sheet.set_column(column, column, 20, text)
    for number, row in enumerate(section.rows, start=1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, guarded(cell(value)), text)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _sheet_name(title: str, used: set[str]) -> str:
    """A name that a spreadsheet accepts: no signs of its own, 31 characters, used once."""
    plain = "".join(" " if one in "[]:*?/\\'" else one for one in title).strip()[:26] or "1"
    name, number = plain, 1
    while name.lower() in used:
        number += 1
        name = f"{plain} {number}"
    used.add(name.lower())
    return name
