"""Ordering for a neighbour: the household says what, a person of the staff asks the neighbour.

Nobody puts goods and a bill at another door by himself. What is written here becomes a request
for food in the hands of whoever has the floor; that person asks at the door or by phone, orders,
and the household is told as of any order that staff place.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Home
from households.access import ResidentRequest, resident_page
from households.bar import bar
from lockdown.kernel.errors import Refused
from supplies.actions.orders import Wanted
from supplies.forms import read_cart
from supplies.models import GroupBuy, OfferLine
from supplies.views.home_order import find_round
from volunteers.asks import make_ask
from volunteers.models import AskKind


@resident_page("A household speaks for a door of its own stair; staff ask that door first.")
def home_neighbour(request: ResidentRequest, number: int) -> HttpResponse:
    if request.proxy is not None:
        raise Http404  # he acts for one home
    buy = find_round(request, number)
    if not buy.takes_orders(timezone.now()):
        return redirect("supplies:order", number=number)
    error = ""
    if request.method == "POST":
        try:
            _ask(request, buy)
        except Refused as refusal:
            error = str(refusal)
        else:
            messages.success(
                request, _("Passed on. Somebody asks your neighbour first and then orders.")
            )
            return redirect("supplies:order", number=number)
    context = bar(request, back=reverse("supplies:order", args=[number])) | {
        "back_label": buy.title,
        "buy": buy,
        "doors": _doors(request, buy),
        "door": request.POST.get("door", ""),
        "lines": _typed(OfferLine.objects.filter(buy=buy), request.POST),
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "error": error,
    }
    status = 422 if error else 200
    return render(request, "supplies/home/neighbour.html", context, status=status)


def _doors(request: ResidentRequest, buy: GroupBuy) -> list[Home]:
    """The other doors of the stair, without a word about who lives there."""
    stair = Home.objects.filter(unit_id=request.home.unit_id).exclude(pk=request.home.pk)
    return [home for home in stair.order_by("position") if buy.covers(home)]


def _typed(lines: object, data: Mapping[str, str]) -> list[tuple[OfferLine, str, str]]:
    return [(line, f"q-{line.pk}", data.get(f"q-{line.pk}", "")) for line in lines]  # type: ignore[attr-defined]


def _ask(request: ResidentRequest, buy: GroupBuy) -> None:
    """Refused: no door of the stair, nothing wanted, what is no number."""
    wanted = request.POST.get("door", "")
    door = next((one for one in _doors(request, buy) if str(one.pk) == wanted), None)
    if door is None:
        raise Refused(_("Choose the door for which you order."))
    words = _words(buy, read_cart(request.POST))
    text = _("Group-buy no. %(number)s “%(title)s”: order for %(door)s: %(items)s.") % {
        "number": buy.number,
        "title": buy.title,
        "door": door.label,
        "items": words,
    }
    make_ask(
        household=request.household,
        kind=AskKind.FOOD,
        text=text + " " + _("Ask them first."),
        form_key=request.POST.get("key", "")[:32],
        wanted_at=buy.closes_at,
        by=request.access,
    )


def _words(buy: GroupBuy, cart: Wanted) -> str:
    lines = {line.pk: line for line in OfferLine.objects.filter(buy=buy)}
    chosen = [(lines[pk], count) for pk, (count, _up_to) in cart.items() if pk in lines]
    if not chosen:
        raise Refused(_("Write how many of what your neighbour wants."))
    return "、".join(f"{line.name} × {count} {line.unit}" for line, count in chosen)
