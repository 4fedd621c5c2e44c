"""What became of an order's dates, level and clock, and what comes next, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.models import Member
from journal.actions import SYSTEM
from journal.events import sentence
from lockdown.kernel.wording import daytime
from seals.easing import stage_of
from seals.models import Level, OrderChange, OrderState, SealOrder
from seals.queries import own_entries

Kind = OrderChange.Kind
Wording = Callable[[datetime], str]
WORDS = {
    Kind.EXTENDED: lambda: _("Extended from %(old)s to %(new)s: %(reason)s"),
    Kind.REDUCED: lambda: _("Shortened from %(old)s to %(new)s: %(reason)s"),
    Kind.RESTARTED: lambda: _(
        "Counted anew from %(clock)s; the end moves from %(old)s to %(new)s: %(reason)s"
    ),
    Kind.PART: lambda: _("Counted anew for %(part)s, order %(number)s: %(reason)s"),
    Kind.EXEMPT: lambda: _("The days go on after a new positive: %(reason)s"),
    Kind.EASED: lambda: _("From %(was)s to %(level)s, until %(new)s"),
}


def dates(order: SealOrder, when: Wording = daytime) -> list[dict[str, Any]]:
    """Where the planned end and the clock stood, and who moved them; one query. `when` words a
    moment: near days by name on a screen, the full date on paper."""
    changes = list(OrderChange.objects.filter(order=order).select_related("by", "part"))
    first = changes[0].old_end if changes else order.ends_at
    issued = _("Issued, to end %(end)s") % {"end": when(first)}
    told = [(order.issued_at or order.starts_at, order.issued_by, issued)]
    told += [(one.at, one.by, _change_text(one, when)) for one in changes]
    if order.lifted_at:
        told.append((order.lifted_at, order.lifted_by, _("Lifted")))
    if order.cancelled_at:
        text = _("Cancelled: %(reason)s") % {"reason": order.cancel_reason}
        told.append((order.cancelled_at, order.cancelled_by, text))
    return [
        {"time": when(at), "who": str(who or ""), "text": text, "state": "done"}
        for at, who, text in told
    ]


def _change_text(change: OrderChange, when: Wording) -> str:
    data = {
        "old": when(change.old_end),
        "new": when(change.new_end),
        "clock": when(change.new_clock or change.at),
        "reason": change.reason,
        "part": change.part.place_label if change.part else "",
        "number": change.part.number if change.part else "",
    }
    if change.old_level and change.new_level:
        data["was"] = str(Level(change.old_level).label)
        data["level"] = str(Level(change.new_level).label)
    return WORDS[Kind(change.kind)]() % data


def stage_steps(order: SealOrder, now: datetime) -> list[dict[str, Any]]:
    """The stages of a plan that eases step by step, where it stands; empty for one stage."""
    return [
        {
            "label": ngettext("%(level)s %(count)s day", "%(level)s %(count)s days", one["days"])
            % {"level": Level(one["level"]).label, "count": one["days"]},
            "state": "done" if number < order.stage else "now" if number == order.stage else "wait",
        }
        for number, one in enumerate(order.stages)
    ]


def coming(order: SealOrder, now: datetime) -> list[dict[str, str]]:
    """What comes next for the order itself."""
    if order.state != OrderState.IN_FORCE:
        return []
    items = []
    if order.starts_at > now:
        items.append({"time": daytime(order.starts_at), "text": _("It begins"), "state": "wait"})
    state = "now" if order.ends_at <= now else "wait"
    text = what_then(order, now)
    items.append({"time": daytime(order.ends_at), "text": text, "state": state})
    return items


def what_then(order: SealOrder, now: datetime) -> str:
    """What is decided at the planned end."""
    ahead = stage_of(order, now).next
    if ahead is None:
        return _("Decision whether to lift, by the checklist")
    return ngettext(
        "Decision whether to ease to %(level)s for %(count)s day",
        "Decision whether to ease to %(level)s for %(count)s days",
        ahead.days,
    ) % {"level": Level(ahead.level).label, "count": ahead.days}


def timeline(order: SealOrder, member: Member) -> list[dict[str, Any]]:
    return [
        {
            "time": daytime(entry.at),
            "who": "" if entry.by == SYSTEM.actor_label else entry.by,
            "text": sentence(entry.event, entry.data),
        }
        for entry in own_entries(order, member)
    ]
