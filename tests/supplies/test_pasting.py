"""Chat lists as people write them: every line has its fate, and nothing is lost in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplies.pasting import Door, Doubt, Fate, Goods, Reading, read, write

DATA = Path(__file__).resolve().parent.parent / "data"
EGGS = Goods(1, "鸡蛋 30 枚", "板")
MILK = Goods(2, "纯牛奶 250ml × 12", "箱")
RICE = Goods(3, "大米 5 公斤", "袋")
ONE, MANY = [EGGS], [EGGS, MILK, RICE]
D, F = Doubt, Fate


def house(building: str = "1", unit: str = "1", start: int = 0, floors: int = 18) -> list[Door]:
    """18 floors of 5 doors; the id is the door's number, so that tests can be read."""
    return [
        Door(
            start + floor * 100 + door,
            building,
            unit,
            f"{floor}{door:02d}",
            f"{building}-{unit}-{floor}{door:02d}",
        )
        for floor in range(1, floors + 1)
        for door in range(1, 6)
    ]


DOORS = house()
TWO_HOUSES = [*house(), *house("2", "1", 20_000)]


def carts(reading: Reading) -> dict[int | None, dict[int, int]]:
    return {one.door: dict(one.wanted) for one in reading.proposals}


def doubts(reading: Reading) -> dict[int | None, set[Doubt]]:
    return {one.door: set(one.doubts) for one in reading.proposals}


def test_every_line_of_the_sample_has_its_fate() -> None:
    reading = read((DATA / "jielong-eggs.txt").read_text(), DOORS, ONE)
    got = [(one.line, one.fate, one.doors, dict(one.wanted)) for one in reading.steps]
    assert got == [
        (1, F.HEAD, (), {}),
        (2, F.HEAD, (), {}),
        (3, F.ORDER, (502,), {1: 2}),
        (4, F.ORDER, (803,), {1: 2}),
        (5, F.ORDER, (1103,), {1: 1}),
        (6, F.ORDER, (1502,), {1: 3}),
        (6, F.ORDER, (1501,), {1: 1}),
        (7, F.ORDER, (601,), {1: 2}),
        (8, F.CHANGE, (502,), {1: 3}),
        (9, F.CANCEL, (601,), {}),
        (10, F.ORDER, (402,), {1: 1}),
    ]
    assert carts(reading) == {
        502: {1: 3},
        803: {1: 2},
        1103: {1: 1},
        1502: {1: 3},
        1501: {1: 1},
        601: {},
        402: {1: 1},
    }
    assert set().union(*doubts(reading).values()) == set()
    helped = next(one for one in reading.proposals if one.door == 1501)
    assert helped.helper == "1-1-1502"


@pytest.mark.parametrize(
    ("line", "door", "wanted"),
    [
        ("502 鸡蛋×2 牛奶1", 502, {1: 2, 2: 1}),
        ("①502 鸡蛋2", 502, {1: 2}),
        ("2️⃣ 803鸡蛋2板牛奶两箱", 803, {1: 2, 2: 2}),
        ("３．１１０３　鸡蛋２", 1103, {1: 2}),
        ("4) 1-1-601 2板鸡蛋 1箱牛奶", 601, {1: 2, 2: 1}),
        ("5 1栋1单元1201室 鸡蛋牛奶各1", 1201, {1: 1, 2: 1}),
        ("第6、1号楼1单元502 大米一袋", 502, {3: 1}),
        ("1502李 2板", 1502, {1: 2}),
        ("502 2箱", 502, {2: 2}),
        ("902 要俩鸡蛋", 902, {1: 2}),
        ("902 鸡蛋十二板", 902, {1: 12}),
        ("1801 每样1份", 1801, {1: 1, 2: 1, 3: 1}),
        ("903 鸡蛋2 牛奶不要了", 903, {1: 2}),
        ("十五楼1503 鸡蛋1", 1503, {1: 1}),
        ("4O2 鸡蛋x1", 402, {1: 1}),
        ("[20:13] 502-张: 鸡蛋30枚 2板", 502, {1: 2}),
        ("502 鸡蛋2板28元 13812345678", 502, {1: 2}),
        ("张三(502)：大米1🙏🙏", 502, {3: 1}),
        ("麻烦给我502留2板鸡蛋", 502, {1: 2}),
        ("1-1-0502 蛋2", 502, {1: 2}),
        ("502.鸡蛋2", 502, {1: 2}),
    ],
)
def test_one_line_is_understood(line: str, door: int, wanted: dict[int, int]) -> None:
    reading = read(line, DOORS, MANY)
    assert carts(reading) == {door: wanted}
    assert reading.proposals[0].is_certain


