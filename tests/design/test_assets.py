"""Assets: pinned third-party bytes, a light first visit, and Chinese for every word."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import polib
import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parents[2]
VENDORED = json.loads((ROOT / "static/vendor/manifest.json").read_text(encoding="utf-8"))["files"]
PO = ROOT / "lockdown/locale/zh_Hans/LC_MESSAGES/django.po"
BOARD = ROOT / "reports/locale/zh_Hans/LC_MESSAGES/django.po"
TEMPLATES = [
    path
    for pattern in ("*.html", "components/*.html", "errors/*.html")
    for path in (ROOT / "templates").glob(pattern)
]
PYTHON = [
    ROOT / "reports/stacking.py",
    ROOT / "reports/multiples.py",
    *(ROOT / "lockdown/templatetags").glob("*.py"),
]


@pytest.mark.parametrize("entry", VENDORED, ids=lambda entry: entry["path"])
def test_third_party_files_are_the_pinned_bytes(entry: dict[str, str]) -> None:
    found = finders.find(entry["path"])
    assert found, entry["path"]
    assert hashlib.sha256(Path(found).read_bytes()).hexdigest() == entry["sha256"]


def test_nothing_third_party_lies_beside_the_manifest_unlisted() -> None:
    beside = {path.name for path in (ROOT / "static/vendor").rglob("*") if path.is_file()}
    listed = {Path(entry["path"]).name for entry in VENDORED}
    assert beside <= listed | {"manifest.json"}


def test_the_phone_face_needs_at_most_40_kb_of_assets() -> None:
    names = [f"css/{name}.css" for name in ("tokens", "base", "components", "phone")]
    names += ["js/app.js", "django_htmx/htmx-2.min.js", "icons/favicon.svg"]
    sizes = [len(gzip.compress(Path(finders.find(name)).read_bytes(), 6)) for name in names]
    assert sum(sizes) <= 40 * 1024


def test_style_sheets_load_nothing_from_elsewhere() -> None:
    for path in (ROOT / "static/css").glob("*.css"):
        css = path.read_text(encoding="utf-8")
        assert "url(" not in css
        assert "@import" not in css


def test_braces_of_every_style_sheet_are_balanced() -> None:
    for path in (ROOT / "static/css").glob("*.css"):
        css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
        assert css.count("{") == css.count("}"), path.name


def test_every_colour_token_that_is_used_exists() -> None:
    css = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "static/css").glob("*.css"))
    used = set(re.findall(r"var\(--([\w-]+)\)", css))
    assert used <= set(re.findall(r"--([\w-]+):", css))


def _words() -> set[str]:
    words: set[str] = set()
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        words |= set(re.findall(r'{% translate "([^"]+)"', source))
        blocks = re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", source, re.S)
        words |= {re.sub(r"{{ (\w+) }}", r"%(\1)s", block.strip()) for block in blocks}
    for path in PYTHON:
        words |= set(re.findall(r'\b_\(\s*"([^"]+)"', path.read_text(encoding="utf-8")))
    return words


def test_every_word_of_the_design_has_its_chinese() -> None:
    known = {
        entry.msgid for po in (PO, BOARD) for entry in polib.pofile(str(po)) if entry.translated()
    }
    assert _words() - known == set()


def test_chinese_uses_full_width_punctuation_and_no_exclamation() -> None:
    for entry in polib.pofile(str(PO)):
        assert not re.search(r"[\u4e00-\u9fff][,;:!?]|!|！", entry.msgstr), entry.msgstr
