"""The resident's order: the page that thousands send in the same minute, so it asks little."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from households.access import Beside, ResidentRequest, resident_page
from households.bar import bar
from households.proxies import acted_for, standing
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import go_on
from supplies.actions.orders import Busy, Placed, Wanted, place_order
from supplies.forms import read_cart
from supplies.home_page import round_page
from supplies.models import BuyState, GroupBuy

ROUND = Beside(
    GroupBuy,
    "SELECT * FROM supplies_groupbuy WHERE compound_id = a.compound_id AND number = %s",
    of="number",
    posted=(
        *("id", "compound_id", "number", "title", "state"),
        *("place_kind", "building_id", "unit_id", "floor", "home_id"),
    ),
)
CLOSED = (BuyState.DRAFT, BuyState.IN_REVIEW, BuyState.REJECTED, BuyState.APPROVED)
ORDERED = gettext_noop("ordered from a group-buy")
TAKEN_BACK = gettext_noop("took an order from a group-buy back")
JITTER = 4  # seconds over which those who came too many at once come again


@resident_page("A household orders for itself; no other household is reachable.", ROUND)
@require_http_methods(["GET", "POST"])
def home_order(request: ResidentRequest, number: int) -> HttpResponse:
    buy = opened(request.beside)
    if request.method != "POST":
        return _page(request, buy, uuid.uuid4().hex)
    try:
        place(request, buy, read_cart(request.POST))
    except Refused as refusal:
        return _refused(request, buy, refusal)
    return HttpResponseRedirect(request.path)  # its own address; reverse() would look it up


def find_round(request: ResidentRequest, number: int) -> GroupBuy:
    """A round that has opened; any other is not there."""
    return opened(GroupBuy.objects.filter(compound=request.compound, number=number).first())


def opened(found: Any) -> GroupBuy:
    if not isinstance(found, GroupBuy) or found.state in CLOSED:
        raise Http404
    return found


def place(request: ResidentRequest, buy: GroupBuy, wanted: Wanted) -> Placed:
    """The household's cart. A relative's right is held until it is written, and they are told;
    a phone of the home asks the database nothing more than the order itself."""
    if request.proxy is None:
        return _place(request, buy, wanted, is_last=True)
    with transaction.atomic():
        standing(request.access)
        placed = _place(request, buy, wanted)
        if not placed.again:
            what = ORDERED if wanted else TAKEN_BACK
            acted_for(access=request.access, what=what, cause=f"order:{placed.order_id}")
        return placed


def _place(
    request: ResidentRequest, buy: GroupBuy, wanted: Wanted, *, is_last: bool = False
) -> Placed:
    return place_order(
        buy=buy,
        household=request.household,
        wanted=wanted,
        key=request.POST.get("key", ""),
        note=request.POST.get("note", ""),
        by=request.access,
        is_last=is_last,
    )


def _refused(request: ResidentRequest, buy: GroupBuy, refusal: Refused) -> HttpResponse:
    """What was typed stays; too many at once is no fault of the person and may be sent again."""
    go_on()
    kept = request.POST.get("key", "")
    reused = refusal.code in ("key", "key_reused")
    answer = _page(request, buy, uuid.uuid4().hex if reused else kept, str(refusal))
    answer.status_code = 422
    if refusal.code == "key_reused":
        answer.status_code = 409
    if isinstance(refusal, Busy):
        # Not all in the same second again.
        again = refusal.retry_after + secrets.randbelow(JITTER)
        answer.status_code, answer["Retry-After"] = 503, str(again)
    return answer


def _page(request: ResidentRequest, buy: GroupBuy, key: str, error: str = "") -> HttpResponse:
    """The form; once ordered, the receipt, until `?change=1` asks for the form again."""
    if not buy.covers(request.home):
        return render(request, "supplies/home/elsewhere.html", _below(request), status=404)
    shown = round_page(buy, request.household, typed=request.POST, now=timezone.now())
    changing = bool(error) or "change" in request.GET or not shown.stands
    context = _below(request) | {
        "buy": buy,
        "shown": shown,
        "key": key,
        "error": error,
        "note": request.POST.get("note", shown.order.note if shown.order else ""),
        "share": reverse("supplies:public-round", args=[request.compound.slug, buy.number]),
    }
    name = "order" if shown.is_open and changing else "receipt"
    return render(request, f"supplies/home/{name}.html", context)


def _below(request: ResidentRequest) -> dict[str, object]:
    above = bar(request, back=reverse("supplies:home-rounds"))
    return above | {"back_label": _("Group-buys")}
