"""No text outside the catalogues, and none without its Chinese."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from lockdown import catalogues
from lockdown.management.commands.messages import ROOMS

ROOT: Path = settings.BASE_DIR
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CJK = re.compile(r"[\u3400-\u9fff]")
# Text that is the same in both languages: the other language's own name, the mark 隔.
SAME = {"简体中文", "中文", "English", "隔", "API", "QR", "A4", "mg/L"}
STRIPPED = (
    re.compile(r"{%\s*comment.*?endcomment\s*%}", re.S),
    re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", re.S),
    re.compile(r"<(svg|script|style)\b.*?</\1>", re.S),
    # Blocks that hold a name for CSS, not words for people.
    re.compile(r"{%\s*block (?:face|theme|body_class|body_attrs)\s*%}.*?{%\s*endblock.*?%}", re.S),
    re.compile(r"{#.*?#}", re.S),
    re.compile(r"{%.*?%}|{{.*?}}", re.S),
    re.compile(r"<[^>]*>", re.S),
    re.compile(r"&\w+;"),
)


def test_every_text_has_its_chinese() -> None:
    assert catalogues.untranslated(ROOT, list(ROOMS)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_template_has_no_bare_words(path: Path) -> None:
    if "styleguide" in path.parts:
        return
    text = path.read_text()
    for pattern in STRIPPED:
        text = pattern.sub(" ", text)
    words = {word for word in text.split() if re.search(r"[A-Za-z\u3400-\u9fff]{2,}", word)}
    assert words - SAME == set()


def test_chinese_texts_hold_chinese_placeholders_alike() -> None:
    """Every %(name)s of the English text stands in the Chinese one, and no other."""
    wrong = []
    for room in ROOMS:
        for entry in catalogues.load(catalogues.catalogue_path(ROOT, room)):
            names = set(re.findall(r"%\((\w+)\)[sd]", entry.msgid + entry.msgid_plural))
            texts = [entry.msgstr] if entry.msgstr else list(entry.msgstr_plural.values())
            for text in texts:
                if text and not set(re.findall(r"%\((\w+)\)[sd]", text)) <= names:
                    wrong.append(entry.msgid)
    assert wrong == []


def test_no_exclamation_marks_in_chinese() -> None:
    loud = [
        entry.msgid
        for room in ROOMS
        for entry in catalogues.load(catalogues.catalogue_path(ROOT, room))
        if not entry.obsolete and ("！" in entry.msgstr or "!" in entry.msgstr)
    ]
    assert loud == []


def test_no_text_hides_in_an_f_string() -> None:
    """The extractor does not see `_()` inside an f-string on Python 3.11."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in catalogues.sources(ROOT)
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in catalogues.KEYWORDS
    ]
    assert hidden == []


def test_a_text_has_one_chinese_in_every_room() -> None:
    """Django joins the catalogues: of two texts for one message the first room's shows everywhere.

    Where a word means two things, one of them has a context.
    """
    found: dict[tuple[str | None, str], dict[str, str]] = {}
    for room in ROOMS:
        for entry in catalogues.load(catalogues.catalogue_path(ROOT, room)):
            text = entry.msgstr or "".join(entry.msgstr_plural.values())
            if text and not entry.obsolete:
                found.setdefault((entry.msgctxt, entry.msgid), {})[room] = text
    several = {key: texts for key, texts in found.items() if len(set(texts.values())) > 1}
    assert several == {}
