"""Paper sheets: choose and print, find by number, type back in."""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.access import MemberRequest, member_page
from compounds.models import Unit
from compounds.roles import Permission
from households.models import Presence, Sheet, SheetKind, Sweep
from households.parts import sweeps_of
from households.sheets import (
    Entry,
    Line,
    Newcomer,
    SheetRoom,
    find_sheet,
    make_sheet,
    room_of,
    sheets_of,
    type_back,
)
from households.sweep_queries import floor_lines
from households.sweep_sheets import homes_on
from households.views.labels import qr
from households.views.sweeps import find_sweep
from lockdown.kernel.errors import Refused

NEW_LINES = 6
PAGE = 40


@member_page(Permission.WORK_DO)
def sheet_list(request: MemberRequest) -> HttpResponse:
    """The printed sheets, and the box into which a short number is typed."""
    wanted = request.GET.get("number", "").strip().lstrip("#")
    refused = ""
    if wanted:
        found = find_sheet(request.member, int(wanted)) if _is_number(wanted) else None
        if found is not None:
            return redirect("households:sheet-type", request.compound.slug, found.pk)
        refused = _("There is no sheet with this number. It stands at the top of the paper.")
    page = Paginator(sheets_of(request.member), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "wanted": wanted,
        "refused": refused,
        "sweeps": list(sweeps_of(request.member).filter(closed_at=None).order_by("-pk")[:6]),
    }
    return render(request, "households/sheets.html", context, status=422 if refused else 200)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9


@member_page(Permission.WORK_DO)
def sheet_new(request: MemberRequest, sweep: int) -> HttpResponse:
    """Choose floors of one stair; the POST makes the numbered sheet and opens its paper."""
    found = find_sweep(request, sweep)
    lines = floor_lines(found, request.member)
    refused = ""
    if request.method == "POST":
        try:
            sheet = _make(request, found)
        except Refused as refusal:
            refused = str(refusal)
        else:
            return redirect("households:sheet-paper", request.compound.slug, sheet.pk)
    units = [(unit, list(rows)) for unit, rows in groupby(lines, key=lambda one: one.unit_id)]
    chosen = request.GET.get("unit", "")
    opened = next((unit for unit, _rows in units if str(unit) == chosen), None)
    context = {
        "sweep": found,
        "units": units,
        "opened": opened or (units[0][0] if units else None),
        "chosen": request.POST.getlist("floors"),
        "refused": refused,
    }
    return render(request, "households/sheet_new.html", context, status=422 if refused else 200)


def _make(request: MemberRequest, sweep: Sweep) -> Sheet:
    number = request.POST.get("unit", "")
    units = Unit.objects.filter(request.member.within_units()).select_related("building")
    unit = get_object_or_404(units, pk=int(number) if _is_number(number) else 0)
    floors = [
        int(one)
        for one in request.POST.getlist("floors")
        if one.removeprefix("-").isdecimal() and len(one) < 6
    ]
    if not floors:
        raise Refused(_("Choose at least one floor."), field="floors")
    return make_sheet(
        compound=request.compound,
        kind=SheetKind.SWEEP,
        title=_("%(unit)s, verification") % {"unit": unit},
        homes=homes_on(sweep, request.member, unit.pk, floors),
        unit=unit,
        floors=floors,
        sweep=sweep,
        by=request.member,
    )


def get_sheet(request: MemberRequest, sheet: int) -> Sheet:
    return get_object_or_404(sheets_of(request.member), pk=sheet)


