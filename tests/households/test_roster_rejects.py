"""Sheets that go back to the staff, read with another program's reader."""

import io
import re
from collections.abc import Iterator
from datetime import date

import openpyxl
import polib
import pytest
from django.utils.translation import override

from households.roster.headers import field_of
from households.roster.messages import MESSAGES
from households.roster.parse import parse_roster
from households.roster.people import HEAD_WORDS, is_plain_yes, presence_of, sex_of
from households.roster.reading import ROOT, Page, Sheet, read_sheet
from households.roster.rejects import (
    COLUMNS,
    PRESENCES,
    RELATIONS,
    SEXES,
    YES,
    rejects_workbook,
    template_workbook,
)

TODAY = date(2022, 8, 2)
HEADER = ["房号", "姓名", "电话", "身份证号"]
CHINESE = polib.pofile(str(ROOT / "households/locale/zh_Hans/LC_MESSAGES/django.po"))
KNOWN = [("1", "1", "0502"), ("1", "1", "0503")]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with override("en"):
        yield


def rejected(*rows: list) -> bytes:
    sheet = Sheet("a.csv", "csv", "", [Page("", [HEADER, *rows])])
    return rejects_workbook(parse_roster(sheet, known_doors=KNOWN, today=TODAY))


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_rejects_carry_row_number_reason_and_the_original_cells() -> None:
    sheet = opened(rejected(["502", "王一"], ["1-1-0999", "王二", 13800000002.0])).active
    titles, row = list(sheet.values)
    assert titles[2:] == tuple(HEADER)
    assert row[0] == "3" and "1-1-999" in row[1] and "1-1-0503" in row[1]
    assert row[2:5] == ("1-1-0999", "王二", "13800000002")
    assert sheet.freeze_panes == "A2"


def test_rejects_are_text_and_no_formula() -> None:
    sheet = opened(rejected(["999", "=1+1", "@x"])).active
    cells = next(iter(sheet.iter_rows(min_row=2)))
    assert [cell.value for cell in cells[3:5]] == ["'=1+1", "'@x"]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert cells[2].number_format == "@"


def test_rejects_hold_no_identity_number() -> None:
    data = rejected(["1010", "王一", "13800000001", "110101195808031234"])
    assert opened(data).active["C2"].value == "1010"
    values = [value for row in opened(data).active.values for value in row]
    assert not any("110101195808031234" in str(value) for value in values)


def test_a_corrected_rejects_sheet_can_be_uploaded_again() -> None:
    book = opened(rejected(["1-1-0999", "王二", "13800000002"]))
    book.active["C2"] = "1-1-0503"
    buffer = io.BytesIO()
    book.save(buffer)
    roster = parse_roster(read_sheet("rejects.xlsx", buffer.getvalue()), known_doors=KNOWN)
    assert [(h.known_key, h.members[0].name) for h in roster.households] == [(KNOWN[1], "王二")]


def test_the_template_offers_every_home_and_reads_as_a_roster() -> None:
    data = template_workbook(KNOWN)
    book = opened(data)
    sheet = book.worksheets[0]
    choices = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert "doors!$A$1:$A$2" in choices
    assert [cell.value for cell in book["doors"]["A"]] == ["1-1-0502", "1-1-0503"]
    assert book["doors"].sheet_state == "hidden"
    titles = [cell.value for cell in sheet[1]]
    sheet.append(["1-1-0502", *[None] * (titles.index("Name") - 1), "王一"])
    buffer = io.BytesIO()
    book.save(buffer)
    roster = parse_roster(read_sheet("template.xlsx", buffer.getvalue()), known_doors=KNOWN)
    assert [h.known_key for h in roster.households] == [KNOWN[0]]


def test_an_empty_template_is_a_roster_of_nobody() -> None:
    roster = parse_roster(read_sheet("template.xlsx", template_workbook(KNOWN)), known_doors=KNOWN)
    assert roster.stats["people"] == 0 and not roster.rejects


def chinese(context: str, text: object) -> str:
    return next(e.msgstr for e in CHINESE if (e.msgctxt, e.msgid) == (context, str(text)))


def test_titles_and_values_read_back_in_both_languages() -> None:
    for name, (title, _) in COLUMNS.items():
        assert field_of(str(title)) == name
        assert field_of(chinese("roster column", title)) == name
    for said in (str, lambda text: chinese("roster value", text)):
        assert {sex_of(said(word)): slug for slug, word in SEXES.items()} == {s: s for s in SEXES}
        assert [presence_of(said(word)) for word in PRESENCES.values()] == list(PRESENCES)
        assert is_plain_yes(said(YES))
        assert said(RELATIONS[0]) in HEAD_WORDS


def test_every_message_has_a_chinese_sentence_with_the_same_parameters() -> None:
    translated = {entry.msgid: entry.msgstr for entry in CHINESE}
    for _, text in MESSAGES.values():
        wanted = sorted(re.findall(r"%\(\w+\)s", str(text)))
        assert sorted(re.findall(r"%\(\w+\)s", translated[str(text)])) == wanted
