"""The day's page as the components want it: figures, a line, rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compounds.work import WorkState
from waste.queries import DayItem
from waste.words import clock

# The worst of a group gives the group its mark.
_WORST_FIRST = ("late", "now", "next", "wait", "done")
Link = Callable[[DayItem], str]


def day_facts(items: list[DayItem], undone: list[DayItem]) -> list[dict[str, Any]]:
    """`undone` may hold work of earlier days, which stands on the page of today."""
    rounds = [item for item in items if item.kind == "round"]
    windows = [item for item in items if item.kind == "window"]
    out = [item for item in windows if item.phase in ("put_out", "collecting")]
    return [
        {"label": _("Disinfected"), "value": _done(rounds), "unit": _of(rounds), "url": "#rounds"},
        {"label": _("Collected"), "value": _done(windows), "unit": _of(windows), "url": "#windows"},
        {
            "label": _("Rubbish outside now"),
            "value": len(out),
            "unit": _("units"),
            "url": "#windows",
            "tone": "now" if out else "",
        },
        {
            "label": _("Late or missed"),
            "value": len(undone),
            "url": "#undone" if undone else "",
            "tone": "late" if undone else "",
        },
    ]


def _done(items: Iterable[DayItem]) -> int:
    return sum(1 for item in items if item.state == WorkState.DONE)


def _of(items: list[DayItem]) -> str:
    return f"/ {len(items)}"


def day_events(items: list[DayItem], link: Link) -> list[dict[str, Any]]:
    """One mark on the line for each kind and time, however many units it stands for."""
    groups: dict[tuple[Any, str], list[DayItem]] = {}
    for item in items:
        groups.setdefault((item.at, item.kind), []).append(item)
    return [_event(group, link) for group in groups.values()]


def _event(group: list[DayItem], link: Link) -> dict[str, Any]:
    first = group[0]
    label = f"{first.title} {clock(first.at)}"
    if len(group) > 1:
        label = f"{label} · {_done(group)} / {len(group)}"
    marks = {item.mark for item in group}
    anchor = "#rounds" if first.kind == "round" else "#windows"
    return {
        "start": first.at,
        "label": label,
        "state": next(mark for mark in _WORST_FIRST if mark in marks),
        "url": link(first) if len(group) == 1 else anchor,
    }


def rows(items: Iterable[DayItem], link: Link, *, dated: bool = False) -> list[dict[str, Any]]:
    """Rows of the component: time, place and what, figures, who, tag."""
    return [
        {
            "place": clock(item.at),
            "fact": f"{item.place} {item.title}",
            "note": f"{date_format(item.at, 'n-j')} · {item.detail}" if dated else item.detail,
            "url": link(item),
            "who": item.assignee_name,
            "status": item.mark,
            "tag": tag_words(item),
        }
        for item in items
    ]


def tag_words(item: DayItem) -> str:
    """The state in words; under way says more than "now"."""
    if item.started and item.state in (WorkState.NOW, WorkState.NEXT):
        return _("under way")
    return str(item.state.label)
