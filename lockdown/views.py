"""Health, outage and error pages of the installation itself."""

from __future__ import annotations

import sys
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout
from redis import Redis
from redis.exceptions import RedisError

from compounds.access import public_page
from journal.queries import last_tick

log = structlog.get_logger(__name__)
AWAY = (OperationalError, InterfaceError, PoolTimeout)
# Beat ticks every 30 s at most; without a tick for this long nothing is being swept.
STALLED_AFTER = timedelta(minutes=3)


@public_page("Liveness: the process answers.")
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@public_page("Readiness: which part is away, for the load balancer and the person on call.")
def readyz(request: HttpRequest) -> JsonResponse:
    parts = {"database": _database(), "broker": _broker()}
    parts["sweeps"] = _sweeps() if parts["database"] == "ok" else "unknown"
    # Stalled sweeps are shown but do not take the pages away from people.
    ready = parts["database"] == "ok" and parts["broker"] == "ok"
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except AWAY:
        return "away"
    return "ok"


def _broker() -> str:
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
    except (RedisError, OSError):
        return "away"
    finally:
        client.close()
    return "ok"


def _sweeps() -> str:
    at = last_tick()
    if at is None:
        return "never ran"
    return "ok" if timezone.now() - at < STALLED_AFTER else "stalled"


def server_error(request: HttpRequest) -> HttpResponse:
    """An outage answers 503 and says when to come back; anything else is our fault."""
    error = sys.exc_info()[1]
    if isinstance(error, AWAY):
        log.error("database_away", error=type(error).__name__)
        response = render(request, "errors/outage.html", _bare(), status=503)
        response["Retry-After"] = "10"
        return response
    return render(request, "500.html", _bare(), status=500)


def _bare() -> dict[str, object]:
    """Error pages must not ask the database who is signed in."""
    return {"user": None, "member": None, "nav_items": []}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = _("This page was open for too long. Go back, reload it and send again.")
    return render(request, "errors/refused.html", {"sentence": sentence}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        answer = {"detail": _("There is no such place."), "code": "not_found"}
        return JsonResponse(answer, status=404)
    return render(request, "404.html", _bare(), status=404)
