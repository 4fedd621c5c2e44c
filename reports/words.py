"""Words that several pages of this room share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lockdown.kernel.wording import daytime, minutes
from reports import rows
from reports.rows import Row

# The order's rule in the official words of each level.
LEVEL_RULES = {
    "sealed": gettext_lazy("stay at home, everything comes to the door"),
    "controlled": gettext_lazy("stay within the area, fetch at set times"),
    "guarded": gettext_lazy("keep apart, avoid gathering"),
}
LEVEL_NAMES = {
    "sealed": gettext_lazy("Sealed"),
    "controlled": gettext_lazy("Controlled"),
    "guarded": gettext_lazy("Guarded"),
}
KINDS = {
    rows.VERIFY: gettext_lazy("Verify"),
    rows.TELL: gettext_lazy("Tell"),
    rows.RECALL: gettext_lazy("Recall call"),
    rows.CARE: gettext_lazy("Call elders living alone"),
    rows.TASK: gettext_lazy("Task"),
    rows.ROUND: gettext_lazy("Disinfect the stairs"),
    rows.WINDOW: gettext_lazy("Collect the rubbish"),
    rows.ASK: gettext_lazy("Request for help"),
    rows.DUTY: gettext_lazy("Duty task"),
}
PHASES = {
    "keep_in": gettext_lazy("keep in"),
    "put_out": gettext_lazy("put out now"),
    "collecting": gettext_lazy("being collected"),
    "closed": gettext_lazy("collected"),
}
ROUTES = {
    "app": gettext_lazy("Sent to the phone page, not read yet"),
    "relative": gettext_lazy("On a relative's page, not passed on yet"),
    "call": gettext_lazy("No phone page, to be telephoned"),
    "knock": gettext_lazy("No phone number, knock on the door"),
}


def unit_name(building: str, unit: str) -> str:
    return _("Building %(building)s Unit %(unit)s") % {"building": building, "unit": unit}


def place_of(row: Row) -> str:
    """What a line calls the place: the door, the stair, or the order's place for a task."""
    if row.door:
        return row.door
    return unit_name(row.building, row.unit) if row.unit else row.building


def late_by(row: Row, now: datetime) -> str:
    return _("%(time)s late") % {"time": length(row.due_at, now)}


def length(begin: datetime, end: datetime) -> str:
    """12 min, 5 h, 2 days: exact to the minute for the first two hours only."""
    passed = max(1, int((end - begin).total_seconds() // 60))
    return minutes(passed if passed < 120 else passed - passed % 60)


def clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def when(moment: datetime) -> str:
    """17:00 today, else 昨天 17:00 or 8月2日 17:00."""
    if timezone.localdate(moment) == timezone.localdate():
        return clock(moment)
    return daytime(moment)


def day_name(moment: datetime) -> str:
    """8月7日, in the zone in force."""
    return date_format(timezone.localtime(moment), _("M j"))


def spread(found: Sequence[Row]) -> str:
    """Where many doors are: the floors of one stair, or how many stairs."""
    stairs = {row.unit_id for row in found}
    if len(stairs) > 1:
        return _("%(n)s stairs") % {"n": len(stairs)}
    floors = floors_text([row.floor for row in found if row.floor is not None])
    return _("Floors %(floors)s") % {"floors": floors}


def floors_text(floors: list[int]) -> str:
    """16–18, or 3, 5–7: what one person has, in walking order; scattered floors as one span."""
    spans: list[list[int]] = []
    for floor in sorted(set(floors)):
        if spans and floor == spans[-1][1] + 1:
            spans[-1][1] = floor
        else:
            spans.append([floor, floor])
    if len(spans) > 3:
        spans = [[spans[0][0], spans[-1][1]]]
    shown = [str(low) if low == high else f"{low}–{high}" for low, high in spans]
    return _(", ").join(shown)


# What the duty desk owes, by kind: as a fact on the board, and as a deed on somebody's list.
DUTY_FACTS = {
    "bed": gettext_lazy("%(title)s has no bed yet"),
    "ask": gettext_lazy("%(title)s and the household are to be asked"),
    "lane": gettext_lazy("Fire lane not looked at"),
    "hazard": gettext_lazy("Way out blocked"),
    "point": "%(title)s",
}
DUTY_DEEDS = {
    "bed": gettext_lazy("Find a bed for %(title)s"),
    "ask": gettext_lazy("Ask %(title)s and the household"),
    "lane": gettext_lazy("Look at the fire lane"),
    "hazard": gettext_lazy("Clear the way out"),
    "point": "%(title)s",
}
