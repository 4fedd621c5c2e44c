"""Notices for programs: the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compounds.endpoints import ApiRequest, endpoint
from compounds.models import Building, Home, Unit
from compounds.roles import Permission
from households.models import CareKind
from lockdown.kernel.errors import Refused
from notices.actions import send_notice, told
from notices.audience import Audience
from notices.models import Notice, NoticeKind, Receipt, Told
from notices.parts import narrowed, notices_of, part_labels
from notices.queries import Figures, Line, Reach, figures, notice_reach, on_lists

MOST = 200
PAGING = (
    OpenApiParameter("after", OpenApiTypes.INT, description="The last id of the page before."),
    OpenApiParameter("limit", OpenApiTypes.INT, description="At most 200; 50 when left out."),
)


class ReachOut(serializers.Serializer):
    total = serializers.IntegerField()
    reached = serializers.IntegerField()
    read = serializers.IntegerField()
    acknowledged = serializers.IntegerField()
    unreached = serializers.IntegerField()


class NoticeOut(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(NoticeKind.choices)
    title = serializers.CharField()
    audience = serializers.CharField()
    is_emergency = serializers.BooleanField()
    state = serializers.CharField()
    send_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    reach = ReachOut()


class NoticePage(serializers.Serializer):
    results = NoticeOut(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class LineOut(ReachOut):
    name = serializers.CharField()


class NoticeDetail(NoticeOut):
    body = serializers.CharField()
    by_route = LineOut(many=True)
    by_place = LineOut(many=True)


class AudienceIn(serializers.Serializer):
    """Ids of this compound. Nothing named is the whole compound."""

    building = serializers.ListField(child=serializers.IntegerField(), required=False)
    unit = serializers.ListField(child=serializers.IntegerField(), required=False)
    home = serializers.ListField(child=serializers.IntegerField(), required=False)
    floors = serializers.ListField(
        child=serializers.IntegerField(min_value=-20, max_value=200), required=False
    )
    flags = serializers.ListField(child=serializers.ChoiceField(CareKind.choices), required=False)


class NoticeIn(serializers.Serializer):
    title = serializers.CharField(max_length=80)
    body = serializers.CharField(max_length=2000)
    audience = AudienceIn(required=False)
    is_emergency = serializers.BooleanField(default=False)
    needs_acknowledging = serializers.BooleanField(default=True)
    send_at = serializers.DateTimeField(required=False, allow_null=True)


class ReceiptOut(serializers.Serializer):
    id = serializers.IntegerField()
    notice = serializers.IntegerField()
    title = serializers.CharField()
    home = serializers.IntegerField()
    door = serializers.CharField()
    route = serializers.CharField()
    assignee = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField()
    attempts = serializers.IntegerField()
    finished_at = serializers.DateTimeField(allow_null=True)
    told_how = serializers.CharField(allow_blank=True)


class ReceiptPage(serializers.Serializer):
    results = ReceiptOut(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class ToldIn(serializers.Serializer):
    how = serializers.ChoiceField(Told.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@endpoint(
    Permission.NOTICE_SEE,
    answer=NoticePage,
    summary="List notices, oldest first",
    parameters=PAGING,
)
def notices(request: ApiRequest) -> Response:
    after, limit = _paging(request)
    rows = list(notices_of(request.member).filter(pk__gt=after).order_by("pk")[: limit + 1])
    page = part_labels(rows[:limit], request.member)
    reached = notice_reach((one.pk for one in page), member=request.member)
    nothing = Reach(0, 0, 0, 0, 0)
    return Response(
        {
            "results": [_notice(one, reached.get(one.pk, nothing)) for one in page],
            "next_after": page[-1].pk if len(rows) > limit else None,
        }
    )


@endpoint(
    Permission.NOTICE_SEND,
    methods=("POST",),
    body=NoticeIn,
    answer=NoticeOut,
    summary="Send a notice, now or later",
)
def notice_send(request: ApiRequest, data: dict[str, Any]) -> Response:
    notice = send_notice(
        compound=request.compound,
        kind=NoticeKind.GENERAL,
        title=data["title"],
        body=data["body"],
        audience=narrowed(_audience(data.get("audience") or {}), request.member),
        cause=f"api:{request.member.pk}:{request.headers['Idempotency-Key']}"[:80],
        is_emergency=data["is_emergency"],
        needs_acknowledging=data["needs_acknowledging"],
        send_at=data.get("send_at"),
        by=request.member,
    )
    return Response(_notice(notice, Reach(0, 0, 0, 0, 0)))


@endpoint(Permission.NOTICE_SEE, answer=NoticeDetail, summary="A notice and how far it has come")
def notice_detail(request: ApiRequest, notice: int) -> Response:
    found = get_object_or_404(notices_of(request.member), pk=notice)
    found = part_labels([found], request.member)[0]
    known: Figures = figures(found, request.member)
    return Response(
        _notice(found, known.whole)
        | {
            "body": found.body,
            "by_route": [_line(line) for line in known.by_route],
            "by_place": [_line(line) for line in known.by_place],
        }
    )


@endpoint(
    Permission.NOTICE_SEE,
    answer=ReceiptPage,
    summary="Households not told yet, each with its person",
    parameters=PAGING,
)
def reach_list(request: ApiRequest) -> Response:
    after, limit = _paging(request)
    rows = (
        on_lists(request.member).filter(pk__gt=after).select_related("home", "assignee", "notice")
    )
    found = list(rows.order_by("pk")[: limit + 1])
    page = found[:limit]
    return Response(
        {
            "results": [_receipt(row) for row in page],
            "next_after": page[-1].pk if len(found) > limit else None,
        }
    )


@endpoint(
    Permission.WORK_DO,
    methods=("POST",),
    body=ToldIn,
    answer=ReceiptOut,
    summary="Record that a household was told",
)
def receipt_told(request: ApiRequest, receipt: int, data: dict[str, Any]) -> Response:
    rows = Receipt.objects.filter(request.member.within("home__"))
    found = get_object_or_404(rows, pk=receipt)
    row = told(receipt=found, how=data["how"], note=data["note"], by=request.member)
    return Response(_receipt(row))


def _audience(data: dict[str, Any]) -> Audience:
    """The audience, once every id named is of this compound."""
    audience = Audience.of_json(data)
    for model, ids in (
        (Building, audience.buildings),
        (Unit, audience.units),
        (Home, audience.homes),
    ):
        if ids and model.objects.filter(pk__in=ids).count() != len(set(ids)):
            raise Refused(_("This place is not in the compound. Choose it again."), code="no_place")
    return audience


def _paging(request: Request) -> tuple[int, int]:
    after, limit = request.query_params.get("after", ""), request.query_params.get("limit", "")
    start = int(after) if after.isdecimal() and len(after) < 19 else 0
    most = int(limit) if limit.isdecimal() and len(limit) < 9 else 50
    return start, max(1, min(most, MOST))


def _notice(notice: Notice, reach: Reach) -> dict[str, Any]:
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "title": notice.title,
        "audience": notice.audience_label,
        "is_emergency": notice.is_emergency,
        "state": notice.state().value,
        "send_at": notice.send_at,
        "sent_at": notice.sent_at,
        "reach": _reach(reach),
    }


def _reach(reach: Reach) -> dict[str, int]:
    names = ("total", "reached", "read", "acknowledged", "unreached")
    return {name: getattr(reach, name) for name in names}


def _line(line: Line) -> dict[str, Any]:
    return {"name": line.name} | _reach(line.reach)


def _receipt(row: Receipt) -> dict[str, Any]:
    return {
        "id": row.pk,
        "notice": row.notice_id,
        "title": row.notice.title,
        "home": row.home_id,
        "door": row.home.label,
        "route": row.route,
        "assignee": row.assignee.name if row.assignee else "",
        "due_at": row.due_at,
        "attempts": row.attempts,
        "finished_at": row.finished_at,
        "told_how": row.told_how,
    }
