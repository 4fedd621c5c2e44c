"""Language by choice, one log line a request, and the content policy."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import structlog
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

log = structlog.get_logger("request")
Handler = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Simplified Chinese unless the person chose otherwise; a browser's guess does not count."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class RequestLogMiddleware:
    """Method, route and time; never a query string, a name or a number of a person."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex[:12])
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000),
        )
        return response


class PolicyMiddleware(CSPMiddleware):
    """django-csp, which writes the same policy anew for each answer, with the policy written once.

    A view that has a policy of its own (a decorator of django-csp) gets what django-csp makes.
    """

    OWN = ("_csp_config", "_csp_update", "_csp_replace", "_csp_exempt")

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        self.policy = build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.csp_nonce or any(hasattr(response, name) for name in self.OWN):  # type: ignore[attr-defined]
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response
