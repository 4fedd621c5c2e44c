"""Times, lengths, money and shares as people say them; the same words in pages and queries."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def fen(value: int | None) -> str:
    """Money from integer fen: ¥28, ¥12.50, −¥5,000."""
    if value is None or value == "":
        return "–"
    yuan, rest = divmod(abs(int(value)), 100)
    sign = "−" if int(value) < 0 else ""
    return f"{sign}¥{yuan:,}.{rest:02d}" if rest else f"{sign}¥{yuan:,}"


def clock(value: datetime | None) -> str:
    """15:24 in the compound's time."""
    return timezone.localtime(value).strftime("%H:%M") if value else "–"


def daytime(value: datetime | None) -> str:
    """今天 15:30, 昨天 09:00, 明天 12:00, 8月7日 12:00."""
    if not value:
        return "–"
    local, today = timezone.localtime(value), timezone.localdate()
    near = {0: _("Today"), -1: _("Yesterday"), 1: _("Tomorrow")}
    away = (local.date() - today).days
    name = near.get(away) or date_format(local, _("M j"))
    return f"{name} {local:%H:%M}"


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


def percent(value: float | None, total: float | None) -> int:
    """Whole percent, 0 to 100; 99 until everything is done, so that a gap never hides."""
    if not value or not total:
        return 0
    share = min(value / total * 100, 100)
    return int(share) if share < 100 else 100


def phrase(value: object) -> str:
    """Keep a number with its word ("第 3 天") on one line."""
    words = str(value or "").split(" ")
    joined = words[0]
    for before, after in pairwise(words):
        sticks = before[-1:].isdigit() or after[:1].isdigit()
        joined += ("\u00a0" if sticks else " ") + after
    return joined
