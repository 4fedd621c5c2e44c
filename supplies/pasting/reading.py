"""A chat list as a whole: line by line, changes and cancellations in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from supplies.pasting.doors import Context, Doors, Found
from supplies.pasting.goods import Shelf
from supplies.pasting.kinds import Door, Doubt, Fate, Goods, Proposal, Reading, Step, Wanted
from supplies.pasting.lines import Before, Clause, Line, read_line

MOST_LINES = 1000


@dataclass
class Kept:
    """What one household wants so far."""

    wanted: dict[int, int] = field(default_factory=dict)
    doubts: set[Doubt] = field(default_factory=set)
    candidates: tuple[int, ...] = ()
    lines: list[int] = field(default_factory=list)
    helper: str = ""


def read(text: str, doors: Sequence[Door], goods: Sequence[Goods]) -> Reading:
    """Every line of the text has its fate; whoever is named has a proposal. Raises on no text."""
    return _Reader(doors, goods).read(text)


class _Reader:
    def __init__(self, doors: Sequence[Door], goods: Sequence[Goods]) -> None:
        self.doors, self.shelf = Doors(doors), Shelf(goods)
        self.labels = {door.id: door.label for door in doors}
        self.context, self.goods = Context(), self.shelf.only()
        self.sender: tuple[Found, ...] = ()
        self.said_by = ""
        self.number = 0
        self.last: Wanted = ()
        self.seen: set[str] = set()
        self.kept: dict[int, Kept] = {}
        self.loose: list[Proposal] = []
        self.steps: list[Step] = []

    def read(self, text: str) -> Reading:
        for number, raw in enumerate(text.splitlines()[:MOST_LINES], start=1):
            if raw.strip():
                self._line(number, raw)
        named = [
            Proposal(
                door,
                _sorted(one.wanted),
                tuple(sorted(one.doubts)),
                one.candidates,
                tuple(one.lines),
                one.helper,
            )
            for door, one in self.kept.items()
        ]
        return Reading(tuple(self.steps), (*named, *self.loose))

    def _line(self, number: int, raw: str) -> None:
        before = Before(self.context, self.number, bool(self.said_by))
        line = read_line(raw, self.doors, self.shelf, before)
        # The whole list is sent again and again; the same words of another sender are his own.
        words = line.text if all(one.found for one in line.clauses) else self.said_by + line.text
        if line.fate == Fate.ORDER and words in self.seen:
            self.steps.append(Step(number, raw.strip(), Fate.SAME))
            return
        self.seen.add(words)
        self.number = line.number or self.number
        match line.fate:
            case Fate.HEAD:
                self.context = line.context or self.context
                self.goods = line.goods or self.goods
            case Fate.SENDER:
                self.sender, self.said_by = line.sender, line.said_by
        if line.fate != Fate.ORDER:
            self.steps.append(Step(number, raw.strip(), line.fate))
            return
        for clause in line.clauses:
            self._clause(number, raw.strip(), line, clause)

    def _clause(self, number: int, raw: str, line: Line, clause: Clause) -> None:
        found = clause.found or (() if clause.is_for_others else self.sender)
        certain, candidates, doubts = self._whom(clause, found)
        helper = self._helper(clause)
        if len(certain) > 1:
            doubts |= {Doubt.MANY_DOORS}
        fates: set[Fate] = set()
        wanted: Wanted = ()
        for door in certain:
            fate, wanted, more = self._apply(door, clause)
            doubts |= more
            fates.add(fate)
            self._keep(door, number, doubts, candidates, helper)
        if not certain:
            fate, wanted, more = Fate.UNCLEAR, *self._wanted(clause, {})
            doubts |= more
            fates = {fate}
            self.loose.append(
                Proposal(None, wanted, tuple(sorted(doubts)), candidates, (number,), helper)
            )
        self.steps.append(
            Step(
                number,
                raw,
                fates.pop() if len(fates) == 1 else Fate.ORDER,
                certain,
                candidates,
                wanted,
                tuple(sorted(doubts)),
                helper,
            )
        )

    def _whom(
        self, clause: Clause, found: Sequence[Found]
    ) -> tuple[tuple[int, ...], tuple[int, ...], set[Doubt]]:
        """Households that are certain, those that may be meant, and why a person has to look."""
        if not found:
            named = self.doors.named(f"{clause.text} {self.said_by}")
            return (), tuple(one.id for one in named), {Doubt.NO_DOOR}
        certain: list[int] = []
        candidates: list[int] = []
        doubts: set[Doubt] = set()
        for one in found:
            if len(one.fitting) == 1:
                certain.append(one.fitting[0].id)
            elif one.fitting:
                doubts.add(Doubt.WHICH_DOOR)
                candidates += self._likeliest(one.fitting, clause.text)
            else:
                doubts.add(Doubt.UNKNOWN_DOOR)
                candidates += [door.id for door in one.near]
        if doubts and certain:  # of two numbers one is no door: 1单元 8033 502
            doubts = {Doubt.MANY_DOORS}
        return tuple(dict.fromkeys(certain)), tuple(dict.fromkeys(candidates)), doubts

    def _likeliest(self, fitting: Sequence[Door], text: str) -> list[int]:
        """Those first of whom the line names somebody."""
        named = {one.id for one in self.doors.named(text)}
        return [one.id for one in sorted(fitting, key=lambda door: door.id not in named)]

    def _helper(self, clause: Clause) -> str:
        if clause.helper is None or len(clause.helper.fitting) != 1:
            return ""
        return clause.helper.fitting[0].label

    def _wanted(self, clause: Clause, had: dict[int, int]) -> tuple[Wanted, set[Doubt]]:
        """What the clause asks for, in items of the round."""
        amounts, doubts = clause.amounts, set(clause.amounts.doubts)
        if clause.is_same and not amounts.wanted:
            return (self.last, doubts) if self.last else ((), doubts | {Doubt.NOTHING_BEFORE})
        wanted = dict(amounts.wanted)
        if amounts.loose is not None:
            goods = self._meant(clause, had)
            if goods is None or goods in wanted:
                doubts.add(Doubt.WHICH_GOODS)
            else:
                wanted[goods] = amounts.loose
        if not wanted and not doubts and not clause.is_cancel:
            doubts.add(Doubt.HOW_MANY)
        return _sorted(wanted), doubts

    def _meant(self, clause: Clause, had: dict[int, int]) -> int | None:
        """The item of a number that names none: what stands before "changed to", what they have,
        what the list is about."""
        if len(clause.before.named) == 1:
            return clause.before.named[0]
        if (clause.is_change or clause.is_more or clause.amounts.plus) and len(had) == 1:
            return next(iter(had))
        return self.goods

    def _apply(self, door: int, clause: Clause) -> tuple[Fate, Wanted, set[Doubt]]:
        kept = self.kept.setdefault(door, Kept())
        had = kept.wanted
        if had and not clause.says_something:
            return Fate.TALK, (), set()
        wanted, doubts = self._wanted(clause, had)
        if clause.is_cancel:
            return self._cancel(kept, clause, dict(wanted))
        if clause.is_change:
            fate = Fate.CHANGE
            if not had:
                doubts = doubts | {Doubt.NOTHING_BEFORE}
            given_up = set(clause.before.named) - {goods for goods, _count in wanted}
            kept.wanted = {goods: count for goods, count in had.items() if goods not in given_up}
            kept.wanted |= dict(wanted)
        elif clause.is_more or (clause.amounts.plus and any(goods in had for goods, _n in wanted)):
            fate = Fate.MORE
            doubts = doubts | (set() if clause.is_more else {Doubt.PLUS})
            for goods, count in wanted:
                had[goods] = had.get(goods, 0) + count
        else:
            fate = Fate.ORDER
            if any(had.get(goods, count) != count for goods, count in wanted):
                doubts = doubts | {Doubt.TWICE}
            elif wanted and all(goods in had for goods, _count in wanted):
                fate = Fate.SAME
            had |= dict(wanted)
        kept.wanted = {goods: count for goods, count in kept.wanted.items() if count > 0}
        self.last = wanted or self.last
        return fate, wanted, doubts

    def _cancel(
        self, kept: Kept, clause: Clause, wanted: dict[int, int]
    ) -> tuple[Fate, Wanted, set[Doubt]]:
        """All of it, or the items that it names; 鸡蛋 2 牛奶不要了 is an order as well."""
        bare = set(clause.amounts.bare)
        ordered = {goods: count for goods, count in wanted.items() if goods not in bare}
        if bare and ordered:
            kept.wanted = {goods: n for goods, n in kept.wanted.items() if goods not in bare}
            kept.wanted |= ordered
            self.last = _sorted(ordered)
            return Fate.ORDER, self.last, set()
        named = set(clause.amounts.named) | set(clause.before.named)
        doubts = set() if kept.wanted else {Doubt.NOTHING_BEFORE}
        if named - set(kept.wanted) and kept.wanted:
            doubts = {Doubt.NOTHING_BEFORE}
        kept.wanted = {goods: n for goods, n in kept.wanted.items() if named and goods not in named}
        if not kept.wanted:
            kept.doubts.clear()  # what was doubtful about it does not matter any more
        return Fate.CANCEL, (), doubts

    def _keep(
        self, door: int, number: int, doubts: set[Doubt], candidates: tuple[int, ...], helper: str
    ) -> None:
        kept = self.kept[door]
        kept.doubts |= doubts
        kept.candidates = tuple(dict.fromkeys((*kept.candidates, *candidates)))
        kept.helper = helper or kept.helper
        if number not in kept.lines:
            kept.lines.append(number)


def _sorted(wanted: dict[int, int]) -> Wanted:
    return tuple(sorted(wanted.items()))


def write(reading: Reading, doors: Sequence[Door], goods: Sequence[Goods]) -> str:
    """The proposals as a list that reads the same again."""
    labels = {one.id: one.label for one in doors}
    items = {one.id: one for one in goods}
    lines = []
    for one in reading.proposals:
        if one.door is not None and one.wanted:
            said = "、".join(f"{items[g].name} × {n} {items[g].unit}" for g, n in one.wanted)
            lines.append(" ".join(f"{labels[one.door]} {said}".split()))
    return "\n".join(lines)
