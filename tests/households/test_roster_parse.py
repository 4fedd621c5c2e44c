"""Cells → households: the two sample rosters, and every oddity that staff sheets have."""

from datetime import date
from pathlib import Path

import pytest

from households.roster.messages import MESSAGES, Unreadable
from households.roster.parse import parse_roster
from households.roster.people import Roster, RosterPerson, RosterRelative
from households.roster.reading import Page, Sheet, read_sheet

DATA = Path(__file__).parents[1] / "data"
TODAY = date(2022, 8, 2)
HEADER = ["房号", "姓名", "与户主关系", "性别", "年龄", "联系电话", "独居老人", "是否在家", "备注"]


def sample(name: str) -> Roster:
    return parse_roster(read_sheet(name, (DATA / name).read_bytes()), today=TODAY)


def sheet(*rows: list, title: str = "", spilled: frozenset = frozenset()) -> Sheet:
    return Sheet("roster.csv", "csv", "", [Page(title, list(rows), spilled)])


def parse(*rows: list, header: list | None = None, known=None) -> Roster:
    return parse_roster(sheet(header or HEADER, *rows), known_doors=known, today=TODAY)


def person(name: str = "王一", **cells: object) -> RosterPerson:
    """The one person of a one-row roster whose columns are named in Chinese."""
    titles = ["房号", "姓名", *cells]
    roster = parse(["502", name, *cells.values()], header=titles)
    return roster.households[0].members[0]


def codes(roster: Roster) -> set[str]:
    return {remark.code for remark in roster.remarks}


def people(roster: Roster) -> dict[str, RosterPerson]:
    return {p.name: p for h in roster.households for p in h.members}


def test_yujingwan_has_ninety_households_on_eighteen_floors_of_five_doors() -> None:
    roster = sample("yujingwan-roster.xlsx")
    assert roster.stats["households"] == 90
    assert roster.stats["people"] == 186
    assert roster.stats["lone_elders"] == 12
    assert roster.stats["rejected"] == 0
    doors = {household.door.label for household in roster.households}
    assert doors == {f"1-1-{f}{d:02d}" for f in range(1, 19) for d in range(1, 6)}


def test_yujingwan_keeps_two_people_of_one_name_in_one_home() -> None:
    roster = sample("yujingwan-roster.xlsx")
    home = next(h for h in roster.households if h.door.number == "1402")
    assert [(p.name, p.age) for p in home.members if p.name == "叶华"] == [
        ("叶华", 62),
        ("叶华", 13),
    ]
    assert [r.row for r in roster.remarks if r.code == "same_name"] == [142]


def test_yujingwan_phones_lose_no_digit() -> None:
    found = people(sample("yujingwan-roster.xlsx"))
    assert found["方佳杰"].phones == ["13800000002"]
    assert found["周燕洋"].phones == ["13800000026"]
    assert found["夏晓东"].phones == ["13800000053", "13800009026"]


def test_yujingwan_relatives_and_flags_come_from_notes_and_ticks() -> None:
    found = people(sample("yujingwan-roster.xlsx"))
    assert found["宋欣"].relatives == [RosterRelative("子女", "13800007004")]
    assert found["宋欣"].phones == ["13800000013"]
    assert found["韦思红"].flags == {"lone_elder"}
    assert found["钟峰"].flags == {"dialysis"} and "周二、四、六" in found["钟峰"].note
    assert found["彭刚"].flags == {"disabled"}
    assert found["陶林杰"].flags == {"infant"}
    assert found["魏轩红"].flags == {"chronic"}
    assert found["蔡霞怡"].flags == {"tenant"}
    assert found["毛峰"].flags == {"pets"}
    assert (found["何珍国"].presence, found["薛建一"].presence) == ("away", "inside")


def test_yujingwan_lists_what_needs_a_look_by_row() -> None:
    roster = sample("yujingwan-roster.xlsx")
    rows = {(remark.code, remark.row) for remark in roster.remarks}
    assert {("pregnant_male", 109), ("minor_note_on_adult", 69), ("no_phone", 31)} <= rows


def test_xiaodongmen_fills_doors_down_and_keeps_a_rare_surname() -> None:
    roster = sample("xiaodongmen-roster.csv")
    assert (roster.stats["households"], roster.stats["people"]) == (64, 151)
    doors = {household.door.label for household in roster.households}
    assert doors == {f"3-{f}{d:02d}" for f in range(1, 17) for d in range(1, 5)}
    assert "张𬭚" in people(roster)
    assert people(roster)["唐英俊"].flags == {"lives_alone"}
    assert people(roster)["唐英俊"].presence is None
    assert all(h.declared_count == len(h.members) for h in roster.households)


