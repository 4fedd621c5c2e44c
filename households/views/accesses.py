"""Residents who ask to sign in, and those who are signed in."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households import signin
from households.models import Access
from households.queries import accesses
from lockdown.kernel.errors import Refused

DECISIONS = {"grant": signin.grant, "refuse": signin.refuse, "revoke": signin.revoke}
SHOWN = 300


@member_page(Permission.ACCESS_DECIDE)
def access_list(request: MemberRequest) -> HttpResponse:
    rows = accesses(request.member)
    context = {
        "waiting": list(rows.filter(granted_at=None)[:SHOWN]),
        "inside": list(rows.filter(granted_at__isnull=False).order_by("-granted_at")[:SHOWN]),
    }
    return render(request, "households/access_list.html", context)


@member_page(Permission.ACCESS_DECIDE)
@require_POST
def access_decide(request: MemberRequest, access: int) -> HttpResponse:
    found = get_object_or_404(_ever(request), pk=access)
    decide = DECISIONS.get(request.POST.get("decision", ""))
    try:
        if decide is None:
            raise Refused(_("Choose to let the phone in, refuse it, or end its sign-in."))
        decide(access=found, by=request.member)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(door)s: done.") % {"door": found.household.home.label})
    return redirect("households:access-list", request.compound.slug)


def _ever(request: MemberRequest) -> QuerySet[Access]:
    """Ended ones too, so that a second tap gets a sentence and not a missing page."""
    found = Access.objects.select_related("household__home")
    return found.filter(request.member.within("household__home__"))
