"""Taking one order out after the cut-off: a household has cancelled, and is told what follows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.forms import attempt
from supplies.actions.purchasing import cancel_order
from supplies.buys.orders import goods
from supplies.ledger import total
from supplies.machine import refusal
from supplies.models import BuyState, EntryKind, GroupBuy, Order, OrderLine
from supplies.parts import whole_round_of

STATES = (BuyState.LOCKED, BuyState.ORDERED)


class TakeOutForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy(
            "The household reads it; with a new version of the purchase order the supplier, too."
        ),
    )


@member_page(Permission.BUY_ORGANISE)
def take_out(request: MemberRequest, buy: int, household: int) -> HttpResponse:
    """First what it does, then the deed. Sent twice it is done once."""
    found = whole_round_of(request.member, buy)
    orders = Order.objects.select_related("home", "household").filter(buy=found)
    order = get_object_or_404(orders, household=household)
    if found.state not in STATES:
        messages.error(request, str(refusal(found)))
        return redirect("supplies:round", request.compound.slug, found.pk)
    form = TakeOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, cancel_order, order=order, reason=reason, by=request.member):
            return _done(request, found, order)
    context = _what_it_does(found, order) | {"buy": found, "order": order, "form": form}
    status = 422 if form.errors else 200
    return render(request, "supplies/buys/take_out.html", context, status=status)


def _done(request: MemberRequest, buy: GroupBuy, order: Order) -> HttpResponse:
    said = {"door": order.home.label}
    if buy.state == BuyState.LOCKED:
        messages.success(request, _("%(door)s is taken out and told.") % said)
        return redirect("supplies:round", request.compound.slug, buy.pk)
    messages.success(
        request,
        _("%(door)s is taken out and told. Send the new version to the supplier.") % said,
    )
    return redirect("supplies:purchase-order", request.compound.slug, buy.pk)


def _what_it_does(buy: GroupBuy, order: Order) -> dict[str, Any]:
    """Three queries: what is bought for this door, what it was charged, the newest version."""
    lines = list(OrderLine.objects.filter(order=order, locked__gt=0).select_related("line"))
    version = buy.purchase_orders.order_by("-version").values_list("number", "version").first()
    return {
        "goods": goods(lines),
        "is_out": not lines,
        "back_fen": sum((one.locked or 0) * one.line.price_fen for one in lines),
        "fee_fen": total(buy, EntryKind.FEE, household=order.household_id),
        "number": version[0] if version else 0,
        "next_version": version[1] + 1 if version else 0,
    }
