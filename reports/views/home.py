"""The resident's page: one household, nothing of any other."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from households.access import ResidentRequest, resident_page
from notices.actions import mark_read
from reports.panels import Panels, answer, draw, etag, named, poll_element
from reports.resident import home_day

EVERY = 30  # seconds between two polls
PANELS = {
    "home-status": "reports/home_status.html",
    "home-now": "reports/home_now.html",
    "home-today": "reports/home_today.html",
    "home-notices": "reports/home_notices.html",
}


@resident_page("The household's own page.")
def home(request: ResidentRequest) -> HttpResponse:
    now = timezone.now()
    context = _context(request)
    if any(notice.read_at is None for notice in context["home"].notices):
        mark_read(household=request.household, now=now)
    panels = _panels(request, context)
    poll = poll_element("home-poll", reverse("reports:home-live"), etag(panels), EVERY)
    return render(request, "reports/home.html", context | {"panel": named(panels), "poll": poll})


@resident_page("The same page, asked again while it is open.")
def home_live(request: ResidentRequest) -> HttpResponse:
    """The panels that changed; 304 when none did. A poll does not count as reading."""
    panels = _panels(request, _context(request))
    return answer(request, panels, "home-poll", reverse("reports:home-live"), EVERY)


def _context(request: ResidentRequest) -> dict[str, Any]:
    shown = home_day(request.compound, request.household, request.home, timezone.now())
    return {
        "home": shown,
        "home_label": shown.label,
        "home_note": shown.note,
        "home_url": reverse("reports:home"),
        "duty_phone": request.compound.duty_phone,
        "compound_name": request.compound.name,
    }


def _panels(request: ResidentRequest, context: dict[str, Any]) -> Panels:
    return draw(PANELS, context | {"csrf_token": get_token(request)})
