"""Printing the households of a notice that are still to be told."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.models import Unit
from compounds.roles import Permission
from households.models import SheetKind
from households.sheets import make_sheet
from lockdown.kernel.errors import Refused
from notices.parts import notices_of
from notices.sheets import homes_to_tell


@member_page(Permission.WORK_DO)
@require_POST
def sheet_new(request: MemberRequest, notice: int) -> HttpResponse:
    """A numbered sheet of this notice's list; it is typed back on the page of its number."""
    found = get_object_or_404(notices_of(request.member).filter(cancelled_at=None), pk=notice)
    homes = homes_to_tell(found, request.member)
    if request.member.is_limited and not homes:
        raise Http404  # nothing of this notice is within the member's part
    stairs = {home.unit_id for home in homes}
    only = Unit.objects.filter(pk__in=stairs).first() if len(stairs) == 1 else None
    try:
        sheet = make_sheet(
            compound=request.compound,
            kind=SheetKind.TELL,
            title=_("To tell: %(title)s") % {"title": found.title},
            homes=homes,
            unit=only,
            subject=found.pk,
            by=request.member,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        url = reverse("notices:reach", args=[request.compound.slug])
        return redirect(f"{url}?notice={found.pk}")
    return redirect("households:sheet-paper", request.compound.slug, sheet.pk)
