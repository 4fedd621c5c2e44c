"""Something was wrong: the resident says it, whoever keeps the money decides it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.access import MemberRequest, member_page
from compounds.pictures import serve
from compounds.roles import Permission
from households.access import ResidentRequest, resident_page
from households.bar import bar
from lockdown.kernel.forms import attempt
from lockdown.kernel.wording import fen
from supplies.accounts import Got, claim_lines, claim_until, goods_of, told_of_first
from supplies.actions.claims import claim as make_claim
from supplies.actions.claims import decide, worth
from supplies.models import BuyState, Claim, ClaimKind, Decision, GroupBuy, Stop
from supplies.money_text import YuanField, as_typed
from supplies.queries import claims

A_PAGE = 50
CLAIMABLE = (BuyState.DELIVERING, BuyState.DELIVERED)
SHARES = ((100, "100 %"), (75, "75 %"), (50, "50 %"), (25, "25 %"), (10, "10 %"))


class ClaimForm(forms.Form):
    item = forms.ChoiceField(label=gettext_lazy("Which item"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=gettext_lazy("What is wrong"), choices=ClaimKind.choices, widget=forms.RadioSelect
    )
    quantity = forms.IntegerField(label=gettext_lazy("How many pieces"), min_value=1, initial=1)
    share = forms.TypedChoiceField(
        label=gettext_lazy("If spoiled: how much of each piece"),
        choices=SHARES,
        coerce=int,
        initial=100,
    )
    picture = forms.FileField(
        label=gettext_lazy("Photo"),
        required=False,
        help_text=gettext_lazy("A photo makes the answer quicker."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, goods: list[Got], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goods = {str(got.allocation.pk): got for got in goods}
        self.fields["item"].choices = [  # type: ignore[attr-defined]
            (key, f"{got.allocation.line.name} · {got.allocation.allocated} "
                  f"{got.allocation.line.unit}")
            for key, got in self.goods.items()
        ]  # fmt: skip
        if len(self.goods) == 1:
            self.fields["item"].initial = next(iter(self.goods))

    def said(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "allocation": self.goods[data["item"]].allocation,
            "kind": ClaimKind(data["kind"]),
            "quantity": data["quantity"],
            "share": data["share"],
            "note": data["note"],
            "upload": data["picture"],
        }


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=Decision.choices, widget=forms.RadioSelect
    )
    refund_fen = YuanField(label=gettext_lazy("Amount to pay back, yuan"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason, for the household"), required=False, max_length=200
    )


@resident_page("What came to this household in its rounds, and its own claims.")
def home_claims(request: ResidentRequest) -> HttpResponse:
    rows = Stop.objects.filter(household=request.household, at__isnull=False)
    rows = rows.select_related("run__buy").order_by("-at")[:20]
    made = Claim.objects.filter(household=request.household).select_related("allocation__line")
    context = bar(request) | {
        "stops": rows,
        "claims": claim_lines(made.order_by("-made_at")[:30]),
    }
    return render(request, "supplies/doors/home_claims.html", context)


@resident_page("A household claims what was missing, spoiled or wrong in its own bags.")
def home_claim(request: ResidentRequest, number: int) -> HttpResponse:
    """Number of the round. Sent twice is one claim."""
    buy = get_object_or_404(GroupBuy.objects.filter(orders__household=request.household),
                            number=number)  # fmt: skip
    goods = goods_of(buy, request.household)
    form = ClaimForm(request.POST or None, request.FILES or None, goods=goods)
    made = None
    if request.method == "POST" and form.is_valid():
        made = attempt(form, make_claim, by=request.access, **form.said())
    if made is not None:
        messages.success(request, _("Received. You see the decision here."))
        return redirect("supplies:home-claim", number)
    until = claim_until(buy, request.household)
    context = bar(request, back=reverse("supplies:home-claims")) | {
        "buy": buy,
        "goods": goods,
        "form": form,
        "until": until,
        "may_claim": buy.state in CLAIMABLE and until is not None and until > timezone.now(),
    }
    status = 422 if form.errors else 200
    return render(request, "supplies/doors/home_claim.html", context, status=status)


def _claim_of(request: MemberRequest, claim: int) -> Claim:
    rows = claims().select_related(
        "allocation__line", "allocation__order__home__unit__building", "allocation__buy",
        "picture", "decided_by",
    )  # fmt: skip
    found = rows.filter(request.member.within("allocation__order__home__"))
    return get_object_or_404(found, pk=claim)


@member_page(Permission.BUY_ORGANISE)
def claim_list(request: MemberRequest) -> HttpResponse:
    """What is to be decided, the oldest first; then what was decided."""
    found = claims().select_related("allocation__buy")
    found = found.filter(request.member.within("allocation__order__home__"))
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "lines": claim_lines(shown.object_list),
        "open": found.filter(decided_at=None).count(),
    }
    return render(request, "supplies/doors/claim_list.html", context)


@member_page(Permission.BUY_ORGANISE)
def claim(request: MemberRequest, claim: int) -> HttpResponse:
    """One claim with its photo and what the household got; decided by those who keep the money."""
    found = _claim_of(request, claim)
    may = request.member.may(Permission.MONEY_RECORD)
    if request.method == "POST" and not may:
        raise Http404
    form = DecideForm(request.POST or None, initial={"refund_fen": as_typed(worth(found))})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        decided = attempt(
            form, decide, claim=found, decision=Decision(data["decision"]),
            refund_fen=data["refund_fen"], reason=data["reason"], by=request.member,
        )  # fmt: skip
        if decided is not None:
            messages.success(request, _("Decided. The household is told."))
            return redirect("supplies:claim-list", request.compound.slug)
    status = 422 if form.errors else 200
    context = _claim_context(found) | {"form": form if may else None}
    return render(request, "supplies/doors/claim.html", context, status=status)


def _claim_context(found: Claim) -> dict[str, Any]:
    got = found.allocation
    unit = got.line.unit
    return {
        "claim": found,
        "line": claim_lines([found])[0],
        "told": told_of_first(found),
        "facts": [
            {"label": _("Ordered"), "value": got.ordered, "unit": unit},
            {"label": _("Allocated"), "value": got.allocated, "unit": unit},
            {"label": _("Claimed"), "value": found.quantity, "unit": unit},
            {"label": _("Price"), "value": fen(got.price_fen)},
            {"label": _("Refund, as computed"), "value": fen(worth(found))},
        ],
        "is_open": found.decided_at is None and got.buy.state in CLAIMABLE,
    }


@member_page(Permission.BUY_ORGANISE)
def claim_photo(request: MemberRequest, claim: int) -> HttpResponse:
    found = _claim_of(request, claim)
    if found.picture is None:
        raise Http404
    return serve(request, found.picture)