@member_page(Permission.WORK_DO)
def sheet_paper(request: MemberRequest, sheet: int) -> HttpResponse:
    """The A4 face. Printed again it is the same sheet with the same number."""
    found = get_sheet(request, sheet)
    room = room_of(found)
    lines = room.lines(found)
    address = reverse("households:sheet-type", args=[request.compound.slug, found.pk])
    back = reverse("households:sheet-list", args=[request.compound.slug])
    if found.sweep_id:
        back = reverse("households:sweep", args=[request.compound.slug, found.sweep_id])
    context = {
        "sheet": found,
        "floors": [(place, list(rows)) for place, rows in groupby(lines, key=_stair_floor)],
        "count": len(lines),
        "people": sum(len(line.people) for line in lines),
        "outcomes": room.outcomes,
        "person_choices": room.people,
        "qr": qr(request.build_absolute_uri(address)),
        "new_lines": range(NEW_LINES),
        "printed_by": request.member.name,
        "printed_at": timezone.now(),
        "back_url": back,
    }
    answer = render(request, "households/sheet_paper.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _stair_floor(line: Line) -> tuple[str, int]:
    return line.unit, line.floor


@member_page(Permission.WORK_DO)
def sheet_type(request: MemberRequest, sheet: int) -> HttpResponse:
    """The same rows in the same order: one key a row. Opened by the QR on the paper."""
    found = get_sheet(request, sheet)
    room = room_of(found)
    refused: dict[int, str] = {}
    if request.method == "POST":
        refused = _type(request, found, room)
        if not refused:
            return redirect("households:sheet-type", request.compound.slug, found.pk)
    lines = room.lines(found)
    context = {
        "sheet": found,
        "floors": [
            (place, [_typed(request, line, refused) for line in rows])
            for place, rows in groupby(lines, key=_stair_floor)
        ],
        "outcomes": room.outcomes,
        "keys": "".join(one.key for one in room.outcomes),
        "person_choices": room.people,
        "new_lines": [_typed_new(request, place, refused) for place in range(1, NEW_LINES + 1)],
        "doors": [(line.row, line.door) for line in lines],
        "refused": len(refused),
        "key": uuid.uuid4(),
    }
    return render(request, "households/sheet_type.html", context, status=422 if refused else 200)


def _typed(request: HttpRequest, line: Line, refused: dict[int, str]) -> dict[str, Any]:
    """A row with what was typed into it, where it was refused."""
    why = refused.get(line.row, "")
    return {
        "line": line,
        "why": why,
        "outcome": request.POST.get(f"o-{line.row}", "") if why else "",
        "note": request.POST.get(f"n-{line.row}", "") if why else "",
    }


def _typed_new(request: HttpRequest, place: int, refused: dict[int, str]) -> dict[str, Any]:
    why = refused.get(-place, "")
    kept = {name: request.POST.get(f"new-{place}-{name}", "") if why else "" for name in NEW}
    return {"place": place, "why": why, **kept}


NEW = ("door", "name", "phone", "stays")


def _type(request: MemberRequest, sheet: Sheet, room: SheetRoom) -> dict[int, str]:
    entries, new, wrong = _read(request, sheet, room)
    if not entries and not new:
        if not wrong:
            messages.warning(request, _("Nothing was typed."))
        return wrong
    key = request.POST.get("key", "")
    try:
        form = uuid.UUID(key)
    except ValueError:
        form = uuid.uuid4()
    refused = type_back(sheet=sheet, entries=entries, new=new, form=form, by=request.member)
    taken = len(entries) + len(new) - len(refused)
    if taken:
        said = ngettext("%(count)s line is saved.", "%(count)s lines are saved.", taken)
        messages.success(request, said % {"count": taken})
    return wrong | refused


def _read(
    request: MemberRequest, sheet: Sheet, room: SheetRoom
) -> tuple[list[Entry], list[Newcomer], dict[int, str]]:
    """What was typed, and what cannot be understood, by row."""
    outcomes = {one.key: str(one.value) for one in room.outcomes}
    found = {one.key: str(one.value) for one in room.people}
    people: dict[int, dict[int, str]] = {}
    for name, value in request.POST.items():
        parts = name.split("-")
        if parts[0] == "p" and len(parts) == 3 and value in found and _are_numbers(parts[1:]):
            people.setdefault(int(parts[1]), {})[int(parts[2])] = found[value]
    entries, wrong = [], {}
    for row in sheet.rows:
        typed = request.POST.get(f"o-{row}", "").strip()
        note = request.POST.get(f"n-{row}", "").strip()[:300]
        if typed and typed not in outcomes:
            wrong[row] = _("Type one of %(keys)s.") % {"keys": " ".join(outcomes)}
        elif typed or row in people:
            entries.append(Entry(row, outcomes.get(typed, ""), note, people.get(row, {})))
        elif note:
            wrong[row] = _("Type the outcome beside the note.")
    return entries, _read_new(request), wrong


def _are_numbers(parts: list[str]) -> bool:
    return all(one.isascii() and one.isdecimal() and len(one) < 18 for one in parts)


def _read_new(request: MemberRequest) -> list[Newcomer]:
    """Lines at the foot of the paper that have a name."""
    found = []
    for place in range(1, NEW_LINES + 1):
        typed = {name: request.POST.get(f"new-{place}-{name}", "").strip() for name in NEW}
        if not typed["name"] and not typed["phone"]:
            continue
        row = int(typed["door"]) if _are_numbers([typed["door"]]) else 0
        stays = typed["stays"] if typed["stays"] == Presence.INSIDE else Presence.TEMPORARY
        found.append(Newcomer(place, row, typed["name"][:40], typed["phone"][:40], str(stays)))
    return found
