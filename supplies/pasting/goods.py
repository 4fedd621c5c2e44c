"""Which items a line names, and how many of each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from supplies.pasting.doors import TITLES
from supplies.pasting.kinds import Doubt, Goods, Wanted
from supplies.pasting.tidy import tidy

DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5}
DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
CHINESE = "".join(DIGITS)
ANY = ("份", "个", "件")  # said of anything
TWO_LETTERS = ("公斤", "KG", "ML", "毫升")
OTHERS = (*TWO_LETTERS, *"斤克升箱板袋盒瓶桶包提组套条只盘打罐捆把块托篮枚")
# What may stand right behind a bare number without making it something else.
POLITE = "谢哈吧哦啊了呀的呢嗯好嘛噢啦吗行可麻辛多感和跟加改要再还,;/、。()+×*X~-…!?:]【】"
STAPLES = "蛋奶米油菜肉鱼面盐糖"
NOT_GOODS = re.compile(rf"(?:{TITLES})|加油|一起|一下|一样|一定|一直|统一|万一|第一")
NOT_OF_GOODS = re.compile(r"个(?:人|月|小时|星期|礼拜|钟头)")
MOST = 999


@dataclass(frozen=True)
class Token:
    kind: str  # G goods, N number, E each, A all kinds
    ids: tuple[int, ...] = ()
    count: int | None = None
    unit: str = ""
    plus: bool = False
    at: int = 0


@dataclass(frozen=True)
class Amounts:
    """`named` are the items that the text names, with or without a number."""

    wanted: Wanted = ()
    named: tuple[int, ...] = ()
    bare: tuple[int, ...] = ()  # of these, those without a number
    doubts: tuple[Doubt, ...] = ()
    plus: bool = False
    loose: int | None = None  # a number whose item the text does not say

    @property
    def is_empty(self) -> bool:
        return not (self.wanted or self.named or self.doubts or self.loose is not None)


class Shelf:
    """The items of a round, asked by a line."""

    def __init__(self, goods: Sequence[Goods]) -> None:
        self.all = {one.id: one for one in goods}
        self._units = sorted({*ANY, *OTHERS, *(tidy(one.unit) for one in goods)} - {""}, key=len)
        self._names = [(one.id, _loosely(tidy(one.name))) for one in goods if tidy(one.name)]
        self._compact = [re.sub(r"\s", "", tidy(one.name)) for one in goods]
        self._short = _short_names(goods)
        self._longest = max(map(len, self._short), default=0)

    def only(self) -> int | None:
        return next(iter(self.all)) if len(self.all) == 1 else None

    def amounts(self, text: str) -> Amounts:
        """What the text wants. Numbers belong to the item before them, or else behind them."""
        tokens = self._tokens(NOT_GOODS.sub(" ", text))
        pairs, loose, doubts = _paired(tokens)
        wanted: dict[int, int] = {}
        for token, number in pairs:
            doubts |= self._add(wanted, token, number)
        left, more = self._by_unit(loose, wanted)
        doubts |= more
        if any(one.kind == "A" for one in tokens) and left is not None and not wanted:
            wanted, left = dict.fromkeys(self.all, left), None
        named = {one for token in tokens if token.kind == "G" for one in token.ids}
        return Amounts(
            tuple(sorted(wanted.items())),
            tuple(sorted(named)),
            tuple(sorted({pk for one, number in pairs if number is None for pk in one.ids})),
            tuple(sorted(doubts)),
            any(one.plus for one in tokens),
            left,
        )

    def _add(self, wanted: dict[int, int], token: Token, number: Token | None) -> set[Doubt]:
        if len(token.ids) != 1:
            return {Doubt.WHICH_GOODS}
        (goods,) = token.ids
        if number is None or number.count is None:
            wanted.setdefault(goods, 1)
            return {Doubt.HOW_MANY}
        wanted[goods] = number.count
        return set() if self._fits(goods, number.unit) else {Doubt.OTHER_UNIT}

    def _fits(self, goods: int, unit: str) -> bool:
        return unit in ("", *ANY) or unit == tidy(self.all[goods].unit)

    def _by_unit(self, loose: list[Token], wanted: dict[int, int]) -> tuple[int | None, set[Doubt]]:
        """A number without an item: the only item, or the only one with this unit."""
        if not loose:
            return None, set()
        if len(loose) > 1 or loose[0].count is None:
            return None, {Doubt.HOW_MANY}
        number = loose[0]
        known = [one for one in self.all if number.unit and self._fits(one, number.unit)]
        chosen = self.only() or (known[0] if len(known) == 1 and number.unit not in ANY else None)
        if chosen is None or chosen in wanted:
            return number.count, set()
        wanted[chosen] = number.count or 0
        return None, set() if self._fits(chosen, number.unit) else {Doubt.OTHER_UNIT}

    def _tokens(self, text: str) -> list[Token]:
        tokens: list[Token] = []
        place = 0
        while place < len(text):
            token, end = self._goods(text, place)
            if token is None:
                token, end = self._number(text, place, tokens)
            if token is not None:
                tokens.append(token)
            place = max(end, place + 1)
        return tokens

    def _goods(self, text: str, place: int) -> tuple[Token | None, int]:
        whole = [
            (match.end(), one) for one, name in self._names if (match := name.match(text, place))
        ]
        if whole:
            end = max(end for end, _one in whole)
            return Token("G", tuple(one for at, one in whole if at == end), at=place), end
        for size in range(min(self._longest, len(text) - place), 0, -1):
            ids = self._short.get(text[place : place + size])
            if ids:
                return Token("G", ids, at=place), place + size
        return None, place

    def _number(self, text: str, place: int, before: list[Token]) -> tuple[Token | None, int]:
        for words, kind in (
            ("各", "E"),
            ("每样", "A"),
            ("每种", "A"),
            ("全要", "A"),
            ("都要", "A"),
        ):
            if text.startswith(words, place):
                return Token(kind, at=place), place + len(words)
        char = text[place]
        if char == "半" and self._unit(text, place + 1):
            return Token("N", unit=self._unit(text, place + 1), at=place), place + 2
        if char.isdecimal() and char.isascii():
            return self._digits(text, place)
        if char in DIGITS:
            return self._chinese(text, place, before)
        return None, place

    def _digits(self, text: str, place: int) -> tuple[Token | None, int]:
        match = re.compile(r"\d+(?:\.\d+)?(?:\s*[-~至到]\s*\d+)?").match(text, place)
        if match is None:
            return None, place
        end = match.end()
        unit = self._unit(text, end)
        stop = end + (len(text[end:]) - len(text[end:].lstrip())) + len(unit) if unit else end
        compact = re.sub(r"\s", "", text[place:stop])
        if unit and any(compact in name for name in self._compact):
            return None, stop  # 30 枚 of “鸡蛋 30 枚”: what the item is, not how many
        if not unit and not self._may_stand_alone(text, end):
            return None, end
        plain = match.group().isdecimal() and int(match.group()[:6]) <= MOST
        plus = text[:place].rstrip().endswith("+")
        count = int(match.group()[:6]) if plain else None
        return Token("N", count=count, unit=unit, plus=plus, at=place), stop

    def _may_stand_alone(self, text: str, end: int) -> bool:
        rest = text[end:]
        if not rest.strip() or rest[0] == " " or rest[0] in POLITE:
            return True
        return self._goods(text, end)[0] is not None

    def _chinese(self, text: str, place: int, before: list[Token]) -> tuple[Token | None, int]:
        """两板, 十二个; without a unit only where a number is expected."""
        match = re.compile(f"[{CHINESE}]{{1,3}}").match(text, place)
        if match is None:
            return None, place
        end = match.end()
        unit = self._unit(text, end)
        expected = re.search(r"(?:[×*X+]|改成|改为|改|要|来|各)\s*$", text[:place]) is not None
        after_goods = bool(before) and before[-1].kind == "G"
        if not unit and not ((expected or after_goods) and self._may_stand_alone(text, end)):
            return None, end
        plus = text[:place].rstrip().endswith("+")
        stop = end + (len(text[end:]) - len(text[end:].lstrip())) + len(unit) if unit else end
        return Token("N", count=_value(match.group()), unit=unit, plus=plus, at=place), stop

    def _unit(self, text: str, place: int) -> str:
        rest = text[place:].lstrip()
        unit = next((one for one in reversed(self._units) if rest.startswith(one)), "")
        return "" if NOT_OF_GOODS.match(rest) else unit


def _paired(
    tokens: Sequence[Token],
) -> tuple[list[tuple[Token, Token | None]], list[Token], set[Doubt]]:
    """Items with their numbers, the numbers that are left, and what is doubtful."""
    marks = [one for one in tokens if one.kind in "GN"]
    kinds = "".join(one.kind for one in marks)
    each = next((n for n, one in enumerate(tokens) if one.kind == "E"), None)
    if each is not None and each + 1 < len(tokens) and tokens[each + 1].kind == "N":
        goods = [one for one in tokens if one.kind == "G"]
        numbers = [one for one in tokens if one.kind == "N"]
        if goods and len(numbers) == 1:
            return [(one, numbers[0]) for one in goods], [], set()
    if re.fullmatch("(?:NG)+", kinds):
        return [(marks[n + 1], marks[n]) for n in range(0, len(marks), 2)], [], set()
    pairs: list[tuple[Token, Token | None]] = []
    loose: list[Token] = []
    for one in marks:
        if one.kind == "G":
            pairs.append((one, None))
        elif pairs and pairs[-1][1] is None:
            pairs[-1] = (pairs[-1][0], one)
        else:
            loose.append(one)
    if len(pairs) == 1 and pairs[0][1] is None and len(loose) == 1:
        return [(pairs[0][0], loose[0])], [], set()
    return pairs, loose, set()


def _value(word: str) -> int:
    """十 10, 十二 12, 二十 20, 二十三 23, 两 2."""
    if "十" in word:
        tens, _ten, ones = word.partition("十")
        return (DIGITS[tens[-1]] if tens else 1) * 10 + (DIGITS[ones[0]] if ones else 0)
    return int("".join(str(DIGITS[char]) for char in word))


def _loosely(name: str) -> re.Pattern[str]:
    """The whole name, spaces where they like."""
    return re.compile(r"\s*".join(re.escape(char) for char in name if char != " "))


def _short_names(goods: Sequence[Goods]) -> dict[str, tuple[int, ...]]:
    """Parts of names by which people call the items, with the items that share them."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in goods:
        name = tidy(one.name)
        for run in re.findall(r"[\u4e00-\u9fff]{2,12}", name):
            for start in range(len(run)):
                for end in range(start + 2, len(run) + 1):
                    found[run[start:end]].add(one.id)
        for word in re.findall(r"[A-Z]{3,}", name):
            found[word].add(one.id)
        for char in STAPLES:
            if char in name:
                found[char].add(one.id)
    return {name: tuple(sorted(ids)) for name, ids in found.items()}
