"""Households, verification, roster imports and residents' sign-in for programs."""

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
from compounds.models import Unit
from compounds.roles import Permission
from households import signin
from households.batches import rejects_of, remarks_of
from households.comparing import compare
from households.imports import MAX_UPLOAD, confirm_import, preview_roster, undo_import
from households.models import Access, Household, Outcome, RosterImport, Verification
from households.parts import find_import
from households.phones import mask
from households.queries import Wanted, accesses, files_of, household_list
from households.sweeps import RECORDABLE, How, verify
from households.templatetags.households_ui import mask_numbers
from households.whole_file import household_file
from lockdown.kernel.errors import Refused

MOST = 200
MEGABYTE = 1024 * 1024
PAGING = (
    OpenApiParameter("after", OpenApiTypes.INT, description="id of the last row you have"),
    OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 200; 50 unless said"),
)


class ResidentAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    relation = serializers.CharField()
    sex = serializers.CharField()
    age = serializers.IntegerField(allow_null=True)
    presence = serializers.CharField()
    note = serializers.CharField()
    phones = serializers.ListField(child=serializers.CharField(), help_text="masked")
    flags = serializers.ListField(child=serializers.CharField())


class HouseholdLine(serializers.Serializer):
    id = serializers.IntegerField()
    door = serializers.CharField()
    floor = serializers.IntegerField()
    people = serializers.IntegerField()
    inside = serializers.IntegerField()
    flags = serializers.ListField(child=serializers.CharField())
    has_phone = serializers.BooleanField()
    to_verify = serializers.BooleanField()


class HouseholdPage(serializers.Serializer):
    results = HouseholdLine(many=True)
    next_after = serializers.IntegerField(allow_null=True)


class HouseholdAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    door = serializers.CharField()
    unit = serializers.CharField()
    floor = serializers.IntegerField()
    note = serializers.CharField()
    residents = ResidentAnswer(many=True)
    phones = serializers.ListField(child=serializers.CharField(), help_text="masked")
    relatives = serializers.ListField(child=serializers.DictField())
    flags = serializers.ListField(child=serializers.CharField())
    verification = serializers.CharField(allow_null=True)


class VerifyBody(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=[str(one) for one in RECORDABLE])
    how = serializers.ChoiceField(choices=[str(one) for one in How], default=str(How.DOOR))
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class VerifyAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    door = serializers.CharField()
    outcome = serializers.CharField()
    attempts = serializers.IntegerField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ImportBody(serializers.Serializer):
    file = serializers.FileField(help_text="an .xlsx or .csv roster of at most 10 MB")
    unit = serializers.IntegerField(required=False, help_text="unit of doors without one")


class ImportAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    file = serializers.CharField()
    state = serializers.CharField(help_text="previewed, imported or taken_back")
    households = serializers.IntegerField()
    people = serializers.IntegerField()
    lone_elders = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()
    doors_without_row = serializers.ListField(child=serializers.CharField())
    doors_without_home = serializers.ListField(child=serializers.CharField())
    remarks = serializers.ListField(child=serializers.DictField())
    rejects = serializers.ListField(child=serializers.DictField())


class AccessAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    door = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField(help_text="waiting, granted or ended")


class AccessPage(serializers.Serializer):
    results = AccessAnswer(many=True)


class DecideBody(serializers.Serializer):
    decision = serializers.ChoiceField(choices=["grant", "refuse", "revoke"])


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.query_params.get(name, "")
    return min(max(int(text), least), most) if text.isdecimal() and len(text) < 19 else default


@endpoint(
    Permission.HOUSEHOLD_SEE,
    answer=HouseholdPage,
    summary="Households, in the order of their ids",
    parameters=(*PAGING, OpenApiParameter("q", OpenApiTypes.STR, description="search")),
)
def households(request: ApiRequest) -> Response:
    limit = _number(request, "limit", 50, 1, MOST)
    after = _number(request, "after", 0, 0, 2**62)
    wanted = Wanted(q=request.query_params.get("q", "")[:40].replace("\x00", ""))
    rows = household_list(request.member, wanted).filter(pk__gt=after).order_by("pk")
    found = list(rows[: limit + 1])
    more = len(found) > limit
    results = [_line(one) for one in found[:limit]]
    return Response({"results": results, "next_after": results[-1]["id"] if more else None})


def _line(one: Any) -> dict[str, Any]:
    inside = sum(person.presence in ("inside", "temporary") for person in one.people)
    return {
        "id": one.pk,
        "door": one.home.label,
        "floor": one.home.floor,
        "people": len(one.people),
        "inside": inside,
        "flags": sorted({flag.kind for flag in one.open_flags}),
        "has_phone": one.reachable,
        "to_verify": one.to_verify,
    }


@endpoint(Permission.HOUSEHOLD_SEE, answer=HouseholdAnswer, summary="One household's file")
def household(request: ApiRequest, household: int) -> Response:
    found: Household = get_object_or_404(files_of(request.member), pk=household)
    file = household_file(found, request.member)
    return Response(
        {
            "id": found.pk,
            "door": found.home.label,
            "unit": str(found.home.unit),
            "floor": found.home.floor,
            "note": mask_numbers("\n".join(one.text for one in file.notes)),
            "residents": [_resident(one) for one in file.people],
            "phones": [mask(one.number) for one in file.phones],
            "relatives": [
                {"relation": one.relation, "name": one.name, "phone": mask(one.phone)}
                for one in file.relatives
            ],
            "flags": [flag.kind for flag in file.flags],
            "verification": file.verification.outcome if file.verification else None,
        }
    )


