"""Doors in any spelling: `1-1-0502`, `0502`, `0101室`, `3号楼1单元502`, `３－１－５０２`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

DoorKey = tuple[str, str, str]  # (building, unit, number), "" where there is none

NAME = r"\d{1,3}[A-Z]?|[A-Z]\d{0,2}|[一二三四五六七八九十]{1,3}"
BUILDING_WORD = r"(?:号楼|号院|栋|幢|座|楼)"
UNIT_WORD = r"(?:单元|门洞|梯)"
PREFIX = r"(?:[^\W\d_A-Z]*?)"
SPELLED = re.compile(
    rf"^{PREFIX}(?:(?P<b>{NAME}){BUILDING_WORD}-?)?(?:(?P<u>{NAME}){UNIT_WORD}-?)?"
    rf"(?:(?P<f>\d{{1,2}})[层楼]-?)?(?P<n>\d{{1,6}})(?:室|号|房|户|号房|房间)?$"
)
DASHED = re.compile(rf"^(?:(?P<b>{NAME})-)(?:(?P<u>{NAME})-)?(?P<n>\d{{3,6}})(?:室|号|房|户)?$")
FOUR_PARTS = re.compile(rf"^(?P<b>{NAME})-(?P<u>{NAME})-(?P<f>\d{{1,2}})-(?P<n>\d{{1,2}})$")
ENGLISH = re.compile(
    r"^(?:(?:BUILDING|BLOCK|BLDG|TOWER)(?P<b>\d+|[A-Z]))?[,-]?"
    r"(?:(?:UNIT|ENTRANCE)(?P<u>\d+|[A-Z]))?[,-]?(?:ROOM|DOOR|FLAT|HOME|RM|NO)?(?P<n>\d{3,6})$"
)
PLACE_BUILDING = re.compile(
    rf"(?P<b>{NAME})(?:号楼|栋|幢|座)|(?:BUILDING|BLOCK) ?(?P<e>\d+|[A-Z])\b"
)
PLACE_UNIT = re.compile(rf"(?P<u>{NAME})单元|UNIT ?(?P<e>\d+|[A-Z])\b")
CHINESE_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
LOWEST, HIGHEST = 101, 9999  # floor 1 door 01 … floor 99 door 99


class NotADoor(ValueError):
    """The text names no door."""


@dataclass(frozen=True)
class Door:
    """One home. `number` is floor and two-digit door without padding: '502', '1502'."""

    building: str | None
    unit: str | None
    floor: int
    number: str

    @property
    def key(self) -> DoorKey:
        """(building, unit, number), '' where the roster gives none."""
        return (self.building or "", self.unit or "", self.number)

    @property
    def label(self) -> str:
        """`3-1-502`, or as much of it as is known."""
        return "-".join(part for part in self.key if part)


def parse_door(text: str, *, building: str | None = None, unit: str | None = None) -> Door:
    """The door that `text` names. `building` and `unit` fill in what it leaves out.
    Refused with NotADoor: no number, or one that is no floor and door."""
    written, _ = normal(text)
    for pattern in (FOUR_PARTS, DASHED, ENGLISH, SPELLED):
        match = pattern.match(written)
        if match:
            parts = match.groupdict()
            number = _number(parts["n"], parts.get("f"))
            if number:
                own_building, own_unit = place_name(parts["b"]), place_name(parts["u"])
                return make_door(own_building or building, own_unit or unit, number)
    raise NotADoor(text)


def is_door(text: str) -> bool:
    """Whether `text` names a door."""
    try:
        parse_door(text)
    except NotADoor:
        return False
    return True


def make_door(building: str | None, unit: str | None, number: str) -> Door:
    """A door from parts that are already clean."""
    return Door(building or None, unit or None, int(number[:-2]), number)


def has_letter_for_zero(text: str) -> bool:
    """Whether a letter O stands where a zero belongs."""
    return normal(text)[1]


def known_door(key: DoorKey) -> Door:
    """A compound's own home as a door."""
    return make_door(key[0], key[1], _bare(key[2]))


@lru_cache(maxsize=8192)
def normal(text: str) -> tuple[str, bool]:
    """Half-width, upper case, one kind of dash, no spaces; and whether an O became a zero."""
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = re.sub(r"[\s\u200b\ufeff]+", "", plain)
    plain = re.sub(r"^(\d+)\.0$", r"\1", plain)
    plain = re.sub(r"[\u2010-\u2015\u2212~_/\\#.·-]+", "-", plain).strip("-,")
    zeroed = re.sub(r"(?<=\d)O|O(?=\d)", "0", plain)
    while zeroed != (again := re.sub(r"(?<=\d)O|O(?=\d)", "0", zeroed)):
        zeroed = again
    return zeroed, zeroed != plain