def test_every_row_of_the_samples_has_one_fate() -> None:
    for name, rows in [("yujingwan-roster.xlsx", 189), ("xiaodongmen-roster.csv", 152)]:
        assert sorted(fate.row for fate in sample(name).fates) == list(range(1, rows + 1))


def test_columns_may_stand_in_any_order_and_in_english() -> None:
    roster = parse(
        ["Li Lei", "inside", "Building 3 Unit 1 Room 502", "13800000001", "yes"],
        header=["Full name", "At home?", "Room No.", "Mobile", "Lone elder"],
    )
    assert roster.households[0].door.label == "3-1-502"
    assert people(roster)["Li Lei"].flags == {"lone_elder"}


def test_a_header_without_a_door_is_refused_with_what_was_found() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_roster(sheet(["姓名", "年龄"], ["王一", 30]))
    assert caught.value.code == "no_door_column"
    assert caught.value.params["found"] == "姓名、年龄"
    assert caught.value.params["row"] == 1


def test_a_header_without_a_name_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_roster(sheet(["房号", "年龄"], ["502", 30]))
    assert caught.value.code == "no_name_column"


def test_a_sheet_without_titles_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_roster(sheet(["502", "王一"], ["503", "王二"]))
    assert caught.value.code == "no_header"


def test_a_page_without_a_header_is_passed_over_and_named() -> None:
    pages = [Page("说明", [["请先看"]]), Page("2栋", [["房号", "姓名"], ["502", "王一"]])]
    roster = parse_roster(Sheet("a.xlsx", "xlsx", "", pages))
    assert roster.households[0].door.label == "2-502"
    assert [r.page for r in roster.remarks if r.code == "sheet_skipped"] == ["说明"]
    assert len(roster.fates) == 3


def test_each_page_has_its_own_unit() -> None:
    rows = [["房号", "姓名"], ["502", "王一"]]
    pages = [Page("1栋1单元", rows), Page("1栋2单元", rows)]
    roster = parse_roster(Sheet("a.xlsx", "xlsx", "", pages))
    assert [h.door.label for h in roster.households] == ["1-1-502", "1-2-502"]


def test_a_section_row_changes_the_unit_for_the_rows_below() -> None:
    header = ["房号", "姓名"]
    roster = parse(["1栋1单元"], ["502", "王一"], ["1栋2单元"], ["502", "王二"], header=header)
    assert [h.door.label for h in roster.households] == ["1-1-502", "1-2-502"]


def test_titles_repeated_on_each_printed_page_are_passed_over() -> None:
    roster = parse(["502", "王一"], HEADER, ["503", "王二"])
    assert roster.stats["people"] == 2 and roster.stats["rejected"] == 0


def test_totals_and_footnotes_are_passed_over() -> None:
    roster = parse(["502", "王一"], ["合计:1户1人"], ["填表人:李四"])
    assert roster.stats["skipped"] == 3 and not roster.rejects


def test_an_empty_home_is_listed_and_not_refused() -> None:
    roster = parse(["502", "", "", "", "", "", "", "", "空置"], ["503", "王一"])
    assert "vacant_row" in codes(roster) and roster.stats["households"] == 1


def test_a_row_without_name_but_with_a_phone_is_rejected() -> None:
    roster = parse(["502", "", "", "", "", "13800000001"])
    assert [r.code for r in roster.rejects[0].reasons] == ["no_name"]
    assert roster.rejects[0].cells[5] == "13800000001"


def test_the_head_of_household_names_a_first_row_without_name() -> None:
    roster = parse(["502", "王一", ""], ["", "", "王二"], header=["房号", "户主", "姓名"])
    assert [(p.name, p.is_head) for p in roster.households[0].members] == [
        ("王一", True),
        ("王二", False),
    ]


def test_a_bad_door_takes_the_rows_that_hang_on_it_along() -> None:
    roster = parse(["五楼东", "王一"], ["", "王二"], ["503", "王三"])
    assert [r.reasons[0].code for r in roster.rejects] == ["bad_door", "above_rejected"]
    assert roster.rejects[1].reasons[0].params == {"above": 2}
    assert list(people(roster)) == ["王三"]


def test_the_first_row_without_a_door_is_rejected() -> None:
    assert parse(["", "王一"]).rejects[0].reasons[0].code == "no_door"


def test_another_building_without_a_door_is_not_filled_down() -> None:
    header = ["楼号", "房号", "姓名"]
    roster = parse(["3号楼", "502", "王一"], ["4号楼", "", "王二"], header=header)
    assert roster.rejects[0].reasons[0].code == "no_door"


def test_a_door_that_contradicts_its_building_column_is_rejected() -> None:
    roster = parse(["3号楼", "1-1-502", "王一"], header=["楼号", "房号", "姓名"])
    assert roster.rejects[0].reasons[0].code == "door_contradicts"


