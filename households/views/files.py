"""The list of households, and one household's file."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households import timeline
from households.facets import facets
from households.file_forms import KeyForm, NoteForm, PetForm
from households.forms import FlagForm, ListForm, PhoneForm, ReasonForm, RelativeForm
from households.models import Household, Presence
from households.parts import last_import
from households.queries import Wanted, files_of, files_with_sign_ins, household_list
from households.whole_file import File, household_file

PAGE = 60
LINES = 60  # of a timeline's page


@member_page(Permission.HOUSEHOLD_SEE)
def household_index(request: MemberRequest) -> HttpResponse:
    form = ListForm(request.GET or None, member=request.member)
    data = form.cleaned_data if form.is_bound and (form.is_valid() or True) else {}
    wanted = Wanted(
        q=data.get("q") or "",
        unit=int(data["unit"]) if data.get("unit") else None,
        floor=data.get("floor"),
        flag=data.get("flag") or "",
        presence=data.get("presence") or "",
        check=data.get("check") or "",
    )
    page = Paginator(household_list(request.member, wanted), PAGE).get_page(request.GET.get("page"))
    lines = [_line(one) for one in page.object_list]
    asked = any((wanted.q, wanted.unit, wanted.floor, wanted.flag, wanted.presence, wanted.check))
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "asked": asked,
        "search_query": wanted.q,
        "may_import": request.member.may(Permission.ROSTER_IMPORT),
        "may_decide": request.member.may(Permission.ACCESS_DECIDE),
        "may_merge": request.member.may(Permission.HOUSEHOLD_MERGE),
        "empty": not asked and page.paginator.count == 0,
        "last_import": last_import(request.member),
    }
    template = "households/_list.html" if request.htmx else "households/list.html"
    return render(request, template, context)


def _line(household: Household) -> dict[str, Any]:
    people = household.people  # type: ignore[attr-defined]
    flags = household.open_flags  # type: ignore[attr-defined]
    inside = [one for one in people if one.presence in (Presence.INSIDE, Presence.TEMPORARY)]
    return {
        "household": household,
        "names": [one.name for one in people[:3]],
        "more": max(len(people) - 3, 0),
        "count": len(people),
        "inside": len(inside),
        "out": len(people) - len(inside),
        "flags": list(dict.fromkeys(flag.get_kind_display() for flag in flags)),
        "reachable": household.reachable,  # type: ignore[attr-defined]
        "to_verify": household.to_verify,  # type: ignore[attr-defined]
    }


@member_page(Permission.HOUSEHOLD_SEE)
def file_page(request: MemberRequest, household: int) -> HttpResponse:
    """One file. The address of a file that was merged leads to the one that goes on."""
    found = files_with_sign_ins(request.member).filter(pk=household).first()
    if found is not None:
        return show_file(request, found)
    closed = get_object_or_404(Household, pk=household, merged_into__isnull=False)
    onward = find_file(request, closed.merged_into_id)  # type: ignore[arg-type]
    return redirect("households:file", request.compound.slug, onward.pk)


def find_file(request: MemberRequest, household: int) -> Household:
    """The file, when the member may open it; 404 otherwise."""
    return get_object_or_404(files_with_sign_ins(request.member), pk=household)


def show_file(
    request: MemberRequest, household: Household, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The file as a page, or as the drawer's content when htmx asks."""
    file = household_file(household, request.member)
    member = request.member
    context = {
        "file": file,
        "household": household,
        "home": household.home,
        "presences": Presence.choices,
        "may_edit": member.may(Permission.HOUSEHOLD_EDIT),
        "may_reveal": member.may(Permission.PHONE_REVEAL),
        "may_verify": member.may(Permission.WORK_DO),
        "may_decide_access": member.may(Permission.ACCESS_DECIDE),
        "may_merge": member.may(Permission.HOUSEHOLD_MERGE),
        "may_export": member.may(Permission.SUBJECT_EXPORT),
        "may_medicine": member.may(Permission.MEDICINE_SEE),
        "may_trips": member.may(Permission.MEDICINE_SEE) or member.may(Permission.WORK_DO),
        "facets": facets(household, member, timezone.now()),
        "glance": _glance(file, member.may(Permission.MEDICINE_SEE)),
        "today": timezone.localdate(),
        "moments": timeline.moments(file.newest, member),
        "phone_form": PhoneForm(auto_id="phone_%s"),
        "flag_form": FlagForm(residents=file.people, auto_id="flag_%s"),
        "relative_form": RelativeForm(auto_id="relative_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
        "key_form": KeyForm({"key_holder": household.key_holder}, auto_id="key_%s"),
        "pet_form": PetForm(auto_id="pet_%s"),
        "reason_form": ReasonForm(auto_id="reason_%s"),
        **more,
    }
    template = "households/_file.html" if request.htmx else "households/file.html"
    return render(request, template, context, status=status)


def _glance(file: File, may_medicine: bool) -> dict[str, Any]:
    """What the strip on top counts. The day a medicine ends is for those who may see medicines."""
    taken = [row for one in file.people for row in one.taken]  # type: ignore[attr-defined]
    trips = [row for one in file.people for row in one.trips]  # type: ignore[attr-defined]
    ends = [row.runs_out_on for row in taken if row.runs_out_on is not None]
    return {
        "out": len(file.people) - file.inside,
        "medicines": len(taken),
        "runs_out": min(ends) if ends and may_medicine else None,
        "trips": len(trips),
        "rung": file.numbers,
        "has_medical": bool(taken or trips),
    }


def after(request: MemberRequest, household: Household) -> HttpResponse:
    """After a change: the fresh file in the drawer, or back to the page."""
    if request.htmx:
        return show_file(request, find_file(request, household.pk))
    return redirect("households:file", request.compound.slug, household.pk)


@member_page(Permission.HOUSEHOLD_SEE)
def file_timeline(request: MemberRequest, household: int) -> HttpResponse:
    """Everything that happened to this household, by day; `kind` narrows it."""
    found = get_object_or_404(files_of(request.member), pk=household)
    known = {kind for kind, _word, _events in timeline.KINDS}
    kind = request.GET.get("kind", "")
    kind = kind if kind in known else ""
    files, orders = timeline.files_and_orders(found)
    rows = timeline.entries(files, orders, kind=kind)
    page = Paginator(rows, LINES).get_page(request.GET.get("page"))
    here = request.path
    lenses = [
        {"label": word, "url": f"{here}?kind={one}" if one else here, "active": one == kind}
        for one, word in (("", _("All")), *((one, word) for one, word, _events in timeline.KINDS))
    ]
    context = {
        "household": found,
        "home": found.home,
        "page": page,
        "days": timeline.by_day(timeline.moments(page.object_list, request.member)),
        "lenses": lenses,
        "kind": kind,
        "merged": len(files) - 1,
    }
    return render(request, "households/timeline.html", context)
