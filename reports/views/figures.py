"""The day's figures: for staff inside the compound, for the committee from outside."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.limits import part_of
from compounds.models import Compound, Member
from compounds.roles import Permission
from lockdown.kernel.forms import attempt
from reports.actions import comment_on_day
from reports.days import day_of
from reports.doors import Doors
from reports.figures import DayFigures, Figure, day_figures
from reports.forms import CommentForm

CLOSINGS = {"reports:day": "reports:closing-list", "reports:review-day": "reports:review-closings"}


@member_page(Permission.REPORT_SEE)
def day(request: MemberRequest) -> HttpResponse:
    """For staff: figures are doors to the rows behind them."""
    back = Doors(request.member, request.compound.slug).to("reports:board")
    return _page(request, "reports:day", back)


@member_page(Permission.REPORT_SEE)
def review_day(request: MemberRequest) -> HttpResponse:
    """For the committee: the same figures and a place to comment."""
    return _page(request, "reports:review-day", _back(request))


@member_page(Permission.REPORT_COMMENT)
@require_POST
def comment(request: MemberRequest) -> HttpResponse:
    form = CommentForm(request.POST)
    chosen = _day(request.compound, request.POST.get("day", ""))
    if form.is_valid():
        made = attempt(
            form,
            comment_on_day,
            compound=request.compound,
            day=chosen,
            text=form.cleaned_data["text"],
            request_key=form.cleaned_data["request_key"],
            by=request.member,
        )
        if made is not None:
            messages.success(request, _("Your comment stands with the day."))
            return redirect(_day_url(request, "reports:review-day", chosen))
    return _page(request, "reports:review-day", _back(request), form, chosen)


def _back(request: MemberRequest) -> str:
    """To the list of compounds; staff, who have none, to their own desk."""
    if request.member.may(Permission.REPORT_COMMENT):
        return reverse("reports:review")
    return Doors(request.member, request.compound.slug).to("reports:board")


def _day(compound: Compound, text: str) -> date:
    chosen = day_of(compound, text)
    if chosen is None:
        raise Http404
    return chosen


def _page(
    request: MemberRequest,
    name: str,
    back_url: str,
    form: CommentForm | None = None,
    chosen: date | None = None,
) -> HttpResponse:
    chosen = chosen or _day(request.compound, request.GET.get("day", ""))
    figures = day_figures(request.compound, chosen, timezone.now(), request.member)
    may_comment = request.member.may(Permission.REPORT_COMMENT)
    key = secrets.token_urlsafe(24)
    context = {
        "figures": figures,
        "title_text": _title(figures, request.member),
        "people": _linked(request, figures.people, chosen),
        "work": _linked(request, figures.work, chosen),
        "form": form or (CommentForm(initial={"request_key": key}) if may_comment else None),
        "day": chosen.isoformat(),
        "day_text": date_format(chosen, _("j F Y")),
        "order_text": _orders(figures),
        "before_url": _day_url(request, name, chosen - timedelta(days=1)),
        "after_url": _day_url(request, name, chosen + timedelta(days=1)),
        "is_today": figures.is_today,
        "back_url": back_url,
        "closings_url": reverse(CLOSINGS[name], args=[request.compound.slug]),
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "compound_name": request.compound.name,
    }
    return render(request, "reports/day.html", context, status=422 if form else 200)


def _title(figures: DayFigures, member: Member) -> str:
    place = figures.compound.name
    if member.is_limited:  # a part must not be taken for the whole
        place = f"{place} {part_of(member)}"
    return _("%(compound)s, the day's figures") % {"compound": place}


def _orders(figures: DayFigures) -> str:
    """1栋1单元 · 第 6 天"""
    shown = [
        _("%(place)s · day %(day)s") % {"place": order.place_label, "day": order.day_of(figures.at)}
        for order in figures.orders[:3]
    ]
    if len(figures.orders) > 3:
        shown.append(_("%(n)s orders in all") % {"n": len(figures.orders)})
    return _(", ").join(shown) or _("not sealed")


def _linked(request: MemberRequest, figures: list[Figure], chosen: date) -> list[dict[str, Any]]:
    """Each figure with the way to its rows, for members who may go there."""
    doors = Doors(request.member, request.compound.slug)
    lines = []
    for figure in figures:
        url = doors.to(figure.page)
        if url and figure.page == "waste:day":
            url = f"{url}?day={chosen.isoformat()}"
        lines.append({"figure": figure, "url": url})
    return lines


def _day_url(request: MemberRequest, name: str, chosen: date) -> str:
    return f"{reverse(name, args=[request.compound.slug])}?day={chosen.isoformat()}"
