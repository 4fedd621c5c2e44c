"""API endpoints: the same permissions, scope and actions as the pages, for programs.

`@endpoint` resolves the caller (an API token, or the browser's session), opens the compound's
scope, honours `Idempotency-Key` on every POST and turns a refusal into 409.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from compounds.access import Rule, membership, ruled
from compounds.actions import digest_of
from compounds.models import ApiToken, Compound, Member, User
from compounds.roles import Permission
from compounds.signin.entering import must_enrol, opens
from journal.models import RequestKey
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope

TOKEN = re.compile(r"^ld_([0-9a-z]{1,12})_[\w-]{20,60}$")
KEY = re.compile(r"^[\x21-\x7e]{8,100}$")


class ApiRequest(Request):
    """What an endpoint receives: the request, with its compound and calling member."""

    compound: Compound
    member: Member


class Problem(serializers.Serializer):
    """Every error: a sentence to show, and a code to branch on."""

    detail = serializers.CharField()
    code = serializers.CharField()


PROBLEM = OpenApiResponse(Problem)
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="8 to 100 visible characters; the same key and body get the same answer.",
)


def endpoint(
    permission: Permission,
    *,
    methods: tuple[str, ...] = ("GET",),
    body: Any = None,
    answer: Any = None,
    summary: str = "",
    parameters: tuple[OpenApiParameter, ...] = (),
) -> Callable[[Callable[..., Response]], Any]:
    """Make a function an endpoint under /api/v1/compounds/<compound>/…

    The function receives the request (with `.compound` and `.member`) and, when `body` is a
    serializer class, its validated data as `data`. Endpoints take one method each.
    """
    method = methods[0]

    def decorate(function: Callable[..., Response]) -> Any:
        @wraps(function)
        def run(request: ApiRequest, compound: str, **kwargs: Any) -> Response:
            member = _admit(request, compound, permission)
            with scope([member.compound_id]), timezone.override(member.compound.tz):
                request.member, request.compound = member, member.compound
                if body is not None:
                    kwargs["data"] = _validated(body, request)
                if method == "GET":
                    return function(request, **kwargs)
                return _once(request, function, kwargs)

        describe = _description(body, answer, summary, parameters, creates=method != "GET")
        return ruled(describe(api_view([method])(cast(Any, run))), Rule("api", permission))

    return decorate


def _description(
    body: Any,
    answer: Any,
    summary: str,
    parameters: tuple[OpenApiParameter, ...],
    *,
    creates: bool,
) -> Callable[[Any], Any]:
    refusals = {400: PROBLEM, 409: PROBLEM, 422: PROBLEM} if creates else {}
    return extend_schema(
        request=body,
        responses={200: answer, 401: PROBLEM, 404: PROBLEM, **refusals},
        summary=summary,
        parameters=[*parameters, *([IDEMPOTENCY] if creates else [])],
    )


def _admit(request: Request, slug: str, permission: Permission) -> Member:
    """The calling member, or 401 without a key, 404 for a place that is not theirs."""
    member = caller(request, slug)
    if member is None:
        if request.user is not None and "Authorization" not in request.headers:
            raise exceptions.NotFound(_("There is no such place."))
        raise exceptions.NotAuthenticated(_("Send a valid API token."))
    if member.compound.slug != slug or not member.may(permission):
        raise exceptions.NotFound(_("There is no such place."))
    request._request.member = member  # type: ignore[attr-defined]
    request._request.compound = member.compound  # type: ignore[attr-defined]
    return member


def caller(request: Request, slug: str) -> Member | None:
    """The member behind the token or the session, within this compound."""
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("bearer "):
        return _token_member(header[7:].strip())
    if request.user is not None and _same_origin(request):
        member = membership(cast(User, request.user), slug)
        return member if member is not None and _may_enter(request, member) else None
    return None


def _may_enter(request: Request, member: Member) -> bool:
    """A browser's session opens here what it opens on pages."""
    page = request._request
    return opens(page, member) and not must_enrol(page, member, timezone.now())


def _same_origin(request: Request) -> bool:
    # DRF views are exempt from CSRF checks; a session may only write from our own pages.
    if request.method == "GET":
        return True
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _token_member(text: str) -> Member | None:
    match = TOKEN.match(text)
    if match is None:
        return None
    compound = int(match[1], 36)
    if compound >= 2**63:
        return None
    now = timezone.now()
    with scope([compound]):
        token = (
            ApiToken.objects.filter(digest=digest_of(text), revoked_at=None)
            .select_related("member__compound", "member__user")
            .first()
        )
        if token is None or token.member.left_at or not token.member.user.is_active:
            return None
        if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 300:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.member


def _validated(body: Any, request: Request) -> dict[str, Any]:
    serializer = body(data=request.data)
    if not serializer.is_valid():
        raise Invalid(serializer.errors)
    return dict(serializer.validated_data)


class Invalid(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "invalid"

    def __init__(self, errors: Any) -> None:
        super().__init__(_("Some fields are not right."))
        self.errors = errors


def _once(
    request: ApiRequest, function: Callable[..., Response], kwargs: dict[str, Any]
) -> Response:
    """The same key with the same body gets the first answer; with another body, 409."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.match(key):
        raise exceptions.ParseError(_("Send an Idempotency-Key header of 8 to 100 characters."))
    digest = hashlib.sha256()
    digest.update(f"{request.method} {request.path}\n".encode())
    digest.update(repr(_body(request)).encode(errors="replace"))
    with transaction.atomic():
        # The insert waits for a twin that is under way, and then finds its answer.
        RequestKey.objects.bulk_create(
            [
                RequestKey(
                    compound=request.compound,
                    actor=f"member:{request.member.pk}",
                    key=key,
                    request_digest=digest.hexdigest(),
                )
            ],
            ignore_conflicts=True,
        )
        kept = RequestKey.objects.select_for_update().get(
            actor=f"member:{request.member.pk}", key=key
        )
        if kept.request_digest != digest.hexdigest():
            raise Refused(
                _("This Idempotency-Key was used for another request."), code="key_reused"
            )
        if kept.status is not None:
            return Response(kept.answer, status=kept.status)
        answer = function(request, **kwargs)
        kept.status, kept.answer = answer.status_code, _plain(answer.data)
        kept.save(update_fields=["status", "answer"])
    return answer


def _body(request: Request) -> object:
    """What was sent, in an order that does not matter; of a file, its name and contents."""
    data = request.data
    if not isinstance(data, dict):
        return data
    return sorted((name, _told(one)) for name, one in data.items())


def _told(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return f"{value.name} {digest.hexdigest()}"


def _plain(data: Any) -> Any:
    """The answer as JSON would carry it, for keeping."""
    from_serializer = serializers.JSONField().to_representation(data)
    return _json_ready(from_serializer)


def _json_ready(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _json_ready(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json_ready(one) for one in value]
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return str(value)


def answer_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Refusals answer 409 with the sentence; other errors in the same form."""
    if isinstance(error, Refused):
        return Response({"detail": str(error), "code": error.code}, status=409)
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = getattr(error, "detail", None)
    code = getattr(detail, "code", None) or getattr(error, "default_code", "error")
    data: dict[str, Any] = {"detail": str(detail or error), "code": str(code)}
    if isinstance(error, Invalid):
        data["errors"] = error.errors
    response.data = data
    return response