@pytest.mark.parametrize(
    ("line", "door", "doubt"),
    [
        ("鸡蛋2", None, D.NO_DOOR),
        ("群主帮我带个女朋友+1", None, D.NO_DOOR),
        ("9999 鸡蛋1", None, D.UNKNOWN_DOOR),
        ("502 2个", 502, D.WHICH_GOODS),
        ("502 鸡蛋", 502, D.HOW_MANY),
        ("502 半板鸡蛋", 502, D.HOW_MANY),
        ("502 2-3板", 502, D.HOW_MANY),
        ("502 鸡蛋2斤", 502, D.OTHER_UNIT),
        ("502 503 各1板鸡蛋", 502, D.MANY_DOORS),
        ("502 改成3板鸡蛋", 502, D.NOTHING_BEFORE),
        ("502 不要了", 502, D.NOTHING_BEFORE),
        ("502 同上", 502, D.NOTHING_BEFORE),
        ("502 鸡蛋1\n502 鸡蛋2", 502, D.TWICE),
        ("502 鸡蛋1\n502 +1", 502, D.PLUS),
        ("7. 502", 502, D.HOW_MANY),
    ],
)
def test_what_is_not_certain_is_flagged_with_the_reason(
    line: str, door: int | None, doubt: Doubt
) -> None:
    found = doubts(read(line, DOORS, MANY))
    assert doubt in found[door]
    assert not any(one.is_certain for one in read(line, DOORS, MANY).proposals)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("502 鸡蛋1\n502 改成3", {1: 3}),
        ("502 鸡蛋1 牛奶1\n502 牛奶不要了", {1: 1}),
        ("502 鸡蛋1 牛奶1\n取消502", {}),
        ("502 鸡蛋1\n502 再加2板", {1: 3}),
        ("502 鸡蛋1 牛奶1\n502 鸡蛋换成大米1袋", {2: 1, 3: 1}),
        ("502 鸡蛋1\n取消502\n502 牛奶2", {2: 2}),
        ("502 鸡蛋1\n502 牛奶2", {1: 1, 2: 2}),
        ("1. 502 鸡蛋1\n#接龙\n1. 502 鸡蛋1\n2. 601 鸡蛋0", {1: 1}),
    ],
)
def test_changes_and_cancellations_count_in_their_order(text: str, end: dict[int, int]) -> None:
    reading = read(text, DOORS, MANY)
    assert carts(reading)[502] == end
    assert doubts(reading)[502] == set()


def test_the_same_as_above() -> None:
    reading = read("502 鸡蛋2 牛奶1\n哈哈\n601 同上", DOORS, MANY)
    assert carts(reading)[601] == {1: 2, 2: 1}


def test_ordering_for_others_names_both() -> None:
    reading = read("502帮1501带1箱牛奶\n502 鸡蛋1", DOORS, MANY)
    assert carts(reading) == {1501: {2: 1}, 502: {1: 1}}
    assert [one.helper for one in reading.proposals] == ["1-1-502", ""]


def test_a_number_without_building_asks_which_one_unless_the_head_says_it() -> None:
    asked = read("502 鸡蛋1", TWO_HOUSES, MANY).proposals[0]
    assert (asked.door, asked.doubts) == (None, (D.WHICH_DOOR,))
    assert asked.candidates == (502, 20502)
    told = read("【2栋1单元】\n502 鸡蛋1\n1-1-601 鸡蛋1", TWO_HOUSES, MANY)
    assert carts(told) == {20502: {1: 1}, 601: {1: 1}}
    assert carts(read("2-502 鸡蛋1", TWO_HOUSES, MANY)) == {20502: {1: 1}}


