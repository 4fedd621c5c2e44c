"""Contrast is computed from the tokens themselves, in both themes."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
SURFACES = ("paper", "card")
TEXT = ("ink", "ink-2", "ink-3", "jade", "jade-strong", "now", "late", "done", "wait", "care")
PAIRS = [(text, ground) for text in TEXT for ground in SURFACES] + [
    ("now", "now-soft"),
    ("late", "late-soft"),
    ("done", "done-soft"),
    ("wait", "wait-soft"),
    ("care", "care-soft"),
    ("care", "done-soft"),
    ("care", "now-soft"),
    ("care", "late-soft"),
    ("jade", "jade-soft"),
    ("ink", "now-soft"),
    ("ink", "late-soft"),
    ("ink", "done-soft"),
    ("ink", "care-soft"),
    ("ink", "jade-soft"),
    ("ink-2", "wait-soft"),
    ("ink-2", "now-soft"),
    ("ink-2", "jade-soft"),
    ("ink-3", "jade-soft"),
    ("on-jade", "jade"),
    ("on-jade", "jade-strong"),
    ("on-late", "late"),
    ("on-late", "late-strong"),
    ("on-badge", "badge"),
    ("on-iso", "iso"),
    ("on-deep", "deep"),
    ("on-deep-2", "deep"),
    ("on-deep", "deep-line"),
]
EDGES = [(edge, ground) for edge in ("edge", "focus") for ground in SURFACES] + [
    ("deep-accent", "deep"),
    ("deep-accent", "deep-line"),
]


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", block))


def _block(selector: str) -> dict[str, str]:
    css = re.sub(r"/\*.*?\*/", "", CSS.read_text(encoding="utf-8"), flags=re.S)
    start = css.index(selector + " {")
    return _tokens(css[start : css.index("}", start)])


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


LIGHT = _block(":root")
DARK = LIGHT | _block('[data-theme="dark"]')


def test_the_ratio_of_black_on_white_is_21() -> None:
    assert round(ratio("#000000", "#ffffff"), 1) == 21.0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_reads_at_4_5_to_1(theme: str, text: str, ground: str) -> None:
    tokens = LIGHT if theme == "light" else DARK
    assert ratio(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_borders_of_controls_and_focus_rings_stand_at_3_to_1(
    theme: str, edge: str, ground: str
) -> None:
    tokens = LIGHT if theme == "light" else DARK
    assert ratio(tokens[edge], tokens[ground]) >= 3


def test_the_automatic_dark_theme_equals_the_chosen_one() -> None:
    assert _block('[data-theme="auto"]') == _block('[data-theme="dark"]')


def test_elder_mode_keeps_text_at_24_px_and_targets_at_60_px() -> None:
    css = CSS.read_text(encoding="utf-8")
    start = css.index('[data-face="elder"] {')
    block = css[start : css.index("}", start)]
    sizes = [int(size) for size in re.findall(r"--t-\w+:\s*(\d+)px", block)]
    assert len(sizes) == 7
    assert min(sizes) >= 24
    assert int(re.search(r"--tap:\s*(\d+)px", block)[1]) >= 60
    assert float(re.search(r"--lh:\s*([\d.]+)", block)[1]) >= 1.3
