"""The verification sweep: one door on top, the floors below, a tap for each outcome."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.forms import VerifyForm
from households.models import Outcome, Sweep, Verification
from households.parts import sweeps_of
from households.sweeps import How, door, floors, next_row, progress, verify
from lockdown.kernel.forms import attempt

OUTCOME_MARK = {
    Outcome.UNVERIFIED: "wait",
    Outcome.VERIFIED: "done",
    Outcome.DISPUTED: "now",
    Outcome.UNREACHABLE: "late",
}


@member_page(Permission.WORK_DO)
def sweep_page(request: MemberRequest, sweep: int) -> HttpResponse:
    found = get_object_or_404(sweeps_of(request.member), pk=sweep)
    chosen = request.GET.get("at", "")
    return _show(request, found, chosen=int(chosen) if chosen.isdecimal() else None)


def _show(
    request: MemberRequest,
    sweep: Sweep,
    *,
    chosen: int | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    member = request.member
    everybody = request.GET.get("all") == "1"
    found = floors(sweep, member=member, everybody=everybody)
    if not found and not everybody:
        everybody, found = True, floors(sweep, member=member, everybody=True)
    row = next_row(found, chosen=chosen)
    context = {
        "sweep": sweep,
        "progress": progress(sweep),
        "floors": found,
        "everybody": everybody,
        "door": door(row) if row else None,
        "marks": OUTCOME_MARK,
        "hows": How.choices,
        "may_reveal": member.may(Permission.PHONE_REVEAL),
        **more,
    }
    template = "households/_sweep.html" if request.htmx else "households/sweep.html"
    return render(request, template, context, status=status)


@member_page(Permission.WORK_DO)
@require_POST
def verify_door(request: MemberRequest, verification: int) -> HttpResponse:
    rows = Verification.objects.select_related("sweep", "home")
    rows = rows.filter(request.member.within("home__"))
    row = get_object_or_404(rows, pk=verification)
    form = VerifyForm(request.POST)
    done = _verified(request, form, row) if form.is_valid() else None
    if done is None:
        return _show(request, row.sweep, chosen=row.pk, status=422, verify_form=form)
    said = _("%(door)s: %(outcome)s") % {
        "door": row.home.label,
        "outcome": done.get_outcome_display(),
    }
    if request.htmx and not request.POST.get("next"):
        return _show(request, row.sweep, said=said)
    messages.success(request, said)
    return _back(request, row)


def _verified(request: MemberRequest, form: VerifyForm, row: Verification) -> Verification | None:
    return attempt(
        form,
        verify,
        verification=row,
        outcome=Outcome(form.cleaned_data["outcome"]),
        how=How(form.cleaned_data["how"] or How.DOOR),
        note=form.cleaned_data["note"],
        by=request.member,
    )


def _back(request: MemberRequest, row: Verification) -> HttpResponse:
    """To the page that the tap came from, else to the sweep."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return HttpResponseRedirect(wanted)
    return redirect("households:sweep", request.compound.slug, row.sweep_id)
