"""The stacking plan: a building drawn floor by floor, the way staff think of it.

Pure geometry and strings, no models. Top floor on top, the stair or lift between
the doors. Each home is a link that carries colour, letter and shape.
Lengths are CSS pixels; SVGs are drawn at their own size, so text keeps its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.utils.translation import get_language
from django.utils.translation import gettext as _

STATUSES = ("now", "next", "done", "late", "wait")
TICK = "✓"
ISOLATED = "隔"
ROOF, GROUND, LABEL, SHAFT = 17, 22, 30, 18
DESK_WIDTH, DESK_HEIGHT = 462, 540
PHONE_WIDTH, PHONE_PITCH = 334, 44


@dataclass(frozen=True, slots=True)
class Cell:
    """One home. `label` is what a screen reader says after the door: "独居老人 未核对"."""

    door: str
    status: str = "wait"
    letter: str = ""
    mark_care: bool = False
    mark_isolated: bool = False
    label: str = ""
    url: str = ""
    title: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor, doors from left to right; None leaves a place empty."""

    number: int
    cells: Sequence[Cell | None]
    label: str = ""
    url: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """A unit or building. `shafts`: after how many doors a stair or lift stands.

    `legend`: (status, letter, words) triples. `figure` and `url` serve the small variant.
    """

    title: str
    floors: Sequence[Floor]
    shafts: Sequence[int] | None = None
    legend: Sequence[tuple[str, str, str]] = ()
    caption: str = ""
    figure: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Sizes of one drawing, all in CSS pixels."""

    columns: int
    pitch_x: float
    pitch_y: float
    gap: int
    font: int
    shafts: tuple[int, ...]
    short: bool
    floors: int
    roof: int = ROOF
    lefts: tuple[float, ...] = ()

    @property
    def width(self) -> float:
        return self.columns * self.pitch_x + len(self.shafts) * SHAFT + 2

    @property
    def height(self) -> float:
        return self.roof + self.floors * self.pitch_y + GROUND


def columns_of(stack: Stack) -> int:
    """Doors on the widest floor, combined homes counted by their span."""
    widths = (sum(cell.span if cell else 1 for cell in floor.cells) for floor in stack.floors)
    return max(widths, default=1) or 1


def _shafts(stack: Stack, columns: int) -> tuple[int, ...]:
    wanted = (columns // 2,) if stack.shafts is None else stack.shafts
    return tuple(sorted({place for place in wanted if 0 < place < columns}))


def _lefts(columns: int, pitch: float, shafts: tuple[int, ...]) -> tuple[float, ...]:
    """Left edge of every column; one extra entry closes the last."""
    return tuple(
        round(1 + column * pitch + sum(SHAFT for place in shafts if place <= column), 1)
        for column in range(columns + 1)
    )


def desk_geometry(stack: Stack) -> Geometry:
    """Fits a card of a 1440 × 900 screen: 18 × 5 comfortably, 34 × 8 still at 11 px text."""
    columns, floors = columns_of(stack), max(len(stack.floors), 1)
    shafts = _shafts(stack, columns)
    room = DESK_WIDTH - LABEL - len(shafts) * SHAFT - 2
    pitch_x = min(max(room / columns, 46), 108)
    pitch_y = min(max(DESK_HEIGHT / floors, 15.5), 34)
    gap = 5 if pitch_y >= 28 else 3 if pitch_y >= 21 else 2
    font = 14 if pitch_y >= 26 else 13 if pitch_y >= 21 else 12 if pitch_y >= 18 else 11
    return _geometry(columns, floors, shafts, pitch_x, pitch_y, gap, font)


def phone_geometry(stack: Stack) -> Geometry:
    """Targets of 44 px a floor; scrolls sideways when the doors do not fit."""
    columns, floors = columns_of(stack), max(len(stack.floors), 1)
    shafts = _shafts(stack, columns)
    room = PHONE_WIDTH - LABEL - len(shafts) * SHAFT - 2
    pitch_x = min(max(room / columns, 56), 108)
    return _geometry(columns, floors, shafts, pitch_x, PHONE_PITCH, 4, 14)


def _geometry(
    columns: int, floors: int, shafts: tuple[int, ...], x: float, y: float, gap: int, font: int
) -> Geometry:
    x, y = round(x, 1), round(y, 1)
    lefts = _lefts(columns, x, shafts)
    return Geometry(columns, x, y, gap, font, shafts, x < 66, floors, ROOF, lefts)


def short_door(door: str) -> str:
    """The door's last two characters: the floor number stands beside the row."""
    return door[-2:] if len(door) > 2 else door


