"""What the number of a mainland ID card says, and whether it is one. Needs no database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lockdown.kernel.crypto import plain_form

LENGTH = 18
CARD = re.compile(r"^[1-9]\d{5}(?P<born>(?:19|20)\d{6})\d{2}(?P<sex>\d)[\dX]$")
# GB 11643-1999, 5.1: ISO 7064 MOD 11-2.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
SHOWN = 4  # digits at the end that may be read


class NoCard(ValueError):
    """The text is no ID card's number. `code` says why: length, birth or check."""

    def __init__(self, code: str, number: str) -> None:
        super().__init__(code)
        self.code, self.count = code, len(number)


@dataclass(frozen=True)
class CardNumber:
    number: str
    born: date
    is_male: bool

    def __repr__(self) -> str:  # no number in a log or a traceback
        return f"CardNumber({masked(self.number)})"


def parse_card(text: str, today: date) -> CardNumber:
    """A number also in full-width digits, spaced, or with a small x. Raises NoCard."""
    number = plain_form(text)
    if len(number) != LENGTH:
        raise NoCard("length", number)
    found = CARD.match(number)
    if found is None or (born := _date(found["born"])) is None or born > today:
        raise NoCard("birth", number)
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    if CHECK[total % 11] != number[-1]:
        raise NoCard("check", number)
    return CardNumber(number, born, int(found["sex"]) % 2 == 1)


def masked(text: str) -> str:
    """**** 1234; of a short text nothing can be read."""
    number = plain_form(text)
    return f"**** {number[-SHOWN:]}" if len(number) >= 3 * SHOWN else "****"


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
