"""A household rings: something was wrong. Staff enter its claim; it is told, and by whom."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.forms import attempt
from supplies.accounts import claim_until, goods_of
from supplies.actions.claims import claim as make_claim
from supplies.views.claims import CLAIMABLE, ClaimForm
from supplies.views.runs import stop_of


@member_page(Permission.BUY_ORDER_FOR)
def claim_for(request: MemberRequest, stop: int) -> HttpResponse:
    """From the door of a delivery: the same form as on the household's page. Sent twice is one."""
    found = stop_of(request, stop)
    buy, household = found.run.buy, found.household
    goods = goods_of(buy, household)
    form = ClaimForm(request.POST or None, request.FILES or None, goods=goods)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, make_claim, by=request.member, **form.said())
        if made is not None:
            said = {"door": found.home.label}
            messages.success(request, _("%(door)s: claim entered. The household is told.") % said)
            return redirect("supplies:claim-for", request.compound.slug, found.pk)
    until = claim_until(buy, household)
    is_in_time = until is not None and until > timezone.now()
    context = {
        "stop": found,
        "buy": buy,
        "goods": goods,
        "form": form,
        "until": until,
        "may_claim": buy.state in CLAIMABLE and is_in_time,
    }
    status = 422 if form.errors else 200
    return render(request, "supplies/doors/claim_for.html", context, status=status)
