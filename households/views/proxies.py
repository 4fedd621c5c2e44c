"""Relatives who act for a household, as the staff see and decide them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households import proxies
from households.models import Access, Household, Invitation, Relative
from households.proxy_forms import InviteForm
from households.views.labels import qr
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt


@member_page(Permission.ACCESS_DECIDE)
def proxy_list(request: MemberRequest, household: int) -> HttpResponse:
    """Who acts for this home, who waits, and inviting another. The POST shows the link once."""
    found = _file(request, household)
    relatives = Relative.objects.filter(household=found).order_by("id")
    form = InviteForm(request.POST or None, relatives=relatives)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            proxies.invite,
            household=found,
            relative=form.cleaned_data["relative"],
            by=request.member,
        )
        if made is not None:
            back = reverse("households:proxies", args=[request.compound.slug, found.pk])
            return show_link(request, *made, template="households/proxy_link.html", back_url=back)
    context = {
        "household": found,
        "home": found.home,
        "people": proxies.proxies_of(found),
        "form": form,
        "has_relatives": relatives.exists(),
    }
    status = 422 if form.errors else 200
    return render(request, "households/proxies.html", context, status=status)


def show_link(
    request: HttpRequest, invitation: Invitation, code: str, *, template: str, **more: Any
) -> HttpResponse:
    """The link as a text to send and as a square code. It is not kept anywhere."""
    address = request.build_absolute_uri(reverse("households:invited", args=[code]))
    home = invitation.household.home
    text = _(
        "[%(compound)s] You are asked to act for %(home)s. Open the link, say who you are, and "
        "wait until it is confirmed. It works once, until %(until)s.\n%(address)s"
    ) % {
        "compound": invitation.compound.name,
        "home": f"{home.unit} {home.number}",
        "until": proxies.until(invitation),
        "address": address,
    }
    context = {"invitation": invitation, "home": home, "text": text, "qr": qr(address)} | more
    answer = render(request, template, context)
    answer["Cache-Control"] = "no-store"
    return answer


@member_page(Permission.ACCESS_DECIDE)
@require_POST
def proxy_decide(request: MemberRequest, household: int, access: int) -> HttpResponse:
    found = _file(request, household)
    row = get_object_or_404(Access, household=found, is_proxy=True, pk=access)
    decide = proxies.DECISIONS.get(request.POST.get("decision", ""))
    try:
        if decide is None:
            raise Refused(_("Choose to let the phone in, refuse it, or end its sign-in."))
        decide(access=row, by=request.member)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("%(who)s: done. The household is told.") % {"who": row.said_name}
        )
    return redirect("households:proxies", request.compound.slug, found.pk)


def _file(request: MemberRequest, household: int) -> Household:
    rows = Household.objects.filter(request.member.within("home__"), closed_at=None)
    return get_object_or_404(rows.select_related("home__unit__building", "compound"), pk=household)