def spoken(cell: Cell) -> str:
    """What the link is called: door, people marks, then the lens's words."""
    words = [cell.door]
    if cell.mark_isolated:
        words.append(_("isolated"))
    if cell.label:
        words.append(cell.label)
    elif cell.mark_care:
        words.append(_("needs care"))
    return " ".join(words)


def render_desk(stack: Stack) -> str:
    """The board's drawing as a string of safe SVG."""
    return _drawing(stack, desk_geometry(stack), "stack-desk")


def render_phone(stack: Stack) -> str:
    """The phone's drawing: large cells, floor numbers pinned at the left."""
    return _drawing(stack, phone_geometry(stack), "stack-phone")


def _drawing(stack: Stack, geo: Geometry, kind: str) -> str:
    floors = sorted(stack.floors, key=lambda floor: -floor.number)
    pins, cells = [], []
    for index, floor in enumerate(floors):
        top = round(geo.roof + index * geo.pitch_y, 1)
        pins.append(_pin(floor, top, geo))
        cells.append(_floor(floor, top, geo))
    height, width = round(geo.height, 1), round(geo.width, 1)
    name = escape(stack.title)
    said = escape(_("floors"))
    return (
        f'<div class="stack-view {kind}">'
        f'<svg class="sp stack-pin" width="{LABEL}" height="{height}" role="group"'
        f' aria-label="{name} {said}">{"".join(pins)}</svg>'
        f'<svg class="sp" width="{width}" height="{height}" role="group" aria-label="{name}">'
        f"{_house(geo)}{''.join(cells)}{_ground(stack, geo)}</svg></div>"
    )


def _pin(floor: Floor, top: float, geo: Geometry) -> str:
    base = round(top + (geo.pitch_y - geo.gap) / 2 + geo.font * 0.36, 1)
    size = max(geo.font - 1, 11)
    words = escape(floor.label or str(floor.number))
    text = f'<text class="fl" x="{LABEL - 7}" y="{base}" font-size="{size}">{words}</text>'
    now = ' class="is-now"' if floor.is_now else ""
    mark = ""
    if floor.is_now:
        middle = round(top + (geo.pitch_y - geo.gap) / 2, 1)
        mark = f'<path fill="var(--now)" d="M0 {middle - 4}l5 4-5 4z"/>'
    if not floor.url:
        return f"<g{now}>{mark}{text}</g>"
    spoken_floor = escape(_("Floor %(number)s") % {"number": floor.label or floor.number})
    hit = (
        f'<rect y="{top}" width="{LABEL}" height="{geo.pitch_y}" fill="none" pointer-events="all"/>'
    )
    return (
        f'<a class="fl-a{" is-now" if floor.is_now else ""}" href="{escape(floor.url)}"'
        f' aria-label="{spoken_floor}">{hit}{mark}{text}</a>'
    )


def _house(geo: Geometry) -> str:
    """Roof and shafts, drawn once behind the homes."""
    right, peak = round(geo.width - 1, 1), round(geo.width / 2, 1)
    parts = [f'<path class="roof" d="M0 {geo.roof - 6}L{peak} 2 {right} {geo.roof - 6}z"/>']
    depth = round(geo.floors * geo.pitch_y, 1)
    for place in geo.shafts:
        left = round(geo.lefts[place] - SHAFT + 1 - geo.gap / 2, 1)
        parts.append(
            f'<rect class="shaft" x="{left}" y="{geo.roof}" width="{SHAFT - 2}" height="{depth}"/>'
        )
    return "".join(parts)