def test_a_door_of_two_parts_under_a_building_gives_the_unit() -> None:
    roster = parse(["3号楼", "1-502", "王一"], header=["楼号", "房号", "姓名"])
    assert roster.households[0].door.label == "3-1-502"
    assert parse(["1-502", "王一"]).households[0].door.key == ("1", "", "502")


def test_an_unknown_door_is_rejected_with_the_nearest_homes() -> None:
    roster = parse(["1-1-1502", "王一"], known=[("1", "1", "0502"), ("1", "1", "1402")])
    reason = roster.rejects[0].reasons[0]
    assert reason.code == "unknown_door_near"
    assert reason.params["near"].startswith("1-1-1402")


def test_a_bare_door_takes_the_only_home_it_fits() -> None:
    roster = parse(["502", "王一"], known=[("3", "1", "0502"), ("3", "1", "0503")])
    assert roster.households[0].door.key == ("3", "1", "502")
    assert roster.households[0].known_key == ("3", "1", "0502")


def test_the_uploader_may_say_which_unit_the_sheet_is_of() -> None:
    both = [("3", "1", "0502"), ("3", "2", "0502")]
    rows = sheet(["楼号", "房号", "姓名"], ["3号楼", "502", "王一"])
    roster = parse_roster(rows, known_doors=both, default_place=("3", "2"))
    assert roster.households[0].known_key == both[1]


def test_a_bare_door_that_fits_two_homes_is_rejected() -> None:
    roster = parse(["502", "王一"], known=[("3", "1", "0502"), ("4", "1", "0502")])
    assert roster.rejects[0].reasons[0].code == "ambiguous_door"


def test_the_same_row_twice_is_one_person() -> None:
    row = ["502", "王一", "户主", "男", 40, "13800000001"]
    roster = parse(row, row)
    assert (roster.stats["people"], roster.stats["merged"]) == (1, 1)
    assert roster.fates[2].why.params == {"into": 2}


def test_the_same_person_twice_brings_both_phones() -> None:
    roster = parse(
        ["502", "王一", "", "", 40, "13800000001"],
        ["502", "王一", "", "", 40, "13800000002", "", "", "糖尿病"],
    )
    assert people(roster)["王一"].phones == ["13800000001", "13800000002"]
    assert people(roster)["王一"].flags == {"chronic"}


def test_a_grandson_with_his_grandfathers_name_and_phone_is_his_own_person() -> None:
    roster = parse(
        ["502", "王一", "户主", "男", 70, "13800000001"],
        ["502", "王一", "孙", "男", 9, "13800000001"],
    )
    assert roster.stats["people"] == 2 and "same_name" in codes(roster)


def test_a_phone_a_digit_short_is_not_lost() -> None:
    roster = parse(["502", "王一", "", "", "", "1380000000"])
    assert people(roster)["王一"].phones == []
    assert "1380000000" in people(roster)["王一"].note
    remark = next(r for r in roster.remarks if r.code == "bad_phone")
    assert (remark.row, remark.params["digits"]) == (2, 10)


def test_a_phone_labelled_with_a_relative_is_the_relatives() -> None:
    found = person(电话="13800000001\uff08儿子\uff09")
    assert found.phones == [] and found.relatives == [RosterRelative("儿子", "13800000001")]
    assert "李四" in person(电话="13800000001(儿子李四)").note


def test_an_emergency_contact_is_a_relative() -> None:
    found = person(电话="13800000001", 紧急联系人="女儿 13800000002")
    assert found.phones == ["13800000001"]
    assert found.relatives == [RosterRelative("女儿", "13800000002")]


@pytest.mark.parametrize(
    ("written", "age", "problem"),
    [
        (31.0, 31, None),
        ("31岁", 31, None),
        ("３１", 31, None),
        ("8个月", 0, None),
        ("", None, None),
        ("不详", None, None),
        (-3, None, "age_impossible"),
        (999, None, "age_impossible"),
        ("成年", None, "age_unreadable"),
    ],
)
def test_an_impossible_age_is_unknown_and_the_person_stays(written, age, problem) -> None:
    roster = parse(["502", "王一", "", "", written])
    assert people(roster)["王一"].age == age
    assert (problem in codes(roster)) if problem else not codes(roster) & {"age_impossible"}


@pytest.mark.parametrize(
    "born", ["1958-08-03", "1958年8月3日", "19580803", "1958.8.3", "1958/08/03"]
)
def test_age_comes_from_the_birth_date(born: str) -> None:
    assert person(出生日期=born).age == 63