@lru_cache(maxsize=8192)
def place_name(text: str | None) -> str | None:
    """`3号楼`, `3#`, `03`, `三` → '3'; `A栋` → 'A'; nothing → None. Its answer reads the same."""
    name, before = text or "", None
    while name != before:
        before, name = name, _shorter(name)
    return name or None


def find_place(text: str) -> tuple[str | None, str | None]:
    """Building and unit named in a title: 「御景湾1栋1单元登记表」 → ('1', '1')."""
    plain = unicodedata.normalize("NFKC", text).upper()
    building, unit = PLACE_BUILDING.search(plain), PLACE_UNIT.search(plain)
    return (
        place_name(building.group("b") or building.group("e")) if building else None,
        place_name(unit.group("u") or unit.group("e")) if unit else None,
    )


class KnownDoors:
    """The homes of a compound, asked by whatever part of a door a roster gives."""

    def __init__(self, keys: Collection[DoorKey]) -> None:
        self._by_number: dict[str, list[DoorKey]] = {}
        for key in keys:
            self._by_number.setdefault(_bare(key[2]), []).append(key)
        self._by_label = {normal(label(key))[0]: key for key in keys}
        self._asked = 0

    def exact(self, text: str) -> DoorKey | None:
        """The home whose full label is `text`, whatever its building is called."""
        key = self._by_label.get(normal(text)[0])
        return key if key and _number(_bare(key[2]), None) else None

    def fitting(self, door: Door) -> list[DoorKey]:
        """The known homes that `door` may mean: none, exactly one, or several."""
        same = self._by_number.get(door.number, [])
        return [key for key in same if _agrees(door, key)]

    def near(self, door: Door) -> list[str]:
        """Up to three labels close to an unknown door: same number elsewhere, then neighbours."""
        self._asked += 1
        if self._asked > 200:  # a wrong file has thousands of unknown doors: suggest for the first
            return []
        keys = (key for group in self._by_number.values() for key in group)
        ranked = sorted(keys, key=lambda key: _distance(door, key))
        return [label(key) for key in ranked[:3]]


def label(key: DoorKey) -> str:
    """`3-1-502`."""
    return "-".join(str(part) for part in key if part)


def labels(keys: Iterable[DoorKey]) -> str:
    """A short list for a sentence."""
    shown = [label(key) for key in keys]
    return "、".join(shown[:3]) + ("…" if len(shown) > 3 else "")


def _agrees(door: Door, key: DoorKey) -> bool:
    building, unit = place_name(key[0]), place_name(key[1])
    return (not door.building or door.building == building) and (not door.unit or door.unit == unit)


def _distance(door: Door, key: DoorKey) -> tuple[bool, bool, int]:
    bare = _bare(key[2])
    number = int(bare) if bare.isdigit() else HIGHEST * 9
    elsewhere = bool(door.building) and place_name(key[0]) != door.building
    other_unit = bool(door.unit) and place_name(key[1]) != door.unit
    return (elsewhere, other_unit, abs(number - int(door.number)))


def _bare(number: str) -> str:
    return normal(number)[0].lstrip("0")


def _number(digits: str, floor: str | None) -> str | None:
    if floor and len(digits) <= 2:
        digits = f"{int(floor)}{int(digits):02d}"
    value = int(digits) if digits.isdecimal() else 0
    if not LOWEST <= value <= HIGHEST or value % 100 == 0:
        return None
    if floor and value // 100 != int(floor):
        return None
    return str(value)


def _shorter(text: str) -> str:
    """A place's name without one word for what kind of place it is."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
    plain = re.sub(r"\s+|\.0$", "", plain)
    plain = re.sub(r"^(?:BUILDING|BLOCK|BLDG|TOWER|UNIT|ENTRANCE|第)", "", plain)
    plain = re.sub(rf"(?:{BUILDING_WORD}|{UNIT_WORD}|[#号门])$", "", plain)
    if re.fullmatch(r"[一二三四五六七八九十]{1,3}", plain):
        return str(_chinese_number(plain))
    return plain.lstrip("0")


def _chinese_number(text: str) -> int:
    if "十" not in text:
        return int("".join(str(CHINESE_DIGITS[c]) for c in text))
    tens, _, ones = text.partition("十")
    return CHINESE_DIGITS.get(tens, 1) * 10 + CHINESE_DIGITS.get(ones, 0)