def test_a_name_proposes_and_never_decides() -> None:
    people = [Door(7, "1", "1", "502", "1-1-502", ("张建国",)), *DOORS[:3]]
    for line in ("张建国 鸡蛋1", "张阿姨要鸡蛋1板"):
        (one,) = read(line, people, MANY).proposals
        assert (one.door, one.candidates) == (None, (7,))


def test_a_copied_chat_gives_each_message_its_sender() -> None:
    text = "502李四  2022/4/5 20:13:05\n大米1\n牛奶2箱\n\n601王五 20:14\n大米1\n赵六 20:15\n鸡蛋1"
    reading = read(text, DOORS, MANY)
    assert carts(reading) == {502: {2: 2, 3: 1}, 601: {3: 1}, None: {1: 1}}
    assert doubts(reading)[None] == {D.NO_DOOR}


@pytest.mark.parametrize(
    "line",
    [
        "哈哈哈今晚吃蛋炒饭😂",
        "收到，辛苦了🌹",
        "502门口的快递是谁家的呀",
        "—— 2022-04-05 ——",
        "👍👍",
        "3个人住得下吗",
    ],
)
def test_talk_is_left_alone(line: str) -> None:
    assert read(line, DOORS, MANY).proposals == ()


def test_two_kinds_of_the_same_are_asked_for() -> None:
    small = Goods(4, "鸡蛋 10 枚", "盒")
    reading = read("502 鸡蛋2\n601 鸡蛋10枚 2盒", DOORS, [EGGS, small])
    assert D.WHICH_GOODS in doubts(reading)[502]
    assert carts(reading)[601] == {4: 2}


PIECES = st.sampled_from(
    ["502", "1-1-601", "803室", "鸡蛋", "牛奶", "2", "两板", "×3", "+1", "改成", "取消", "不要了", "帮", "同上"]
    + ["，", " ", "(", ")", "\n", "20:13", "①", "#接龙", "【1栋】", "😂", "Ⅷ", "½", "２", "三", "各", "半"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=25).map("".join)))
def test_no_text_makes_it_raise(text: str) -> None:
    reading = read(text, DOORS, MANY)
    assert all(n > 0 for one in reading.proposals for _goods, n in one.wanted if one.door)


def lines_of_a_list() -> st.SearchStrategy[list[str]]:
    line = st.builds(
        lambda floor, door, eggs, milk: f"{floor}{door:02d} 鸡蛋{eggs} 牛奶{milk}箱",
        st.integers(1, 18),
        st.integers(1, 5),
        st.integers(1, 9),
        st.integers(1, 9),
    )
    return st.lists(st.one_of(line, st.sampled_from(["502 改成鸡蛋3", "取消502"])), max_size=8)


NOISE = ["哈哈哈", "收到", "辛苦了🌹", "谢谢群主", "", "今天真冷啊", "👍"]


def meant(reading: Reading) -> set[object]:
    return {(one.door, one.wanted, one.doubts, one.candidates) for one in reading.proposals}


@given(lines_of_a_list(), st.lists(st.tuples(st.integers(0, 8), st.sampled_from(NOISE))))
def test_talk_between_the_lines_changes_nothing(
    lines: list[str], noise: list[tuple[int, str]]
) -> None:
    mixed = list(lines)
    for place, words in noise:
        mixed.insert(min(place, len(mixed)), words)
    assert meant(read("\n".join(mixed), DOORS, MANY)) == meant(read("\n".join(lines), DOORS, MANY))


@given(lines_of_a_list())
def test_what_it_writes_reads_the_same(lines: list[str]) -> None:
    first = read("\n".join(lines), DOORS, MANY)
    again = read(write(first, DOORS, MANY), DOORS, MANY)
    assert carts(again) == {door: cart for door, cart in carts(first).items() if door and cart}
    assert all(one.is_certain for one in again.proposals)


def test_the_same_doors_again_and_again_are_one_proposal_each() -> None:
    text = "\n".join(f"{n % 18 + 1}0{n % 5 + 1} 鸡蛋{n % 3 + 1} 牛奶1" for n in range(1000))
    assert len(read(text, DOORS, MANY).proposals) == 90
