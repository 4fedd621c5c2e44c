"""Inventing the people of a practice compound. A seed always invents the same ones.

Nothing is taken from the real households: sizes and ages are drawn, names are put together from
common characters, numbers begin with 100, which no mobile phone has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from compounds.models import Home
from households.models import CareKind, Presence, Sex

SURNAMES = "白柏查常成池楚丁范方费冯甘葛龚古关桂洪侯华季江姜焦金康柯孔蓝雷黎柳龙卢鲁"
GIVEN = (
    "安禾",
    "柏舟",
    "初晴",
    "川宁",
    "谷雨",
    "和光",
    "景行",
    "可心",
    "乐山",
    "临溪",
    "明远",
    "木棉",
    "青禾",
    "清和",
    "若谷",
    "若水",
    "书白",
    "思齐",
    "天朗",
    "望舒",
    "闻笛",
    "小满",
    "星河",
    "言蹊",
    "一苇",
    "以宁",
    "雨霁",
    "云帆",
    "知秋",
    "子衿",
)
LONE_ELDERS = 8  # one home in so many
SIZES = ((1, 24), (2, 40), (3, 25), (4, 9), (5, 2))  # people at home, and how many homes of 100
NEEDS = ("降压药只够两天", "米快没有了", "助听器电池用完了", "想和女儿通个电话", "血糖试纸用完了")


@dataclass
class Person:
    name: str
    sex: str
    age: int
    presence: str = Presence.INSIDE
    relation: str = ""


@dataclass
class Family:
    """An invented household, and how it answers when somebody reaches for it."""

    home: Home
    people: list[Person]
    phone: str = ""
    has_page: bool = False
    flags: list[tuple[str, str]] = field(default_factory=list)  # (kind, note), of the first person
    script: dict[str, object] = field(default_factory=dict)


def invent(homes: Sequence[Home], seed: int, *, now: datetime) -> list[Family]:
    """A family for each home, in the order of the homes."""
    chance = Random(f"drill-{seed}")
    elders = set(chance.sample(range(len(homes)), -(-len(homes) // LONE_ELDERS)))
    return [_family(home, place in elders, place, chance) for place, home in enumerate(homes)]


def _family(home: Home, is_elder: bool, place: int, chance: Random) -> Family:
    people = [_elder(chance)] if is_elder else _people(chance)
    family = Family(home, people)
    if chance.random() >= (0.3 if is_elder else 0.1):
        family.phone = f"100{chance.randrange(10**4):04d}{place % 10_000:04d}"
    family.has_page = bool(family.phone) and chance.random() < (0.15 if is_elder else 0.5)
    family.flags = _flags(people, is_elder, chance)
    _send_out(family, is_elder, chance)
    family.script = _script(family, is_elder, chance)
    return family


def _elder(chance: Random) -> Person:
    return _person(chance, chance.randint(70, 93))


def _people(chance: Random) -> list[Person]:
    sizes, weights = zip(*SIZES, strict=True)
    size = chance.choices(sizes, weights)[0]
    head = chance.randint(24, 68)
    ages = [head, max(22, head + chance.randint(-6, 5))]
    ages += [max(0, head - chance.randint(24, 34)) for _child in range(2)]
    ages.append(head + 26)
    people = [_person(chance, age) for age in ages[:size]]
    surname = people[0].name[0]
    for child in people[2:4]:
        child.name, child.relation = surname + child.name[1:], "子女"
    return people


def _person(chance: Random, age: int) -> Person:
    name = chance.choice(SURNAMES) + chance.choice(GIVEN)
    return Person(name, chance.choice((Sex.FEMALE, Sex.MALE)), min(age, 96))


def _flags(people: list[Person], is_elder: bool, chance: Random) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if is_elder:
        found.append((CareKind.LONE_ELDER, ""))
        if chance.random() < 0.4:
            found.append((CareKind.CHRONIC, "降压药,每天"))
    elif any(one.age < 2 for one in people):
        found.append((CareKind.INFANT, ""))
    elif chance.random() < 0.03:
        found.append((CareKind.DIALYSIS, "周二、周四、周六"))
    elif chance.random() < 0.03:
        found.append((CareKind.DISABLED, ""))
    return found


def _send_out(family: Family, is_elder: bool, chance: Random) -> None:
    """Some are out when the order comes: one of the family, or now and then everybody."""
    if is_elder or chance.random() >= 0.1:
        return
    whole = chance.random() < 0.3
    for person in family.people if whole else family.people[-1:]:
        person.presence = Presence.AWAY


def _script(family: Family, is_elder: bool, chance: Random) -> dict[str, object]:
    """When the page is read, at which call somebody answers, at which knock the door opens.

    0 is never. A home where everybody is out opens to nobody, but answers its telephone.
    """
    nobody = all(one.presence == Presence.AWAY for one in family.people)
    reads = chance.choices((chance.randint(1, 25), chance.randint(26, 120), 0), (62, 26, 12))[0]
    answers = chance.choices((1, 2, 3, 0), (70, 18, 6, 6))[0]
    opens = chance.choices((1, 2, 3, 0), (80, 14, 4, 2))[0]
    script: dict[str, object] = {
        "page": reads if family.has_page else 0,
        "call": (answers or (1 if nobody else 0)) if family.phone else 0,
        "knock": 0 if nobody else opens,
        "differs": not nobody and chance.random() < 0.04,
    }
    if is_elder:
        script["need"] = chance.choice(NEEDS) if chance.random() < 0.35 else ""
    if any(one.presence == Presence.AWAY for one in family.people):
        script["back"] = chance.choice((60, 90, 150, 210, 0))  # minutes until home; 0 stays away
        script["recall"] = chance.choice((1, 1, 2))
    return script
