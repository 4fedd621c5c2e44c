"""Boards, figures, comments and lists for programs; the same queries and actions as the pages."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from compounds.endpoints import ApiRequest, endpoint
from compounds.roles import Permission
from reports import rows
from reports.actions import comment_on_day
from reports.board import board
from reports.days import day_of
from reports.figures import DayFigures, Figure, day_figures
from reports.models import DayComment
from reports.my_work import Item, my_list


class CountAnswer(serializers.Serializer):
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class OrderAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    place = serializers.CharField()
    level = serializers.CharField()
    day = serializers.IntegerField()
    days = serializers.IntegerField()
    ends_at = serializers.DateTimeField()


class ToDoAnswer(serializers.Serializer):
    harm = serializers.CharField()
    place = serializers.CharField()
    fact = serializers.CharField()
    who = serializers.CharField(allow_blank=True)
    since = serializers.DateTimeField()


class BoardAnswer(serializers.Serializer):
    at = serializers.DateTimeField()
    orders = OrderAnswer(many=True)
    households = serializers.IntegerField()
    inside = serializers.IntegerField()
    verified = CountAnswer()
    told = CountAnswer()
    elders_called = CountAnswer(required=False)
    disinfections = CountAnswer()
    waiting_for_sign_in = serializers.IntegerField()
    to_do = ToDoAnswer(many=True)
    not_told = serializers.IntegerField()


class FigureAnswer(serializers.Serializer):
    key = serializers.CharField()
    should = serializers.IntegerField()
    done = serializers.IntegerField()
    before = serializers.IntegerField()
    late = serializers.IntegerField()


class PastLimitAnswer(serializers.Serializer):
    place = serializers.CharField()
    what = serializers.CharField()
    late = serializers.CharField()
    who = serializers.CharField(allow_blank=True)


class CommentAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    day = serializers.DateField()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    text = serializers.CharField()


class DayAnswer(serializers.Serializer):
    day = serializers.DateField()
    at = serializers.DateTimeField()
    households = serializers.IntegerField()
    inside = serializers.IntegerField()
    away = serializers.IntegerField()
    people = FigureAnswer(many=True)
    work = FigureAnswer(many=True)
    disinfections_so_far = serializers.IntegerField()
    past_limit = PastLimitAnswer(many=True)


class CommentBody(serializers.Serializer):
    text = serializers.CharField(max_length=1000)


class ItemAnswer(serializers.Serializer):
    kind = serializers.CharField()
    place = serializers.CharField()
    what = serializers.CharField()
    due_at = serializers.DateTimeField()
    status = serializers.CharField()
    rows = serializers.IntegerField()


class MyWorkAnswer(serializers.Serializer):
    count = serializers.IntegerField()
    late = ItemAnswer(many=True)
    today = ItemAnswer(many=True)
    done = ItemAnswer(many=True)


@endpoint(Permission.BOARD_SEE, answer=BoardAnswer, summary="The board's figures")
def board_figures(request: ApiRequest) -> Response:
    """The numbers of the desk's board at this moment, and what is to be done now."""
    shown = board(request.compound, request.member, timezone.now())
    counts = {kind: {"done": done, "total": total} for kind, (done, total) in shown.totals.items()}
    data: dict[str, Any] = {
        "at": shown.now,
        "orders": [
            {
                "id": order.pk,
                "place": order.place_label,
                "level": order.level,
                "day": order.day_of(shown.now),
                "days": order.days,
                "ends_at": order.ends_at,
            }
            for order in shown.orders
        ],
        "households": shown.households,
        "inside": shown.inside,
        "verified": counts[rows.VERIFY],
        "told": counts[rows.TELL],
        "disinfections": counts[rows.ROUND],
        "waiting_for_sign_in": shown.waiting,
        "to_do": shown.todo,
        "not_told": len(shown.untold),
    }
    if "care" in shown.lenses:
        data["elders_called"] = counts[rows.CARE]
    return Response(BoardAnswer(data).data)


@endpoint(Permission.REPORT_SEE, answer=DayAnswer, summary="The figures of a day")
def day(request: ApiRequest, day: str) -> Response:
    """`day` is a date of the compound's calendar, today or earlier."""
    chosen = _date(request, day)
    figures = day_figures(request.compound, chosen, timezone.now(), request.member)
    return Response(DayAnswer(_day(figures)).data)


def _day(figures: DayFigures) -> dict[str, Any]:
    return {
        "day": figures.day,
        "at": figures.at,
        "households": figures.households,
        "inside": figures.inside,
        "away": figures.away,
        "people": [_figure(one) for one in figures.people],
        "work": [_figure(one) for one in figures.work],
        "disinfections_so_far": figures.rounds_so_far,
        "past_limit": figures.late,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "should": figure.should,
        "done": figure.done,
        "before": figure.before,
        "late": figure.late,
    }


@endpoint(Permission.REPORT_SEE, answer=CommentAnswer(many=True), summary="Comments on a day")
def comments(request: ApiRequest, day: str) -> Response:
    chosen = _date(request, day)
    found = DayComment.objects.filter(day=chosen).select_related("by")
    return Response(CommentAnswer([_comment(one) for one in found], many=True).data)


@endpoint(
    Permission.REPORT_COMMENT,
    methods=("POST",),
    body=CommentBody,
    answer=CommentAnswer,
    summary="Comment on a day",
)
def comment(request: ApiRequest, day: str, data: dict[str, Any]) -> Response:
    made = comment_on_day(
        compound=request.compound,
        day=_date(request, day),
        text=data["text"],
        request_key=_key(request),
        by=request.member,
    )
    return Response(CommentAnswer(_comment(made)).data)


def _date(request: ApiRequest, text: str) -> date:
    chosen = day_of(request.compound, text)
    if chosen is None:
        raise exceptions.NotFound(_("There are no figures of that day."))
    return chosen


def _key(request: ApiRequest) -> str:
    """The caller's own key, so that two callers may choose the same one."""
    text = f"{request.member.pk}:{request.headers['Idempotency-Key']}"
    return hashlib.sha256(text.encode()).hexdigest()


def _comment(comment: DayComment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "day": comment.day,
        "by": comment.by.name,
        "at": comment.at,
        "text": comment.text,
    }


@endpoint(Permission.WORK_DO, answer=MyWorkAnswer, summary="My work")
def my_work(request: ApiRequest) -> Response:
    """What is assigned to the caller and late or due, and what they have done today."""
    mine = my_list(request.compound, request.member, timezone.now())
    return Response(
        MyWorkAnswer(
            {
                "count": mine.count,
                "late": _items(mine.late),
                "today": _items(mine.today),
                "done": _items(mine.done),
            }
        ).data
    )


def _items(items: list[Item]) -> list[dict[str, Any]]:
    return [
        {
            "kind": item.kind,
            "place": item.place,
            "what": item.what,
            "due_at": item.due_at,
            "status": item.status,
            "rows": item.rows,
        }
        for item in items
    ]
