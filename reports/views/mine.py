"""My list: one person's work on a phone."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from reports.doors import Doors
from reports.my_work import my_list


@member_page(Permission.WORK_DO)
def my_list_page(request: MemberRequest) -> HttpResponse:
    doors = Doors(request.member, request.compound.slug)
    context = {
        "mine": my_list(request.compound, request.member, timezone.now()),
        "compound_name": request.compound.name,
        "compound_url": doors.to("reports:board"),
        "board_url": doors.to("reports:board"),
    }
    return render(request, "reports/my_list.html", context)
