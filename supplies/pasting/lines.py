"""One line of a chat list, taken apart: its clauses, and what each of them says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from households.roster.doors import find_place
from supplies.pasting.doors import Context, Doors, Found
from supplies.pasting.goods import Amounts, Shelf
from supplies.pasting.kinds import Fate
from supplies.pasting.tidy import (
    PRICE,
    digits_for_letters,
    tidy,
    without_asides,
    without_number,
    without_times,
)

CHANGES = re.compile(r"改成|改为|改到|换成|变成|更正为?|更改为?|改")
CANCELS = re.compile(
    r"取消|不要了|不要|不需要|退了|退掉|退单|撤单|撤销|撤了|算了|作废|删掉|删了|删除"
)
ADDS = re.compile(r"再加|追加|再来|再要|再订|多要|加订|加购")
SAME_AS_ABOVE = re.compile(r"同上|跟上面一样|和上面一样|一样一样|同楼上")
FOR_OTHERS = re.compile(
    r"(?:帮忙?|替|给|代(?=\d)|帮助)(?!我|俺|咱|大家|力|忙|你|您)(?:邻居|对门|楼上|楼下)?"
)
HEADS = re.compile(r"^#|^\s*[【\[].*[】\]]|接龙|截止|团购|^(?:例如?|格式|示例|模板)")
EXAMPLE = re.compile(r"^(?:例如?|格式|示例|模板)")
INSIDE = re.compile(r"\(([^()]*)\)|（([^（）]*)）")
LONGEST = 300  # characters of a line that are read
SMALL_TALK = 4  # characters beside the door with which a line without number may still be an order


@dataclass(frozen=True)
class Clause:
    """A part of a line that is about one household, or several."""

    text: str
    found: tuple[Found, ...]
    amounts: Amounts
    before: Amounts  # what stands before "changed to"
    is_change: bool = False
    is_cancel: bool = False
    is_more: bool = False
    is_same: bool = False
    helper: Found | None = None
    is_for_others: bool = False

    @property
    def says_something(self) -> bool:
        acts = self.is_cancel or self.is_change or self.is_same or self.is_more
        return acts or not self.amounts.is_empty


@dataclass(frozen=True)
class Line:
    fate: Fate  # HEAD, SENDER, TALK, or ORDER for what has clauses
    text: str
    clauses: tuple[Clause, ...] = ()
    context: Context | None = None
    goods: int | None = None  # the one item that a head names
    sender: tuple[Found, ...] = ()
    said_by: str = ""
    number: int | None = None  # its place in the list


@dataclass(frozen=True)
class Before:
    """What the lines above say about this one."""

    context: Context = field(default_factory=Context)
    number: int = 0  # the place in the list of the line above
    has_sender: bool = False


def read_line(raw: str, doors: Doors, shelf: Shelf, before: Before) -> Line:
    context = before.context
    text = digits_for_letters(tidy(raw[:LONGEST]))
    rest, was_sent = without_times(text)
    body, number = without_number(rest)
    if number is not None and _is_a_door(number, body, rest, doors, before):
        body, number = rest, None
    if _is_head(text, body, doors, context):
        return _head(text, body, shelf)
    body = without_asides(body)
    clauses = tuple(_clauses(body, doors, shelf, context))
    if was_sent and not any(one.says_something for one in clauses):
        found, who = tuple(doors.find(body, context)), body.strip(" -—:")
        fate = Fate.SENDER if who else Fate.TALK
        return Line(fate, text, sender=found, said_by=who)
    in_list = number is not None or before.has_sender
    kept = tuple(one for one in clauses if _matters(one, in_list))
    return Line(Fate.ORDER if kept else Fate.TALK, text, kept, number=number)


def _is_a_door(number: int, body: str, rest: str, doors: Doors, before: Before) -> bool:
    """502. 鸡蛋 2, or 904、905 各 1: what looks like a place in the list is the door."""
    if not doors.find(rest, before.context):
        return False
    if not doors.find(body, before.context):
        return True
    return doors.knows(str(number)) and number != before.number + 1


def _is_head(text: str, body: str, doors: Doors, context: Context) -> bool:
    if EXAMPLE.match(body):
        return True
    if doors.find(body, context):
        return False
    return bool(HEADS.search(text) or PRICE.search(text))


def _head(text: str, body: str, shelf: Shelf) -> Line:
    building, unit = find_place(body)
    named = shelf.amounts(without_asides(body)).named
    context = Context(building, unit) if building or unit else None
    goods = named[0] if len(named) == 1 else None
    return Line(Fate.HEAD, text, context=context, goods=goods)


def _matters(clause: Clause, in_list: bool) -> bool:
    """Whether it may be an order: a door with something said, or something said in the list.

    Without a door, a name of an item alone is talk, a number with it is an order for somebody.
    """
    amounts = clause.amounts
    if not clause.found:
        counted = amounts.loose is not None or len(amounts.wanted) > len(amounts.bare)
        acts = clause.is_cancel or clause.is_change or clause.is_more or clause.is_same
        return counted or (in_list and (acts or bool(amounts.named)))
    if clause.says_something:
        return True
    others = len(re.sub(r"[\W_]", "", clause.text)) - sum(f.end - f.start for f in clause.found)
    return in_list or others <= SMALL_TALK


def _clauses(body: str, doors: Doors, shelf: Shelf, context: Context) -> list[Clause]:
    """The line itself, and what it asks for others: 1502 *3 (帮 1501 带 1 板)."""
    aside: list[str] = []

    def take_out(match: re.Match[str]) -> str:
        inner = match.group(1) or match.group(2) or ""
        if FOR_OTHERS.search(inner):
            aside.append(inner)
            return " "
        return f" {inner} "

    main = INSIDE.sub(take_out, body)
    parts = [part for text in (main, *aside) for part in _for_each(text)]
    found: list[Clause] = []
    helper: Found | None = None
    for text, is_for_others in parts:
        clause = _clause(text, doors, shelf, context)
        if is_for_others:
            clause = replace(clause, helper=helper, is_for_others=True)
        elif clause.found and helper is None:
            helper = clause.found[0]
        if is_for_others or clause.says_something or clause.found:
            found.append(clause)
    speaks_for_itself = [one for one in found if one.is_for_others or one.says_something]
    return speaks_for_itself or found


def _for_each(text: str) -> list[tuple[str, bool]]:
    """Cut before each 帮…, 替…, 给…: what comes behind is for somebody else."""
    cuts = [match.span() for match in FOR_OTHERS.finditer(text)]
    if not cuts:
        return [(text, False)]
    parts = [(text[: cuts[0][0]], False)]
    ends = [start for start, _end in cuts[1:]] + [len(text)]
    parts += [(text[end:stop], True) for (_start, end), stop in zip(cuts, ends, strict=True)]
    return [(part, others) for part, others in parts if part.strip()]


def _clause(text: str, doors: Doors, shelf: Shelf, context: Context) -> Clause:
    found = tuple(doors.find(text, context))
    bare = text
    for one in found:
        bare = bare[: one.start] + " " * (one.end - one.start) + bare[one.end :]
    changes = list(CHANGES.finditer(bare))
    before = bare[: changes[-1].start()] if changes else ""
    behind = bare[changes[-1].end() :] if changes else bare
    amounts = shelf.amounts(_unsaid(behind))
    earlier = shelf.amounts(_unsaid(before))
    has_change = bool(changes) and not (amounts.is_empty and CANCELS.search(behind))
    return Clause(
        text=text.strip(),
        found=found,
        amounts=amounts,
        before=earlier,
        is_change=has_change,
        is_cancel=bool(CANCELS.search(bare)) and not (has_change and not amounts.is_empty),
        is_more=bool(ADDS.search(bare)),
        is_same=bool(SAME_AS_ABOVE.search(bare)),
    )


def _unsaid(text: str) -> str:
    """Without the words of changing, which hold characters that are numbers."""
    for words in (CANCELS, ADDS, SAME_AS_ABOVE):
        text = words.sub(" ", text)
    return text
