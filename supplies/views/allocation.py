"""Sharing out what came: who gets less and why, then committed once; worked out again on show."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from supplies.actions.allocating import PLACES, allocate, preview
from supplies.buys.course import steps_of
from supplies.buys.links import Links
from supplies.buys.rules import SAYS
from supplies.buys.shares import begins_with, differs_from_committed, homes_less, items_of, less_of
from supplies.models import BuyState, GroupBuy, ShortageRule
from supplies.parts import whole_round_of

ROWS = 100  # households with less, a page


@member_page(Permission.BUY_ORGANISE)
def allocation(request: MemberRequest, buy: int) -> HttpResponse:
    found = whole_round_of(request.member, buy)
    if found.counted_at is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            done = allocate(buy=found, surplus=_places(request), by=request.member)
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("Shared out. Sheets, labels and refunds follow from it."))
            return redirect("supplies:allocation", request.compound.slug, done.pk)
    context = _context(request, found) | {"refusal": refusal}
    status = 422 if refusal else 200
    return render(request, "supplies/buys/allocation.html", context, status=status)


def _places(request: MemberRequest) -> dict[int, str]:
    """`surplus-<line>` of the form."""
    places = {}
    for name, value in request.POST.items():
        line = name.removeprefix("surplus-")
        if line != name and line.isdecimal() and len(line) < 18 and value in PLACES:
            places[int(line)] = str(value)
    return places


def _context(request: MemberRequest, buy: GroupBuy) -> dict[str, Any]:
    found, rule = preview(buy), ShortageRule(buy.rule)
    items = items_of(found)
    less = less_of(buy, items)
    is_done = buy.allocated_at is not None
    links = Links(request.member, request.compound.slug)
    short = [item for item in items if item.is_short]
    return {
        "buy": buy,
        "items": items,
        "page": Paginator(less, ROWS).get_page(request.GET.get("page")),
        "less": len(less),
        "homes_less": homes_less(less),
        "homes": len({one.order.pk for one in found.shares}),
        "back_fen": sum(row.back_fen for row in less),
        "surplus": [item for item in items if item.surplus],
        "chosen": _places(request),
        "is_done": is_done,
        "may_commit": buy.state == BuyState.COUNTED,
        "rule_says": SAYS[rule](),
        "begins": begins_with(short[0], buy) if short and rule == ShortageRule.ROTATION else 0,
        "differs": differs_from_committed(buy, found) if is_done else 0,
        "packing_url": links.of("packing", buy) if is_done else "",
        "labels_url": links.of("labels", buy) if is_done else "",
        "steps": steps_of(buy),
    }