def _ground(stack: Stack, geo: Geometry) -> str:
    base = round(geo.roof + geo.floors * geo.pitch_y + 1, 1)
    words = escape(stack.caption)
    caption = (
        f'<text class="gt" x="1" y="{base + 15}" font-size="12">{words}</text>' if words else ""
    )
    return f'<path class="ground" d="M0 {base}H{round(geo.width, 1)}"/>{caption}'


def _floor(floor: Floor, top: float, geo: Geometry) -> str:
    column, parts, language = 0, [], get_language()
    for cell in floor.cells:
        if cell is None:
            column += 1
            continue
        end = min(column + cell.span, geo.columns)
        width = round(geo.lefts[end] - geo.lefts[column] - geo.gap, 1)
        if end in geo.shafts:
            width = round(width - SHAFT, 1)
        parts.append(_cell(cell, geo.lefts[column], top, width, geo, language))
        column = end
    return "".join(parts)


@lru_cache(maxsize=20_000)
def _cell(
    cell: Cell, left: float, top: float, width: float, geo: Geometry, language: str | None
) -> str:
    """One home as a link; coordinates are absolute, so that no group needs a transform.

    The same home in the same state is drawn once in a process; `language` is part of its words.
    """
    high = round(geo.pitch_y - geo.gap, 1)
    base = round(top + high / 2 + geo.font * 0.36, 1)
    pad = 8 if width >= 68 else 4 if width < 56 else 6
    short = geo.short and cell.span == 1
    number = short_door(cell.door) if short else cell.door
    status = cell.status if cell.status in STATUSES else "wait"
    words = escape(spoken(cell))
    inner = (
        f"<title>{escape(cell.title) if cell.title else words}</title>"
        f'<rect x="{left}" y="{top}" width="{width}" height="{high}" rx="{4 if high > 18 else 3}"/>'
        f'<text class="no" x="{round(left + pad, 1)}" y="{base}" font-size="{geo.font}">'
        f"{escape(number)}</text>"
        f"{_marks(cell, status, left + width - pad, base, geo)}"
        f"{_care(cell, left + pad + len(number) * geo.font * 0.575 + 3, base, geo)}"
    )
    shown = "iso" if cell.mark_isolated else status
    if not cell.url:
        return f'<g class="c s-{shown}" role="img" aria-label="{words}">{inner}</g>'
    return (
        f'<a class="c s-{shown}" href="{escape(cell.url)}" data-drawer'
        f' aria-label="{words}">{inner}</a>'
    )


def _marks(cell: Cell, status: str, right: float, base: float, geo: Geometry) -> str:
    """The status letter at the right edge; an isolated home keeps it beside 隔 if there is room."""
    letter = cell.letter or (TICK if status == "done" else "")
    if cell.mark_isolated:
        extra = letter if letter not in ("", ISOLATED) and status in ("now", "late", "done") else ""
        if extra and geo.short:
            return _letter(extra, right, base, geo)
        beside = _letter(extra, right - geo.font - 3, base, geo) if extra else ""
        return beside + _letter(ISOLATED, right, base, geo)
    return _letter(letter, right, base, geo) if letter else ""


def _letter(letter: str, right: float, base: float, geo: Geometry) -> str:
    if letter == TICK:
        size = geo.font * 0.8
        left, middle = round(right - size, 1), round(base - size * 0.42, 1)
        small, large = round(size * 0.36, 1), round(size * 0.64, 1)
        return f'<path class="tk" d="M{left} {middle}l{small} {small} {large}-{large}"/>'
    size = max(geo.font - 1, 11)
    right = round(right, 1)
    return f'<text class="mk" x="{right}" y="{base}" font-size="{size}">{escape(letter)}</text>'


def _care(cell: Cell, left: float, base: float, geo: Geometry) -> str:
    if not cell.mark_care:
        return ""
    half = round(geo.font * 0.31, 1)
    rise = round(half * 1.8, 1)
    return f'<path class="el" d="M{round(left, 1)} {base}l{half}-{rise} {half} {rise}z"/>'
