"""Why this door is under this rule: for staff any home, for a resident their own."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from compounds.access import MemberRequest, member_page
from compounds.models import Home
from compounds.roles import Permission
from households.access import ResidentRequest, resident_page
from seals.rule_pages import rule_context
from seals.rules import rule_of


@member_page(Permission.ORDER_SEE)
def door_rule(request: MemberRequest, home: int) -> HttpResponse:
    found = get_object_or_404(Home.objects.select_related("unit__building"), pk=home)
    if not request.member.covers(found):
        raise Http404
    context = rule_context(rule_of(found, timezone.now()))
    return render(request, "seals/door_rule.html", context)


@resident_page("the resident's own home")
def home_rule(request: ResidentRequest) -> HttpResponse:
    context = {
        **rule_context(rule_of(request.home, timezone.now())),
        "compound_name": request.compound.name,
        "back_url": reverse("reports:home"),
        "duty_phone": request.compound.duty_phone,
    }
    return render(request, "seals/home_rule.html", context)
