"""Group-buys on a household's phone: the list, and the small deeds beside the order itself."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from households.access import ResidentRequest, resident_page
from households.bar import bar
from households.proxies import acted_for, standing
from lockdown.kernel.errors import Refused
from supplies.actions.delivering import take_in
from supplies.actions.waiting import ask_to_wait
from supplies.forms import whole_number
from supplies.home_list import round_list
from supplies.models import OfferLine, Order, Stop
from supplies.views.home_order import find_round, place

WAITS = gettext_noop("asked for a place on a waiting list")


@resident_page("The rounds of this home, with its own numbers and its own account.")
def home_rounds(request: ResidentRequest) -> HttpResponse:
    found = round_list(request.home, request.household, timezone.now())
    return render(request, "supplies/home/rounds.html", bar(request) | {"found": found})


@resident_page("A household takes its own order back.")
def home_cancel(request: ResidentRequest, number: int) -> HttpResponse:
    """Asks first; the number stays, should the household order again."""
    buy = find_round(request, number)
    order = Order.objects.filter(buy=buy, household=request.household, withdrawn_at=None).first()
    if order is None:
        return redirect("supplies:order", number=number)
    if request.method == "POST":
        try:
            place(request, buy, {})
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your order is taken back."))
        return redirect("supplies:order", number=number)
    here = reverse("supplies:order", args=[number])
    context = bar(request, back=here) | {
        "back_label": buy.title,
        "buy": buy,
        "order": order,
        "fields": {"key": uuid.uuid4().hex},
        "cancel_url": here,
    }
    return render(request, "supplies/home/cancel.html", context)


@resident_page("A household asks for a place on the waiting list for itself.")
@require_POST
def home_wait(request: ResidentRequest, number: int) -> HttpResponse:
    """The button names the item, `w-<item>` says how many; twice changes the quantity."""
    buy = find_round(request, number)
    wanted = request.POST.get("line", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404
    line = get_object_or_404(OfferLine, buy=buy, pk=int(wanted))
    try:
        with transaction.atomic():
            standing(request.access)
            ask_to_wait(
                buy=buy,
                line=line,
                household=request.household,
                quantity=whole_number(request.POST.get(f"w-{line.pk}", "") or "1"),
                by=request.access,
            )
            acted_for(access=request.access, what=WAITS, cause=f"waiting:{line.pk}")
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You are on the waiting list for %(item)s.") % {"item": line})
    return redirect("supplies:order", number=number)


@resident_page("A household says that its own goods are inside.")
@require_POST
def home_taken(request: ResidentRequest, number: int) -> HttpResponse:
    if request.proxy is not None:
        raise Http404  # who is elsewhere does not know
    buy = find_round(request, number)
    stop = get_object_or_404(Stop, order__buy=buy, household=request.household)
    try:
        with transaction.atomic():
            standing(request.access)
            take_in(stop=stop, by=request.access)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you. Nobody needs to ring you about it."))
    return redirect("supplies:order", number=number)