def _resident(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "relation": one.relation,
        "sex": one.sex,
        "age": one.age,
        "presence": one.presence,
        "note": mask_numbers(one.note),
        "phones": [mask(phone.number) for phone in one.numbers],
        "flags": [flag.kind for flag in one.open_flags],
    }


@endpoint(
    Permission.WORK_DO,
    methods=("POST",),
    body=VerifyBody,
    answer=VerifyAnswer,
    summary="Record what was found at a door",
)
def verification_record(request: ApiRequest, verification: int, data: dict[str, Any]) -> Response:
    rows = Verification.objects.all()
    rows = rows.filter(request.member.within("home__"))
    done = verify(
        verification=get_object_or_404(rows, pk=verification),
        outcome=Outcome(data["outcome"]),
        how=How(data["how"]),
        note=data["note"],
        by=request.member,
    )
    return Response(
        {
            "id": done.pk,
            "door": done.home.label,
            "outcome": done.outcome,
            "attempts": done.attempts,
            "finished_at": done.finished_at,
        }
    )


@endpoint(
    Permission.ROSTER_IMPORT,
    methods=("POST",),
    body=ImportBody,
    answer=ImportAnswer,
    summary="Upload a roster; nothing is stored in the files until it is confirmed",
)
def import_upload(request: ApiRequest, data: dict[str, Any]) -> Response:
    file = data["file"]
    if file.size > MAX_UPLOAD:
        raise Refused(
            _("The file is larger than %(limit)s MB. Save it without pictures.")
            % {"limit": MAX_UPLOAD // MEGABYTE},
            code="too_big",
        )
    unit = None
    if data.get("unit"):
        unit = get_object_or_404(
            Unit.objects.filter(request.member.within_units()).select_related("building"),
            pk=data["unit"],
        )
    batch = preview_roster(
        compound=request.compound,
        file_name=file.name,
        data=file.read(),
        unit=unit,
        by=request.member,
    )
    return Response(_batch(batch))


def _find(request: ApiRequest, batch: int) -> RosterImport:
    return find_import(request.member, batch)


@endpoint(Permission.ROSTER_IMPORT, answer=ImportAnswer, summary="A roster import's preview")
def import_one(request: ApiRequest, batch: int) -> Response:
    return Response(_batch(_find(request, batch)))


@endpoint(
    Permission.ROSTER_IMPORT,
    methods=("POST",),
    answer=ImportAnswer,
    summary="Write a previewed roster into the files",
)
def import_confirm(request: ApiRequest, batch: int) -> Response:
    return Response(_batch(confirm_import(batch=_find(request, batch), by=request.member)))


@endpoint(
    Permission.ROSTER_IMPORT, methods=("POST",), answer=ImportAnswer, summary="Take an import back"
)
def import_undo(request: ApiRequest, batch: int) -> Response:
    return Response(_batch(undo_import(batch=_find(request, batch), by=request.member)))


def _batch(batch: RosterImport) -> dict[str, Any]:
    comparison = compare(batch)
    state = "imported" if batch.confirmed_at else "previewed"
    return {
        "id": batch.pk,
        "file": batch.file_name,
        "state": "taken_back" if batch.undone_at else state,
        "households": batch.households,
        "people": batch.people,
        "lone_elders": batch.parsed["stats"]["lone_elders"],
        "new": len(comparison.people("new")),
        "changed": len(comparison.people("changed")),
        "same": len(comparison.people("same")),
        "doors_without_row": [home.label for home in comparison.unlisted[:MOST]],
        "doors_without_home": [one.door.label for one in comparison.homeless[:MOST]],
        "remarks": [
            {"row": one.row, "level": one.level, "code": one.code, "text": one.text}
            for one in remarks_of(batch.parsed)[:MOST]
        ],
        "rejects": [
            {"row": one.row, "why": [reason.text for reason in one.reasons]}
            for one in rejects_of(batch.parsed)[:MOST]
        ],
    }


@endpoint(
    Permission.ACCESS_DECIDE, answer=AccessPage, summary="Residents who wait or are signed in"
)
def access_list(request: ApiRequest) -> Response:
    return Response({"results": [_access(one) for one in accesses(request.member)[:MOST]]})


@endpoint(
    Permission.ACCESS_DECIDE,
    methods=("POST",),
    body=DecideBody,
    answer=AccessAnswer,
    summary="Let a resident's phone in, refuse it, or end its sign-in",
)
def access_decide(request: ApiRequest, access: int, data: dict[str, Any]) -> Response:
    rows = Access.objects.all()
    rows = rows.filter(request.member.within("household__home__"))
    found = get_object_or_404(rows, pk=access)
    decide = {"grant": signin.grant, "refuse": signin.refuse, "revoke": signin.revoke}
    return Response(_access(decide[data["decision"]](access=found, by=request.member)))


def _access(one: Access) -> dict[str, Any]:
    state = "ended" if one.ended_at else "granted" if one.granted_at else "waiting"
    name = one.said_name
    return {"id": one.pk, "door": one.household.home.label, "name": name, "state": state}
