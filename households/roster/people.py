"""The typed roster, and what single cells say about a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from households.phones import Phone, normalise, written
from households.roster.doors import Door, DoorKey
from households.roster.messages import Remark
from households.roster.reading import Cell

INSIDE, AWAY, TRANSFERRED, TEMPORARY = "inside", "away", "transferred", "temporary"
MALE, FEMALE = "m", "f"
HEAD = "户主"
OLDEST = 120  # years
ELDER = 60  # years; 老年人权益保障法 art. 2

YES = frozenset("是√✓✔☑vy1有对o○●★") | {"yes", "true"}
NO = frozenset("否×✗✘xn0无-—/不") | {"no", "false", "没有", "不是"}
UNSAID = frozenset({"", "不详", "未知", "不明", "?", "-", "--", "—", "/", "无", "n/a", "none"})
HEAD_WORDS = frozenset({"户主", "本人", "业主", "head", "self"})
PRESENCE: tuple[tuple[str, str], ...] = (
    ("住院|隔离|转运|方舱|hospital|transferred|isolation", TRANSFERRED),
    ("临时|访客|来访|钟点|保姆|visitor|temporary", TEMPORARY),
    ("外出|未归|不在|外地|出差|离开|空置|away|out|absent", AWAY),
    ("在家|在楼|在住|在内|居家|常住|inside|home|in", INSIDE),
)
NOT = r"(?<![无未非不没备])(?<!没有)"
NOTE_FLAGS: dict[str, re.Pattern[str]] = {
    "pregnant": re.compile(NOT + r"(?:怀孕|(?<!怀)孕)|pregnan", re.I),
    "infant": re.compile(NOT + r"(?:婴儿|婴幼儿|新生儿|奶粉|哺乳)|infant|\bbaby\b", re.I),
    "dialysis": re.compile(NOT + r"透析|dialysis", re.I),
    "chronic": re.compile(
        NOT
        + r"(?:高血压|糖尿病|慢病|慢性病|冠心病|心脏病|哮喘|癫痫|需买药|长期服药|基础疾病)|chronic",
        re.I,
    ),
    "disabled": re.compile(
        NOT + r"(?:残疾|行动不便|轮椅|卧床|失明|失聪)|disabled|wheelchair", re.I
    ),
    "mental": re.compile(NOT + r"(?:精神|抑郁|焦虑症)", re.I),
    "empty_nest": re.compile(NOT + r"空巢", re.I),
    "minor_alone": re.compile(
        r"(?:儿童|孩子|小孩|未成年人?|学生)[^,,。;;]{0,4}(?:独自|单独)在家|minor alone"
    ),
    "pets": re.compile(NOT + r"(?:养狗|养猫|宠物|[狗猫]一?[只条])|\bpets?\b", re.I),
    "tenant": re.compile(NOT + r"(?:租户|租客|租住|承租)|tenant", re.I),
}
LONE_ELDER = re.compile(r"(?<![非不])独居老人|lone elder", re.I)
ALONE = re.compile(r"(?<![非不])独居|lives alone", re.I)
RELATION_WORD = re.compile(
    "子女|儿子|女儿|儿媳|女婿|孙子|孙女|外孙|父母|父亲|母亲|爸爸|妈妈|哥哥|弟弟|姐姐|妹妹|兄弟|姐妹|"
    "配偶|丈夫|妻子|老公|老伴|爱人|亲属|家属|亲戚|侄子|侄女|外甥|监护人|紧急联系人|朋友|"
    r"\b(?:son|daughter|children|relative|mother|father|brother|sister|wife|husband)\b"
)
NOTE_PHONE = re.compile(
    r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-?[2-9]\d{6,7})(?!\d)"
    r"|(?<=电话)\+?\d[\d-]{3,18}\d"
)
IDENTITY = re.compile(r"(?<!\d)\d{6}((?:19|20)\d{6})\d{2}(\d)[\dXx](?!\d)")
BIRTH = re.compile(
    r"^((?:19|20)\d{2})(?:[-./年]?(\d{1,2})(?:[-./月]?(\d{1,2}))?)?[日月年]?(?:[ T].*)?$"
)
AGE = re.compile(r"^(-?\d{1,6}(?:\.\d+)?)(?:岁|周岁|歲|y|years?)?$")
MONTHS = re.compile(r"^(\d{1,2})个?(?:月|months?|天|days?)(?:大)?$")
MALE_RELATION = re.compile(r"^(?:子|儿子|父|父亲|孙子|丈夫|哥哥|弟弟|女婿)$")
FEMALE_RELATION = re.compile(r"^(?:女|女儿|母|母亲|孙女|妻|妻子|姐姐|妹妹|儿媳)$")


@dataclass(frozen=True)
class RosterRelative:
    """Somebody outside who answers for a person inside."""

    relation_text: str
    phone: str


@dataclass
class RosterPerson:
    """`presence` is None where the roster does not say; `flags` are care slugs."""

    row: int = field(compare=False)
    page: str = field(compare=False)
    name: str
    relation: str = ""
    sex: str = ""
    age: int | None = None
    phones: list[str] = field(default_factory=list)
    presence: str | None = None
    flags: set[str] = field(default_factory=set)
    note: str = ""
    relatives: list[RosterRelative] = field(default_factory=list)
    identity: str = field(default="", repr=False)  # a valid number; only ever kept encrypted

    @property
    def is_head(self) -> bool:
        """Whether the roster calls this person the head of household."""
        return self.relation in HEAD_WORDS


@dataclass
class RosterHousehold:
    """The people listed at one door. `declared_count` is what the roster says there are;
    `known_key` is the compound's own key for the home, where its homes were given."""

    door: Door
    known_key: DoorKey | None = field(default=None, compare=False)
    members: list[RosterPerson] = field(default_factory=list)
    declared_count: int | None = None

    @property
    def head(self) -> RosterPerson | None:
        """The named head of household, else the first person listed."""
        named = (person for person in self.members if person.is_head)
        return next(named, self.members[0] if self.members else None)


