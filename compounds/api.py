"""The compound itself over the API: its tree, and adding homes by pattern."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from compounds.actions import UnitPattern, build_homes
from compounds.endpoints import ApiRequest, endpoint
from compounds.queries import building_outline, home_counts
from compounds.roles import Permission


class UnitOut(serializers.Serializer):
    id = serializers.IntegerField()
    building = serializers.CharField()
    unit = serializers.CharField()
    floors = serializers.IntegerField()
    homes = serializers.IntegerField()


class CompoundOut(serializers.Serializer):
    name = serializers.CharField()
    slug = serializers.CharField()
    time_zone = serializers.CharField()
    duty_phone = serializers.CharField()
    homes = serializers.IntegerField()
    units = UnitOut(many=True)


class PatternIn(serializers.Serializer):
    building = serializers.CharField(max_length=10)
    unit = serializers.CharField(max_length=10)
    floors = serializers.IntegerField(min_value=1, max_value=120)
    doors = serializers.IntegerField(min_value=1, max_value=60)
    first_floor = serializers.IntegerField(min_value=1, max_value=120, default=1)


class HomesIn(serializers.Serializer):
    patterns = serializers.ListField(child=PatternIn(), allow_empty=False, max_length=200)


class HomesOut(serializers.Serializer):
    made = serializers.IntegerField()
    homes = serializers.IntegerField()


@endpoint(Permission.ORDER_SEE, answer=CompoundOut, summary="The compound and its units")
def compound_detail(request: ApiRequest) -> Response:
    compound = request.compound
    units = [
        {
            "id": line.unit.pk,
            "building": line.unit.building.number,
            "unit": line.unit.number,
            "floors": line.floors,
            "homes": line.homes,
        }
        for line in building_outline(request.member)
    ]
    return Response(
        {
            "name": compound.name,
            "slug": compound.slug,
            "time_zone": compound.zone,
            "duty_phone": compound.duty_phone,
            "homes": home_counts(request.member),
            "units": units,
        }
    )


@endpoint(
    Permission.COMPOUND_EDIT,
    methods=("POST",),
    body=HomesIn,
    answer=HomesOut,
    summary="Add homes by pattern; homes that exist stay as they are",
)
def homes_add(request: ApiRequest, data: dict[str, Any]) -> Response:
    patterns = [UnitPattern(**one) for one in data["patterns"]]
    made = build_homes(compound=request.compound, patterns=patterns, by=request.member)
    return Response({"made": made, "homes": home_counts(request.member)})
