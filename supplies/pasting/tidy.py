"""A line as people send it, made plain: half-width, no emoji, no times, prices and phones."""

from __future__ import annotations

import re
import unicodedata

KEYCAP = re.compile(r"([0-9])\ufe0f?\u20e3")
# ① … ⑳, ⑴ … ⒇, ⒈ … ⒛, ❶ … ❿: a number of the list, whatever stands right behind it.
RINGED = re.compile(r"[\u2460-\u249b\u2776-\u2793]")
DROPPED = {"So", "Sk", "Cf", "Cn", "Co", "Cs", "Cc", "Me", "Mn"}
# Behind it a mark, or a space and then a door.
NUMBERED = re.compile(
    r"^\s*(?:第|NO\.?)?[\[(【#]?\s*(\d{1,3})\s*"
    r"(?:[.、,:)\]】]|(?=\s\d{3,4}(?!\d))|(?=\s\w{1,3}\s*(?:号楼|栋|幢|座|单元|-\s*\d)))\s*"
)
SENT = re.compile(
    r"(?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?\s*(?=\d{1,2}:\d{2})|"
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}[日号]?|"
    r"(?:凌晨|早上|上午|中午|下午|晚上|昨天|今天|星期.|周[一二三四五六日])*\s*\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AP]M)?"
)
OFF = (
    re.compile(r"\d{1,2}月\d{1,2}[日号]"),
    re.compile(r"(?:今|明|昨)?[早晚天]?\s*\d{1,2}\s*点\s*(?:半|钟|\d{1,2}分?)?"),
    re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),
    re.compile(r"[¥$]\s*\d+(?:\.\d+)?|\d+(?:\.\d+)?\s*(?:元|块钱|块)(?:\s*/\s*\w)?"),
)
PRICE = re.compile(r"[¥$]\s*\d|\d\s*(?:元|块)")


def tidy(text: str) -> str:
    """Half-width and upper case, without emoji and control marks, one space at most."""
    text = KEYCAP.sub(r" \1. ", text)
    text = RINGED.sub(lambda one: f" {_ring(one.group())}. ", text)
    plain = unicodedata.normalize("NFKC", text).upper().replace("✕", "×").replace("✖", "×")
    kept = "".join(
        " " if unicodedata.category(char) in DROPPED else char for char in plain.replace("\t", " ")
    )
    return re.sub(r"\s+", " ", kept).strip()


def _ring(char: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", char))
    return digits or "1"  # ❶ has no plain form; which number it is does not matter


def without_number(text: str) -> tuple[str, int | None]:
    """The line without its place in the list, and that place; None when it had none."""
    match = NUMBERED.match(text)
    return (text[match.end() :], int(match.group(1))) if match else (text, None)


def without_times(text: str) -> tuple[str, bool]:
    """Without the moment at which a chat says it was sent, and whether one stood there."""
    rest, count = SENT.subn(" ", text)
    return rest, count > 0


def without_asides(text: str) -> str:
    """Without hours, prices and phone numbers, whose digits are no quantities."""
    for one in OFF:
        text = one.sub(" ", text)
    return text


def digits_for_letters(text: str) -> str:
    """4O2 and l502: letters that stand where digits belong."""
    text = re.sub(r"(?<=\d)O(?=[\dO])|(?<=\d)O(?!\w)|(?<!\w)O(?=\d)", "0", text)
    return re.sub(r"(?<=\d)[LI](?=\d)", "1", text)
