"""Everything the parser says, by code. A message is stored as code and parameters and
rendered when shown, so that one preview reads in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RESOLVED = "resolved"  # the parser settled it; shown so that nobody is surprised
CHECK = "check"  # a person should look
REFUSED = "refused"  # the row, or the file, was not taken

MESSAGES: dict[str, tuple[str, Promise]] = {
    # The whole file
    "too_big": (
        REFUSED,
        _(
            "The file is %(size)s MB. The limit is %(limit)s MB: save it without pictures, or "
            "one building at a time, and upload it again."
        ),
    ),
    "empty": (
        REFUSED,
        _(
            "The file has no rows. Check that it is the right file and that it was saved, then "
            "upload it again."
        ),
    ),
    "old_excel": (
        REFUSED,
        _(
            "This is an old .xls file, or one with a password. Open it, remove the password, "
            "save it as .xlsx, and upload that."
        ),
    ),
    "other_office": (
        REFUSED,
        _(
            "This is a %(kind)s file, not a roster sheet. Open it, copy the table into a "
            "spreadsheet, save it as .xlsx, and upload that."
        ),
    ),
    "other_kind": (
        REFUSED,
        _("This is a %(kind)s file, not a spreadsheet. Upload the roster as .xlsx or .csv."),
    ),
    "not_text": (
        REFUSED,
        _(
            "The file is neither .xlsx nor readable text. Open it in your spreadsheet program, "
            "save it as .xlsx, and upload that."
        ),
    ),
    "damaged": (
        REFUSED,
        _("The file is damaged or incomplete. Open it, save it as a new .xlsx, and upload that."),
    ),
    "locked": (
        REFUSED,
        _("The file is protected by a password. Save it without the password and upload it again."),
    ),
    "unpacks_too_big": (
        REFUSED,
        _(
            "The file unpacks to %(size)s MB; the limit is %(limit)s MB. It was not opened. "
            "Delete empty rows and pictures, or save one building at a time, and upload it "
            "again."
        ),
    ),
    "unpacks_too_tight": (
        REFUSED,
        _(
            "The file unpacks to more than %(limit)s times its size, which no roster does. It "
            "was not opened. Save it as a new .xlsx or .csv and upload that."
        ),
    ),
    "too_many_parts": (
        REFUSED,
        _(
            "The file holds more than %(limit)s parts, which no roster does. It was not "
            "opened. Save it as .csv and upload that."
        ),
    ),
    "lies": (
        REFUSED,
        _(
            "The file unpacks to more than it declares. It was not opened. Save it as a new "
            ".xlsx or .csv and upload that."
        ),
    ),
    "too_many_rows": (
        REFUSED,
        _(
            "The sheet has more than %(limit)s rows. Delete the empty rows at the end, or save "
            "one building at a time, and upload it again."
        ),
    ),
    "too_heavy": (
        REFUSED,
        _(
            "Reading the file took too much memory or time, so it was stopped. Delete "
            "everything but the roster table, save it as .csv, and upload that."
        ),
    ),
    "no_header": (
        REFUSED,
        _(
            "No row of column titles was found in the first %(limit)s rows. Put titles such as "
            "door number and name above the table and upload it again."
        ),
    ),
    "no_door_column": (
        REFUSED,
        _(
            "Row %(row)s has column titles, but none for the door number. Found: %(found)s. "
            "Add a door column and upload it again."
        ),
    ),
    "no_name_column": (
        REFUSED,
        _(
            "Row %(row)s has column titles, but none for the name. Found: %(found)s. Add a "
            "name column and upload it again."
        ),
    ),
    # The file was read, and this is how
    "encoding": (RESOLVED, _("The text was read as %(encoding)s.")),
    "sheet_read": (
        RESOLVED,
        _("Sheet “%(page)s” was read; its column titles are on row %(row)s."),
    ),
    "sheet_skipped": (CHECK, _("Sheet “%(page)s” has no door and name columns and was not read.")),
    "sheet_hidden": (CHECK, _("Sheet “%(page)s” is hidden and was not read.")),
    "identity_not_kept": (
        RESOLVED,
        _("Identity numbers gave age and sex. They are kept only where that was ticked."),
    ),
    "identity_length": (
        CHECK,
        _("The identity number %(masked)s is not kept: an ID card has 18 digits, not %(count)s."),
    ),
    "identity_birth": (
        CHECK,
        _("The identity number %(masked)s is not kept: no date of birth can be read from it."),
    ),
    "identity_check": (
        CHECK,
        _("The identity number %(masked)s is not kept: its last digit does not fit the others."),
    ),
    "place_from_title": (RESOLVED, _("Building and unit were taken from “%(title)s”.")),
    "columns_unknown": (CHECK, _("These columns were not understood and not read: %(found)s.")),
    # Rows that were not taken
    "no_door": (REFUSED, _("The door number is missing, and no row above gives it.")),
    "bad_door": (REFUSED, _("“%(text)s” is not a door number. Write it like 502 or 3-1-502.")),
    "door_contradicts": (
        REFUSED,
        _("The door says %(door)s, but the building and unit columns say %(place)s."),
    ),
    "above_rejected": (
        REFUSED,
        _("The door on row %(above)s above could not be read, so this person has no home."),
    ),
    "unknown_door": (REFUSED, _("There is no home %(door)s in this compound.")),
    "unknown_door_near": (
        REFUSED,
        _("There is no home %(door)s in this compound. Did you mean %(near)s?"),
    ),
    "ambiguous_door": (
        REFUSED,
        _("%(door)s fits several homes: %(near)s. Add the building and unit."),
    ),
    "no_name": (REFUSED, _("The name is missing.")),
    "name_too_long": (REFUSED, _("The name is longer than %(limit)s characters.")),
    # Rows that were passed over
    "blank_row": (RESOLVED, _("Empty row.")),
    "heading_row": (RESOLVED, _("Title or column titles.")),
    "footnote_row": (RESOLVED, _("Total or footnote.")),
    "vacant_row": (CHECK, _("Home %(door)s has no people on this row.")),
    "page_row": (RESOLVED, _("On a sheet that was not read.")),
    # People
    "merged_row": (RESOLVED, _("The same person as on row %(into)s; the two rows were joined.")),
    "same_name": (
        CHECK,
        _(
            "%(name)s is twice in %(door)s, with a different age or relation. Both are kept as "
            "two people."
        ),
    ),
    "letter_for_zero": (RESOLVED, _("In “%(text)s” the letter O was read as zero.")),
    "bad_phone": (
        CHECK,
        _(
            "The phone “%(text)s” has %(digits)s digits. The person is kept without it; the "
            "text is in the note."
        ),
    ),
    "phone_shared": (CHECK, _("The phone ending in %(last)s is also in home %(door)s.")),
    "age_impossible": (
        CHECK,
        _("The age %(text)s is impossible. The person is kept, age unknown."),
    ),
    "age_unreadable": (
        CHECK,
        _("The age “%(text)s” could not be read. The person is kept, age unknown."),
    ),
    "presence_unknown": (
        CHECK,
        _("“%(text)s” does not say whether the person is at home. It is in the note."),
    ),
    "sex_unknown": (CHECK, _("The sex “%(text)s” could not be read.")),
    "name_markup": (CHECK, _("The name contains < or >. It is kept as plain text.")),
    "several_names": (CHECK, _("The name cell seems to hold several people. Give each a row.")),
    "formula_text": (CHECK, _("“%(text)s” looks like a formula. It is kept as plain text.")),
    "sex_disagrees": (CHECK, _("%(name)s is “%(relation)s”, but the sex column says otherwise.")),
    "pregnant_male": (CHECK, _("%(name)s is noted as pregnant, but the sex column says male.")),
    "minor_note_on_adult": (
        CHECK,
        _("The note on %(name)s, aged %(age)s, speaks of a child alone at home. Ask which child."),
    ),
    "lone_elder_young": (CHECK, _("%(name)s is marked as a lone elder, aged %(age)s.")),
    "lone_elder_not_alone": (
        CHECK,
        _("%(name)s is marked as living alone, but %(count)s people are listed in %(door)s."),
    ),
    "person_in_two_homes": (CHECK, _("%(name)s, with the same phone, is also in home %(door)s.")),
    # Homes
    "no_phone": (CHECK, _("Nobody in %(door)s has a phone.")),
    "count_differs": (
        CHECK,
        _("%(door)s should have %(declared)s people; %(listed)s are listed."),
    ),
    "two_heads": (CHECK, _("%(door)s has more than one head of household.")),
}


@dataclass(frozen=True)
class Remark:
    """One thing said about one row. `row` is the row number the spreadsheet shows; 0 means the
    whole file."""

    code: str
    row: int = 0
    page: str = ""
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def level(self) -> str:
        """resolved, check or refused."""
        return MESSAGES[self.code][0]

    @property
    def text(self) -> str:
        """The sentence, in the language active now."""
        return str(MESSAGES[self.code][1]) % dict(self.params)


class Unreadable(Exception):
    """The whole file is refused; `text` says what to do next."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The sentence, in the language active now."""
        return Remark(self.code, params=self.params).text
