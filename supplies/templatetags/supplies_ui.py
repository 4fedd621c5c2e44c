"""{% load supplies_ui %}: the strip of pages of this room, and cells of its long sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from supplies.buys.course import state_of
from supplies.buys.links import Links
from supplies.models import OfferLine, StopOutcome
from supplies.packing import Part

register = template.Library()
register.filter("buy_state", state_of)

TABS = (
    ("rounds", _("Group-buys"), "round-list"),
    ("runs", _("Deliveries"), "run-list"),
    ("claims", _("Claims"), "claim-list"),
    ("money", _("Money"), "money"),
    ("stock", _("Stock"), "stock"),
)


@register.simple_tag
def supply_tabs(member: Member, active: str) -> list[dict[str, Any]]:
    """For components/lens.html; only what this member may open."""
    links = Links(member, member.compound.slug)
    tabs = [(key, label, links.to(name)) for key, label, name in TABS]
    return [
        {"label": label, "url": url, "active": key == active} for key, label, url in tabs if url
    ]


@register.filter
def at_key(found: Mapping[Any, Any], key: Any) -> Any:
    """`sums|at_key:line.pk`; nothing for a key that is not there."""
    return found.get(key, "")


# Cells of sheets with thousands of rows: made in one go, since a template takes seconds for them.


@register.filter
def contents(parts: Iterable[Part]) -> SafeString:
    """What is in a bag, the numbers strong."""
    return mark_safe("、".join([_content(one.name, one.unit, one.count) for one in parts]))


@lru_cache(maxsize=4096)
def _content(name: str, unit: str, count: int) -> SafeString:
    return format_html("{} <strong>{}</strong> {}", name, count, unit)


@register.filter
def cells(pieces: Mapping[int, int], lines: Sequence[OfferLine]) -> SafeString:
    """`pieces|cells:grid.lines`: a cell for each item, empty where there is nothing of it."""
    return mark_safe("".join([f'<td class="num">{pieces.get(line.pk, "")}</td>' for line in lines]))


@register.filter
def ticks(outcome: str) -> SafeString:
    """Four boxes of a run sheet; what happened at the door is ticked."""
    return _TICKS.get(outcome, _BLANK)


_BOXES = (StopOutcome.LEFT, StopOutcome.TAKEN, StopOutcome.NO_ANSWER, StopOutcome.REFUSED)


def _ticked(outcome: str) -> SafeString:
    done = [" is-done" if box == outcome else "" for box in _BOXES]
    return mark_safe("".join([f'<td><span class="tick{one}"></span></td>' for one in done]))


_BLANK = _ticked("")
_TICKS = {str(box): _ticked(box) for box in _BOXES}
