"""Money of the rounds: who owes what, payments, and the sums that must close."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from compounds.access import MemberRequest, member_page
from compounds.limits import encloses
from compounds.roles import Permission
from households.access import ResidentRequest, resident_page
from households.bar import bar
from households.models import Household
from lockdown.kernel.forms import attempt
from supplies.accounts import (
    BILLED,
    GIVEN_UP,
    account_of,
    figures_of,
    forming,
    money_of,
    reconcile,
)
from supplies.actions.settling import adjust, record_payment
from supplies.actions.settling import settle as close_books
from supplies.figures import sums_of
from supplies.food import DAYS, households_without_food
from supplies.models import BuyState, GroupBuy, Payment, PaymentMethod, Settlement
from supplies.money_text import YuanField, as_typed
from supplies.parts import round_of, rounds_of, whole_round_of
from supplies.queries import Account, accounts, balance, ledger_of
from supplies.workbooks import Book, Yuan

A_PAGE = 30
MOST_HOMES = 40


class PaymentForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    amount_fen = YuanField(
        label=gettext_lazy("Amount, yuan"),
        help_text=gettext_lazy("Below zero when money goes back, for example -12.50."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("How"), choices=PaymentMethod.choices, widget=forms.RadioSelect
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("The number on the slip; the same slip is taken once."),
    )


class CorrectionForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    amount_fen = YuanField(
        label=gettext_lazy("Correction, yuan"),
        help_text=gettext_lazy("Above zero the household owes more, below zero less."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class SettleForm(forms.Form):
    invoice_fen = YuanField(label=gettext_lazy("The supplier's bill, yuan"))
    reason = forms.CharField(
        label=gettext_lazy("Why the sums differ, or what stays open"),
        required=False,
        max_length=200,
    )


@member_page(Permission.MONEY_RECORD)
def money(request: MemberRequest) -> HttpResponse:
    """Each round that charged something, newest first."""
    found = rounds_of(request.member).filter(
        state__in=[*BILLED, *GIVEN_UP], locked_at__isnull=False
    )
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    formed, ended = forming()
    context = {
        "page": shown,
        "rows": money_of(shown.object_list),
        "formed": formed,
        "ended": ended,
    }
    return render(request, "supplies/doors/money.html", context)


@member_page(Permission.MONEY_RECORD)
def round_accounts(request: MemberRequest, buy: int) -> HttpResponse:
    """The reconciliation of a round, and every household's line; of a part only its lines: sums
    that leave others out would not close."""
    found = round_of(request.member, buy)
    is_whole = encloses(request.member, found)
    rows = accounts(found, member=request.member)
    sums = sums_of(found) if is_whole else None
    owing = sorted(rows, key=lambda row: (-(row.owes != 0), row.number))
    context = {
        "buy": found,
        "sums": sums,
        "checks": reconcile(found, rows, sums) if sums else [],
        "page": Paginator(owing, 100).get_page(request.GET.get("page")),
        "settlement": Settlement.objects.filter(buy=found).select_related("by").first()
        if is_whole
        else None,
        "may_settle": is_whole and found.state == BuyState.DELIVERED,
        "is_whole": is_whole,
    }
    return render(request, "supplies/doors/accounts.html", context)


@member_page(Permission.MONEY_RECORD)
def money_file(request: MemberRequest, buy: int) -> HttpResponse:
    """For the books: every household, every payment."""
    found = round_of(request.member, buy)
    foot = _("Printed by %(who)s") % {"who": request.member.name}
    number = pgettext("in the round", "Number")
    heads = [_("Door"), number, _("Goods"), _("Fee"), _("Paid back"), _("Corrected"),
             _("Paid"), _("Owes")]  # fmt: skip
    rows = _account_rows(accounts(found, member=request.member))
    book = Book().add(_("Accounts"), heads, rows, foot)
    paid = Payment.objects.filter(request.member.within("household__home__"), buy=found)
    rows = (
        (one.household.home.label, f"{one.at:%Y-%m-%d}", Yuan(one.amount_fen),
         one.get_method_display(), one.reference, one.by.name)
        for one in paid.select_related("household__home", "by").order_by("at", "id")
    )  # fmt: skip
    columns = [_("Door"), _("Day"), _("Amount"), _("How"), _("Reference"), _("By")]
    book.add(_("Payments"), columns, rows, foot)
    return book.answer(_("%(number)s accounts") % {"number": f"{found.number}-{found.title}"})


def _account_rows(rows: list[Account]) -> Any:
    for row in rows:
        sums = (row.charged, row.fee, row.refunded, row.adjusted, row.paid, row.owes)
        yield row.door, row.number, *map(Yuan, sums)


def _household(request: MemberRequest, household: int) -> Household:
    rows = Household.objects.select_related("home__unit__building")
    return get_object_or_404(rows.filter(request.member.within("home__")), pk=household)


@member_page(Permission.MONEY_RECORD)
def payment(request: MemberRequest, buy: int, household: int) -> HttpResponse:
    """Money of one household for one round; the same form sent twice is one payment."""
    found, who = round_of(request.member, buy), _household(request, household)
    row = account_of(found, who)
    owed = as_typed(row.owes) if row and row.owes else ""
    form = PaymentForm(request.POST or None, initial={"key": uuid.uuid4().hex, "amount_fen": owed})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        paid = attempt(
            form, record_payment, buy=found, household=who, amount_fen=data["amount_fen"],
            method=PaymentMethod(data["method"]), reference=data["reference"],
            request_key=data["key"], by=request.member,
        )  # fmt: skip
        if paid is not None:
            messages.success(request, _("%(door)s: recorded.") % {"door": who.home.label})
            return redirect("supplies:accounts", request.compound.slug, found.pk)
    return _payment_page(request, found, who, row, form=form)


@member_page(Permission.MONEY_RECORD)
def correction(request: MemberRequest, buy: int, household: int) -> HttpResponse:
    """A correction with its reason, from the same page."""
    found, who = round_of(request.member, buy), _household(request, household)
    form = CorrectionForm(request.POST or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        entry = attempt(
            form, adjust, buy=found, household=who, amount_fen=data["amount_fen"],
            reason=data["reason"], request_key=data["key"], by=request.member,
        )  # fmt: skip
        if entry is not None:
            messages.success(request, _("%(door)s: corrected.") % {"door": who.home.label})
            return redirect("supplies:accounts", request.compound.slug, found.pk)
    return _payment_page(request, found, who, account_of(found, who), correction=form)


def _payment_page(
    request: MemberRequest, buy: GroupBuy, who: Household, row: Any, **forms_: Any
) -> HttpResponse:
    failed = any(form.errors for form in forms_.values())
    key = {"key": uuid.uuid4().hex}
    context = {
        "buy": buy,
        "household": who,
        "row": row,
        "form": forms_.get("form") or PaymentForm(initial=key),
        "correction": forms_.get("correction") or CorrectionForm(initial=key, prefix=None),
        "show_correction": "correction" in forms_,
        "lines": ledger_of(who).filter(buy=buy),
    }
    return render(request, "supplies/doors/payment.html", context, status=422 if failed else 200)


@member_page(Permission.MONEY_RECORD)
def settle(request: MemberRequest, buy: int) -> HttpResponse:
    """Close the books of a delivered round; the difference is named and has its reason."""
    found = whole_round_of(request.member, buy)
    sums = sums_of(found)
    form = SettleForm(request.POST or None, initial={"invoice_fen": as_typed(sums.goods_fen)})
    closed = None
    if request.method == "POST" and form.is_valid():
        closed = attempt(form, close_books, buy=found, by=request.member, **form.cleaned_data)
    if closed is not None:
        messages.success(request, _("Settled."))
        return redirect("supplies:closing", request.compound.slug, found.pk)
    rows = accounts(found)
    context = {
        "buy": found,
        "form": form,
        "sums": sums,
        "checks": reconcile(found, rows, sums),
        "owing": [row for row in rows if row.owes > 0][:MOST_HOMES],
        "owed": [row for row in rows if row.owes < 0][:MOST_HOMES],
        "is_ready": found.state == BuyState.DELIVERED,
    }
    status = 422 if form.errors else 200
    return render(request, "supplies/doors/settle.html", context, status=status)


@member_page(Permission.BUY_ORGANISE)
def closing(request: MemberRequest, buy: int) -> HttpResponse:
    """The figures with which a round closes, and who has had no order for days."""
    found = whole_round_of(request.member, buy)
    hungry = list(households_without_food().filter(request.member.within("home__")))
    formed, ended = forming()
    settlement = Settlement.objects.filter(buy=found).first()
    context = {
        "buy": found,
        "figures": figures_of(found, settlement),
        "settlement": settlement,
        "formed": formed,
        "ended": ended,
        "hungry": hungry[:MOST_HOMES],
        "hungry_count": len(hungry),
        "days": DAYS,
    }
    return render(request, "supplies/doors/closing.html", context)


@member_page(Permission.MONEY_RECORD)
def household_account(request: MemberRequest, household: int) -> HttpResponse:
    """One household over all rounds."""
    who = _household(request, household)
    shown = Paginator(ledger_of(who), 60).get_page(request.GET.get("page"))
    context = {"household": who, "page": shown, "balance": balance(who)}
    return render(request, "supplies/doors/household_account.html", context)


@resident_page("A household reads its own account; no other household's is reachable.")
def home_account(request: ResidentRequest) -> HttpResponse:
    shown = Paginator(ledger_of(request.household), 60).get_page(request.GET.get("page"))
    context = bar(request, back=reverse("reports:home")) | {
        "page": shown,
        "balance": balance(request.household),
    }
    return render(request, "supplies/doors/home_account.html", context)
