"""Rounds and windows for programs; the same actions as the pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from compounds.endpoints import ApiRequest, endpoint
from compounds.roles import Permission
from compounds.work import WorkQuerySet, WorkState
from waste.actions import finish_round, move_window, start_round
from waste.forms import parse_day
from waste.models import Agent, DisinfectionRound, Phase, RubbishWindow, Scheme
from waste.queries import day_bounds

DAY = OpenApiParameter("day", OpenApiTypes.DATE, description="Today when it is left out.")
AFTER = OpenApiParameter("after", OpenApiTypes.INT64, description="The `next` of the page before.")
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="At most 200.")
PAGE = (DAY, AFTER, LIMIT)
MOST = 200


class RoundAnswer(serializers.ModelSerializer):
    place = serializers.CharField(source="unit.__str__", read_only=True)
    state = serializers.SerializerMethodField()
    assignee = serializers.CharField(source="assignee.name", default=None, read_only=True)

    class Meta:
        model = DisinfectionRound
        fields = (
            "id",
            "unit_id",
            "place",
            "due_at",
            "state",
            "assignee",
            "agent",
            "mg_per_litre",
            "contact_minutes",
            "started_at",
            "finished_at",
            "missed_at",
            "done_agent",
            "done_mg_per_litre",
            "done_contact_minutes",
            "batch",
            "note",
        )

    def get_state(self, row: DisinfectionRound) -> WorkState:
        return row.state()


class WindowAnswer(serializers.ModelSerializer):
    place = serializers.CharField(source="unit.__str__", read_only=True)
    state = serializers.SerializerMethodField()
    assignee = serializers.CharField(source="assignee.name", default=None, read_only=True)
    scheme = serializers.ChoiceField(choices=Scheme.choices)
    phase = serializers.ChoiceField(choices=Phase.choices)

    class Meta:
        model = RubbishWindow
        fields = (
            "id",
            "unit_id",
            "place",
            "put_out_at",
            "due_at",
            "state",
            "assignee",
            "scheme",
            "phase",
            "opened_at",
            "collecting_at",
            "finished_at",
            "missed_at",
            "bags",
        )

    def get_state(self, row: RubbishWindow) -> WorkState:
        return row.state()


class RoundPage(serializers.Serializer):
    results = RoundAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


class WindowPage(serializers.Serializer):
    results = WindowAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


class RoundBody(serializers.Serializer):
    agent = serializers.ChoiceField(choices=Agent.choices)
    mg_per_litre = serializers.IntegerField(min_value=1, max_value=1_000_000)
    contact_minutes = serializers.IntegerField(min_value=1, max_value=2_400)
    batch = serializers.CharField(max_length=40, required=False, allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class MoveBody(serializers.Serializer):
    to_phase = serializers.ChoiceField(choices=Phase.choices)
    bags = serializers.IntegerField(min_value=0, max_value=5_000, required=False, allow_null=True)


@endpoint(
    Permission.BOARD_SEE, answer=RoundPage, summary="Disinfection rounds of a day", parameters=PAGE
)
def rounds(request: ApiRequest) -> Response:
    return Response(RoundPage(_page(request, DisinfectionRound.objects.all())).data)


@endpoint(
    Permission.BOARD_SEE, answer=WindowPage, summary="Rubbish windows of a day", parameters=PAGE
)
def windows(request: ApiRequest) -> Response:
    return Response(WindowPage(_page(request, RubbishWindow.objects.all())).data)


def _page(request: ApiRequest, rows: WorkQuerySet) -> dict[str, Any]:
    """A day's rows in the order of their ids; a bad parameter is an address that is not there."""
    start, end = day_bounds(_day(request))
    after, limit = _whole(request, "after", 0), min(_whole(request, "limit", MOST, 1), MOST)
    found = list(
        _of_member(request, rows)
        .filter(due_at__gte=start, due_at__lt=end, cancelled_at=None, pk__gt=after)
        .order_by("pk")[: limit + 1]
    )
    more = len(found) > limit
    return {"results": found[:limit], "next": found[limit - 1].pk if more else None}


def _of_member(request: ApiRequest, rows: WorkQuerySet) -> WorkQuerySet:
    """A member who looks after a part sees that part."""
    rows = rows.select_related("unit__building", "assignee")
    return rows.filter(request.member.within_units("unit__"))


def _day(request: ApiRequest) -> date:
    text = request.query_params.get("day")
    if not text:
        return request.compound.today()
    day = parse_day(text)
    if day is None:
        raise exceptions.NotFound
    return day


def _whole(request: ApiRequest, name: str, default: int, least: int = 0) -> int:
    text = request.query_params.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) <= 18) or int(text) < least:
        raise exceptions.NotFound
    return int(text)


def _row(request: ApiRequest, rows: WorkQuerySet, key: int) -> Any:
    row = _of_member(request, rows).filter(pk=key).first()
    if row is None:
        raise exceptions.NotFound
    return row


@endpoint(
    Permission.WORK_DO, methods=("POST",), answer=RoundAnswer, summary="Start a disinfection round"
)
def round_start(request: ApiRequest, round_id: int) -> Response:
    row = _row(request, DisinfectionRound.objects.all(), round_id)
    return Response(RoundAnswer(start_round(round=row, by=request.member)).data)


@endpoint(
    Permission.WORK_DO,
    methods=("POST",),
    body=RoundBody,
    answer=RoundAnswer,
    summary="Record a disinfection round as done (mg/L, minutes)",
)
def round_done(request: ApiRequest, round_id: int, data: dict[str, Any]) -> Response:
    row = _row(request, DisinfectionRound.objects.all(), round_id)
    return Response(RoundAnswer(finish_round(round=row, **data, by=request.member)).data)


@endpoint(
    Permission.WORK_DO,
    methods=("POST",),
    body=MoveBody,
    answer=WindowAnswer,
    summary="Move a rubbish window to its next phase",
)
def window_move(request: ApiRequest, window_id: int, data: dict[str, Any]) -> Response:
    row = _row(request, RubbishWindow.objects.all(), window_id)
    return Response(WindowAnswer(move_window(window=row, **data, by=request.member)).data)
