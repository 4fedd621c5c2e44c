"""Handovers: the log by day, one handover from its first line to its second signature, paper."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from seals import handover as deeds
from seals.handover_forms import HandForm, SayForm, ShiftsForm, WordForm, workers
from seals.handover_pages import (
    day_of,
    desk,
    handovers_of,
    log_line,
    said_figures,
    shift_times,
)
from seals.models import Handover, HandoverState, HandoverWord, WordKind
from seals.shifts import duty_of, set_duty
from seals.words import said

A_PAGE = 30


@member_page(Permission.WORK_DO)
def handover_list(request: MemberRequest) -> HttpResponse:
    """The shift that runs now with its posts, what is missing, and the log by day."""
    now = timezone.now()
    page = Paginator(handovers_of(request.member), A_PAGE).get_page(request.GET.get("page"))
    lines = [log_line(one) for one in page.object_list]
    days = [
        (day, list(found)) for day, found in groupby(lines, key=lambda line: day_of(line.handover))
    ]
    context = {
        "page": page,
        "days": days,
        "desk": desk(request.member, now),
        "may_plan": request.member.may(Permission.COMPOUND_EDIT),
        "now": now,
    }
    return render(request, "seals/handover_list.html", context)


@member_page(Permission.WORK_DO)
@require_POST
def handover_open(request: MemberRequest) -> HttpResponse:
    """Open the handover of a shift and post, or find the one somebody opened before."""
    now = timezone.now()
    duty = duty_of(request.compound)
    post, begins = request.POST.get("post", ""), request.POST.get("begins", "")
    shift = next(
        (one for one in duty.around(now, days=2) if one.begins_at.isoformat() == begins), None
    )
    if post not in duty.posts or shift is None:
        raise Http404
    try:
        found = deeds.open_handover(
            compound=request.compound, post=post, shift=shift, by=request.member
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("duty:handover-list", request.compound.slug)
    if not handovers_of(request.member).filter(pk=found.pk).exists():
        text = _("Colleagues of another part write this handover. Give them your points.")
        messages.info(request, text)
        return redirect("duty:handover-list", request.compound.slug)
    return redirect("duty:handover", request.compound.slug, found.pk)


@member_page(Permission.WORK_DO)
def handover(request: MemberRequest, handover: int) -> HttpResponse:
    return _page(request, _find(request, handover))


def _find(request: MemberRequest, pk: int) -> Handover:
    return get_object_or_404(handovers_of(request.member), pk=pk)


def _page(request: MemberRequest, found: Handover, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    duty = duty_of(request.compound)
    state = found.state
    live = found.handed_at is None
    figures = deeds.figures_now(deeds.span_of(found, duty, now)) if live else found.figures
    people = workers(request.member)
    mine = request.member.pk in (found.to_id,) or request.member.role == "manager"
    context = {
        "handover": found,
        "line": log_line(found),
        "shift_times": shift_times(found),
        "figures": said_figures(figures, request.compound.slug, request.member),
        "live": live,
        "words": list(found.words.select_related("by", "task__assignee")),
        "word_form": WordForm(people=people, initial={"kind": "note"}, auto_id="word_%s"),
        "hand_form": HandForm(people=people, by=request.member, auto_id="hand_%s")
        if live
        else None,
        "say_form": SayForm(auto_id="say_%s"),
        "may_write": state != HandoverState.TAKEN,
        "may_take": not live
        and state != HandoverState.TAKEN
        and mine
        and request.member.pk != found.handed_by_id,
        "now": now,
    } | more
    return render(request, "seals/handover.html", context, status=status)


@member_page(Permission.WORK_DO)
@require_POST
def handover_word(request: MemberRequest, handover: int) -> HttpResponse:
    """A note or an open point; nobody's lines are lost, each is added."""
    found = _find(request, handover)
    form = WordForm(request.POST, people=workers(request.member), auto_id="word_%s")
    if form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            deeds.add_word,
            handover=found,
            kind=WordKind(data["kind"]),
            text=data["text"],
            request_key=data["request_key"],
            assignee=data["assignee"],
            due_at=data["due_at"],
            by=request.member,
        )
        if done is not None:
            return redirect("duty:handover", request.compound.slug, found.pk)
    return _page(request, found, 422, word_form=form)


