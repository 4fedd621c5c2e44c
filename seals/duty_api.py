"""Guests and barriers for programs, to read."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from compounds.endpoints import ApiRequest, endpoint
from compounds.roles import Permission
from lockdown.kernel.masking import mask_name, mask_phone
from seals.duty_pages import MOST, barriers_of, guests_of
from seals.models import Barrier, Guest


class GuestAnswer(serializers.ModelSerializer):
    """Masked, as on a list; the full number is shown on the page, for a reason."""

    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    place = serializers.CharField()
    needs = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Guest
        fields = ("id", "name", "phone", "kind", "place", "needs", "registered_at", "gone_at")

    def get_name(self, guest: Guest) -> str:
        return mask_name(guest.name)

    def get_phone(self, guest: Guest) -> str:
        return mask_phone(guest.phone)


class BarrierAnswer(serializers.ModelSerializer):
    place = serializers.CharField()
    blocked = serializers.SerializerMethodField()
    look_again_at = serializers.DateTimeField(source="due_again", allow_null=True)

    class Meta:
        model = Barrier
        fields = (
            *("id", "kind", "place", "since", "opener", "opener_phone", "deputy"),
            *("deputy_phone", "key_place", "opens_within", "checked_at", "look_again_at"),
            "blocked",
        )

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_blocked(self, barrier: Barrier) -> list[str]:
        return list(barrier.hazard)


@endpoint(
    Permission.LODGING_MATCH,
    answer=GuestAnswer(many=True),
    summary="People sealed in who do not live here",
)
def guest_list(request: ApiRequest) -> Response:
    return Response(GuestAnswer(guests_of(request.member).here()[:MOST], many=True).data)


@endpoint(
    Permission.ORDER_SEE,
    answer=BarrierAnswer(many=True),
    summary="Barriers that stand, with who opens them",
)
def barrier_list(request: ApiRequest) -> Response:
    return Response(BarrierAnswer(barriers_of(request.member).standing()[:MOST], many=True).data)
