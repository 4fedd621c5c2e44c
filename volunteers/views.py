"""The day's care calls and recording one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.access import MemberRequest, member_page
from compounds.models import Member
from compounds.roles import Permission
from compounds.work import WorkState
from lockdown.kernel.forms import attempt
from lockdown.kernel.wording import clock
from volunteers.actions import record_call
from volunteers.forms import CareForm
from volunteers.models import CareOutcome, CareVisit
from volunteers.queries import CareLine, care_lines, care_today


@member_page(Permission.CARE_SEE)
def care_list(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    lines = care_lines(care_today(now, request.member), now)
    rows = [care_row(line, request.member) for line in lines]
    rows.sort(key=lambda row: row["rank"])
    counts = {
        "total": len(rows),
        "done": sum(line.visit.finished_at is not None for line in lines),
        "knock": sum(line.visit.needs_knock for line in lines),
        "needs": sum(line.visit.outcome == CareOutcome.NEEDS for line in lines),
    }
    context = {"rows": rows, "now": now, "facts": _facts(counts), "counts": counts}
    return render(request, "volunteers/care_list.html", context)


def _facts(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"label": _("Called"), "value": f"{counts['done']} / {counts['total']}"},
        {
            "label": _("To be knocked on"),
            "value": counts["knock"],
            "tone": "late" if counts["knock"] else "",
        },
        {
            "label": _("Need something"),
            "value": counts["needs"],
            "tone": "now" if counts["needs"] else "",
        },
    ]


def care_row(line: CareLine, member: Member) -> dict[str, Any]:
    """One call in words, with its mark; those to be knocked on come first, the done last."""
    visit = line.visit
    mine = visit.assignee_id == member.pk
    mark, tag = _mark(line)
    return {
        "line": line,
        "visit": visit,
        "mine": mine,
        "state": mark,
        "tag": tag,
        "note": _note(visit),
        "is_open": visit.finished_at is None and visit.cancelled_at is None,
        "may_ring": member.may(Permission.PHONE_REVEAL),
        "may_record": member.may(Permission.WORK_DO),
        "rank": (
            visit.finished_at is not None,
            not visit.needs_knock,
            visit.due_at,
            visit.home.position,
        ),
    }


def _mark(line: CareLine) -> tuple[str, str]:
    visit = line.visit
    if visit.needs_knock:
        return "late", _("knock")
    if visit.finished_at:
        needs = visit.outcome == CareOutcome.NEEDS
        return ("care" if needs else "done"), str(CareOutcome(visit.outcome).label)
    if line.state in (WorkState.LATE, WorkState.MISSED):
        return "late", str(WorkState(line.state).label)
    if line.state == WorkState.CANCELLED:
        return "wait", str(WorkState.CANCELLED.label)
    return ("now" if line.state == WorkState.NOW else "next"), _("to call")


def _note(visit: CareVisit) -> str:
    if visit.finished_at:
        who = visit.finished_by.name if visit.finished_by else ""
        return f"{clock(visit.finished_at)} {who}".strip()
    if visit.attempts:
        tries = ngettext("tried %(count)s time", "tried %(count)s times", visit.attempts)
        return tries % {"count": visit.attempts} + f"，{clock(visit.tried_at)}"
    return _("by %(time)s") % {"time": clock(visit.due_at)}


@member_page(Permission.CARE_SEE)
def care_record(request: MemberRequest, visit: int) -> HttpResponse:
    rows = CareVisit.objects.select_related(
        "resident", "home__unit__building", "assignee", "finished_by"
    )
    found = get_object_or_404(rows.filter(request.member.within("home__")), pk=visit)
    form = CareForm(request.POST or None, initial={"note": found.note})
    if request.method == "POST" and _recorded(request, found, form):
        messages.success(request, _("Recorded: %(door)s.") % {"door": found.home.number})
        return redirect("volunteers:care-list", request.compound.slug)
    now = timezone.now()
    row = care_row(care_lines([found], now)[0], request.member)
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "form": form}
    return render(request, "volunteers/care_record.html", context, status=status)


def _recorded(request: MemberRequest, visit: CareVisit, form: CareForm) -> bool:
    if not request.member.may(Permission.WORK_DO) or not form.is_valid():
        return False
    data = form.cleaned_data
    done = attempt(
        form,
        record_call,
        visit=visit,
        outcome=CareOutcome(data["outcome"]),
        needs=data["needs"],
        note=data["note"],
        by=request.member,
    )
    return done is not None
