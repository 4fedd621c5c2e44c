"""A shut door: who could reach it, asked with one tap."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.limits import colleagues
from compounds.roles import Permission
from households.asking import ask_to_reach
from households.models import Household, How, Relative, Verification
from households.reaching import next_steps, suggestions, whom_text
from households.views.sweeps import find_door
from lockdown.kernel.errors import Refused


@member_page(Permission.WORK_DO)
def sweep_reach(request: MemberRequest, verification: int) -> HttpResponse:
    row = find_door(request, verification)
    refused = ""
    if request.method == "POST":
        try:
            made = ask_to_reach(verification=row, by=request.member, **_whom(request, row))
        except Refused as refusal:
            refused = str(refusal)
        else:
            whom = whom_text(made) or (made.member.name if made.member else "")
            messages.success(
                request,
                _("%(door)s: %(whom)s is asked to reach them.")
                % {"door": row.home.number, "whom": whom},
            )
            return redirect("households:sweep", request.compound.slug, row.sweep_id)
    context = {
        "row": row,
        "suggestions": suggestions(row, request.member),
        "next": next_steps([row]).get(row.pk),
        "refused": refused,
    }
    return render(request, "households/sweep_reach.html", context, status=422 if refused else 200)


def _whom(request: MemberRequest, row: Verification) -> dict[str, Any]:
    """What the tapped button names; 404 for what is no suggestion of this door."""
    kind, _colon, number = request.POST.get("ask", "").partition(":")
    if not number.isdecimal() or len(number) > 17:
        raise Http404
    pk = int(number)
    match kind:
        case "relative":
            rows = Relative.objects.filter(household_id=row.household_id)
            return {"how": How.RELATIVE, "relative": get_object_or_404(rows, pk=pk)}
        case "household":
            near = request.member.within("home__")
            files = Household.objects.filter(near, closed_at=None).select_related("home")
            return {"how": How.NEIGHBOUR, "household": get_object_or_404(files, pk=pk)}
        case "member":
            found = next((one for one in colleagues(request.member) if one.pk == pk), None)
            if found is not None:
                return {"how": How.DOOR, "member": found}
    raise Http404
