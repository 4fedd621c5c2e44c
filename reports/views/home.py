"""The resident's page: one household, nothing of any other."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from households.access import ResidentRequest, resident_page
from households.bar import bar
from households.exporting import is_of_the_home
from notices.actions import mark_read
from notices.proxies import mark_seen
from reports.kept import Drawn, kept
from reports.panels import answer, draw, etag, named, poll_element
from reports.resident import home_day

EVERY = 30  # seconds between two polls
PANELS = {
    "home-status": "reports/home_status.html",
    "home-now": "reports/home_now.html",
    "home-today": "reports/home_today.html",
    "home-ways": "reports/home_ways.html",
    "home-notices": "reports/home_notices.html",
}


@resident_page("The household's own page.")
def home(request: ResidentRequest) -> HttpResponse:
    now = timezone.now()
    drawn = _drawn(request, now)
    if request.proxy is not None:
        mark_seen(access=request.access, now=now)
    elif drawn.facts["unread"]:
        mark_read(household=request.household, now=now)
    context = bar(request) | {
        "back_url": "",
        "home_note": drawn.facts["note"],
        "may_export": is_of_the_home(request.access),
        "panel": named(drawn.panels),
        "poll": poll_element("home-poll", reverse("reports:home-live"), etag(drawn.panels), EVERY),
    }
    return render(request, "reports/home.html", context)


@resident_page("The same page, asked again while it is open.")
def home_live(request: ResidentRequest) -> HttpResponse:
    """The panels that changed; 304 when none did. A poll does not count as reading."""
    panels = _drawn(request, timezone.now()).panels
    return answer(request, panels, "home-poll", reverse("reports:home-live"), EVERY)


def _drawn(request: ResidentRequest, now: datetime) -> Drawn:
    """The household's own panels, kept for its phones; those of a relative are his alone. Each
    request's forms get its own token.
    """

    def draw_now() -> Drawn:
        shown = home_day(request.compound, request.household, request.home, now, request.proxy)
        token = get_random_string(40)
        facts = {
            "note": shown.note,
            "unread": any(notice.read_at is None for notice in shown.notices),
            "token": token,
        }
        return Drawn(draw(PANELS, {"home": shown, "csrf_token": token}), facts)

    acting = request.proxy.pk if request.proxy else None
    sees = (request.household.pk, request.home.pk, acting)
    drawn = kept("home", request.compound, now, sees, draw_now)
    return drawn.with_text(drawn.facts["token"], get_token(request))
