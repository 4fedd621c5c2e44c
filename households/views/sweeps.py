"""The verification sweep: one door on top for one thumb, the floors below."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.forms import NewcomerForm, PersonForm, VerifyForm
from households.models import How, Outcome, Sweep, Tap, Verification
from households.parts import sweeps_of
from households.sweep_log import UNDO_WITHIN
from households.sweep_queries import (
    FloorLine,
    door,
    floor_lines,
    floor_rows,
    next_floor,
    next_row,
    total_of,
)
from households.sweeps import Said, say, say_outcome, take_back
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from lockdown.kernel.ways import way_back

WAY, LAST = "sweep_way", "sweep_last"  # in the session: the chosen direction, the last tap


@member_page(Permission.WORK_DO)
def sweep_page(request: MemberRequest, sweep: int) -> HttpResponse:
    found = find_sweep(request, sweep)
    if request.GET.get("way") in {"up", "down"}:
        request.session[WAY] = request.GET["way"]
    chosen = request.GET.get("at", "")
    return show_sweep(request, found, chosen=int(chosen) if chosen.isdecimal() else None)


def find_sweep(request: MemberRequest, sweep: int) -> Sweep:
    """The sweep, when a door of it is within the member's limits; 404 otherwise."""
    found = sweeps_of(request.member).select_related("completed_by")
    return get_object_or_404(found, pk=sweep)


def find_door(request: MemberRequest, verification: int) -> Verification:
    """The door of a sweep, when it is within the member's limits; 404 otherwise."""
    rows = Verification.objects.filter(request.member.within("home__"))
    return get_object_or_404(
        rows.select_related("sweep", "home__unit__building", "household"), pk=verification
    )


def show_sweep(
    request: MemberRequest,
    sweep: Sweep,
    *,
    chosen: int | None = None,
    moved_on: bool = False,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The next door and its floor. `moved_on`: stay on the floor only while it has fresh doors."""
    lines = floor_lines(sweep, request.member)
    everybody = request.GET.get("all") == "1" or not any(one.mine for one in lines)
    upwards = request.session.get(WAY) == "up"
    line = _floor_of(request, sweep, lines, chosen)
    if line is None or moved_on:
        after = line.key if line else ""
        line = next_floor(lines, everybody=everybody, upwards=upwards, after=after)
    context = {
        "sweep": sweep,
        "progress": total_of(lines),
        "line": line,
        "strip": [one for one in lines if line and one.unit_id == line.unit_id],
        "units": _units(lines),
        "everybody": everybody,
        "upwards": upwards,
        "last": _last_tap(request, sweep),
        "said": "",
        "refused": "",
        **_at_door(request, sweep, line, chosen, everybody=everybody),
        **more,
    }
    template = "households/_sweep.html" if request.htmx else "households/sweep.html"
    return render(request, template, context, status=status)


def _at_door(
    request: MemberRequest,
    sweep: Sweep,
    line: FloorLine | None,
    chosen: int | None,
    *,
    everybody: bool,
) -> dict[str, Any]:
    """The doors of the floor, and the one on top with what may be done there."""
    rows: list[Verification] = []
    if line is not None:
        rows = floor_rows(sweep, request.member, line.unit_id, line.floor, everybody=everybody)
    row = next_row(rows, chosen=chosen)
    return {
        "rows": rows,
        "door": door(row) if row else None,
        "hows": How.choices,
        "key": uuid.uuid4(),
        "may_see": request.member.may(Permission.HOUSEHOLD_SEE),
        "may_edit": request.member.may(Permission.HOUSEHOLD_EDIT),
        "newcomer": NewcomerForm(auto_id="new_%s"),
    }


def _floor_of(
    request: MemberRequest, sweep: Sweep, lines: list[FloorLine], chosen: int | None
) -> FloorLine | None:
    key = request.GET.get("floor", "")
    if not key and chosen is not None:
        rows = Verification.objects.filter(sweep=sweep, pk=chosen)
        place = rows.values_list("home__unit_id", "home__floor").first()
        key = ":".join(map(str, place)) if place else ""
    return next((one for one in lines if one.key == key), None)


def _units(lines: list[FloorLine]) -> list[dict[str, Any]]:
    """Each stair with what is left, and the way to its first floor."""
    units: dict[int, dict[str, Any]] = {}
    for one in lines:
        unit = units.setdefault(
            one.unit_id, {"id": one.unit_id, "name": one.unit_name, "left": 0, "key": one.key}
        )
        unit["left"] += one.progress.left
    return list(units.values())


@member_page(Permission.WORK_DO)
@require_POST
def verify_door(request: MemberRequest, verification: int) -> HttpResponse:
    row = find_door(request, verification)
    form = VerifyForm(request.POST)
    key = _key(request)
    done = _verified(request, form, row, key) if form.is_valid() else None
    if done is None:
        return _refused(request, row, form)
    said = _("%(door)s: %(outcome)s") % {
        "door": row.home.label,
        "outcome": done.get_outcome_display(),
    }
    return _moved_on(request, row, key, said)


def _key(request: MemberRequest) -> uuid.UUID:
    """The key of the form, so that a form sent twice is one line."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _verified(
    request: MemberRequest, form: VerifyForm, row: Verification, key: uuid.UUID
) -> Verification | None:
    return attempt(
        form,
        say_outcome,
        verification=row,
        outcome=Outcome(form.cleaned_data["outcome"]),
        how=How(form.cleaned_data["how"] or How.DOOR),
        note=form.cleaned_data["note"],
        key=key,
        by=request.member,
    )


