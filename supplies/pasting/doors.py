"""Which door a line means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from households.roster.doors import place_name
from supplies.pasting.kinds import Door

NAME = r"\d{1,3}[A-Z]?|[A-Z]\d{0,2}|[一二三四五六七八九十]{1,3}"
NUMBER = r"\d{3,4}[A-Z]?(?![\dA-Z])"
TAIL = r"(?:\s*(?:室|房|号房|户|号))?"
DASH = r"\s*[-_/.]\s*"
START = r"(?<![\dA-Z])"
# Behind a bare number: it says how much or how heavy, and is no door.
MEASURED = r"(?!\s*(?:克|毫升|升|斤|公斤|枚|个|份|元|块|户|人|[%.]\d))"
SPELLED = tuple(
    re.compile(one + TAIL)
    for one in (
        rf"{START}(?P<b>{NAME}){DASH}(?P<u>{NAME}){DASH}(?P<n>\d{{2,4}}[A-Z]?(?![\dA-Z]))",
        rf"{START}(?P<b>{NAME})\s*(?:号楼|号院|栋|幢|座|楼|#)\s*[-_/.]?\s*"
        rf"(?:(?P<u>{NAME})\s*(?:单元|门洞|梯|门)\s*[-_/.]?\s*)?(?P<n>{NUMBER})",
        rf"{START}(?P<u>{NAME})\s*(?:单元|门洞|梯)\s*[-_/.]?\s*(?P<n>{NUMBER})",
        rf"{START}(?P<u>{NAME})\s*-\s*(?P<n>{NUMBER})",
        rf"(?<![\dA-Z.+×*¥])(?P<n>{NUMBER}){MEASURED}",
    )
)
TITLES = (
    "奶奶|爷爷|阿姨|叔叔|女士|先生|小姐|大妈|大爷|大姐|大哥|师傅|老师|医生|婆婆|外婆|外公|太太|"
    "姐|哥|婶|伯|叔|家"
)
CALLED = re.compile(rf"([\u4e00-\u9fff])(?:{TITLES})")
MOST_CANDIDATES = 8


@dataclass(frozen=True)
class Context:
    """What a list's head says of all its lines."""

    building: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Found:
    """A door in a text, from `start` to `end`: one household, or several that may be meant."""

    start: int
    end: int
    fitting: tuple[Door, ...]
    near: tuple[Door, ...] = ()  # none fits: what may have been meant


class Doors:
    """The households of a round, asked by a line."""

    def __init__(self, doors: Sequence[Door]) -> None:
        self.all = tuple(doors)
        self._by_label = {door.label.upper(): door for door in doors}
        self._by_number: dict[str, list[Door]] = defaultdict(list)
        for door in doors:
            self._by_number[_bare(door.number)].append(door)

    def knows(self, number: str) -> bool:
        return bool(self._by_number.get(_bare(number)))

    def find(self, text: str, context: Context) -> list[Found]:
        """Every door that the text names, in its order; no part of it is read twice."""
        found: list[Found] = []
        for match in re.finditer(r"[^\s,;:()]+", text):
            door = self._by_label.get(match.group())
            if door is not None:
                found.append(Found(match.start(), match.end(), (door,)))
        for pattern in SPELLED:
            for match in pattern.finditer(text):
                if all(match.end() <= one.start or match.start() >= one.end for one in found):
                    found.append(self._match(match, context))
        return sorted(found, key=lambda one: one.start)

    def _match(self, match: re.Match[str], context: Context) -> Found:
        parts = match.groupdict()
        building, unit = place_name(parts.get("b")), place_name(parts.get("u"))
        same = self._by_number.get(_bare(parts["n"]), [])
        fitting = [one for one in same if _agrees(one, building, unit)]
        if not fitting and unit and not building:  # 3-502: the building, where no unit is written
            fitting = [one for one in same if _agrees(one, unit, None)]
        if not fitting and building and parts["n"].startswith(building):  # 15楼1501: the floor
            fitting = same
        if len(fitting) > 1:
            here = [one for one in fitting if _agrees(one, context.building, context.unit)]
            fitting = here or fitting
        near = () if fitting else tuple((same or self._like(parts["n"]))[:MOST_CANDIDATES])
        return Found(match.start(), match.end(), tuple(fitting[:MOST_CANDIDATES]), near)

    def _like(self, number: str) -> list[Door]:
        """Doors whose number differs in one digit."""
        bare = _bare(number)
        return [
            door
            for known, doors in self._by_number.items()
            if len(known) == len(bare)
            and sum(a != b for a, b in zip(known, bare, strict=True)) == 1
            for door in doors
        ]

    def named(self, text: str) -> list[Door]:
        """Those of whom the text names somebody, by the whole name, else by 王阿姨."""
        whole = [one for one in self.all if any(len(n) > 1 and n in text for n in one.people)]
        if whole:
            return whole[:MOST_CANDIDATES]
        surnames = set(CALLED.findall(text))
        by_title = [one for one in self.all if any(n[:1] in surnames for n in one.people if n)]
        return by_title[:MOST_CANDIDATES]


def _bare(number: str) -> str:
    return number.upper().lstrip("0")


def _agrees(door: Door, building: str | None, unit: str | None) -> bool:
    return (not building or place_name(door.building) == building) and (
        not unit or place_name(door.unit) == unit
    )
