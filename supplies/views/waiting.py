"""The waiting list of a round: who wants what was gone, or came too late; yes or no, and told."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.models import Member
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from supplies.actions.waiting import decline_waiting, grant_together, grant_waiting
from supplies.buys.course import steps_of
from supplies.buys.standing import together_of, waiting_rows
from supplies.models import BuyState, GroupBuy, WaitingRequest
from supplies.parts import round_of
from supplies.queries import waiting_of

A_PAGE = 50


@member_page(Permission.BUY_ORGANISE)
def waiting_list(request: MemberRequest, buy: int) -> HttpResponse:
    """Who waits, the longest first, with what is free now; of a part the own doors."""
    return _page(request, round_of(request.member, buy))


@member_page(Permission.BUY_ORGANISE)
@require_POST
def waiting_decide(request: MemberRequest, waiting: int) -> HttpResponse:
    """Grant or decline one; the household is told, of a no with its reason."""
    rows = WaitingRequest.objects.filter(request.member.within("home__"))
    found = get_object_or_404(rows.select_related("buy", "home"), pk=waiting)
    try:
        _decide(request, found, request.member)
    except Refused as refusal:
        said = f"{found.home.label}: {refusal}"
        return _page(request, round_of(request.member, found.buy_id), said, found.pk)
    return redirect("supplies:waiting-list", request.compound.slug, found.buy_id)


@member_page(Permission.BUY_ORGANISE)
@require_POST
def waiting_together(request: MemberRequest, buy: int) -> HttpResponse:
    """Give to several homes at once, whose pieces fill cases with one another."""
    found = round_of(request.member, buy)
    ids = [int(one) for one in request.POST.getlist("waiting") if one.isdecimal()]
    rows = WaitingRequest.objects.filter(request.member.within("home__"), buy=found, pk__in=ids)
    try:
        given = grant_together(requests=list(rows.select_related("buy")), by=request.member)
    except Refused as refusal:
        return _page(request, found, str(refusal))
    said = ngettext(
        "%(count)s home gets it after all and is told.",
        "%(count)s homes get it after all and are told.",
        len(given),
    )
    messages.success(request, said % {"count": len(given)})
    return redirect("supplies:waiting-list", request.compound.slug, found.pk)


def _decide(request: MemberRequest, found: WaitingRequest, by: Member) -> None:
    deed, door = request.POST.get("deed"), {"door": found.home.label}
    if deed == "grant":
        grant_waiting(request=found, by=by)
        messages.success(request, _("%(door)s gets it after all and is told.") % door)
    elif deed == "decline":
        decline_waiting(request=found, reason=request.POST.get("reason", ""), by=by)
        messages.success(request, _("%(door)s is told why not.") % door)
    else:
        raise Http404


def _page(
    request: MemberRequest, buy: GroupBuy, refusal: str = "", refused: int = 0
) -> HttpResponse:
    rows = waiting_of(buy).filter(request.member.within("home__"))
    may_grant = buy.state == BuyState.LOCKED
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    typed = {refused: request.POST.get("reason", "")} if refused else {}
    context = {
        "buy": buy,
        "page": page,
        "rows": waiting_rows(list(page), typed),
        "refusal": refusal,
        "takes_orders": buy.state == BuyState.OPEN,
        "may_grant": may_grant,
        "together": together_of(rows.filter(line__case_size__gt=1)) if may_grant else [],
        "steps": steps_of(buy),
    }
    status = 422 if refusal else 200
    return render(request, "supplies/buys/waiting.html", context, status=status)
