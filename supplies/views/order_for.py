"""An order by phone or at the door: staff find the household and fill in the same cart."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.models import Member
from compounds.roles import Permission
from households.models import Household
from households.queries import files_of
from households.search import find
from lockdown.kernel.errors import Refused
from supplies.actions.orders import place_order
from supplies.forms import read_cart
from supplies.home_page import round_page
from supplies.models import GroupBuy
from supplies.parts import rounds_of
from supplies.views.home_order import CLOSED


@member_page(Permission.BUY_ORDER_FOR)
def order_for(request: MemberRequest, buy: int) -> HttpResponse:
    """First the door, then the cart; the household is told of it on its own channel."""
    found = find_open(request.member, buy)
    asked = request.POST.get("household") or request.GET.get("household", "")
    if not asked:
        return _search(request, found)
    files = files_of(request.member)
    household = get_object_or_404(files, pk=int(asked) if asked.isdecimal() else 0)
    if request.method == "POST":
        return _place(request, found, household)
    return _cart(request, found, household, uuid.uuid4().hex)


def find_open(member: Member, buy: int) -> GroupBuy:
    """A round that has opened; any other is not there."""
    return get_object_or_404(rounds_of(member).exclude(state__in=CLOSED), pk=buy)


def _search(request: MemberRequest, buy: GroupBuy) -> HttpResponse:
    text = request.GET.get("door", "").strip()
    hits = find(text, member=request.member) if text else []
    certain = [hit for hit in hits if hit.is_certain and hit.household_id]
    if len(certain) == 1:
        return redirect(f"{request.path}?household={certain[0].household_id}")
    context = {"buy": buy, "hits": hits, "asked": text, "is_open": buy.takes_orders(timezone.now())}
    return render(request, "supplies/home/order_for.html", context)


def _place(request: MemberRequest, buy: GroupBuy, household: Household) -> HttpResponse:
    try:
        placed = place_order(
            buy=buy,
            household=household,
            wanted=read_cart(request.POST),
            key=request.POST.get("key", ""),
            for_whom=request.POST.get("for_whom", ""),
            note=request.POST.get("note", ""),
            by=request.member,
        )
    except Refused as refusal:
        reused = refusal.code in ("key", "key_reused")
        key = uuid.uuid4().hex if reused else request.POST.get("key", "")
        return _cart(request, buy, household, key, str(refusal))
    said = {"door": household.home.label, "number": placed.number}
    messages.success(request, _("%(door)s is number %(number)s. The household is told.") % said)
    return redirect("supplies:order-for", request.compound.slug, buy.pk)


def _cart(
    request: MemberRequest, buy: GroupBuy, household: Household, key: str, error: str = ""
) -> HttpResponse:
    shown = round_page(buy, household, typed=request.POST, now=timezone.now())
    order = shown.order
    context = {
        "buy": buy,
        "household": household,
        "home": household.home,
        "covers": buy.covers(household.home),
        "shown": shown,
        "key": key,
        "error": error,
        "for_whom": request.POST.get("for_whom", order.for_whom if order else ""),
        "note": request.POST.get("note", order.note if order else ""),
        "above": reverse("supplies:order-for", args=[request.compound.slug, buy.pk]),
    }
    status = 422 if error else 200
    return render(request, "supplies/home/order_for_cart.html", context, status=status)