@dataclass(frozen=True)
class RowFate:
    """What became of one row: accepted, merged, skipped or rejected, and why."""

    row: int
    page: str
    fate: str
    why: Remark | None = None


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not taken, with its cells as written, identity numbers blanked."""

    row: int
    page: str
    cells: list[str]
    reasons: list[Remark]


@dataclass
class Roster:
    """A parsed file. Every row of it has exactly one entry in `fates`."""

    households: list[RosterHousehold]
    remarks: list[Remark]
    rejects: list[RejectedRow]
    fates: list[RowFate]
    stats: dict[str, int]
    titles: list[str] = field(default_factory=list)  # the column titles, for the rejects sheet


def text_of(cell: Cell) -> str:
    """A cell as text: 13800000002.0 → '13800000002', 是/TRUE → '是', no invisible characters."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, str):
        return clean(cell)
    return written(cell)


@lru_cache(maxsize=16384)
def clean(text: str) -> str:
    """Trimmed, without control and zero-width characters or the apostrophe that guards a
    formula in an exported sheet."""
    kept = "".join(
        c
        for c in text.replace("\u3000", " ")
        if c in "\n\t"
        or (c not in "\ufffe\uffff" and unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    ).strip()
    return re.sub(r"^'+(?=[=+\-@])", "", kept)


def name_of(text: str) -> tuple[str, str]:
    """The name without inner spaces (a Latin name keeps single ones), and what was written in
    brackets after it."""
    name = text
    asides: list[str] = []
    while match := re.match(r"^(.+?)\s*[(\uff08]([^()\uff08\uff09]{1,12})[)\uff09]$", name, re.S):
        name, aside = match.groups()
        asides.insert(0, aside.strip())
    spaced = re.sub(r"\s+", " ", name).strip()
    kept = spaced if re.search(r"[A-Za-z]", spaced) else spaced.replace(" ", "")
    return kept, joined(asides)


def is_yes(text: str) -> bool:
    """A tick or a yes. Any text that is not a no counts, too: it was written to mark."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return plain in YES or (bool(plain) and plain not in NO and plain not in UNSAID)


def is_plain_yes(text: str) -> bool:
    """A yes that says nothing else worth keeping."""
    return unicodedata.normalize("NFKC", text).strip().lower() in YES


def age_of(text: str) -> tuple[int | None, str]:
    """Whole years, and a message code when it cannot be: `31岁` → 31, `3个月` → 0, 130 → None."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").lower()
    if plain in UNSAID:
        return None, ""
    if MONTHS.match(plain):
        return 0, ""
    match = AGE.match(plain)
    if not match:
        return None, "age_unreadable"
    years = float(match.group(1))
    return (int(years), "") if 0 <= years <= OLDEST else (None, "age_impossible")


