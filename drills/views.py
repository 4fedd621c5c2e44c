"""Drills: the list with the starting form, one drill under way or ended, and its sheets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from drills import actions, pages
from drills.forms import DrillForm
from drills.models import Drill
from drills.queries import card_of, drills_of, situations
from lockdown.kernel.forms import attempt

SHOWN = 20


@member_page(Permission.DRILL_RUN)
def drill_list(request: MemberRequest) -> HttpResponse:
    return _list(request)


def _list(request: MemberRequest, form: DrillForm | None = None) -> HttpResponse:
    found = list(drills_of(request.member).defer("scripts")[:SHOWN])
    if form is None:
        targets = found[0].targets if found else None
        form = DrillForm(
            compound=request.compound,
            member=request.member,
            targets=targets,
            initial=pages.first_choices(request.GET),
        )
    now = timezone.now()
    context = {
        "form": form,
        "running": [pages.running_row(one, now) for one in found if one.is_running],
        "past": [pages.past_row(one) for one in found if not one.is_running],
        "columns": pages.columns(),
        "request_key": request.POST.get("request_key") or get_random_string(32),
    }
    return render(request, "drills/list.html", context, status=422 if form.errors else 200)


@member_page(Permission.DRILL_RUN)
@require_POST
def drill_start(request: MemberRequest) -> HttpResponse:
    form = DrillForm(request.POST, compound=request.compound, member=request.member)
    if not form.is_valid():
        return _list(request, form)
    found = attempt(
        form,
        actions.start,
        compound=request.compound,
        request_key=request.POST.get("request_key", "")[:64] or get_random_string(32),
        by=request.member,
        **form.wanted,
    )
    if found is None:
        return _list(request, form)
    return redirect("drills:drill", request.compound.slug, found.pk)


@member_page(Permission.DRILL_RUN)
def drill(request: MemberRequest, drill: int) -> HttpResponse:
    return render(request, "drills/drill.html", _context(request, drill))


@member_page(Permission.DRILL_RUN)
def drill_live(request: MemberRequest, drill: int) -> HttpResponse:
    """What a running drill's page asks for every few seconds; the whole page once it has ended."""
    context = _context(request, drill)
    answer = render(request, "drills/_card.html", context)
    if not context["drill"].is_running:
        answer["HX-Refresh"] = "true"
    return answer


def _context(request: MemberRequest, pk: int) -> dict[str, Any]:
    found = _find(request, pk)
    now = timezone.now()
    card = card_of(found, now)
    slug = request.compound.slug
    return pages.drill_context(found, card, now) | {
        "live_url": reverse("drills:drill-live", args=[slug, found.pk]),
        "practice_url": reverse("reports:board", args=[found.practice.slug]),
    }


def _find(request: MemberRequest, pk: int) -> Drill:
    return get_object_or_404(drills_of(request.member), pk=pk)


@member_page(Permission.DRILL_RUN)
@require_POST
def drill_end(request: MemberRequest, drill: int) -> HttpResponse:
    ended = actions.end(drill=_find(request, drill), by=request.member)
    messages.success(request, _("The drill has ended. Its scorecard is kept here."))
    return redirect("drills:drill", request.compound.slug, ended.pk)


@member_page(Permission.DRILL_RUN)
def situation(request: MemberRequest, drill: int) -> HttpResponse:
    found = _find(request, drill)
    context = {
        "drill": found,
        "floors": pages.floors(situations(found)),
        **_sheet(request, found),
    }
    return render(request, "drills/situation.html", context)


@member_page(Permission.DRILL_RUN)
def scorecard_sheet(request: MemberRequest, drill: int) -> HttpResponse:
    found = _find(request, drill)
    now = timezone.now()
    context = pages.drill_context(found, card_of(found, now), now) | _sheet(request, found)
    return render(request, "drills/scorecard.html", context)


def _sheet(request: MemberRequest, found: Drill) -> dict[str, Any]:
    return {
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "back_url": reverse("drills:drill", args=[request.compound.slug, found.pk]),
    }
