"""One row of a roster → one person, with what was resolved or needs a look."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from households.cards import NoCard, masked, parse_card
from households.phones import Bad, Phone, normalise
from households.roster import people
from households.roster.headers import Header
from households.roster.messages import Remark
from households.roster.people import RosterPerson, add_note
from households.roster.reading import Page

LONGEST_NAME = 30
NO_NAME = frozenset(
    {"", "无", "空", "-", "--", "—", "/", "空置", "空房", "无人", "无人居住", "未入住", "暂无"}
)
FLAG_WORDS = {
    "pregnant": "孕妇",
    "infant": "婴儿",
    "dialysis": "透析",
    "chronic": "慢性病",
    "disabled": "残疾",
}
SINGLE = frozenset({"door", "building", "unit", "floor", "head", "declared", "serial"})
FORMULA = ("=", "+", "-", "@")
Say = Callable[..., None]


@dataclass
class Row:
    """One row. `cells` are its texts as written, empty where the row holds nothing of its own;
    `fields` are the texts by field; `spilled` are the fields that merged cells above fill in."""

    page: str
    number: int  # as the spreadsheet shows it
    cells: list[str]
    fields: dict[str, str]
    spilled: frozenset[str] = frozenset()
    remarks: list[Remark] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The text of a field, '' where the column is missing. A merged cell counts for the rows
        below in fields that a household has one of, such as its door, and in no other."""
        return self.fields.get(name, "")

    def owns(self, name: str) -> bool:
        """Whether the row itself, and no merged cell above it, fills the field."""
        return name not in self.spilled and bool(self.get(name))

    def say(self, code: str, **params: Any) -> None:
        """Remark on this row."""
        self.remarks.append(Remark(code, self.number, self.page, params))

    @property
    def is_blank(self) -> bool:
        """Nothing but merged-down or empty cells."""
        return not any(self.cells)


def read_row(page: Page, index: int, header: Header) -> Row:
    """Row `index` (zero-based) under `header`."""
    cells = [people.text_of(cell) for cell in page.rows[index]]
    merged = {c for c in range(len(cells)) if (index, c) in page.spilled} if page.spilled else set()
    fields: dict[str, str] = {}
    for name, columns in header.columns.items():
        passed = () if name in SINGLE else merged
        texts = [cells[c] for c in columns if c < len(cells) and cells[c] and c not in passed]
        if texts:
            fields[name] = texts[0] if len(texts) == 1 else people.joined(texts)
    spilled = frozenset(
        name for name, columns in header.columns.items() if merged and merged.issuperset(columns)
    )
    has_own = any(text for c, text in enumerate(cells) if c not in merged)
    return Row(page.title, index + 1, cells if has_own else [], fields, spilled)


def name_in(row: Row) -> tuple[str, str]:
    """The person's name and what stood in brackets; the head's name where a first row leaves the
    name empty."""
    text = row.get("name")
    if text in NO_NAME and "head" not in row.spilled:
        text = row.get("head") or text
    if text in NO_NAME:
        return "", ""
    name, aside = people.name_of(text)
    return ("", "") if name in NO_NAME else (name, aside)


def read_person(row: Row, name: str, aside: str, today: date) -> RosterPerson:
    """The person on a row that has a name."""
    person = RosterPerson(row.number, row.page, name, note=row.get("note"))
    _read_relation(row, person, aside)
    _read_age_and_sex(row, person, today)
    _read_phones(row, person)
    _read_presence(row, person)
    _read_marks(row, person)
    _remark_on_text(row, person)
    _read_identity(row, person, today)
    finish(row.say, person, alone_column=people.is_yes(row.get("alone")),
           elder_column=people.is_yes(row.get("lone_elder")))  # fmt: skip
    return person


def finish(say: Say, person: RosterPerson, *, alone_column: bool, elder_column: bool) -> None:
    """Flags and relatives, all read from the finished note, and the oddities among them."""
    person.note = people.without_identity(person.note).strip()
    person.flags |= people.flags_of(person.note, person.relation)
    alone = people.alone_flag(
        person.note, person.age, elder_column=elder_column, alone_column=alone_column
    )
    person.flags |= {alone} - {""}
    person.relatives = people.relatives_of(person.note)
    if people.sex_disagrees(person.relation, person.sex):
        say("sex_disagrees", name=person.name, relation=person.relation)
    if "pregnant" in person.flags and person.sex == people.MALE:
        say("pregnant_male", name=person.name)
    if "minor_alone" in person.flags and person.age is not None and person.age >= 18:
        say("minor_note_on_adult", name=person.name, age=person.age)
    if "lone_elder" in person.flags and person.age is not None and person.age < people.ELDER:
        say("lone_elder_young", name=person.name, age=person.age)


