"""The duty desk's hub, and the way from a task on somebody's list to where it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.forms import attempt
from seals.duty import finish_point
from seals.duty_pages import barrier_line, barriers_of, guests_of, offers_of
from seals.guests import tonight
from seals.handover_forms import NoteForm
from seals.handover_pages import desk, duties
from seals.models import DutyKind, DutyTask, Stay


@member_page(Permission.BOARD_SEE)
def hub(request: MemberRequest) -> HttpResponse:
    """Handover, barriers, lodging: what each needs now."""
    now = timezone.now()
    member = request.member
    found = [barrier_line(one, now) for one in barriers_of(member).standing()[:200]]
    context: dict[str, Any] = {
        "now": now,
        "desk": desk(member, now) if member.may(Permission.WORK_DO) else None,
        "barriers": len(found),
        "blocked": [line for line in found if line.barrier.hazard],
        "late": [line for line in found if line.mark == "late" and not line.barrier.hazard],
        "may_edit": member.may(Permission.BARRIER_EDIT),
        "lodging": _lodging(request) if member.may(Permission.LODGING_MATCH) else None,
        "points": list(
            DutyTask.objects.filter(duties(member), kind=DutyKind.POINT)
            .open()
            .select_related("assignee")
            .order_by("due_at")[:12]
        ),
    }
    return render(request, "seals/duty.html", context)


def _lodging(request: MemberRequest) -> dict[str, Any]:
    """Three queries, whatever the size."""
    night = tonight(request.compound, timezone.now())
    waiting = list(guests_of(request.member).without_bed()[:50])
    offers = offers_of(request.member).standing().filter(last_night__gte=night)
    beds = sum(offers.values_list("beds", flat=True))
    taken = (
        Stay.objects.running()
        .filter(offer__in=offers.values("pk"))
        .aggregate(held=Count("id"), asked=Count("id", filter=Q(moved_in_at=None)))
    )
    return {"waiting": waiting, "free": beds - taken["held"], "asked": taken["asked"]}


@member_page(Permission.WORK_DO)
def task(request: MemberRequest, duty: int) -> HttpResponse:
    """A task leads to where it is done; a point of a handover is ticked off here."""
    rows = DutyTask.objects.select_related("assignee", "finished_by", "handover")
    found = get_object_or_404(rows.filter(duties(request.member)), pk=duty)
    slug = request.compound.slug
    if found.barrier_id:
        return redirect("duty:barrier", slug, found.barrier_id)
    if found.guest_id:
        return redirect("duty:guest", slug, found.guest_id)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        if attempt(form, finish_point, task=found, note=note, by=request.member) is not None:
            messages.success(request, _("Done, recorded."))
            return redirect("duty:hub", slug)
    status = 422 if request.method == "POST" else 200
    context = {"task": found, "form": form, "state": found.state(timezone.now())}
    return render(request, "seals/duty_task.html", context, status=status)
