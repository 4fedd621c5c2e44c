"""For programs: drafts, cancelling, a restarted clock, the next stage, the rule of a door."""

from __future__ import annotations

import hashlib
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response

from compounds.endpoints import ApiRequest, endpoint
from compounds.models import Home
from compounds.roles import Permission
from seals import api_shapes
from seals.api import answer, find, key_of, read_order
from seals.cancelling import cancel, throw_away
from seals.drafts import save_draft
from seals.easing import ease
from seals.forms import read_place
from seals.models import OrderState, SealOrder
from seals.restarting import keep_clock, restart, restart_part
from seals.rules import rule_of


@endpoint(
    Permission.ORDER_SEAL,
    methods=("POST",),
    body=api_shapes.OrderBody,
    answer=api_shapes.OrderDetail,
    summary="Keep a prepared order as a draft; nothing starts",
)
def order_draft(request: ApiRequest, data: dict[str, Any]) -> Response:
    drafted = read_order(request, data)
    typed = {name: str(value) for name, value in data.items() if name not in {"steps", "draft"}}
    draft = save_draft(
        compound=request.compound,
        **drafted.draft.order,
        steps=drafted.steps,
        typed=typed,
        request_key=key_of(request, drafted),
        by=request.member,
    )
    return answer(draft)


@endpoint(
    Permission.ORDER_LIFT,
    methods=("POST",),
    body=api_shapes.CancelBody,
    answer=api_shapes.OrderDetail,
    summary="Take back an order entered by mistake, or throw a draft away",
)
def order_cancel(request: ApiRequest, order: int, data: dict[str, Any]) -> Response:
    found = find(request, order)
    if found.state == OrderState.DRAFT:
        return answer(throw_away(order=found, by=request.member))
    return answer(cancel(order=found, by=request.member, **data))


@endpoint(
    Permission.ORDER_SEAL,
    methods=("POST",),
    body=api_shapes.RestartBody,
    answer=api_shapes.OrderDetail,
    summary="A new positive: count anew for all or a part, or go on with the reason kept",
)
def order_restart(request: ApiRequest, order: int, data: dict[str, Any]) -> Response:
    found = find(request, order)
    return answer(_restarted(request, found, data))


def _restarted(request: ApiRequest, found: SealOrder, data: dict[str, Any]) -> SealOrder:
    why: dict[str, Any] = {"order": found, "reason": data["reason"], "by": request.member}
    if data.get("exempt"):
        return keep_clock(**why).order
    dates: dict[str, Any] = {"clock_from": data.get("clock_from"), "ends_at": data.get("ends_at")}
    if not data.get("part"):
        return restart(to_first=data.get("to_first", False), **dates, **why)
    sent = f"part {request.member.pk} {request.headers.get('Idempotency-Key', '')}"
    return restart_part(
        place=read_place(request.compound, data["part"]),
        request_key=hashlib.sha256(sent.encode()).hexdigest(),
        **dates,
        **why,
    )


@endpoint(
    Permission.ORDER_SEAL,
    methods=("POST",),
    body=api_shapes.EaseBody,
    answer=api_shapes.OrderDetail,
    summary="Begin the next stage of a plan that eases step by step",
)
def order_ease(request: ApiRequest, order: int, data: dict[str, Any]) -> Response:
    found = find(request, order)
    return answer(ease(order=found, stage=data["stage"], by=request.member))


@endpoint(
    Permission.ORDER_SEE,
    answer=api_shapes.RuleAnswer,
    summary="The order that rules a door now, and every order over it",
)
def door_rule(request: ApiRequest, home: int) -> Response:
    found = get_object_or_404(Home.objects.select_related("unit__building"), pk=home)
    if not request.member.covers(found):
        raise exceptions.NotFound
    now = timezone.now()
    return Response(api_shapes.RuleAnswer(rule_of(found, now), context={"now": now}).data)
