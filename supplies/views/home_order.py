"""The resident's order: the page that thousands send in the same minute, so it asks little."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from households.access import ResidentRequest, resident_page
from lockdown.kernel.errors import Refused
from lockdown.kernel.lean import fetch_first
from supplies.actions.orders import Busy, place_order
from supplies.forms import read_cart
from supplies.models import BuyState, GroupBuy, OfferLine, Order, OrderLine

REST = "FROM supplies_groupbuy b WHERE b.compound_id = %s AND b.number = %s"
CLOSED = (BuyState.DRAFT, BuyState.IN_REVIEW, BuyState.REJECTED, BuyState.APPROVED)


@resident_page("A household orders for itself; no other household is reachable.")
@require_http_methods(["GET", "POST"])
def home_order(request: ResidentRequest, number: int) -> HttpResponse:
    buy = _round(request, number)
    if request.method != "POST":
        return _page(request, buy, uuid.uuid4().hex)
    try:
        place_order(
            buy=buy,
            household=request.household,
            wanted=read_cart(request.POST),
            key=request.POST.get("key", ""),
            note=request.POST.get("note", ""),
            by=request.access,
        )
    except Refused as refusal:
        return _refused(request, buy, refusal)
    return redirect("supplies:order", number=number)


def _round(request: ResidentRequest, number: int) -> GroupBuy:
    """By a statement written by hand: Django's would take longer than the order itself."""
    found: Any = fetch_first([("b", GroupBuy)], REST, [request.compound.pk, number])
    if found is None or found[0].state in CLOSED:
        raise Http404
    return found[0]


def _refused(request: ResidentRequest, buy: GroupBuy, refusal: Refused) -> HttpResponse:
    """What was typed stays; too many at once is no fault of the person and may be sent again."""
    kept = request.POST.get("key", "")
    reused = refusal.code in ("key", "key_reused")
    answer = _page(request, buy, uuid.uuid4().hex if reused else kept, str(refusal))
    answer.status_code = 422
    if refusal.code == "key_reused":
        answer.status_code = 409
    if isinstance(refusal, Busy):
        answer.status_code, answer["Retry-After"] = 503, str(refusal.retry_after)
    return answer


def _page(request: ResidentRequest, buy: GroupBuy, key: str, error: str = "") -> HttpResponse:
    order = Order.objects.filter(buy=buy, household=request.household).first()
    had = OrderLine.objects.filter(order__buy=buy, order__household=request.household)
    mine = {row.line_id: row for row in had}
    lines = list(OfferLine.objects.filter(buy=buy))
    for line in lines:
        row = mine.get(line.pk)
        line.typed = request.POST.get(f"q-{line.pk}", row.quantity if row else "")
        line.typed_up_to = request.POST.get(f"u-{line.pk}", row.up_to if row else "")
    context = {"buy": buy, "order": order, "lines": lines, "key": key, "error": error}
    return render(request, "supplies/home_order.html", context)