@member_page(Permission.WORK_DO)
@require_POST
def handover_hand(request: MemberRequest, handover: int) -> HttpResponse:
    """The outgoing person signs."""
    found = _find(request, handover)
    people = workers(request.member)
    form = HandForm(request.POST, people=people, by=request.member, auto_id="hand_%s")
    if form.is_valid():
        to = form.cleaned_data["to"]
        done = attempt(
            form,
            deeds.hand_over,
            handover=found,
            duty=duty_of(request.compound),
            to=to,
            by=request.member,
        )
        if done is not None:
            messages.success(request, _("Signed. %(name)s reads it and signs.") % {"name": to.name})
            return redirect("duty:handover", request.compound.slug, found.pk)
    return _page(request, found, 422, hand_form=form)


@member_page(Permission.WORK_DO)
@require_POST
def handover_say(request: MemberRequest, handover: int) -> HttpResponse:
    """A question before signing; its answer, when one waits."""
    found = _find(request, handover)
    form = SayForm(request.POST, auto_id="say_%s")
    deed: Callable[..., HandoverWord] = (
        deeds.answer_question if found.state == HandoverState.ASKED else deeds.ask
    )
    if form.is_valid():
        word = attempt(form, deed, handover=found, by=request.member, **form.cleaned_data)
        if word is not None:
            return redirect("duty:handover", request.compound.slug, found.pk)
    return _page(request, found, 422, say_form=form)


@member_page(Permission.WORK_DO)
@require_POST
def handover_take(request: MemberRequest, handover: int) -> HttpResponse:
    """The incoming person signs; from now on it is frozen."""
    found = _find(request, handover)
    try:
        deeds.take_over(handover=found, by=request.member)
    except Refused as refusal:
        return _page(request, found, 422, refused=str(refusal))
    messages.success(request, _("Taken over. The shift is yours."))
    return redirect("duty:handover", request.compound.slug, found.pk)


@member_page(Permission.WORK_DO)
def sheet(request: MemberRequest, handover: int) -> HttpResponse:
    found = _find(request, handover)
    duty = duty_of(request.compound)
    now = timezone.now()
    live = found.handed_at is None
    figures = deeds.figures_now(deeds.span_of(found, duty, now)) if live else found.figures
    context = {
        "handover": found,
        "line": log_line(found),
        "shift_times": shift_times(found),
        "figures": said_figures(figures, request.compound.slug, request.member),
        "words": list(found.words.select_related("by", "task__assignee")),
        "printed_by": request.member.name,
        "printed_at": now,
        "back_url": "../",
    }
    return render(request, "seals/handover_sheet.html", context)


@member_page(Permission.COMPOUND_EDIT)
def shifts(request: MemberRequest) -> HttpResponse:
    """Names and times of the shifts, and the posts."""
    duty = duty_of(request.compound)
    initial: dict[str, Any] = {"posts": "\n".join(said(post) for post in duty.posts)}
    for row, shift in enumerate(duty.shifts):
        initial |= {f"name_{row}": said(shift["name"])}
        initial |= {f"{edge}_{row}": shift[edge] for edge in ("begins", "ends")}
    form = ShiftsForm(request.POST or None, compound=request.compound, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            set_duty,
            compound=request.compound,
            shifts=form.shifts(),
            posts=form.post_names(),
            by=request.member,
        )
        if done is not None:
            messages.success(request, _("The shifts are changed."))
            return redirect("duty:handover-list", request.compound.slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/shifts.html", {"form": form}, status=status)
