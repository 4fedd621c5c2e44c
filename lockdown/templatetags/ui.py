"""Template tags and filters of the design system: {% load ui %}."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from html import escape
from itertools import pairwise
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lockdown import multiples, stacking
from lockdown.templatetags import dayline as day
from lockdown.templatetags.icons import GLYPHS, ICONS

register = template.Library()

DOUBLE_SURNAMES = (
    *("欧阳", "上官", "司马", "诸葛", "尉迟", "皇甫"),
    *("慕容", "令狐", "东方", "夏侯", "司徒", "端木"),
)

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


@register.filter
def mask_phone(value: object) -> str:
    """138****8000; a short number keeps its last two digits only."""
    digits = "".join(char for char in str(value or "") if char.isdigit())
    if len(digits) >= 11:
        return f"{digits[-11:-8]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if len(digits) > 4 else "****" if digits else ""


@register.filter
def mask_name(value: object) -> str:
    """张**: the surname and two stars, however long the name is."""
    name = str(value or "").strip()
    if not name:
        return ""
    kept = name[:2] if name.startswith(DOUBLE_SURNAMES) and len(name) > 2 else name[0]
    return f"{kept}**"


@register.filter
def fen(value: int | None) -> str:
    """Money from integer fen: ¥28, ¥12.50, −¥5,000."""
    if value is None or value == "":
        return "–"
    yuan, rest = divmod(abs(int(value)), 100)
    sign = "−" if int(value) < 0 else ""
    return f"{sign}¥{yuan:,}.{rest:02d}" if rest else f"{sign}¥{yuan:,}"


@register.filter
def clock(value: datetime | None) -> str:
    """15:24 in the compound's time."""
    return timezone.localtime(value).strftime("%H:%M") if value else "–"


@register.filter
def daytime(value: datetime | None) -> str:
    """今天 15:30, 昨天 09:00, 明天 12:00, 8月7日 12:00."""
    if not value:
        return "–"
    local, today = timezone.localtime(value), timezone.localdate()
    near = {0: _("Today"), -1: _("Yesterday"), 1: _("Tomorrow")}
    away = (local.date() - today).days
    name = near.get(away) or date_format(local, _("M j"))
    return f"{name} {local:%H:%M}"


@register.filter
def since(value: datetime | None) -> str:
    """6 分钟前; beyond a day the date and time."""
    if not value:
        return "–"
    passed = timezone.now() - value
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(days=1):
        return _("%(time)s ago") % {"time": minutes(int(passed.total_seconds() // 60))}
    return daytime(value)


@register.filter
def minutes(value: int | None) -> str:
    """A length of time from whole minutes: 12 分, 1 小时 20 分, 2 天."""
    if value is None or value == "":
        return "–"
    whole = int(value)
    if whole >= 2880:
        return ngettext("%(count)s day", "%(count)s days", whole // 1440) % {"count": whole // 1440}
    if whole < 60:
        return _("%(count)s min") % {"count": whole}
    if whole % 60 == 0:
        return _("%(count)s h") % {"count": whole // 60}
    return _("%(hours)s h %(minutes)s min") % {"hours": whole // 60, "minutes": whole % 60}


@register.filter
def percent(value: float | None, total: float | None) -> int:
    """Whole percent, 0 to 100; 99 until everything is done, so that a gap never hides."""
    if not value or not total:
        return 0
    share = min(value / total * 100, 100)
    return int(share) if share < 100 else 100


@register.filter
def phrase(value: object) -> str:
    """Keep a number with its word ("第 3 天") on one line."""
    words = str(value or "").split(" ")
    joined = words[0]
    for before, after in pairwise(words):
        sticks = before[-1:].isdigit() or after[:1].isdigit()
        joined += ("\u00a0" if sticks else " ") + after
    return joined


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