def test_an_identity_number_gives_age_and_sex_and_is_forgotten() -> None:
    roster = parse(
        ["502", "王一", "110101195808031234", "身份证110101195808031234"],
        ["", "", "110101195808031234", ""],
        header=["房号", "姓名", "身份证号", "备注"],
    )
    found = people(roster)["王一"]
    assert (found.age, found.sex) == (63, "m")
    assert "1101011958" not in repr(roster)
    assert [r.code for r in roster.remarks].count("identity_not_kept") == 1


@pytest.mark.parametrize("mark", ["是", "√", "✓", "Y", 1.0, "有", True])
def test_every_kind_of_tick_marks_a_lone_elder(mark) -> None:
    assert person(独居老人=mark).flags == {"lone_elder"}


@pytest.mark.parametrize("mark", ["", "否", "无", "×", "N", 0.0, False])
def test_a_no_marks_nobody(mark) -> None:
    assert person(独居老人=mark).flags == set()


def test_living_alone_makes_an_elder_only_with_the_age() -> None:
    assert person(备注="独居").flags == {"lives_alone"}
    assert person(备注="独居", 年龄=59).flags == {"lives_alone"}
    assert person(备注="独居", 年龄=60).flags == {"lone_elder"}
    assert person(备注="独居老人").flags == {"lone_elder"}


@pytest.mark.parametrize("note", ["无慢病", "未怀孕", "不养狗", "非独居", "没有残疾"])
def test_a_denied_condition_is_no_flag(note: str) -> None:
    assert person(备注=note).flags == set()


@pytest.mark.parametrize(
    ("text", "presence"),
    [
        ("在家", "inside"),
        ("是", "inside"),
        ("外出未归", "away"),
        ("否", "away"),
        ("不在家", "away"),
        ("住院", "transferred"),
        ("临时", "temporary"),
        ("", None),
        ("问邻居", None),
    ],
)
def test_presence_is_read_from_what_staff_write(text: str, presence: str | None) -> None:
    assert person(是否在家=text).presence == presence


def test_markup_and_formulas_are_kept_as_text_and_remarked_on() -> None:
    roster = parse(["502", "<script>alert(1)</script>"], ["503", "=cmd|'/c calc'!A1"])
    assert "<script>alert(1)</script>" in people(roster)
    assert "=cmd|'/c calc'!A1" in people(roster)
    assert {"name_markup", "formula_text"} <= codes(roster)


def test_a_name_loses_spaces_and_invisible_characters() -> None:
    assert list(people(parse(["502", " 张 \u3000\u200b三\ufeff "]))) == ["张三"]


def test_a_name_of_more_than_thirty_characters_is_rejected() -> None:
    assert parse(["502", "王" * 31]).rejects[0].reasons[0].code == "name_too_long"


def test_a_count_that_does_not_agree_is_remarked_on() -> None:
    roster = parse(["502", 3.0, "王一"], ["", "", "王二"], header=["房号", "人口", "姓名"])
    remark = next(r for r in roster.remarks if r.code == "count_differs")
    assert (remark.params["declared"], remark.params["listed"]) == (3, 2)


def test_a_person_over_two_merged_rows_is_one_person_with_two_phones() -> None:
    rows = [
        ["房号", "姓名", "电话"],
        ["502", "王一", "13800000001"],
        ["502", "王一", "13800000002"],
    ]
    merged = sheet(*rows, spilled=frozenset({(2, 0), (2, 1)}))
    roster = parse_roster(merged)
    assert people(roster)["王一"].phones == ["13800000001", "13800000002"]
    assert roster.stats["merged"] == 1


def test_a_merged_note_belongs_to_the_first_person_only() -> None:
    rows = [["房号", "姓名", "备注"], ["502", "王一", "孕32周"], ["502", "王二", "孕32周"]]
    roster = parse_roster(sheet(*rows, spilled=frozenset({(2, 0), (2, 2)})))
    assert people(roster)["王一"].flags == {"pregnant"}
    assert people(roster)["王二"].flags == set()


def test_one_phone_in_two_homes_is_remarked_on() -> None:
    roster = parse(
        ["502", "王一", "", "", "", "13800000001"], ["503", "王二", "", "", "", "13800000001"]
    )
    remark = next(r for r in roster.remarks if r.code == "phone_shared")
    assert remark.params["door"] == "502"


def test_every_message_can_be_said() -> None:
    names = {"limit", "size", "kind", "row", "found", "page", "title", "text", "door", "place",
             "above", "near", "into", "name", "digits", "last", "relation", "age", "count",
             "declared", "listed", "encoding", "masked"}  # fmt: skip
    for level, text in MESSAGES.values():
        assert level in ("resolved", "check", "refused")
        assert "%(" not in str(text) % dict.fromkeys(names, "x")
