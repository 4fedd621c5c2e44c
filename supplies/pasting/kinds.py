"""What goes into the reader of chat lists and what comes out: plain values, nothing stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Goods:
    """An item of the round."""

    id: int
    name: str
    unit: str


@dataclass(frozen=True)
class Door:
    """A household that may order. `people` help where a line names somebody and no door."""

    id: int
    building: str
    unit: str
    number: str
    label: str  # 1-1-502
    people: tuple[str, ...] = ()


class Fate(StrEnum):
    """What became of one line, or of one part of it."""

    ORDER = "order"
    MORE = "more"  # on top of what was ordered before
    CHANGE = "change"
    CANCEL = "cancel"
    SAME = "same"  # said before in the same words
    HEAD = "head"  # the list's title, place, prices
    SENDER = "sender"  # who wrote what follows, and when
    TALK = "talk"
    UNCLEAR = "unclear"


class Doubt(StrEnum):
    """Why a person has to look."""

    NO_DOOR = "no_door"
    WHICH_DOOR = "which_door"
    UNKNOWN_DOOR = "unknown_door"
    MANY_DOORS = "many_doors"
    WHICH_GOODS = "which_goods"
    HOW_MANY = "how_many"
    OTHER_UNIT = "other_unit"
    TWICE = "twice"  # a second, different order, without saying that it changes the first
    PLUS = "plus"  # +1: one more, or one?
    NOTHING_BEFORE = "nothing_before"  # changes or takes back what the list does not hold


Wanted = tuple[tuple[int, int], ...]  # (goods id, pieces), by goods id


@dataclass(frozen=True)
class Step:
    """What one line, or one part of a line, does."""

    line: int  # counted from 1
    text: str
    fate: Fate
    doors: tuple[int, ...] = ()  # whom it is for; several when it names several
    candidates: tuple[int, ...] = ()  # who may be meant when that is not certain
    wanted: Wanted = ()
    doubts: tuple[Doubt, ...] = ()
    helper: str = ""  # the neighbour who asked for them: 1-1-502


@dataclass(frozen=True)
class Proposal:
    """What one household ends with, after changes and cancellations in their order.

    `door` is None where nobody could be named; nothing wanted means that it was taken back.
    """

    door: int | None
    wanted: Wanted
    doubts: tuple[Doubt, ...]
    candidates: tuple[int, ...]
    lines: tuple[int, ...]
    helper: str = ""

    @property
    def is_certain(self) -> bool:
        return self.door is not None and bool(self.wanted) and not self.doubts


@dataclass(frozen=True)
class Reading:
    steps: tuple[Step, ...]
    proposals: tuple[Proposal, ...]
