"""Template tags and filters of the design system: {% load ui %}."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lockdown.kernel.masking import mask_name, mask_phone
from lockdown.kernel.wording import clock, daytime, fen, minutes, percent, phrase, since
from lockdown.templatetags import dayline as day
from lockdown.templatetags.icons import GLYPHS, ICONS
from reports import multiples, stacking

register = template.Library()

for _filter in (
    mask_phone,
    mask_name,
    fen,
    clock,
    daytime,
    since,
    minutes,
    percent,
    phrase,
):
    register.filter(_filter.__name__, _filter)

STATUS_WORDS = {
    "now": lambda: _("Now"),
    "next": lambda: _("Next"),
    "done": lambda: _("Done"),
    "late": lambda: _("Late"),
    "wait": lambda: _("Not yet"),
    "iso": lambda: _("Isolated"),
    "care": lambda: _("Care"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline line icon; silent unless `label` gives it a name."""
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(
        f'<svg class="icon" viewBox="0 0 24 24" {said} focusable="false">{ICONS[name]}</svg>'
    )


@register.simple_tag
def glyph(status: str) -> SafeString:
    """The shape of a status: dot, dashed ring, tick, mark, ring, triangle; 隔 is a letter."""
    if status == "iso":
        return mark_safe('<span class="glyph-iso" aria-hidden="true">隔</span>')
    shape = GLYPHS.get(status, GLYPHS["wait"])
    return mark_safe(f'<svg class="glyph" viewBox="0 0 12 12" aria-hidden="true">{shape}</svg>')


@register.simple_tag
def tag_status(status: str, text: str = "") -> SafeString:
    """A status tag with shape and words; words default to the status's own."""
    status = status if status in STATUS_WORDS else "wait"
    words = escape(str(text)) if text else escape(STATUS_WORDS[status]())
    return mark_safe(f'<span class="tag tag-{status}">{glyph(status)}{words}</span>')


@register.simple_tag
def mini_glyph(status: str) -> SafeString:
    """One tiny home for the legend of small multiples."""
    shape = multiples.mini_shape(status, 1, 1)
    return mark_safe(
        '<svg class="mini" width="11" height="11" aria-hidden="true">'
        f'<path class="m-{escape(status)}" d="{shape}"/></svg>'
    )


@register.simple_tag
def render_stack(stack: stacking.Stack, fit: str = "both") -> SafeString:
    """The stacking plan. `fit`: both (screen decides), desk, or phone."""
    if fit == "desk":
        html = stacking.render_desk(stack).replace("stack-desk", "stack-desk stack-only", 1)
    elif fit == "phone":
        html = stacking.render_phone(stack).replace("stack-phone", "stack-phone stack-only", 1)
    else:
        html = stacking.render_desk(stack) + stacking.render_phone(stack)
    return mark_safe(html)


@register.simple_tag
def render_minis(stacks: Iterable[stacking.Stack]) -> SafeString:
    """Small multiples of a compound's buildings."""
    return mark_safe(f'<ul class="minis">{multiples.render_minis(stacks)}</ul>')


@register.simple_tag
def render_day(
    events: Iterable[day.DayEvent | Mapping],
    now: datetime | None = None,
    first: int = 6,
    last: int = 22,
) -> SafeString:
    """The day line from `first` to `last` o'clock with a mark at `now`."""
    return mark_safe(day.render(events, now or timezone.now(), _("The day"), first, last))


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    note: str = "",
    more: str = "",
    url: str = "",
    kind: str = "",
    anchor: str = "",
) -> SafeString:
    """{% card title=… note=… more="All" url=… %} … {% endcard %}; kind "flush" for tables."""
    name = f' id="{escape(anchor)}"' if anchor else ""
    head = ""
    if title:
        link = (
            f'<a class="more" href="{escape(url)}">{escape(str(more))}</a>' if url and more else ""
        )
        said = f'<span class="note">{escape(str(note))}</span>' if note else ""
        head = f'<div class="card-head"><h2>{escape(str(title))}</h2>{said}{link}</div>'
    extra = f" card-{escape(kind)}" if kind else ""
    return mark_safe(f'<section class="card{extra}"{name}>{head}{content}</section>')


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: object) -> str:
    """The current query string with some keys changed: {% query page=2 %}."""
    request = context.get("request")
    params = request.GET.copy() if request else None
    if params is None:
        return ""
    for key, value in changes.items():
        params.pop(key, None)
        if value not in (None, ""):
            params[key] = str(value)
    return f"?{params.urlencode()}"
