"""Requests for help for programs, without the medical ones; the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.response import Response

from compounds.endpoints import ApiRequest, endpoint
from compounds.roles import Permission
from volunteers import asks
from volunteers.ask_words import asks_for
from volunteers.models import Ask

MOST = 200
DEEDS = ("accept", "start", "finish", "cannot")


class AskOut(serializers.ModelSerializer):
    door = serializers.CharField(source="home.label")
    standing = serializers.CharField()
    assignee = serializers.CharField(source="assignee.name", default=None)

    class Meta:
        model = Ask
        fields = (
            "id",
            "door",
            "kind",
            "text",
            "is_urgent",
            "asked_by",
            "asked_at",
            "due_at",
            "standing",
            "assignee",
            "answer",
            "next_step",
            "finished_at",
        )


class AskDeed(serializers.Serializer):
    deed = serializers.ChoiceField(choices=DEEDS)
    answer = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    next_step = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@endpoint(Permission.ASK_SEE, answer=AskOut(many=True), summary="Open requests for help")
def ask_list(request: ApiRequest) -> Response:
    found = asks_for(request.member, medical=False)
    found = found.filter(finished_at=None, cancelled_at=None)[:MOST]
    return Response(AskOut(found, many=True).data)


@endpoint(
    Permission.WORK_DO,
    methods=("POST",),
    body=AskDeed,
    answer=AskOut,
    summary="Take a request on, begin it, finish it, or say why it cannot be done",
)
def ask_move(request: ApiRequest, ask: int, data: dict[str, Any]) -> Response:
    rows = asks_for(request.member, medical=False)
    found, by = get_object_or_404(rows, pk=ask), request.member
    match data["deed"]:
        case "accept":
            asks.accept(ask=found, by=by)
        case "start":
            asks.start(ask=found, by=by)
        case "finish":
            asks.finish(ask=found, answer=data["answer"], by=by)
        case _cannot:
            asks.cannot(ask=found, answer=data["answer"], next_step=data["next_step"], by=by)
    return Response(AskOut(rows.get(pk=found.pk)).data)
