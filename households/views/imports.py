"""Uploading a roster, its preview, confirming it and taking it back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.models import Home
from compounds.roles import Permission
from households.batches import home_key, rejects_of, rejects_roster, remarks_of
from households.comparing import Comparison, compare
from households.forms import DoorsForm, ImportForm
from households.imports import build_doors, confirm_import, preview_roster, undo_import
from households.models import RosterImport
from households.parts import find_import, past_imports
from households.roster.messages import CHECK, RESOLVED
from households.roster.rejects import rejects_workbook, template_workbook
from households.sheet_identities import KNOWN, NEW, OTHER, read_numbers
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # rows of one list on the preview; the rest is counted


@member_page(Permission.ROSTER_IMPORT)
def import_new(request: MemberRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None, member=request.member)
    began = timezone.now()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        batch = attempt(
            form,
            preview_roster,
            compound=request.compound,
            file_name=file.name,
            data=file.read(),
            unit=form.cleaned_data["unit"],
            by=request.member,
        )
        if batch is not None:
            if batch.uploaded_at < began:
                messages.info(request, _seen_before(batch))
            return redirect("households:import-preview", request.compound.slug, batch.pk)
    context = {
        "form": form,
        "past": past_imports(request.member),
        "homes": Home.objects.filter(request.member.within()).count(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "households/import_new.html", context, status=status)


def _seen_before(batch: RosterImport) -> str:
    if batch.confirmed_at:
        return _("This file is imported already. Uploading it again changes nothing.")
    return _("This file was uploaded before and waits to be confirmed. Here is its preview.")


@member_page(Permission.ROSTER_IMPORT)
def import_preview(request: MemberRequest, batch: int) -> HttpResponse:
    found = find_import(request.member, batch)
    return _preview(request, found)


def _preview(
    request: MemberRequest, batch: RosterImport, *, status: int = 200, **more: Any
) -> HttpResponse:
    comparison = compare(batch)
    remarks = remarks_of(batch.parsed)
    to_check = [one for one in remarks if one.level == CHECK]
    context = {
        "batch": batch,
        "stats": batch.parsed["stats"],
        "comparison": comparison,
        "doors_per_floor": _doors_per_floor(comparison),
        "to_check": to_check[:SHOWN],
        "to_check_more": max(len(to_check) - SHOWN, 0),
        "resolved": [one for one in remarks if one.level == RESOLVED][:SHOWN],
        "rejects": rejects_of(batch.parsed)[:SHOWN],
        "new": len(comparison.people("new")),
        "changed": comparison.people("changed"),
        "same": len(comparison.people("same")),
        "kept": [(door, one) for door in comparison.doors for one in door.people if one.kept],
        "missing": [(door, one) for door in comparison.doors for one in door.missing],
        "homeless": comparison.homeless,
        "doors_form": DoorsForm(),
        "asks_place": any(not all(one.door.key[:2]) for one in comparison.homeless),
        "may_build": request.member.may(Permission.COMPOUND_EDIT),
        "numbers": _numbers(request, batch, comparison),
        **more,
    }
    return render(request, "households/import_preview.html", context, status=status)


def _numbers(
    request: MemberRequest, batch: RosterImport, comparison: Comparison
) -> dict[str, Any] | None:
    """What ticking the identity numbers would do; None when it is not offered."""
    may = request.member.may(Permission.HOUSEHOLD_EDIT)
    if not may or not batch.numbers_found or batch.confirmed_at:
        return None
    found = read_numbers(batch, comparison)
    states = Counter(one.state for one in found)
    return {
        "gone": not batch.numbers,
        "new": states[NEW],
        "known": states[KNOWN],
        "other": [one for one in found if one.state == OTHER][:SHOWN],
        "days": request.compound.retention_days,
        "ticked": "numbers" in request.POST,
    }


def _doors_per_floor(comparison: Comparison) -> list[tuple[str, int, str]]:
    """(unit, floors, doors on a floor) for each unit of the sheet."""
    found: dict[str, Counter[int]] = {}
    for one in comparison.doors:
        unit = "-".join(part for part in one.door.key[:2] if part)
        found.setdefault(unit, Counter())[one.door.floor] += 1
    answer = []
    for unit, floors in found.items():
        least, most = min(floors.values()), max(floors.values())
        doors = str(most) if least == most else f"{least}–{most}"
        answer.append((unit, len(floors), doors))
    return answer


@member_page(Permission.ROSTER_IMPORT)
@require_POST
def import_confirm(request: MemberRequest, batch: int) -> HttpResponse:
    found = find_import(request.member, batch)
    try:
        keep = "numbers" in request.POST
        done = confirm_import(batch=found, keep_numbers=keep, by=request.member)
    except Refused as refusal:
        return _preview(request, found, status=422, refusal=str(refusal))
    messages.success(
        request,
        _("Imported: %(households)s households, %(people)s people.")
        % {"households": done.households, "people": done.people},
    )
    return redirect("households:import-preview", request.compound.slug, done.pk)


@member_page(Permission.ROSTER_IMPORT)
@require_POST
def import_undo(request: MemberRequest, batch: int) -> HttpResponse:
    found = find_import(request.member, batch)
    try:
        undo_import(batch=found, by=request.member)
    except Refused as refusal:
        return _preview(request, found, status=422, refusal=str(refusal))
    messages.success(request, _("The import is taken back."))
    return redirect("households:import-preview", request.compound.slug, found.pk)


@member_page(Permission.COMPOUND_EDIT)
@require_POST
def import_doors(request: MemberRequest, batch: int) -> HttpResponse:
    """Create the homes that the sheet names."""
    found = find_import(request.member, batch)
    form = DoorsForm(request.POST)
    if not form.is_valid():
        return _preview(request, found, status=422, doors_form=form)
    made = attempt(form, build_doors, batch=found, by=request.member, **form.cleaned_data)
    if made is None:
        return _preview(request, found, status=422, doors_form=form)
    messages.success(request, _("%(made)s new homes.") % {"made": made})
    return redirect("households:import-preview", request.compound.slug, found.pk)


@member_page(Permission.ROSTER_IMPORT)
def import_rejects(request: MemberRequest, batch: int) -> HttpResponse:
    """The rows that were not taken, each with its reason, to be put right and uploaded again."""
    found = find_import(request.member, batch)
    return _sheet(rejects_workbook(rejects_roster(found.parsed)), f"rejects-{found.pk}.xlsx")


@member_page(Permission.ROSTER_IMPORT)
def import_template(request: MemberRequest) -> HttpResponse:
    """An empty roster with this compound's doors to choose from."""
    homes = Home.objects.filter(request.member.within()).select_related("unit__building")
    return _sheet(template_workbook(home_key(home) for home in homes), "roster-template.xlsx")


def _sheet(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