def _read_relation(row: Row, person: RosterPerson, aside: str) -> None:
    person.relation = row.get("relation")
    if aside in people.HEAD_WORDS and not person.relation:
        person.relation = people.HEAD
    else:
        person.note = add_note(person.note, aside)
    head = people.name_of(row.get("head"))[0] if row.get("head") else ""
    if not person.relation and head == person.name and "head" not in row.spilled:
        person.relation = people.HEAD


def _read_age_and_sex(row: Row, person: RosterPerson, today: date) -> None:
    age_text, birth_text = row.get("age"), row.get("birth")
    whole = " ".join([row.get("identity"), person.note, row.get("phone")])
    identity_age, identity_sex = people.read_identity(whole, today)
    person.note = people.without_identity(person.note).strip()
    age, problem = people.age_from_birth(age_text, today) if len(age_text) > 5 else (
        people.age_of(age_text)
    )  # fmt: skip
    if age is None and birth_text:
        age, problem = people.age_from_birth(birth_text, today)
    person.age = identity_age if age is None else age
    if problem and person.age is None:
        row.say(problem, text=(age_text or birth_text)[:20])
    sex = people.sex_of(row.get("sex"))
    if sex is None:
        row.say("sex_unknown", text=row.get("sex")[:20])
    person.sex = sex or identity_sex


def _read_phones(row: Row, person: RosterPerson) -> None:
    for phone in normalise(people.without_identity(row.get("phone"))):
        if isinstance(phone, Bad):
            _keep_bad_phone(row, person, phone)
            continue
        if phone.repaired:
            row.say("letter_for_zero", text=phone.number)
        if people.RELATION_WORD.search(phone.label):
            _add_relative(person, phone.label, phone)
        elif phone.number not in person.phones:
            person.phones.append(phone.number)
            person.note = add_note(person.note, phone.label)
    for phone in normalise(people.without_identity(row.get("relative_phone"))):
        if isinstance(phone, Bad):
            _keep_bad_phone(row, person, phone)
        else:
            said = people.RELATION_WORD.search(phone.label)
            _add_relative(person, phone.label if said else f"亲属{phone.label}", phone)


def _add_relative(person: RosterPerson, who: str, phone: Phone) -> None:
    """Into the note, where relatives are read from."""
    person.note = add_note(person.note, f"{who}电话{phone.number}")


def _keep_bad_phone(row: Row, person: RosterPerson, bad: Bad) -> None:
    """The person stays; the text is not lost."""
    row.say("bad_phone", text=bad.raw[:40], digits=bad.digits)
    person.note = add_note(person.note, f"电话原文\uff1a{bad.raw}")


def _read_presence(row: Row, person: RosterPerson) -> None:
    text = row.get("presence")
    presence = people.presence_of(text)
    if presence is None:
        row.say("presence_unknown", text=text[:40])
        person.note = add_note(person.note, text)
    person.presence = presence or None


def _read_marks(row: Row, person: RosterPerson) -> None:
    """Columns of their own for care flags: a mark becomes the word in the note, so that the note
    says all there is."""
    for slug, word in FLAG_WORDS.items():
        text = row.get(slug)
        if people.is_yes(text):
            person.flags.add(slug)
            person.note = add_note(person.note, word)
            if not people.is_plain_yes(text):
                person.note = add_note(person.note, text)
    for name in ("lone_elder", "alone"):
        text = row.get(name)
        if people.is_yes(text) and not people.is_plain_yes(text):
            person.note = add_note(person.note, people.without_identity(text))


def _remark_on_text(row: Row, person: RosterPerson) -> None:
    if "<" in person.name or ">" in person.name:
        row.say("name_markup")
    if any(mark in person.name for mark in "、;,\uff0c\uff1b/\n"):
        row.say("several_names")
    for text in (person.name, person.note, person.relation):
        if text.startswith(FORMULA) and len(text) > 1 and not _is_dashes(text):
            row.say("formula_text", text=text[:40])


def _read_identity(row: Row, person: RosterPerson, today: date) -> None:
    """A number of its own column that is one; of any other only the end is said."""
    text = row.get("identity")
    if text.strip().lower() in people.UNSAID:
        return
    row.say("identity_not_kept")
    try:
        person.identity = parse_card(text, today).number
    except NoCard as problem:
        row.say(f"identity_{problem.code}", masked=masked(text), count=problem.count)


def _is_dashes(text: str) -> bool:
    return not text.strip("-+= ") or (unicodedata.category(text[0]) == "Pd" and text[1:2].isspace())


def row_remark(row: Row, code: str, **params: object) -> Remark:
    """A remark on `row` that is not yet said."""
    return Remark(code, row.number, row.page, params)
