"""Barriers for a guard's phone: the list, one barrier with its look, and the emergency sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.forms import attempt
from seals import barriers
from seals.barriers import RULE, SOURCE
from seals.duty_forms import BarrierEditForm, BarrierForm, CheckForm, LaneForm
from seals.duty_pages import MOST, barrier_line, barriers_of, remedies
from seals.models import Barrier, BarrierKind, DutyKind, DutyTask


@member_page(Permission.ORDER_SEE)
def barrier_list(request: MemberRequest) -> HttpResponse:
    """Every barrier that stands, the blocked ones first; or those that are down."""
    down = request.GET.get("show") == "down"
    rows = barriers_of(request.member).filter(removed_at__isnull=not down)
    now = timezone.now()
    lines = [barrier_line(one, now) for one in rows[:MOST]]
    lines.sort(key=lambda line: line.rank)
    context = {
        "lines": lines,
        "down": down,
        "blocked": sum(bool(line.barrier.hazard) for line in lines if not down),
        "late": sum(line.mark == "late" and not line.barrier.hazard for line in lines),
        "may_edit": request.member.may(Permission.BARRIER_EDIT),
        "rule": RULE,
        "source": SOURCE,
    }
    return render(request, "seals/barrier_list.html", context)


@member_page(Permission.BARRIER_EDIT)
def barrier_new(request: MemberRequest) -> HttpResponse:
    """Where, who opens it, and three questions; a "no" says what to do before it goes up."""
    form = BarrierForm(request.POST or None, member=request.member)
    lane = LaneForm(request.POST or None)
    refused = ""
    if request.method == "POST" and form.is_valid() & lane.is_valid():
        answers = lane.answers()
        done = attempt(form, _register, request=request, form=form, answers=answers)
        if done is not None:
            messages.success(request, _("The barrier is registered."))
            return redirect("duty:barrier", request.compound.slug, done.pk)
        refused = remedies(barriers.blocked(answers))
    context = {"form": form, "lane": lane, "rule": RULE, "source": SOURCE, "refused": refused}
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/barrier_new.html", context, status=status)


def _register(*, request: MemberRequest, form: BarrierForm, answers: Mapping[str, bool]) -> Barrier:
    data = form.cleaned_data
    return barriers.register_barrier(
        compound=request.compound,
        kind=BarrierKind(data["kind"]),
        unit=data["unit"],
        spot=data["spot"],
        order=data["order"],
        fields=form.opening(),
        answers=answers,
        stands_already="stands" in request.POST,
        by=request.member,
    )


@member_page(Permission.ORDER_SEE)
def barrier(request: MemberRequest, barrier: int) -> HttpResponse:
    """One barrier: who opens it; and for whoever stands there, the three questions."""
    found = _find(request, barrier)
    may_edit = request.member.may(Permission.BARRIER_EDIT)
    form = CheckForm(request.POST or None)
    if request.method == "POST" and may_edit and form.is_valid():
        done = attempt(
            form,
            barriers.check_lane,
            barrier=found,
            answers=form.answers(),
            note=form.cleaned_data["note"],
            by=request.member,
        )
        if done is not None:
            _thank(request, done)
            return redirect("duty:barrier", request.compound.slug, found.pk)
    return _page(request, found, form, may_edit, 422 if request.method == "POST" else 200)


def _thank(request: MemberRequest, found: Barrier) -> None:
    if found.hazard:
        messages.warning(request, _("Recorded. It is on the manager's list at once."))
    else:
        messages.success(request, _("Recorded: the way out is free."))


def _page(
    request: MemberRequest, found: Barrier, form: CheckForm, may_edit: bool, status: int
) -> HttpResponse:
    looks = DutyTask.objects.filter(barrier=found, kind=DutyKind.LANE)
    context: dict[str, Any] = {
        "barrier": found,
        "line": barrier_line(found, timezone.now()),
        "form": form,
        "may_edit": may_edit and found.removed_at is None,
        "looks": list(looks.select_related("finished_by").order_by("-due_at")[:12]),
        "rule": RULE,
        "source": SOURCE,
    }
    return render(request, "seals/barrier.html", context, status=status)


def _find(request: MemberRequest, pk: int) -> Barrier:
    return get_object_or_404(barriers_of(request.member), pk=pk)


@member_page(Permission.BARRIER_EDIT)
def barrier_edit(request: MemberRequest, barrier: int) -> HttpResponse:
    found = _find(request, barrier)
    form = BarrierEditForm(request.POST or None, member=request.member, barrier=found)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, barriers.change_barrier, barrier=found, fields=form.opening(), by=request.member
        )
        if done is not None:
            messages.success(request, _("Changed. Print the emergency sheet again."))
            return redirect("duty:barrier", request.compound.slug, found.pk)
    context = {"form": form, "barrier": found}
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/barrier_edit.html", context, status=status)


@member_page(Permission.BARRIER_EDIT)
@require_POST
def barrier_remove(request: MemberRequest, barrier: int) -> HttpResponse:
    found = _find(request, barrier)
    barriers.remove_barrier(barrier=found, by=request.member)
    messages.success(request, _("%(place)s is taken down.") % {"place": found.place})
    return redirect("duty:barrier-list", request.compound.slug)


@member_page(Permission.ORDER_SEE)
def barrier_sheet(request: MemberRequest) -> HttpResponse:
    """For the guard's post: every barrier, who opens it, telephone, where the key is."""
    rows = barriers_of(request.member).standing()
    context = {
        "rows": list(rows[:MOST]),
        "rule": RULE,
        "source": SOURCE,
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "back_url": "../",
    }
    return render(request, "seals/barrier_sheet.html", context)