def _refused(request: MemberRequest, row: Verification, form: forms.Form) -> HttpResponse:
    """The same door again, with why and with what was typed."""
    refused = next(iter(errors[0] for errors in form.errors.values()), "")
    more = {"newcomer": form} if isinstance(form, NewcomerForm) else {"verify_form": form}
    return show_sweep(request, row.sweep, chosen=row.pk, status=422, refused=str(refused), **more)


def _moved_on(request: MemberRequest, row: Verification, key: uuid.UUID, said: str) -> HttpResponse:
    """The tap can be taken back for a minute; the next door slides up."""
    request.session[LAST] = {
        "sweep": row.sweep_id,
        "key": str(key),
        "door": row.home.number,
        "at": timezone.now().isoformat(),
    }
    if request.htmx and not request.POST.get("next"):
        return show_sweep(request, find_sweep(request, row.sweep_id), said=said, moved_on=True)
    messages.success(request, said)
    return _back(request, row)


def _last_tap(request: MemberRequest, sweep: Sweep) -> dict[str, Any] | None:
    """The member's last tap in this sweep, while it can still be taken back."""
    last = request.session.get(LAST)
    if not last or last["sweep"] != sweep.pk:
        return None
    at = parse_datetime(last["at"])
    fresh = at is not None and timezone.now() - at < UNDO_WITHIN - timedelta(seconds=2)
    return last if fresh else None


@member_page(Permission.WORK_DO)
@require_POST
def person_say(request: MemberRequest, verification: int) -> HttpResponse:
    """One person seen, not here, or somebody new; the door stays on top."""
    row = find_door(request, verification)
    is_new = "name" in request.POST
    form: Any = NewcomerForm(request.POST, auto_id="new_%s") if is_new else PersonForm(request.POST)
    if not form.is_valid():
        return _refused(request, row, form)
    said = Said(_key(request), row.pk, Tap.NEW if is_new else Tap.PERSON, form.tap())
    done = attempt(form, say, verification=row, said=said, by=request.member)
    if done is None:
        return _refused(request, row, form)
    if request.htmx:
        return show_sweep(request, find_sweep(request, row.sweep_id), chosen=row.pk)
    return redirect(f"{_sweep_url(request, row)}?at={row.pk}#door")


@member_page(Permission.WORK_DO)
@require_POST
def tap_undo(request: MemberRequest, sweep: int) -> HttpResponse:
    found = find_sweep(request, sweep)
    try:
        target = take_back(sweep=found, key=_key(request), by=request.member)
    except Refused as refusal:
        return show_sweep(request, found, status=422, refused=str(refusal))
    request.session.pop(LAST, None)
    if request.htmx:
        return show_sweep(request, found, chosen=target.verification_id)
    return redirect(f"{_sweep_url(request, target)}?at={target.verification_id}")


def _sweep_url(request: MemberRequest, row: Any) -> str:
    return redirect("households:sweep", request.compound.slug, row.sweep_id).url


def _back(request: MemberRequest, row: Verification) -> HttpResponse:
    """To the page that the tap names, else to the sweep."""
    url = _sweep_url(request, row)
    url = f"{url}?all=1" if request.GET.get("all") == "1" else url
    return HttpResponseRedirect(way_back(request, url))