def age_from_birth(text: str, today: date) -> tuple[int | None, str]:
    """Age from `1958-03-02`, `1958年3月`, `1958.3`, `19580302` or a spreadsheet's day number."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.lower() in UNSAID:
        return None, ""
    match = BIRTH.match(plain.replace("年 ", "年"))
    if not match:
        return age_of(text)
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        born = date(year, month, day)
    except ValueError:
        return None, "age_unreadable"
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return (years, "") if 0 <= years <= OLDEST else (None, "age_impossible")


def read_identity(text: str, today: date) -> tuple[int | None, str]:
    """Age and sex from an identity number, which is then forgotten (GB 11643: digits 7–14 are
    the birth date, digit 17 is odd for a man)."""
    match = IDENTITY.search(text)
    if not match:
        return None, ""
    age, _ = age_from_birth(match.group(1), today)
    return age, MALE if int(match.group(2)) % 2 else FEMALE


def sex_of(text: str) -> str | None:
    """m, f, '' where nothing is said, None where it cannot be read."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in UNSAID:
        return ""
    return {"男": MALE, "m": MALE, "male": MALE, "男性": MALE, "女": FEMALE, "f": FEMALE,
            "female": FEMALE, "女性": FEMALE}.get(plain)  # fmt: skip


def presence_of(text: str) -> str | None:
    """A presence slug, '' where nothing is said, None where it cannot be read."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in YES:
        return INSIDE
    if plain in NO and plain not in UNSAID:
        return AWAY
    if plain in UNSAID:
        return ""
    return next((slug for words, slug in PRESENCE if re.search(words, plain)), None)


def flags_of(note: str, relation: str) -> set[str]:
    """Care flags that a note or a relation states. Living alone is judged apart: it needs age."""
    text = unicodedata.normalize("NFKC", note)
    flags = {slug for slug, pattern in NOTE_FLAGS.items() if pattern.search(text)}
    if NOTE_FLAGS["tenant"].search(relation):
        flags.add("tenant")
    return flags


def alone_flag(note: str, age: int | None, *, elder_column: bool, alone_column: bool) -> str:
    """lone_elder, lives_alone or ''. An elder is somebody of 60 or whom the roster calls one."""
    if elder_column or LONE_ELDER.search(note):
        return "lone_elder"
    if alone_column or ALONE.search(note):
        return "lone_elder" if age is not None and age >= ELDER else "lives_alone"
    return ""


def settle_alone(flags: set[str], age: int | None) -> set[str]:
    """One of the two flags at most, by the age known in the end."""
    if "lives_alone" in flags and age is not None and age >= ELDER:
        flags = flags | {"lone_elder"}
    return flags - {"lives_alone"} if "lone_elder" in flags else flags


def relatives_of(note: str) -> list[RosterRelative]:
    """Relatives outside, with their phone: 「子女在外地，电话13800007004」. A phone without a
    relation before it in the same sentence is nobody's."""
    found: list[RosterRelative] = []
    for clause in re.split(r"[;。\n]", unicodedata.normalize("NFKC", note)):
        start = 0
        words: list[str] = []
        for match in NOTE_PHONE.finditer(clause):
            words = RELATION_WORD.findall(clause[start : match.start()]) or words
            start = match.end()
            phone = next(iter(normalise(match.group())), None)
            if not words or not isinstance(phone, Phone):
                continue
            relative = RosterRelative(words[-1], phone.number)
            if relative not in found:
                found.append(relative)
    return found


def add_note(note: str, more: str) -> str:
    """`note` with `more` after it, unless it says so already."""
    if not more or more in note:
        return note
    return f"{note}\uff1b{more}" if note else more


def without_identity(text: str) -> str:
    """Text with identity numbers blanked."""
    return IDENTITY.sub("", text)


def sex_disagrees(relation: str, sex: str) -> bool:
    """Whether a relation such as 母亲 or 子 contradicts the sex column."""
    if sex == FEMALE:
        return bool(MALE_RELATION.match(relation)) and relation != "子"
    return sex == MALE and bool(FEMALE_RELATION.match(relation))


def joined(texts: Iterable[str]) -> str:
    """Several cells of one row as one text."""
    return "\uff1b".join(dict.fromkeys(text for text in texts if text))
