"""What orders, plans, recalls and tasks look like to programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compounds.limits import touches
from lockdown.kernel.masking import mask_name
from seals.family import overlapping
from seals.models import Level, PlanTask, Recall, RecallOutcome, SealOrder
from seals.planning import place_of
from seals.queries import parts_of
from seals.words import said


class OrderAnswer(serializers.ModelSerializer):
    place = serializers.CharField(source="place_label")
    template = serializers.SerializerMethodField()
    day = serializers.SerializerMethodField()
    days = serializers.IntegerField()
    issued_by = serializers.CharField(source="issued_by.name", default=None)
    parent = serializers.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    clock = serializers.DateTimeField()  # since when the days are counted
    stage = serializers.SerializerMethodField()
    stages = serializers.SerializerMethodField()

    class Meta:
        model = SealOrder
        fields = (
            "id",
            "number",
            "place",
            "place_key",
            "place_kind",
            "level",
            "state",
            "template",
            "starts_at",
            "ends_at",
            "day",
            "days",
            "issuer",
            "legal_source",
            "issued_at",
            "issued_by",
            "lifted_at",
            "cancelled_at",
            "cancel_reason",
            "parent",
            "clock",
            "stage",
            "stages",
        )

    def get_template(self, order: SealOrder) -> str:
        return said(order.template_name)

    def get_stage(self, order: SealOrder) -> int:
        return order.stage + 1

    def get_stages(self, order: SealOrder) -> int:
        return max(1, len(order.stages))

    def get_day(self, order: SealOrder) -> int:
        return order.day_of(self.context["now"])


class OrderPage(serializers.Serializer):
    results = OrderAnswer(many=True)
    next = serializers.IntegerField(allow_null=True)


class PartAnswer(serializers.Serializer):
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["done", "now", "late"])
    count = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)
    attempts = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)


class ChangeAnswer(serializers.Serializer):
    kind = serializers.CharField()
    old_end = serializers.DateTimeField()
    new_end = serializers.DateTimeField()
    old_clock = serializers.DateTimeField(allow_null=True)
    new_clock = serializers.DateTimeField(allow_null=True)
    part = serializers.IntegerField(source="part_id", allow_null=True)
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.name")


class OrderDetail(OrderAnswer):
    parts = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()
    overlaps = serializers.SerializerMethodField()

    class Meta(OrderAnswer.Meta):
        fields = (*OrderAnswer.Meta.fields, "parts", "changes", "overlaps")  # type: ignore[assignment]

    @extend_schema_field(PartAnswer(many=True))
    def get_parts(self, order: SealOrder) -> list[PartAnswer]:
        # The annotation is for the schema.
        return PartAnswer(parts_of(order), many=True).data  # type: ignore[return-value]

    @extend_schema_field(ChangeAnswer(many=True))
    def get_changes(self, order: SealOrder) -> list[ChangeAnswer]:
        return ChangeAnswer(order.changes.select_related("by"), many=True).data  # type: ignore[return-value]

    @extend_schema_field(OrderAnswer(many=True))
    def get_overlaps(self, order: SealOrder) -> list[OrderAnswer]:
        """Other orders in force over any of its doors; the strictest rules each door."""
        found = overlapping(place_of(order), but=order) if order.state == "in_force" else []
        member = self.context.get("member")
        found = [one for one in found if member is None or touches(member, one)]
        return OrderAnswer(found, many=True, context=self.context).data  # type: ignore[return-value]


class StepChange(serializers.Serializer):
    """A step of the template that is to be different this time, named by its key."""

    key = serializers.CharField(max_length=40)
    on = serializers.BooleanField(required=False)
    at = serializers.ListField(child=serializers.CharField(max_length=5), required=False)
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=60), required=False
    )
    within_minutes = serializers.IntegerField(required=False, min_value=5, max_value=2880)
    params = serializers.DictField(required=False)


class OrderBody(serializers.Serializer):
    place = serializers.CharField(max_length=40, help_text="compound, building:3, unit:12, …")
    template = serializers.CharField(max_length=40, help_text="yujingwan, …, or own:5")
    level = serializers.ChoiceField(choices=Level.choices, required=False)
    starts_at = serializers.DateTimeField(required=False, help_text="now when it is left out")
    ends_at = serializers.DateTimeField(required=False, help_text="as the plan says when left out")
    issuer = serializers.CharField(max_length=80, required=False, allow_blank=True)
    legal_source = serializers.CharField(max_length=120, required=False, allow_blank=True)
    steps = StepChange(many=True, required=False)
    draft = serializers.IntegerField(
        required=False, min_value=1, max_value=2**62, help_text="the draft this changes or confirms"
    )


class LineAnswer(serializers.Serializer):
    key = serializers.CharField(source="step.key")
    kind = serializers.CharField(source="step.kind")
    on = serializers.BooleanField(source="step.on")
    title = serializers.CharField()
    detail = serializers.CharField()
    when = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    error = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(source="planned.count", default=None, allow_null=True)
    unit = serializers.CharField(source="planned.unit", default=None, allow_null=True)
    who = serializers.CharField(source="planned.who", default=None, allow_null=True)


class PreviewAnswer(serializers.Serializer):
    homes = serializers.IntegerField()
    floors = serializers.IntegerField()
    inside = serializers.IntegerField()
    out = serializers.IntegerField()
    starts_at = serializers.DateTimeField(source="plan.starts_at")
    ends_at = serializers.DateTimeField(source="plan.ends_at")
    warnings = serializers.ListField(child=serializers.CharField())
    lines = LineAnswer(many=True)


class ChangeBody(serializers.Serializer):
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200)


class BehindAnswer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    who = serializers.CharField(allow_blank=True)


class CancelBody(serializers.Serializer):
    reason = serializers.CharField(max_length=200, help_text="why it was a mistake")
    with_parts = serializers.BooleanField(required=False)


class RestartBody(serializers.Serializer):
    reason = serializers.CharField(max_length=200)
    part = serializers.CharField(
        max_length=40, required=False, help_text="unit:12, floor:12:5 or home:33; else the whole"
    )
    clock_from = serializers.DateTimeField(required=False, help_text="now when it is left out")
    ends_at = serializers.DateTimeField(required=False, help_text="as many days as before")
    to_first = serializers.BooleanField(required=False, help_text="back to the first stage")
    exempt = serializers.BooleanField(
        required=False, help_text="strictly isolated at home: the days go on"
    )


class EaseBody(serializers.Serializer):
    stage = serializers.IntegerField(min_value=1, max_value=20, help_text="the stage that ends")


class RuleAnswer(serializers.Serializer):
    """`order` rules the door now; `begun` has every order over it, the strictest first."""

    home = serializers.CharField(source="home.label")
    level = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    order = OrderAnswer(allow_null=True)
    begun = OrderAnswer(many=True)
    ahead = OrderAnswer(many=True)


class FindingAnswer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_met = serializers.BooleanField()
    by_person = serializers.BooleanField()
    fact = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    behind = BehindAnswer(many=True)


class LiftBody(serializers.Serializer):
    statements = serializers.DictField(
        child=serializers.CharField(max_length=300, allow_blank=True), required=False
    )


class RecallAnswer(serializers.ModelSerializer):
    door = serializers.CharField(source="home.label")
    name = serializers.SerializerMethodField()
    assignee = serializers.CharField(source="assignee.name", default=None)

    class Meta:
        model = Recall
        fields = (
            "id",
            "door",
            "name",
            "outcome",
            "expected_at",
            "attempts",
            "assignee",
            "due_at",
            "finished_at",
            "cancelled_at",
        )

    def get_name(self, recall: Recall) -> str:
        return mask_name(recall.resident.name)


class RecallBody(serializers.Serializer):
    outcome = serializers.ChoiceField(
        choices=[one for one in RecallOutcome.choices if one[0] != RecallOutcome.WAITING]
    )
    expected_at = serializers.DateTimeField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if data["outcome"] == RecallOutcome.COMING and not data.get("expected_at"):
            raise serializers.ValidationError({"expected_at": "required when coming"})
        return data


class TaskAnswer(serializers.ModelSerializer):
    title = serializers.SerializerMethodField()
    assignee = serializers.CharField(source="assignee.name", default=None)

    class Meta:
        model = PlanTask
        fields = (
            "id",
            "title",
            "assignee",
            "due_at",
            "finished_at",
            "missed_at",
            "cancelled_at",
            "note",
        )

    def get_title(self, task: PlanTask) -> str:
        return said(task.title)


class NoteBody(serializers.Serializer):
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
