"""Message catalogues without GNU gettext: extract, compare, compile with Babel and polib.

Each room keeps `<app>/locale/zh_Hans/LC_MESSAGES/django.po`; templates/<app>/ belong to the app,
everything else to `lockdown`. The message ids are the English texts.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

LANGUAGE = "zh_Hans"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
SKIPPED = {".venv", "tests", "migrations", "node_modules", ".git", "bench", "__pycache__"}


@dataclass(frozen=True)
class Message:
    """One text to translate. `plural` is empty for a text without a number."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text


def room_of(path: Path, root: Path, rooms: list[str]) -> str:
    """The app whose catalogue holds this file's messages."""
    parts = path.relative_to(root).parts
    name = parts[1] if parts[0] == "templates" and len(parts) > 1 else parts[0]
    return name if name in rooms else "lockdown"


def sources(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".html", ".txt"} and not SKIPPED & set(
            path.relative_to(root).parts
        ):
            yield path


def messages_of(path: Path) -> set[Message]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return set(_from_python(text))
    return set(_from_template(text)) if "{%" in text or "{{" in text else set()


def _from_python(text: str) -> Iterator[Message]:
    stream = io.BytesIO(text.encode())
    for _line, function, found, _comments in extract_python(stream, KEYWORDS, [], {}):
        texts = found if isinstance(found, tuple) else (found,)
        if not texts or not isinstance(texts[0], str):
            continue
        yield _message(function, [one for one in texts if isinstance(one, str)])


def _message(function: str, texts: list[str]) -> Message:
    if function.startswith("ngettext"):
        return Message(texts[0], texts[1])
    if function.startswith("pgettext"):
        return Message(texts[1], context=texts[0])
    return Message(texts[0])


# What templatize() writes for each tag; the literals are Python's.
CALL = re.compile(
    r"\b(gettext|ngettext|pgettext|npgettext|_)\(\s*u?((?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
    r"(?:\s*,\s*u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"))*)"
)
LITERAL = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")


def _from_template(text: str) -> Iterator[Message]:
    for match in CALL.finditer(templatize(text)):
        texts = [_unquote(one) for one in LITERAL.findall(match[2])]
        function = "gettext" if match[1] == "_" else match[1]
        if texts and texts[0]:
            yield _message(function, texts)


def _unquote(literal: str) -> str:
    body = literal[1:-1]
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), body)


def catalogue_path(root: Path, room: str) -> Path:
    return root / room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def load(path: Path) -> polib.POFile:
    if path.exists():
        return polib.pofile(str(path), wrapwidth=0)
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": LANGUAGE,
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return catalogue


def collect(root: Path, rooms: list[str]) -> dict[str, set[Message]]:
    """Every message of the product by room."""
    found: dict[str, set[Message]] = {room: set() for room in rooms}
    for path in sources(root):
        found[room_of(path, root, rooms)] |= messages_of(path)
    return found


def untranslated(root: Path, rooms: list[str]) -> list[tuple[str, str]]:
    """(room, text) of every message that has no Chinese text in any catalogue."""
    known: set[tuple[str, str]] = set()
    for room in rooms:
        for entry in load(catalogue_path(root, room)):
            if _is_translated(entry):
                known.add((entry.msgctxt or "", entry.msgid))
    return [
        (room, message.text)
        for room, messages in collect(root, rooms).items()
        for message in sorted(messages, key=lambda one: one.key)
        if message.key not in known
    ]


def _is_translated(entry: polib.POEntry) -> bool:
    if entry.fuzzy or entry.obsolete:
        return False
    return bool(entry.msgstr or (entry.msgstr_plural and all(entry.msgstr_plural.values())))


def update(root: Path, room: str, messages: set[Message]) -> int:
    """Add new messages without a text, mark vanished ones obsolete; returns how many are new."""
    path = catalogue_path(root, room)
    catalogue = load(path)
    have = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue}
    wanted = {message.key for message in messages}
    for key, entry in have.items():
        entry.obsolete = key not in wanted
    new = [message for message in messages if message.key not in have]
    for message in sorted(new, key=lambda one: one.key):
        catalogue.append(
            polib.POEntry(
                msgid=message.text,
                msgctxt=message.context or None,
                msgid_plural=message.plural,
                msgstr_plural={0: ""} if message.plural else {},
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    return len(new)


def compile_all(root: Path, rooms: list[str]) -> None:
    """Write the .mo files that Django reads; they are not kept in the repository."""
    for room in rooms:
        path = catalogue_path(root, room)
        if path.exists():
            load(path).save_as_mofile(str(path.with_suffix(".mo")))
