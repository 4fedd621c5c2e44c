"""Relief goods and protective equipment: what is there, who gets it, what is short."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.limits import colleagues
from compounds.models import Member
from compounds.roles import Permission
from households.models import CareKind
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from supplies.actions import stock as deeds
from supplies.models import HandOut, HandOutDoor, StockItem, StockKind
from supplies.packing import heads
from supplies.parts import hand_outs_of, moves_of
from supplies.queries import stock as stock_items
from supplies.stocking import doors_of, household_at, households_with

A_PAGE = 60
NUMBER: dict[str, Any] = {"min_value": 0, "max_value": deeds.MOST}


class Keyed(forms.Form):
    """A request that is sent twice counts once. `by` gives, receives or counts."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4().hex


class ItemForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Item"), max_length=60)
    unit = forms.CharField(label=pgettext_lazy("goods", "Unit"), max_length=12)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=StockKind.choices)
    minimum = forms.IntegerField(label=gettext_lazy("At least"), initial=0, **NUMBER)


class ReceiveForm(Keyed):
    quantity = forms.IntegerField(label=gettext_lazy("How many came"), **NUMBER)
    source = forms.CharField(label=gettext_lazy("Came from"), required=False, max_length=80)

    def run(self, item: StockItem, by: Member) -> object:
        data = self.cleaned_data
        return attempt(self, deeds.receive, item=item, quantity=data["quantity"],
                       source=data["source"], request_key=data["key"], by=by)  # fmt: skip


class IssueForm(Keyed):
    quantity = forms.IntegerField(label=gettext_lazy("How many are given"), **NUMBER)
    door = forms.CharField(
        label=gettext_lazy("To the household at door"), required=False, max_length=32
    )
    member = forms.ChoiceField(label=gettext_lazy("Or to"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=120)

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.members = {str(one.pk): one for one in colleagues(by)}
        people = [(key, f"{one.name} · {one.get_role_display()}")
                  for key, one in self.members.items()]  # fmt: skip
        self.fields["member"].choices = [("", "—"), *people]  # type: ignore[attr-defined]

    def run(self, item: StockItem, by: Member) -> object:
        return attempt(self, self._issue, item=item, by=by)

    def _issue(self, *, item: StockItem, by: Member) -> object:
        data = self.cleaned_data
        household = household_at(data["door"], by) if data["door"] else None
        return deeds.issue(
            item=item, quantity=data["quantity"], household=household,
            member=self.members.get(data["member"]), note=data["note"],
            request_key=data["key"], by=by,
        )  # fmt: skip


class CountForm(Keyed):
    found = forms.IntegerField(label=gettext_lazy("How many were found"), **NUMBER)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=120)

    def run(self, item: StockItem, by: Member) -> object:
        data = self.cleaned_data
        return attempt(self, deeds.count, item=item, found=data["found"], note=data["note"],
                       request_key=data["key"], by=by)  # fmt: skip


class HandOutForm(forms.Form):
    title = forms.CharField(label=pgettext_lazy("hand-out", "Title"), max_length=60)
    each = forms.IntegerField(
        label=gettext_lazy("For each household"), min_value=1, max_value=9999, initial=1
    )
    marks = forms.MultipleChoiceField(
        label=gettext_lazy("Households with these care marks"),
        choices=CareKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: every household."),
    )


FORMS: dict[str, Callable[..., Any]] = {
    "receive": ReceiveForm,
    "issue": IssueForm,
    "count": CountForm,
}


@member_page(Permission.BUY_SEE)
def stock(request: MemberRequest) -> HttpResponse:
    """What is there; under the minimum stands first."""
    may = request.member.may(Permission.STOCK_KEEP)
    form = ItemForm(request.POST or None)
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid():
            data = form.cleaned_data | {"kind": StockKind(form.cleaned_data["kind"])}
            item = attempt(
                form, deeds.add_item, compound=request.compound, by=request.member, **data
            )
            if item is not None:
                return redirect("supplies:stock-item", request.compound.slug, item.pk)
    items = sorted(stock_items(), key=lambda item: not item.is_short)
    context = {
        "items": items,
        "short": sum(item.is_short for item in items),
        "hand_outs": hand_outs_of(request.member)[:20],
        "form": form if may else None,
    }
    return render(request, "supplies/doors/stock.html", context, status=422 if form.errors else 200)


