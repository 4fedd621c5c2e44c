"""The resident's door: a session that holds one household's secret, and pages behind it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from compounds.access import Rule, View, ruled
from compounds.actions import digest_of
from compounds.models import Building, Compound, Home, Unit
from households.models import Access, Household
from lockdown.kernel.lean import fetch_first
from lockdown.kernel.tenancy import scope, scoped_compounds

FOUND = (
    ("a", Access),
    ("c", Compound),
    ("f", Household),
    ("h", Home),
    ("u", Unit),
    ("b", Building),
)
# OFFSET 0 keeps PostgreSQL from weighing all orders of joining: that took it 20 times as long as
# walking from the access to its door.
REST = """
FROM (
    SELECT * FROM households_access
    WHERE compound_id = %s AND digest = %s AND ended_at IS NULL OFFSET 0
) a
CROSS JOIN LATERAL (
    SELECT * FROM compounds_compound WHERE id = a.compound_id OFFSET 0
) c
CROSS JOIN LATERAL (
    SELECT * FROM households_household
    WHERE compound_id = a.compound_id AND id = a.household_id AND closed_at IS NULL OFFSET 0
) f
CROSS JOIN LATERAL (
    SELECT * FROM compounds_home WHERE compound_id = a.compound_id AND id = f.home_id OFFSET 0
) h
CROSS JOIN LATERAL (
    SELECT * FROM compounds_unit WHERE compound_id = a.compound_id AND id = h.unit_id OFFSET 0
) u
CROSS JOIN LATERAL (
    SELECT * FROM compounds_building
    WHERE compound_id = a.compound_id AND id = h.building_id OFFSET 0
) b
"""


class ResidentRequest(HttpRequest):
    """What a view behind `resident_page` receives: the request, with the household it is for."""

    access: Access
    household: Household
    home: Home
    compound: Compound
    htmx: HtmxDetails


SESSION_KEY = "home"  # {"compound": id, "secret": text}


def new_secret() -> tuple[str, str]:
    """(secret for the session, digest for the row)."""
    secret = secrets.token_urlsafe(24)
    return secret, digest_of(secret)


def remember(request: HttpRequest, *, compound: int, secret: str) -> None:
    """Bind this browser to the access; a new session id closes session fixation."""
    request.session.cycle_key()
    request.session[SESSION_KEY] = {"compound": compound, "secret": secret}


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def resident_page(why: str) -> Callable[[View], View]:
    """For the phone that may open one household's page.

    The view runs inside the compound's scope with `request.access`, `request.household`,
    `request.home` (with unit and building) and `request.compound`. Nobody's household but this
    one is reachable: views take no household from the address. Without an access: the welcome
    page, which says to scan the door's code.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            kept = request.session.get(SESSION_KEY)
            if not kept:
                return redirect("households:welcome")
            with scope([kept["compound"]]):
                access = _find(kept["secret"])
                if access is None:
                    forget(request)
                    return redirect("households:welcome")
                if access.granted_at is None:
                    return redirect("households:waiting")
                return _run(request, access, view, **kwargs)

        return ruled(guarded, Rule("resident", why=why))

    return decorate


def _find(secret: str) -> Access | None:
    """One statement for every page of a resident; see lockdown.kernel.lean."""
    found: Any = fetch_first(FOUND, REST, [*scoped_compounds(), digest_of(secret)])
    if found is None:
        return None
    access, compound, household, home, unit, building = found
    access.compound, access.household = compound, household
    household.home, home.unit, home.building, unit.building = home, unit, building, building
    return access


def _run(request: HttpRequest, access: Access, view: View, **kwargs: Any) -> HttpResponse:
    now = timezone.now()
    if access.last_seen_at is None or now - access.last_seen_at > timedelta(minutes=10):
        Access.objects.filter(pk=access.pk).update(last_seen_at=now)
    structlog.contextvars.bind_contextvars(compound=access.compound_id)
    request.access = access  # type: ignore[attr-defined]
    request.household = access.household  # type: ignore[attr-defined]
    request.home = access.household.home  # type: ignore[attr-defined]
    request.compound = access.compound  # type: ignore[attr-defined]
    with timezone.override(access.compound.tz):
        return view(request, **kwargs)
