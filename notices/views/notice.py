"""Notices on the desk: the list, writing one, and how far one has come."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from compounds.rota import rota
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from notices.actions import send_notice, withdraw
from notices.audience import Count, count
from notices.forms import AudienceForm, NoticeForm
from notices.models import Notice, NoticeKind, NoticeState
from notices.parts import audience_of, notices_of, part_labels
from notices.queries import (
    Reach,
    figures,
    notice_reach,
    on_lists,
    reach_counts,
    unreached,
    unreached_count,
)
from notices.sending import floors_shared
from notices.texts import group_texts, spoken
from seals.planning import names

A_PAGE = 25
NOBODY = Reach(0, 0, 0, 0, 0)
MARKS = {
    NoticeState.SCHEDULED: "next",
    NoticeState.SENDING: "now",
    NoticeState.ENDED: "wait",
    NoticeState.CANCELLED: "wait",
}


@member_page(Permission.NOTICE_SEE)
def notice_list(request: MemberRequest) -> HttpResponse:
    """What was said to whom, newest first, with how many were reached."""
    page = Paginator(notices_of(request.member), A_PAGE).get_page(request.GET.get("page"))
    notices = list(page.object_list)
    reached = notice_reach((one.pk for one in notices), member=request.member)
    shown = part_labels(notices, request.member)
    now = timezone.now()
    context = {
        "page": page,
        "lines": [_line(one, reached.get(one.pk, NOBODY), now) for one in shown],
        "seal": reach_counts(member=request.member),
        "unreached": unreached_count(request.member),
        "late": on_lists(request.member).late(now).count(),
        "may_send": request.member.may(Permission.NOTICE_SEND),
    }
    return render(request, "notices/list.html", context)


def _line(notice: Notice, reach: Reach, now: Any) -> dict[str, Any]:
    state = notice.state(now)
    mark = MARKS.get(state)
    if mark is None:
        mark = "done" if not reach.unreached else "now"
    words = _("all reached") if mark == "done" else state.label
    if state == NoticeState.SENT and reach.unreached:
        words = _("%(count)s to go") % {"count": reach.unreached}
    return {"notice": notice, "reach": reach, "mark": mark, "words": words}


@member_page(Permission.NOTICE_SEND)
def notice_new(request: MemberRequest) -> HttpResponse:
    """Write, see who would be told and how, then send."""
    if request.method != "POST":
        form = NoticeForm(initial=NoticeForm.start(request.GET), member=request.member)
        return _write(request, form, count(audience_of(request.member)))
    form = NoticeForm(request.POST, member=request.member)
    deed = request.POST.get("deed", "preview")
    if not form.is_valid():
        return _write(request, form, Count(), status=422)
    if deed == "edit":
        return _write(request, form, count(form.audience()))
    if deed == "send":
        notice = attempt(form, _send, form=form, request=request)
        if notice is not None:
            messages.success(request, _("The notice is on its way."))
            return redirect("notices:notice", request.compound.slug, notice.pk)
        return _write(request, form, Count(), status=422)
    return _preview(request, form)


def _write(request: HttpRequest, form: NoticeForm, counted: Count, status: int = 200) -> Any:
    context = {"form": form, "counted": counted}
    return render(request, "notices/new.html", context, status=status)


def _preview(request: MemberRequest, form: NoticeForm) -> HttpResponse:
    audience = form.audience()
    counted = count(audience)
    if not counted.total:
        form.add_error(None, _("No household matches. Choose another place, floor or care mark."))
        return _write(request, form, counted, status=422)
    notice = Notice(
        compound=request.compound,
        title=form.cleaned_data["title"],
        body=form.cleaned_data["body"],
        needs_acknowledging=form.cleaned_data["needs_acknowledging"],
    )
    people = list(floors_shared(audience, rota()).values())
    context = {
        "form": form,
        "notice": notice,
        "counted": counted,
        "label": audience.label(),
        "who": names(people),
        "texts": group_texts(notice, request.compound),
        "send_at": form.cleaned_data["send_at"],
        "is_emergency": form.cleaned_data["is_emergency"],
    }
    return render(request, "notices/preview.html", context)


def _send(*, form: NoticeForm, request: MemberRequest) -> Notice:
    data = form.cleaned_data
    return send_notice(
        compound=request.compound,
        kind=NoticeKind.GENERAL,
        title=data["title"],
        body=data["body"],
        audience=form.audience(),
        cause=f"form:{data['request_key']}",
        is_emergency=data["is_emergency"],
        needs_acknowledging=data["needs_acknowledging"],
        send_at=data["send_at"],
        by=request.member,
    )


@member_page(Permission.NOTICE_SEND)
@require_POST
def notice_count(request: MemberRequest) -> HttpResponse:
    """How many households the form's audience has; a part of the page that htmx refreshes."""
    form = AudienceForm(request.POST, member=request.member)
    counted = count(form.audience()) if form.is_valid() else None
    return render(request, "notices/count.html", {"counted": counted})


@member_page(Permission.NOTICE_SEE)
def notice_page(request: MemberRequest, notice: int) -> HttpResponse:
    """The text, how far it has come, who is not told, and its other forms."""
    found = _find(request, notice)
    state = found.state()
    context = {
        "notice": found,
        "state": state,
        "is_waiting": state == NoticeState.SCHEDULED,
        "figures": figures(found, request.member),
        "unreached": unreached(12, notice=found.pk, member=request.member),
        "unreached_count": on_lists(request.member).filter(notice=found).count(),
        "texts": group_texts(found, request.compound),
        "spoken": spoken(found, request.compound),
        "may_send": request.member.may(Permission.NOTICE_SEND),
    }
    return render(request, "notices/notice.html", context)


@member_page(Permission.NOTICE_SEE)
def notice_poster(request: MemberRequest, notice: int) -> HttpResponse:
    """For the unit door: one page, large type."""
    found = _find(request, notice)
    context = {
        "notice": found,
        "lines": [line for line in found.body.splitlines() if line.strip()],
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "compound_name": request.compound.name,
    }
    return render(request, "notices/poster.html", context)


@member_page(Permission.NOTICE_SEND)
@require_POST
def notice_withdraw(request: MemberRequest, notice: int) -> HttpResponse:
    found = _find(request, notice)
    try:
        withdraw(notice=found, by=request.member)
        messages.success(request, _("Withdrawn; nobody was told."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("notices:notice", request.compound.slug, found.pk)


def _find(request: MemberRequest, pk: int) -> Notice:
    rows = notices_of(request.member).select_related("made_by")
    found: Notice = get_object_or_404(rows, pk=pk)
    return part_labels([found], request.member)[0]
