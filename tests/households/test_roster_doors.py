"""Doors in every spelling that staff use."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households.roster.doors import (
    Door,
    KnownDoors,
    NotADoor,
    find_place,
    has_letter_for_zero,
    make_door,
    parse_door,
    place_name,
)

SPELLINGS = [
    "{b}-{u}-{f}{d:02d}",
    "{b}-{u}-{f:02d}{d:02d}",
    "{b}号楼{u}单元{f}{d:02d}",
    "{b}栋{u}单元{f}{d:02d}室",
    "{b}幢 {u} 单元 {f:02d}{d:02d} 室",
    "{b}-{u}-{f}-{d}",
    "{b}号楼{u}单元{f}层{d:02d}",
    "{b}—{u}—{f}{d:02d}",
    "{b}#{u}#{f}{d:02d}",
    "御景湾{b}号楼{u}单元{f}{d:02d}",
    "Building {b} Unit {u} Room {f}{d:02d}",
]


@given(
    building=st.integers(1, 99),
    unit=st.integers(1, 9),
    floor=st.integers(1, 60),
    door=st.integers(1, 20),
    spelling=st.sampled_from(SPELLINGS),
    is_wide=st.booleans(),
)
def test_every_spelling_of_a_door_is_the_same_door(
    building: int, unit: int, floor: int, door: int, spelling: str, is_wide: bool
) -> None:
    text = spelling.format(b=building, u=unit, f=floor, d=door)
    if is_wide:
        text = text.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    found = parse_door(text)
    assert found == Door(str(building), str(unit), floor, f"{floor}{door:02d}")
    assert parse_door(found.label) == found


@pytest.mark.parametrize(
    "text", ["502", "0502", "0502室", "502号", "502.0", "５０２", "5O2", "5层02"]
)
def test_a_bare_number_takes_building_and_unit_from_elsewhere(text: str) -> None:
    assert parse_door(text, building="3", unit="1") == Door("3", "1", 5, "502")


def test_a_letter_o_is_noticed() -> None:
    assert has_letter_for_zero("1-1-O502")
    assert not has_letter_for_zero("1-1-0502")


@pytest.mark.parametrize(
    "text", ["", "abc", "12", "500", "1-1-1-1-1", "0", "物业办公室", "2026-08-02x"]
)
def test_what_names_no_door_is_refused(text: str) -> None:
    with pytest.raises(NotADoor):
        parse_door(text)


@given(st.text())
def test_any_text_is_a_door_or_refused(text: str) -> None:
    with contextlib.suppress(NotADoor):
        assert parse_door(text).floor >= 1


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("御景湾小区1栋1单元住户信息登记表(8月2日更新)", ("1", "1")),
        ("3号楼", ("3", None)),
        ("十二号楼二单元", ("12", "2")),
        ("A座", ("A", None)),
        ("住户登记表", (None, None)),
    ],
)
def test_a_title_names_building_and_unit(title: str, place: tuple) -> None:
    assert find_place(title) == place


@pytest.mark.parametrize("text", ["3", "3号楼", "03", "3栋", "三号楼", "3.0", "3#", "３"])
def test_a_building_has_one_name(text: str) -> None:
    assert place_name(text) == "3"


def test_known_doors_fit_by_what_the_roster_gives() -> None:
    known = KnownDoors([("3", "1", "0502"), ("3", "2", "0502"), ("4", "1", "0601")])
    assert known.fitting(make_door("3", None, "502")) == [("3", "1", "0502"), ("3", "2", "0502")]
    assert known.fitting(make_door("3", "2", "502")) == [("3", "2", "0502")]
    assert known.fitting(make_door(None, None, "601")) == [("4", "1", "0601")]
    assert known.near(make_door("3", "1", "503"))[0] == "3-1-0502"


def test_a_home_is_found_by_its_own_label_whatever_its_building_is_called() -> None:
    known = KnownDoors([("东区", "1", "0502")])
    assert known.exact("东区-1-0502") == ("东区", "1", "0502")
