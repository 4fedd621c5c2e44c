"""The steps of a draft, and the deeds that move a round before and after its orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from supplies.actions.locking import close, what_is_locked
from supplies.actions.rounds import (
    cancel,
    change_draft,
    extend,
    keep_as_template,
    set_items,
    submit,
    supplier_failed,
    take_back,
)
from supplies.buys.closing import what_closing_does
from supplies.buys.forms import (
    EndForm,
    ExtendForm,
    RulesForm,
    WhatForm,
    WhenForm,
    items_formset,
    rules_initial,
    what_initial,
    when_initial,
)
from supplies.buys.rules import example, fee_rules, shortage_rules
from supplies.models import BuyState, GroupBuy, OfferLine, Order
from supplies.parts import whole_round_of

STEPS = ("what", "goods", "when", "rules")
MORE_ROWS = 6


@member_page(Permission.BUY_ORGANISE)
def round_edit(request: MemberRequest, buy: int) -> HttpResponse:
    """One step of a draft; saved, it leads to the next one, the last one to the check list."""
    found = whole_round_of(request.member, buy)
    if found.state != BuyState.DRAFT:
        return redirect("supplies:round", request.compound.slug, buy)
    asked = request.POST.get("step") or request.GET.get("step") or "what"
    step = asked if asked in STEPS else "what"
    form = FORMS[step](request, found)
    more = request.POST.get("deed") == "more"
    sent = request.method == "POST" and not more and form.is_valid()
    if sent and _saved(request, found, step, form):
        return redirect(_after(request, found, step))
    context = {
        "buy": found,
        "step": step,
        "form": form,
        "steps": _steps(found, request, step),
        "rules": shortage_rules(),
        "fees": fee_rules(),
        "example": example(),
    }
    status = 422 if request.method == "POST" and not more else 200
    return render(request, f"supplies/buys/edit_{step}.html", context, status=status)


def _after(request: MemberRequest, buy: GroupBuy, step: str) -> str:
    """The step after this one, or the check list; whoever came to change one thing goes back."""
    slug, place = request.compound.slug, STEPS.index(step)
    if request.POST.get("deed") == "back" or place == len(STEPS) - 1:
        return reverse("supplies:round", args=[slug, buy.pk])
    edit = reverse("supplies:round-edit", args=[slug, buy.pk])
    return f"{edit}?step={STEPS[place + 1]}"


def _steps(buy: GroupBuy, request: MemberRequest, step: str) -> list[dict[str, Any]]:
    """Each step as a link, so that one thing can be changed without the others."""
    labels = (_("Title and supplier"), _("Goods"), _("When and for whom"), _("Rules"))
    edit = reverse("supplies:round-edit", args=[request.compound.slug, buy.pk])
    return [
        {"label": f"{n}. {label}", "url": f"{edit}?step={one}", "active": one == step}
        for n, (one, label) in enumerate(zip(STEPS, labels, strict=True), start=1)
    ]


def _what_form(request: HttpRequest, buy: GroupBuy) -> Any:
    return WhatForm(request.POST or None, initial=what_initial(buy))


def _goods_form(request: HttpRequest, buy: GroupBuy) -> Any:
    lines = list(OfferLine.objects.filter(buy=buy))
    if request.method != "POST":
        return items_formset(lines=lines)
    data = request.POST.copy()
    if data.get("deed") == "more":
        rows = data.get("i-TOTAL_FORMS", "0")
        data["i-TOTAL_FORMS"] = str(min(int(rows), 60) + MORE_ROWS if rows.isdecimal() else 9)
    return items_formset(data, lines=lines)


def _when_form(request: MemberRequest, buy: GroupBuy) -> Any:
    data = request.POST or None
    return WhenForm(data, initial=when_initial(buy), member=request.member)


def _rules_form(request: HttpRequest, buy: GroupBuy) -> Any:
    return RulesForm(request.POST or None, initial=rules_initial(buy))


FORMS: dict[str, Callable[..., Any]] = {
    "what": _what_form,
    "goods": _goods_form,
    "when": _when_form,
    "rules": _rules_form,
}


def _saved(request: MemberRequest, buy: GroupBuy, step: str, form: Any) -> bool:
    if step != "goods":
        done = attempt(form, change_draft, buy=buy, by=request.member, **form.cleaned_data)
        return done is not None
    try:
        set_items(buy=buy, items=form.items(), by=request.member)
    except Refused as refusal:
        # A formset has no field to hang a refusal on.
        form.refusal = str(refusal)
        return False
    return True


@member_page(Permission.BUY_ORGANISE)
@require_POST
def round_deed(request: MemberRequest, buy: int) -> HttpResponse:
    """Send to the committee, take back, keep as a starting point."""
    found = whole_round_of(request.member, buy)
    deed = request.POST.get("deed", "")
    try:
        if deed == "submit":
            submit(buy=found, by=request.member)
            messages.success(request, _("The committee has it now. You will see the answer here."))
        elif deed == "take-back":
            take_back(buy=found, by=request.member)
            messages.success(request, _("It is a draft again."))
        elif deed == "template":
            keep_as_template(buy=found, name=request.POST.get("name", ""), by=request.member)
            messages.success(request, _("Kept. The next round can start from it."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("supplies:round", request.compound.slug, found.pk)


@member_page(Permission.BUY_ORGANISE)
def round_close(request: MemberRequest, buy: int) -> HttpResponse:
    """Cut off now: first what will happen, then the deed."""
    found = whole_round_of(request.member, buy)
    if found.state != BuyState.OPEN:
        return redirect("supplies:round", request.compound.slug, buy)
    if request.method == "POST":
        done = close(buy=found, by=request.member)
        messages.success(request, CLOSED[BuyState(done.state)]())
        return redirect("supplies:round", request.compound.slug, buy)
    lines = list(OfferLine.objects.filter(buy=found))
    locked = what_is_locked(found, lines)
    context = {"buy": found, "will": what_closing_does(found, lines, locked)}
    return render(request, "supplies/buys/close.html", context)


CLOSED: dict[BuyState, Callable[[], str]] = {
    BuyState.LOCKED: lambda: _("Closed. Next comes the purchase order."),
    BuyState.NOT_FORMED: lambda: _("It did not form. Everybody who ordered is told."),
    BuyState.OPEN: lambda: _("It was short and stays open until the new time. Orders are kept."),
}


@member_page(Permission.BUY_ORGANISE)
def round_extend(request: MemberRequest, buy: int) -> HttpResponse:
    found = whole_round_of(request.member, buy)
    form = ExtendForm(request.POST or None, initial={"closes_at": found.closes_at})
    if request.method == "POST" and form.is_valid():
        done = attempt(form, extend, buy=found, by=request.member, **form.cleaned_data)
        if done is not None:
            messages.success(request, _("Open for longer. Everybody who ordered is told."))
            return redirect("supplies:round", request.compound.slug, buy)
    status = 422 if request.method == "POST" else 200
    context = {"buy": found, "form": form}
    return render(request, "supplies/buys/extend.html", context, status=status)


@member_page(Permission.BUY_ORGANISE)
def round_cancel(request: MemberRequest, buy: int) -> HttpResponse:
    """Give it up, or note that the supplier does not deliver; what was charged is paid back."""
    found = whole_round_of(request.member, buy)
    may_fail = found.may_become(BuyState.SUPPLIER_FAILED)
    form = EndForm(request.POST or None, initial={"how": "cancel"})
    if not may_fail:
        del form.fields["how"]
    if request.method == "POST" and form.is_valid():
        failed = form.cleaned_data.get("how") == "failed"
        action = supplier_failed if failed else cancel
        reason = form.cleaned_data["reason"]
        if attempt(form, action, buy=found, reason=reason, by=request.member) is not None:
            messages.success(request, _("Ended. Everybody who ordered is told why."))
            return redirect("supplies:round", request.compound.slug, buy)
    homes = Order.objects.filter(buy=found, withdrawn_at=None, number__isnull=False).count()
    context = {"buy": found, "form": form, "homes": homes, "is_charged": bool(found.locked_at)}
    status = 422 if request.method == "POST" else 200
    return render(request, "supplies/buys/cancel.html", context, status=status)
