"""How an open round stands: ordered, to forming, to the next full case, left, held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from compounds.models import Member
from lockdown.kernel.errors import Refused
from lockdown.kernel.wording import fen, minutes
from supplies.actions.waiting import refuse_lacking
from supplies.buys.chat import forming
from supplies.models import GroupBuy, OfferLine, WaitingRequest
from supplies.queries import Progress
from supplies.sharing import full_cases


def live_context(buy: GroupBuy, found: Progress, now: datetime, member: Member) -> dict[str, Any]:
    """The open round: how far it is, and what is missing."""
    left = max(int((buy.closes_at - now).total_seconds() // 60), 0)
    return {
        "buy": buy,
        "facts": _open_facts(buy, found, left),
        "bars": [_bar(one.line, one.held, one.to_full_case) for one in found.lines],
        "formed": found.formed,
        "forming": forming(found),
        "gauges": _gauges(buy, found),
        "waiting": waiting_count(buy, member),
    }


def _open_facts(buy: GroupBuy, found: Progress, left: int) -> list[dict[str, Any]]:
    return [
        {
            "label": _("To the cut-off"),
            "value": minutes(left) if left else _("time is up"),
            "tone": "now" if left < 60 else "",
        },
        {"label": _("Ordered by"), "value": found.households, "unit": _("homes")},
        {"label": _("Pieces"), "value": found.units},
        {"label": _("Together"), "value": fen(found.amount_fen)},
    ]


def _gauges(buy: GroupBuy, found: Progress) -> list[dict[str, Any]]:
    """One bar for each threshold that is set, towards forming."""
    rows: list[tuple[int | None, int, Any]] = [
        (buy.min_amount_fen, found.amount_fen, fen),
        (buy.min_units, found.units, lambda n: _("%(count)s pieces") % {"count": n}),
        (buy.min_households, found.households, lambda n: _("%(count)s homes") % {"count": n}),
    ]
    return [
        {
            "value": min(got, need),
            "max": need,
            "left": say(got),
            "right": _("enough") if got >= need else _("of %(need)s") % {"need": say(need)},
        }
        for need, got, say in rows
        if need
    ]


def _bar(line: OfferLine, held: int, to_case: int) -> dict[str, Any]:
    """An item's bar: ordered of its cap, what is held, and what is missing to a full case."""
    cap = line.cap_total
    right = []
    if to_case:
        right.append(_("%(count)s to a full case") % {"count": to_case})
    if line.left is not None:
        right.append(_("%(count)s left") % {"count": line.left})
    if held:
        right.append(_("%(count)s of them held for care marks") % {"count": held})
    ordered = _("%(count)s %(unit)s ordered") % {"count": line.ordered, "unit": line.unit}
    return {
        "line": line,
        "value": line.ordered,
        "max": cap or _full(line),
        "held": held,
        "left": ordered,
        "right": " · ".join(right),
    }


def _full(line: OfferLine) -> int:
    """Without a cap the bar runs to the next full case; without either there is no bar."""
    if line.case_size == 1:
        return 0
    return line.ordered + line.to_full_case or line.case_size


def waiting_rows(found: Sequence[WaitingRequest], typed: Mapping[int, str]) -> list[dict[str, Any]]:
    """Each request with what is free of its item now and, where it cannot be granted, why."""
    return [
        {
            "waiting": one,
            "free": _free(one.line),
            "lacks": _lacks(one),
            "reason": typed.get(one.pk, _("Nothing more can be had of it.")),
        }
        for one in found
    ]


def _free(line: OfferLine) -> str:
    if line.left is None:
        return _("not limited")
    return _("%(count)s %(unit)s free") % {"count": line.left, "unit": line.unit}


def _lacks(one: WaitingRequest) -> str:
    try:
        refuse_lacking(one.line, one.quantity)
    except Refused as refusal:
        return str(refusal)
    return ""


@dataclass(frozen=True)
class Together:
    """Homes that wait for less than a case each, and fill cases with one another."""

    line: OfferLine
    requests: list[WaitingRequest]

    @property
    def pieces(self) -> int:
        return sum(one.quantity for one in self.requests)

    @property
    def cases(self) -> int:
        return self.pieces // self.line.case_size


def together_of(found: Iterable[WaitingRequest]) -> list[Together]:
    """For each item bought in cases, whom it can be given to at once; from rows with their line,
    the longest waiting first. A home that fills its cases alone needs nobody else."""
    of_line: dict[int, list[WaitingRequest]] = {}
    for one in found:
        if one.quantity % one.line.case_size:
            of_line.setdefault(one.line_id, []).append(one)
    proposed = []
    for rows in of_line.values():
        line = rows[0].line
        places = full_cases([one.quantity for one in rows], line.case_size, line.left)
        if places:
            proposed.append(Together(line, [rows[place] for place in places]))
    return proposed


def waiting_count(buy: GroupBuy, member: Member) -> int:
    """How many homes of the member's part still wait."""
    rows = WaitingRequest.objects.filter(member.within("home__"), buy=buy)
    still = rows.filter(granted_at=None, declined_at=None).order_by()
    return still.values("home").distinct().count()