@member_page(Permission.BUY_SEE)
def stock_item(request: MemberRequest, item: int) -> HttpResponse:
    """One item: receive, give out, count; and everything that ever moved."""
    found = get_object_or_404(StockItem, pk=item)
    may, deed, status = request.member.may(Permission.STOCK_KEEP), request.POST.get("deed"), 200
    shown: dict[str, Any] = {}
    if request.method == "POST":
        if not may or deed not in FORMS:
            raise Http404
        form = FORMS[deed](request.POST, auto_id=f"id_{deed}_%s", by=request.member)
        if form.is_valid() and form.run(found, request.member) is not None:
            messages.success(request, _("Recorded."))
            return redirect("supplies:stock-item", request.compound.slug, found.pk)
        shown, status = {deed: form}, 422
    context = {
        "item": found,
        "page": Paginator(moves_of(found, request.member), A_PAGE).get_page(
            request.GET.get("page")
        ),
        "forms": {
            name: shown.get(name) or form(auto_id=f"id_{name}_%s", by=request.member)
            for name, form in FORMS.items()
        }
        if may
        else None,
    }
    return render(request, "supplies/doors/stock_item.html", context, status=status)


@member_page(Permission.STOCK_KEEP)
def hand_out_new(request: MemberRequest, item: int) -> HttpResponse:
    """A door list by care mark; the goods leave the store at each door."""
    found = get_object_or_404(StockItem, pk=item)
    form = HandOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form, deeds.plan_hand_out, item=found, title=data["title"], each=data["each"],
            households=households_with(data["marks"], request.member), by=request.member,
        )  # fmt: skip
        if made is not None:
            return redirect("supplies:hand-out", request.compound.slug, made.pk)
    context = {"item": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "supplies/doors/hand_out_new.html", context, status=status)


def _hand_out(request: MemberRequest, hand_out: int) -> dict[str, Any]:
    found = get_object_or_404(hand_outs_of(request.member), pk=hand_out)
    doors = list(doors_of(found, request.member))
    waiting = [door for door in doors if not door.given_at]
    return {
        "hand_out": found,
        "doors": doors,
        "waiting": waiting,
        "names": heads(door.household_id for door in doors),
        "missing": max(0, len(waiting) * found.each - found.item.on_hand),
    }


@member_page(Permission.BUY_SEE)
def hand_out(request: MemberRequest, hand_out: int) -> HttpResponse:
    context = _hand_out(request, hand_out) | {"may_do": request.member.may(Permission.WORK_DO)}
    return render(request, "supplies/doors/hand_out.html", context)


@member_page(Permission.BUY_SEE)
def hand_out_print(request: MemberRequest, hand_out: int) -> HttpResponse:
    """The door list with tick boxes."""
    context = _hand_out(request, hand_out)
    found: HandOut = context["hand_out"]
    context |= {
        "sheet_title": found.title,
        "sheet_sub": f"{found.item.name} · {found.each} {found.item.unit}",
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "back_url": reverse("supplies:hand-out", args=[request.compound.slug, found.pk]),
    }
    return render(request, "supplies/doors/hand_out_print.html", context)


@member_page(Permission.WORK_DO)
@require_POST
def hand_out_door(request: MemberRequest, door: int) -> HttpResponse:
    """Given at this door."""
    rows = HandOutDoor.objects.select_related("home").filter(request.member.within("home__"))
    found = get_object_or_404(rows, pk=door)
    try:
        deeds.hand_to_door(door=found, by=request.member)
        messages.success(request, _("%(door)s has it.") % {"door": found.home.number})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("supplies:hand-out", request.compound.slug, found.hand_out_id)
