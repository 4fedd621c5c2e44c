"""The day as a line: events from 06:00 to 22:00 in lanes that never overlap.

Places are percentages, sizes are pixels, so text keeps its size on any width.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from unicodedata import east_asian_width

from django.utils import timezone

NOMINAL = 700
LANE, PILL = 34, 28


@dataclass(frozen=True, slots=True)
class DayEvent:
    """Something of the day. `start` and `end` are aware times; `state` one of the five."""

    start: datetime
    label: str
    state: str = "wait"
    url: str = ""
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its place: percent from the left, lane from the top, width in pixels."""

    event: DayEvent
    percent: float
    end_percent: float | None
    lane: int
    width: int
    from_right: bool


def text_width(text: str, size: float = 13) -> float:
    """Close estimate in pixels: a wide character is one em, others a little over half."""
    wide = sum(1 for char in text if east_asian_width(char) in "WF")
    return wide * size + (len(text) - wide) * size * 0.58


def _percent(moment: datetime, first: int, last: int) -> float:
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    hours = local.hour + local.minute / 60
    return round(min(max((hours - first) / (last - first) * 100, 0), 100), 2)


def as_event(item: DayEvent | Mapping) -> DayEvent:
    """Accept a plain mapping as well."""
    return item if isinstance(item, DayEvent) else DayEvent(**item)


def place(events: Iterable[DayEvent | Mapping], first: int = 6, last: int = 22) -> list[Placed]:
    """Put each event in the first lane where it touches no other at the narrowest width."""
    lanes: list[float] = []
    placed = []
    for event in sorted((as_event(item) for item in events), key=lambda item: item.start):
        percent = _percent(event.start, first, last)
        width = round(text_width(event.label)) + (34 if event.state == "done" else 20)
        left = percent / 100 * NOMINAL
        from_right = left + width > NOMINAL
        left = left - width if from_right else left
        end = _percent(event.end, first, last) if event.end else None
        right = max(left + width, (end or 0) / 100 * NOMINAL)
        lane = next((n for n, edge in enumerate(lanes) if edge + 4 <= left), len(lanes))
        if lane == len(lanes):
            lanes.append(0)
        lanes[lane] = right
        placed.append(Placed(event, percent, end, lane, width, from_right))
    return placed


def _pill(item: Placed) -> str:
    event, top = item.event, 22 + item.lane * LANE
    shift = -item.width if item.from_right else 0
    tick = event.state == "done"
    mark = f'<path class="gl" d="M{shift + 10} {PILL / 2}l3.5 3.5 7-7.5"/>' if tick else ""
    inner = (
        f'<rect x="{shift}" width="{item.width}" height="{PILL}" rx="6"/>{mark}'
        f'<text x="{shift + (25 if tick else 10)}" y="19">{escape(event.label)}</text>'
    )
    if event.url:
        inner = f'<a href="{escape(event.url)}">{inner}</a>'
    pill = (
        f'<svg class="ev ev-{escape(event.state)}" x="{item.percent}%" y="{top}"'
        f' overflow="visible">{inner}</svg>'
    )
    if not item.end_percent or item.end_percent <= item.percent:
        return pill
    long = round(item.end_percent - item.percent, 2)
    return (
        f'<rect class="dur dur-{escape(event.state)}" x="{item.percent}%" y="{top}"'
        f' width="{long}%" height="{PILL}" rx="6"/>{pill}'
    )


def _hour(hour: int, first: int, last: int, floor: int) -> str:
    x = round((hour - first) / (last - first) * 100, 2)
    edge = " hn-a" if hour == first else " hn-z" if hour == last else ""
    return (
        f'<line class="hr" x1="{x}%" x2="{x}%" y1="16" y2="{floor}"/>'
        f'<text class="hn{edge}" x="{x}%" y="{floor + 16}">{hour:02d}</text>'
    )


def render(
    events: Iterable[DayEvent | Mapping], now: datetime, label: str, first: int = 6, last: int = 22
) -> str:
    """The whole line as a string of safe SVG inside a box that scrolls on a phone."""
    placed = place(events, first, last)
    floor = 22 + (max((item.lane for item in placed), default=0) + 1) * LANE + 4
    hours = "".join(_hour(hour, first, last, floor) for hour in range(first, last + 1, 2))
    here = _percent(now, first, last)
    mark = (
        f'<line class="cur" x1="{here}%" x2="{here}%" y1="16" y2="{floor}"/>'
        f'<text class="curt" x="{here}%" y="11">{timezone.localtime(now):%H:%M}</text>'
    )
    said = escape(label)
    return (
        f'<div class="dayline" tabindex="0" role="group" aria-label="{said}">'
        f'<svg height="{floor + 22}" role="group" aria-label="{said}">'
        f"{hours}{mark}{''.join(_pill(item) for item in placed)}</svg></div>"
    )
