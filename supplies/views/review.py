"""The committee: rounds that wait for it, of all compounds it reviews; approve or reject."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.access import MemberRequest, PersonRequest, granted, member_page, person_page
from compounds.limits import touching
from compounds.models import Member
from compounds.pictures import serve
from compounds.roles import Permission
from lockdown.kernel.forms import attempt
from lockdown.kernel.tenancy import scope
from supplies.actions.rounds import approve, reject
from supplies.buys.checks import rules_in_words
from supplies.buys.course import is_late, steps_of
from supplies.buys.pages import goods_rows, terms_of
from supplies.buys.prices import last_prices
from supplies.buys.result import sums_of
from supplies.buys.track import track_of
from supplies.models import BuyState, GroupBuy, OfferLine, SupplierFile
from supplies.parts import round_of
from supplies.queries import rounds

DECIDED = 20  # of the rounds decided lately
NONE = Q(pk__in=())
SENT = (BuyState.DRAFT, BuyState.CANCELLED)  # states that say nothing of a review


class DecisionForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Word to the organiser"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed to reject"),
    )


@person_page("A committee sees the rounds of the compounds that were granted to it.")
def review_list(request: PersonRequest) -> HttpResponse:
    compounds = granted(request.user, Permission.BUY_REVIEW)
    if not compounds:
        raise Http404
    now = timezone.now()
    with scope(compounds):
        members = Member.objects.filter(user=request.user, left_at=None).select_related("unit")
        seen = rounds().filter(_seen_by(list(members)))
        waiting = seen.filter(state=BuyState.IN_REVIEW)
        decided = seen.filter(reviewed_at__isnull=False).exclude(state__in=SENT)
        context = {
            "waiting": [
                _row(buy) | {"is_late": is_late(buy, now)}
                for buy in waiting.select_related("compound__organization").order_by("opens_at")
            ],
            "decided": [
                _row(buy)
                for buy in decided.select_related("compound__organization").order_by(
                    "-reviewed_at"
                )[:DECIDED]
            ],
        }
    return render(request, "supplies/buys/review_list.html", context)


def _seen_by(members: list[Member]) -> Q:
    """The rounds of each member's compound, or of the part of it that the member looks after."""
    return reduce(or_, (Q(compound=one.compound_id) & touching(one) for one in members), NONE)


def _row(buy: GroupBuy) -> dict[str, Any]:
    return {"buy": buy, "rules": rules_in_words(buy)}


@member_page(Permission.BUY_REVIEW)
def round_review(request: MemberRequest, buy: int) -> HttpResponse:
    found = round_of(request.member, buy)
    if found.submitted_at is None or found.state == BuyState.DRAFT:
        raise Http404
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, found, form):
        return redirect("supplies:review-list")
    lines = list(OfferLine.objects.filter(buy=found))
    papers = SupplierFile.objects.filter(supplier=found.supplier).select_related("picture")
    context = {
        "buy": found,
        "form": form,
        "lines": goods_rows(found, lines),
        "before": last_prices(found, lines),
        "terms": terms_of(found),
        "track": track_of(found, sums_of(found)),
        "steps": steps_of(found),
        "papers": list(papers.defer("picture__data")) if found.supplier else [],
        "is_licensed": bool(
            found.supplier and found.supplier.is_licensed(request.compound.today())
        ),
        "may_decide": found.state == BuyState.IN_REVIEW,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "supplies/buys/review.html", context, status=status)


def _decided(request: MemberRequest, buy: GroupBuy, form: DecisionForm) -> bool:
    note, deed = form.cleaned_data["note"], request.POST.get("deed")
    if deed == "approve":
        done = attempt(form, approve, buy=buy, note=note, by=request.member)
        said = _("Approved: %(title)s")
    elif deed == "reject":
        if not note.strip():
            form.add_error("note", _("Write the reason, so that it can be put right."))
            return False
        done = attempt(form, reject, buy=buy, reason=note, by=request.member)
        said = _("Rejected: %(title)s")
    else:
        return False
    if done is not None:
        messages.success(request, said % {"title": buy.title})
    return done is not None


@member_page(Permission.BUY_REVIEW)
def review_paper(request: MemberRequest, buy: int, paper: int) -> HttpResponse:
    """A licence of the supplier of a round that was sent to the committee."""
    found = round_of(request.member, buy)
    papers = SupplierFile.objects.filter(supplier=found.supplier).select_related("picture")
    if found.submitted_at is None or found.supplier is None:
        raise Http404
    return serve(request, get_object_or_404(papers, pk=paper).picture)
