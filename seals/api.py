"""Orders for programs: the same forms, permissions and actions as the pages."""

from __future__ import annotations

import hashlib
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.response import Response

from compounds.endpoints import ApiRequest, Invalid, endpoint
from compounds.limits import encloses, touching
from compounds.models import Member
from compounds.roles import Permission
from seals import actions, api_shapes
from seals.drafting import Drafting, saved_draft
from seals.forms import OrderForm
from seals.lift import checklist
from seals.lifting import lift
from seals.models import PlanTask, Recall, RecallOutcome, SealOrder
from seals.preview import preview
from seals.queries import orders, orders_seen_by
from seals.recalls import record_recall
from seals.steps import changed_forms

MOST = 200
AFTER = OpenApiParameter("after", OpenApiTypes.INT64, description="The `next` of the page before.")
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="At most 200.")
PAGE = (AFTER, LIMIT)


def _whole(request: ApiRequest, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 17:
        raise exceptions.NotFound
    return int(text)


def answer(
    order: SealOrder, shape: Any = api_shapes.OrderDetail, *, seen_by: Member | None = None
) -> Response:
    """`seen_by` is needed where the order may reach beyond the member's limits."""
    fresh = orders().get(pk=order.pk)
    return Response(shape(fresh, context={"now": timezone.now(), "member": seen_by}).data)


def key_of(request: ApiRequest, drafted: Drafting) -> str:
    """The order's own key: that of the draft it is made from, else of this request."""
    saved = saved_draft(drafted.draft.saved, request.member)
    sent = f"{request.member.pk} {request.headers.get('Idempotency-Key', '')}"
    return saved.request_key if saved else hashlib.sha256(sent.encode()).hexdigest()


def find(request: ApiRequest, order: int) -> SealOrder:
    return get_object_or_404(orders_seen_by(request.member), pk=order)


def read_order(request: ApiRequest, data: dict[str, Any]) -> Drafting:
    """The posted order through the page's own form, so that both refuse the same."""
    texts = {name: value for name, value in data.items() if name != "steps"}
    form = OrderForm(texts, compound=request.compound, member=request.member)
    if not form.is_valid():
        raise Invalid(form.errors)
    draft = form.chosen()
    drafted = Drafting(draft, changed_forms(draft.choice.steps, data.get("steps", [])))
    wrong = {one.step.key: one.errors for one in drafted.forms if one.errors}
    if wrong:
        raise Invalid(wrong)
    return drafted


@endpoint(Permission.ORDER_SEE, answer=api_shapes.OrderPage, summary="Orders", parameters=PAGE)
def order_list(request: ApiRequest) -> Response:
    after, limit = _whole(request, "after", 0), _whole(request, "limit", MOST)
    limit = max(1, min(limit, MOST))
    found = list(orders_seen_by(request.member).filter(pk__gt=after).order_by("pk")[: limit + 1])
    page = {
        "results": found[:limit],
        "next": found[limit - 1].pk if len(found) > limit else None,
    }
    return Response(api_shapes.OrderPage(page, context={"now": timezone.now()}).data)


@endpoint(
    Permission.ORDER_SEAL,
    methods=("POST",),
    body=api_shapes.OrderBody,
    answer=api_shapes.PreviewAnswer,
    summary="Everything that an order would start; writes nothing",
)
def order_preview(request: ApiRequest, data: dict[str, Any]) -> Response:
    drafted = read_order(request, data)
    draft = drafted.draft
    seen = preview(
        compound=request.compound,
        place=draft.place,
        level=draft.level,
        steps=drafted.steps,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        by=request.member,
    )
    return Response(api_shapes.PreviewAnswer(seen).data)


@endpoint(
    Permission.ORDER_SEAL,
    methods=("POST",),
    body=api_shapes.OrderBody,
    answer=api_shapes.OrderDetail,
    summary="Seal a place and start its plan",
)
def order_seal(request: ApiRequest, data: dict[str, Any]) -> Response:
    drafted = read_order(request, data)
    order = actions.seal(
        compound=request.compound,
        **drafted.draft.order,
        steps=drafted.steps,
        request_key=key_of(request, drafted),
        by=request.member,
    )
    return answer(order)


@endpoint(Permission.ORDER_SEE, answer=api_shapes.OrderDetail, summary="One order with its parts")
def order_detail(request: ApiRequest, order: int) -> Response:
    return answer(find(request, order), seen_by=request.member)


@endpoint(
    Permission.ORDER_SEAL,
    methods=("POST",),
    body=api_shapes.ChangeBody,
    answer=api_shapes.OrderDetail,
    summary="A later end",
)
def order_extend(request: ApiRequest, order: int, data: dict[str, Any]) -> Response:
    found = find(request, order)
    return answer(actions.extend(order=found, by=request.member, **data))


@endpoint(
    Permission.ORDER_SEAL,
    methods=("POST",),
    body=api_shapes.ChangeBody,
    answer=api_shapes.OrderDetail,
    summary="An earlier end",
)
def order_reduce(request: ApiRequest, order: int, data: dict[str, Any]) -> Response:
    found = find(request, order)
    return answer(actions.reduce(order=found, by=request.member, **data))


@endpoint(
    Permission.ORDER_SEE,
    answer=api_shapes.FindingAnswer(many=True),
    summary="What keeps the order from being lifted",
)
def order_checklist(request: ApiRequest, order: int) -> Response:
    found = find(request, order)
    if not encloses(request.member, found):
        raise exceptions.NotFound
    return Response(api_shapes.FindingAnswer(checklist(found, timezone.now()), many=True).data)


@endpoint(
    Permission.ORDER_LIFT,
    methods=("POST",),
    body=api_shapes.LiftBody,
    answer=api_shapes.OrderDetail,
    summary="Lift after the checklist",
)
def order_lift(request: ApiRequest, order: int, data: dict[str, Any]) -> Response:
    found = find(request, order)
    said = data.get("statements", {})
    return answer(lift(order=found, statements=said, by=request.member))


@endpoint(
    Permission.ORDER_SEE,
    answer=api_shapes.RecallAnswer(many=True),
    summary="Recalls of an order",
)
def order_recalls(request: ApiRequest, order: int) -> Response:
    found = find(request, order)
    rows = Recall.objects.filter(request.member.within("home__"), order=found).select_related(
        "home", "resident", "assignee"
    )
    return Response(api_shapes.RecallAnswer(rows.order_by("pk"), many=True).data)


@endpoint(
    Permission.WORK_DO,
    methods=("POST",),
    body=api_shapes.RecallBody,
    answer=api_shapes.RecallAnswer,
    summary="What a recall came to",
)
def recall_record(request: ApiRequest, recall: int, data: dict[str, Any]) -> Response:
    rows = Recall.objects.select_related("home", "resident", "assignee")
    found = get_object_or_404(rows.filter(request.member.within("home__")), pk=recall)
    outcome = RecallOutcome(data.pop("outcome"))
    record_recall(recall=found, outcome=outcome, by=request.member, **data)
    return Response(api_shapes.RecallAnswer(rows.get(pk=found.pk)).data)


@endpoint(
    Permission.ORDER_SEE, answer=api_shapes.TaskAnswer(many=True), summary="Tasks of an order"
)
def order_tasks(request: ApiRequest, order: int) -> Response:
    found = find(request, order)
    rows = PlanTask.objects.filter(order=found).select_related("assignee")
    return Response(api_shapes.TaskAnswer(rows.order_by("due_at", "pk"), many=True).data)


@endpoint(
    Permission.WORK_DO,
    methods=("POST",),
    body=api_shapes.NoteBody,
    answer=api_shapes.TaskAnswer,
    summary="A task is done",
)
def task_done(request: ApiRequest, task: int, data: dict[str, Any]) -> Response:
    tasks = PlanTask.objects.filter(touching(request.member, "order__"))
    found = get_object_or_404(tasks, pk=task)
    actions.finish_task(task=found, note=data.get("note", ""), by=request.member)
    fresh = PlanTask.objects.select_related("assignee").get(pk=found.pk)
    return Response(api_shapes.TaskAnswer(fresh).data)
