"""Telephone numbers as people write them: several in a cell, spaced, full-width, prefixed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOBILE = re.compile(r"^1[3-9]\d{9}$")
LANDLINE = re.compile(r"^(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:-\d{1,6})?$")
SERVICE = re.compile(r"^(?:400-?\d{3}-?\d{4}|9[56]\d{3})$")
FOREIGN = re.compile(r"^\+\d{7,15}$")
SEPARATORS = re.compile(r"[/、,;|\\\n\r\t]+|或者?|和|&")
COUNTRY = re.compile(r"^(?:\+|00)?86-?(?=1[3-9]\d{9}$|0\d{9,11}$)")
DIGITS_AND_MARKS = re.compile(r"[+\d(][\d\s\-().+OoＯ]*\d|\d")
LABEL_MARKS = re.compile(r"[\s()\[\]【】::.\-—]+")
NOTHING = frozenset({"", "无", "没有", "不详", "未知", "-", "--", "/", "none", "n/a", "暂无", "0"})


@dataclass(frozen=True)
class Phone:
    """A usable number. `label` is what was written beside it: 「儿子」 in 「138… (儿子)」."""

    number: str
    kind: str  # mobile | landline | foreign
    label: str = ""
    repaired: bool = False  # a letter O was read as zero


@dataclass(frozen=True)
class Bad:
    """Text that is no usable number; `digits` is how many digits it has."""

    raw: str
    digits: int


def normalise(raw: object) -> list[Phone | Bad]:
    """Every number in a cell, in the order written, each once; an empty cell gives none."""
    text = unicodedata.normalize("NFKC", written(raw)).strip()
    if text.lower() in NOTHING:
        return []
    found: list[Phone | Bad] = []
    for piece in SEPARATORS.split(text):
        for phone in _read(piece.strip()):
            if phone not in found:
                found.append(phone)
    return found


def written(raw: object) -> str:
    """The text of a cell: a number that a spreadsheet made a float loses its fraction."""
    if raw is None or isinstance(raw, bool):
        return ""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return re.sub(r"^(\d+)\.0$", r"\1", str(raw).strip())


def mask(phone: str) -> str:
    """138****8000; a short or fixed number shows its last four digits at most."""
    digits = re.sub(r"\D", "", phone)
    if MOBILE.match(digits):
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-4:]}" if len(digits) >= 7 else "****"


def last_four(phone: str) -> str:
    """The last four digits, or fewer when there are fewer."""
    return re.sub(r"\D", "", phone)[-4:]


def _read(piece: str) -> list[Phone | Bad]:
    """One piece between separators: a number, a number with a label, or several run together."""
    if piece.lower() in NOTHING:
        return []
    match = DIGITS_AND_MARKS.search(piece)
    if not match:
        return [Bad(raw=piece, digits=0)]
    body = match.group()
    label = LABEL_MARKS.sub(" ", piece.replace(body, " ", 1)).strip()
    zeroed = re.sub(r"[OoＯ]", "0", body)
    compact = re.sub(r"[\s().]", "", zeroed)
    several = _run_together(compact)
    if several:
        return [Phone(number, "mobile", label) for number in several]
    one = _one(compact)
    if one is None or re.search(r"\d", label):
        return [Bad(raw=piece, digits=sum(c.isdigit() for c in piece))]
    return [Phone(one[0], one[1], label, repaired=zeroed != body)]


def _one(compact: str) -> tuple[str, str] | None:
    bare = COUNTRY.sub("", compact.replace("-", ""))
    if MOBILE.match(bare):
        return bare, "mobile"
    for candidate in (compact.strip("-"), bare):
        if LANDLINE.match(candidate) or SERVICE.match(candidate):
            return candidate, "landline"
    if FOREIGN.match(bare) and not bare.startswith("+86"):
        return bare, "foreign"
    return None


def _run_together(compact: str) -> list[str]:
    """Two or more mobile numbers separated only by spaces."""
    digits = compact.replace("-", "")
    if len(digits) < 22 or len(digits) % 11 or not digits.isdigit():
        return []
    parts = [digits[i : i + 11] for i in range(0, len(digits), 11)]
    return parts if all(MOBILE.match(part) for part in parts) else []
