"""What holds for any sheet whatever: nothing breaks, every row has one fate, nothing is lost."""

import string
from datetime import date
from unittest import mock

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from households.phones import normalise
from households.roster import reading, sandbox
from households.roster.messages import Unreadable
from households.roster.parse import parse_roster
from households.roster.people import Roster
from households.roster.reading import Page, Sheet, read_sheet
from households.roster.rejects import roster_workbook

TODAY = date(2022, 8, 2)
LIKELY = {
    "楼号": ["", "3号楼", "1栋"],
    "单元": ["", "1单元", 2.0],
    "房号": ["", "502", "0502", 503.0, "602室", "1-1-0503", "3号楼1单元602"],
    "人口": ["", "1", 2.0],
    "户主": ["", "王一"],
    "姓名": ["王一", "王二", "王三(户主)", "Li Lei", "张𬭚", "=1+1", "王四(租客)", ""],
    "关系": ["", "户主", "租客", "孙"],
    "性别": ["", "男", "女"],
    "年龄": ["", 31.0, "70岁", "-1"],
    "电话": [
        "",
        13800000002.0,
        "13800000001",
        "138 0000 0002/010-62345678",
        "1380000",
        "13800000004(女儿)",
    ],
    "独居老人": ["", "", "是", "√"],
    "独居": ["", "", "是"],
    "是否在家": ["", "在家", "外出", "住院", "问邻居"],
    "备注": ["", "孕32周", "独居", "透析(周二)", "子女在外地,电话13800007004", "-"],
    "身份证号": ["", "110101195808031234"],
    "紧急联系人": ["", "儿子 62345678", "李四 13800007003"],
    "孕妇": ["", "是", "8个月"],
}
TITLES = list(LIKELY)
CELLS = (
    st.sampled_from([word for words in LIKELY.values() for word in words])
    | st.sampled_from(
        ["合计", "1栋2单元", "空置", "无", "姓名", "房号", "<b>", "'@x", "+852 9123 4567"]
    )
    | st.text(max_size=12)
    | st.floats()
    | st.booleans()
    | st.none()
)


@st.composite
def sheets(draw) -> Sheet:
    """A roster with its columns in any order: mostly likely cells, some of any kind, some merged."""
    titles = draw(st.permutations(TITLES))
    likely = [st.sampled_from(LIKELY[title]) for title in titles]
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        row = [draw(cells) for cells in likely]
        for column in draw(st.lists(st.integers(0, len(row) - 1), max_size=3)):
            row[column] = draw(CELLS)
        rows.append(row[: draw(st.sampled_from([len(row), len(row), 9]))])
    places = st.tuples(st.integers(1, max(1, len(rows))), st.integers(0, len(TITLES)))
    spilled = draw(st.frozensets(places, max_size=3))
    return Sheet("名册.csv", "csv", "", [Page("", [list(titles), *rows], spilled)])


def doors_and_people(roster: Roster) -> list:
    homes = sorted(roster.households, key=lambda household: household.door.key)
    return [(h.door, h.declared_count, h.members) for h in homes]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets())
def test_every_row_has_exactly_one_fate(sheet: Sheet) -> None:
    roster = parse_roster(sheet, today=TODAY)
    assert [fate.row for fate in roster.fates] == list(range(1, len(sheet.rows) + 1))
    accepted = [fate.row for fate in roster.fates if fate.fate == "accepted"]
    members = [person for household in roster.households for person in household.members]
    assert sorted(person.row for person in members) == accepted
    rejected = [fate.row for fate in roster.fates if fate.fate == "rejected"]
    assert [reject.row for reject in roster.rejects] == rejected
    assert all(fate.why is not None for fate in roster.fates if fate.fate != "accepted")
    assert all(reject.reasons and reject.reasons[0].text for reject in roster.rejects)
    assert all(remark.text for remark in roster.remarks)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=8), st.none() | st.just([("1", "1", "0502")]))
def test_any_cells_are_parsed_or_refused_with_a_sentence(rows: list, known) -> None:
    sheet = Sheet("x", "csv", "", [Page("", rows)])
    try:
        parse_roster(sheet, known_doors=known, today=TODAY)
    except Unreadable as refused:
        assert refused.text


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets())
def test_a_written_phone_is_never_lost(sheet: Sheet) -> None:
    roster = parse_roster(sheet, today=TODAY)
    column = sheet.rows[0].index("电话")
    for household in roster.households:
        for person in household.members:
            row = sheet.rows[person.row - 1]
            if (person.row - 1, column) in sheet.pages[0].spilled or len(row) <= column:
                continue
            cell = row[column]
            for phone in normalise(cell if isinstance(cell, float) else str(cell or "")):
                if hasattr(phone, "number") and cell is not True:
                    kept = person.phones + [relative.phone for relative in person.relatives]
                    assert phone.number in kept


def again(roster: Roster, **asked) -> Roster:
    """The roster written as a workbook and read back, in this process for speed."""
    data = roster_workbook(roster.households)
    pages = sandbox.read_pages(data)
    with mock.patch.object(reading, "run_sandbox", return_value={"pages": pages}):
        return parse_roster(read_sheet("roster.xlsx", data), today=TODAY, **asked)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets())
def test_a_written_roster_reads_back_the_same(sheet: Sheet) -> None:
    first = parse_roster(sheet, today=TODAY)
    assume(first.households and not any(r.code == "same_name" for r in first.remarks))
    assert doors_and_people(again(first)) == doors_and_people(first)


@pytest.mark.parametrize("name", ["yujingwan-roster.xlsx", "xiaodongmen-roster.csv"])
def test_a_sample_roster_reads_back_the_same(name: str) -> None:
    data = (reading.ROOT / "tests" / "data" / name).read_bytes()
    first = parse_roster(read_sheet(name, data), today=TODAY)
    assert doors_and_people(again(first)) == doors_and_people(first)


def test_a_formula_never_leaves_as_one() -> None:
    rows = [["房号", "姓名", "备注"]]
    rows += [[f"50{n}", f"{sign}A{n}", f"{sign}1"] for n, sign in enumerate("=+-@", start=1)]
    first = parse_roster(Sheet("x", "csv", "", [Page("", rows)]), today=TODAY)
    written = sandbox.read_pages(roster_workbook(first.households))[0]["rows"][1:]
    assert [row[4][:2] for row in written] == ["'=", "'+", "'-", "'@"]
    assert doors_and_people(again(first)) == doors_and_people(first)


@given(st.text(alphabet=string.digits + "Oo-号楼单元室 栋", max_size=14))
@settings(deadline=None)
def test_a_door_cell_is_a_home_or_a_reject(text: str) -> None:
    rows = [["房号", "姓名"], [text, "王一"]]
    roster = parse_roster(Sheet("x", "csv", "", [Page("", rows)]), today=TODAY)
    assert roster.stats["accepted"] + roster.stats["rejected"] == 1
