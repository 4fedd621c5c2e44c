"""The way back to where somebody came from, and never out of the house."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, default: str) -> str:
    """What the form or the link names as `next`, else the page that led here, else the default."""
    for wanted in (request.POST.get("next"), request.GET.get("next"), _referring(request)):
        if wanted and url_has_allowed_host_and_scheme(
            wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return wanted
    return default


def _referring(request: HttpRequest) -> str:
    """The page before, as a path; not this page itself, which a refused form comes from."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if request.method != "GET" or parts.netloc != request.get_host() or parts.path == request.path:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
