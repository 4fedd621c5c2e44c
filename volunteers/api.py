"""Care calls for programs; the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from compounds.endpoints import ApiRequest, endpoint
from compounds.roles import Permission
from compounds.work import WorkState
from lockdown.kernel.masking import mask_name
from volunteers.actions import record_call
from volunteers.models import CareOutcome, CareVisit
from volunteers.queries import care_today


class CareAnswer(serializers.ModelSerializer):
    door = serializers.CharField(source="home.label")
    name = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    assignee = serializers.CharField(source="assignee.name", default=None)
    needs_knock = serializers.BooleanField()

    class Meta:
        model = CareVisit
        fields = (
            "id",
            "door",
            "name",
            "day",
            "due_at",
            "state",
            "outcome",
            "needs",
            "attempts",
            "needs_knock",
            "assignee",
            "finished_at",
        )

    def get_name(self, visit: CareVisit) -> str:
        return mask_name(visit.resident.name)

    def get_state(self, visit: CareVisit) -> WorkState:
        return visit.state()


class CareBody(serializers.Serializer):
    outcome = serializers.ChoiceField(
        choices=[one for one in CareOutcome.choices if one[0] != CareOutcome.WAITING]
    )
    needs = serializers.CharField(max_length=200, required=False, allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


@endpoint(Permission.CARE_SEE, answer=CareAnswer(many=True), summary="Today's care calls")
def care_list(request: ApiRequest) -> Response:
    visits = care_today(timezone.now(), request.member)
    return Response(CareAnswer(visits, many=True).data)


@endpoint(
    Permission.WORK_DO,
    methods=("POST",),
    body=CareBody,
    answer=CareAnswer,
    summary="How a care call went",
)
def care_record(request: ApiRequest, visit: int, data: dict[str, Any]) -> Response:
    rows = CareVisit.objects.select_related("home", "resident", "assignee")
    found = get_object_or_404(rows.filter(request.member.within("home__")), pk=visit)
    outcome = CareOutcome(data.pop("outcome"))
    record_call(visit=found, outcome=outcome, by=request.member, **data)
    return Response(CareAnswer(rows.get(pk=found.pk)).data)
