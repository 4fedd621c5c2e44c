"""Frozen reports of lifted orders: for staff inside the compound, for the committee outside."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from reports.closing_page import closings, line, page

A_PAGE = 40


@member_page(Permission.REPORT_SEE)
def closing_list(request: MemberRequest) -> HttpResponse:
    return _list(request, "reports:closing", reverse("reports:day", args=[request.compound.slug]))


@member_page(Permission.REPORT_SEE)
def review_closings(request: MemberRequest) -> HttpResponse:
    back = reverse("reports:review-day", args=[request.compound.slug])
    return _list(request, "reports:review-closing", back)


@member_page(Permission.REPORT_SEE)
def closing(request: MemberRequest, order: int) -> HttpResponse:
    return _sheet(request, order, "reports:closing-list")


@member_page(Permission.REPORT_SEE)
def review_closing(request: MemberRequest, order: int) -> HttpResponse:
    return _sheet(request, order, "reports:review-closings")


def _list(request: MemberRequest, name: str, back_url: str) -> HttpResponse:
    shown = Paginator(closings(request.member), A_PAGE).get_page(request.GET.get("page"))
    lines = [
        line(one) | {"url": reverse(name, args=[request.compound.slug, one.order_id])}
        for one in shown.object_list
    ]
    context = {"lines": lines, "page": shown, "back_url": back_url}
    return render(request, "reports/closing_list.html", context)


def _sheet(request: MemberRequest, order: int, list_name: str) -> HttpResponse:
    found = get_object_or_404(closings(request.member), order=order)
    context = {
        **page(found),
        "title_text": _("%(place)s, the whole course") % {"place": found.data["order"]["place"]},
        "back_url": reverse(list_name, args=[request.compound.slug]),
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "compound_name": request.compound.name,
    }
    return render(request, "reports/closing.html", context)
