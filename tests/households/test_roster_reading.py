"""Uploaded bytes: what is read, what is refused, and that a hostile file harms nothing."""

import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from households.roster.gate import MAX_UPLOAD
from households.roster.messages import Unreadable
from households.roster.reading import MAX_ROWS, ROOT, read_sheet, run_sandbox, sniff_delimiter
from households.roster.sandbox import MEMORY

DATA = Path(__file__).parents[1] / "data"
SAMPLE = DATA / "yujingwan-roster.xlsx"


def refusal(data: bytes, name: str = "roster.xlsx") -> str:
    with pytest.raises(Unreadable) as caught:
        read_sheet(name, data)
    assert caught.value.text.endswith((".", "。"))
    return caught.value.code


def workbook(fill, **options) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    fill(book)
    book.close()
    return buffer.getvalue()


def archive(**parts: bytes) -> bytes:
    """An .xlsx-shaped archive: the sample's parts, some replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(SAMPLE) as sample,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        names = {"sheet": "xl/worksheets/sheet1.xml", "picture": "xl/media/image1.png"}
        replaced = {names[key]: value for key, value in parts.items()}
        for name in sample.namelist():
            out.writestr(name, replaced.pop(name, None) or sample.read(name))
        for name, value in replaced.items():
            out.writestr(name, value)
    return buffer.getvalue()


def sheet_xml(rows: str) -> bytes:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def declare(data: bytes, name: str, size: int) -> bytes:
    """The archive with another unpacked size declared for one part, in both headers."""
    changed = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        local = opened.getinfo(name).header_offset
    struct.pack_into("<I", changed, local + 22, size)
    central = data.index(b"PK\x01\x02")
    while data[central + 46 : central + 46 + len(name)] != name.encode():
        central = data.index(b"PK\x01\x02", central + 4)
    struct.pack_into("<I", changed, central + 24, size)
    return bytes(changed)


MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "households.roster.sandbox"], stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_memory(folder: Path, data: bytes) -> int:
    """Bytes of memory that a sandbox reading `data` ever held.

    A process starts with the peak of the one it was split from, so the
    sandbox is started from a small one and not from this whole test run.
    """
    (folder / "in").write_bytes(data)
    command = [sys.executable, "-c", MEASURED]
    with (folder / "in").open("rb") as source:
        done = subprocess.run(command, cwd=ROOT, stdin=source, capture_output=True, check=True)
    return int(done.stdout) * 1024


def test_the_sample_workbook_is_read_with_its_merged_cells_filled_down() -> None:
    sheet = read_sheet("anything.txt", SAMPLE.read_bytes())
    assert (sheet.origin, sheet.encoding, len(sheet.rows)) == ("xlsx", "", 189)
    page = sheet.pages[0]
    assert page.title == "1栋1单元"
    assert page.rows[6][1] == "1-1-0101" and (6, 1) in page.spilled
    assert page.rows[3][1] == "1-1-0101" and (3, 1) not in page.spilled


def test_the_sample_text_is_read_as_gb18030() -> None:
    sheet = read_sheet("x.xlsx", (DATA / "xiaodongmen-roster.csv").read_bytes())
    assert (sheet.origin, sheet.encoding, len(sheet.rows)) == ("csv", "gb18030", 152)
    assert any("张𬭚" in row for row in sheet.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "\uff0c"])
def test_text_is_read_in_any_usual_encoding_and_separator(encoding: str, delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in [["房号", "姓名"], ["502", "张𬭚"]])
    assert read_sheet("a.csv", text.encode(encoding)).rows == [["房号", "姓名"], ["502", "张𬭚"]]


def test_full_width_commas_in_notes_do_not_split_cells() -> None:
    assert sniff_delimiter("a,b\uff0cc\n1,2\uff0c3\uff0c4\n") == ","


def test_a_row_number_is_the_one_the_spreadsheet_shows() -> None:
    def fill(book) -> None:
        book.add_worksheet().write_string(4, 2, "x")

    assert read_sheet("a", workbook(fill)).rows == [[], [], [], [], ["", "", "x"]]


def test_formula_cells_give_their_values() -> None:
    def fill(book) -> None:
        book.add_worksheet().write_formula(0, 0, "=1+1", value=2)

    assert read_sheet("a", workbook(fill)).rows == [[2.0]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"%PDF-1.7 ...", "other_kind"),
        (b"\x89PNG\r\n\x1a\n", "other_kind"),
        (b"\xff\xd8\xff\xe0abc", "other_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "old_excel"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "other_office"),
        (b"PK\x03\x04 this is no archive", "damaged"),
        (bytes(range(256)) * 20, "not_text"),
        (b"\x00\x01\x02\x03" * 50, "not_text"),
        (b",,,\n,,,\n", "empty"),
        (b"a" * (MAX_UPLOAD + 1), "too_big"),
    ],
)
def test_what_is_no_roster_sheet_is_refused_with_what_to_do(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("word/document.xml", "other_office"),
        ("ppt/presentation.xml", "other_office"),
        ("xl/workbook.bin", "other_office"),
        ("photo.png", "other_kind"),
    ],
)
def test_other_archives_are_refused_by_what_they_hold(part: str, code: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        out.writestr(part, "x")
    assert refusal(buffer.getvalue()) == code


def test_an_empty_workbook_is_refused() -> None:
    assert refusal(workbook(lambda book: book.add_worksheet())) == "empty"


def test_a_truncated_workbook_is_refused() -> None:
    assert refusal(SAMPLE.read_bytes()[:-400]) == "damaged"


def test_a_workbook_with_broken_xml_is_refused() -> None:
    assert refusal(archive(sheet=b"<worksheet><sheetData><row")) in ("damaged", "empty")


def test_a_bomb_is_refused_from_its_declared_sizes() -> None:
    bomb = archive(picture=b"\0" * (60 * 1024 * 1024))
    assert len(bomb) < 200_000
    assert refusal(bomb) == "unpacks_too_big"


def test_a_small_file_that_unpacks_a_thousandfold_is_refused() -> None:
    assert refusal(archive(picture=b"\0" * (20 * 1024 * 1024))) == "unpacks_too_tight"


def test_a_bomb_that_declares_a_small_size_is_refused() -> None:
    bomb = declare(archive(picture=b"\0" * (60 * 1024 * 1024)), "xl/media/image1.png", 1000)
    assert refusal(bomb) == "lies"


def test_an_archive_of_thousands_of_parts_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name in ["[Content_Types].xml", "xl/workbook.xml", *map(str, range(2100))]:
            out.writestr(name, "")
    assert refusal(buffer.getvalue()) == "too_many_parts"


def test_the_sandbox_contains_what_gets_past_the_gate(tmp_path: Path) -> None:
    """Past the gate on purpose: 700 MB in one cell must end the child, at its memory cap."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(SAMPLE) as sample,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
    ):
        for name in sample.namelist():
            if name != "xl/worksheets/sheet1.xml":
                out.writestr(name, sample.read(name))
        with out.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(sheet_xml("")[:-26] + b'<row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _ in range(700):
                part.write(b"a" * 1024 * 1024)
    assert run_sandbox(buffer.getvalue()) == {"error": "too_heavy"}
    assert peak_memory(tmp_path, buffer.getvalue()) <= MEMORY


def test_two_far_corners_do_not_fill_memory() -> None:
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refusal(archive(sheet=sheet_xml(corners))) in ("too_many_rows", "too_heavy")


def test_a_sheet_of_too_many_rows_is_refused() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 20_102))
    assert refusal(archive(sheet=sheet_xml(rows))) == "too_many_rows"


def test_a_million_rows_of_text_are_refused() -> None:
    assert refusal(b"1,a\n" * 1_000_000) == "too_many_rows"
    assert len(read_sheet("a.csv", b"1,a\n" * MAX_ROWS).rows) == MAX_ROWS


def test_the_sandbox_starts_without_django() -> None:
    code = "import sys, households.roster.sandbox; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        assert read_sheet("x", data).rows
    except Unreadable as refused:
        assert refused.text


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_workbook_with_flipped_bytes_is_read_or_refused(data) -> None:
    broken = bytearray(SAMPLE.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(broken) - 1), min_size=1, max_size=8)):
        broken[place] ^= 0xFF
    try:
        assert read_sheet("x", bytes(broken)).rows
    except Unreadable as refused:
        assert refused.text
