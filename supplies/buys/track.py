"""Who moved a round when, and what that did, for components/track.html."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lockdown.kernel.wording import daytime
from supplies.buys.course import state_of
from supplies.buys.result import Sums
from supplies.models import GroupBuy


def track_of(buy: GroupBuy, sums: Sums) -> list[dict[str, str]]:
    drafted, submitted, reviewed, allocated = (
        one.name if one else ""
        for one in (buy.drafted_by, buy.submitted_by, buy.reviewed_by, buy.allocated_by)
    )
    said = _("Committee: %(words)s") % {"words": buy.review_note} if buy.review_note else ""
    rows = [
        (buy.drafted_at, _("Drafted"), drafted),
        (buy.submitted_at, _("Sent to the committee"), submitted),
        (buy.reviewed_at, said or _("Reviewed by the committee"), reviewed),
        (buy.opened_at, _("Opened"), ""),
        (buy.extended_at, _("Extended"), ""),
        (buy.locked_at, _closed(sums), ""),
        (buy.ordered_at, _ordered(sums), ""),
        (buy.arrived_at, _("At the gate"), ""),
        (buy.counted_at, _counted(sums), ""),
        (buy.allocated_at, _shared(sums), allocated),
        (buy.delivering_at, _on_the_way(sums), ""),
        (buy.delivered_at, _("Delivered to every door"), ""),
        (buy.settled_at, _("Accounts settled"), ""),
        (buy.ended_at, f"{state_of(buy)}: {buy.end_reason}", ""),
    ]
    track = [
        {"time": daytime(at), "text": text, "who": who, "state": "done"}
        for at, text, who in rows
        if at
    ]
    if track and buy.ended_at:
        track[-1]["state"] = "late"
    return track


def _closed(sums: Sums) -> str:
    words = ngettext(
        "Closed: formed, %(count)s home", "Closed: formed, %(count)s homes", sums.homes
    )
    return words % {"count": sums.homes}


def _ordered(sums: Sums) -> str:
    words = ngettext(
        "Ordered from the supplier: %(count)s piece",
        "Ordered from the supplier: %(count)s pieces",
        sums.bought,
    )
    return words % {"count": sums.bought}


def _counted(sums: Sums) -> str:
    less = max(sums.not_good, sums.bought - sums.good)
    said = {"good": sums.good, "less": less}
    if less:
        return _("Counted: %(good)s good, %(less)s damaged or missing") % said
    return _("Counted: %(good)s, all good") % said


def _shared(sums: Sums) -> str:
    words = ngettext("Shared out: %(count)s home", "Shared out: %(count)s homes", sums.served)
    words %= {"count": sums.served}
    if not sums.short:
        return words
    less = ngettext(", %(count)s gets less", ", %(count)s get less", sums.short)
    return words + less % {"count": sums.short}


def _on_the_way(sums: Sums) -> str:
    words = ngettext(
        "On the way: %(runs)s run, %(doors)s homes",
        "On the way: %(runs)s runs, %(doors)s homes",
        sums.runs,
    )
    return words % {"runs": sums.runs, "doors": sums.doors}
