"""The list of households, and one household's file."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.forms import (
    FlagForm,
    ListForm,
    NoteForm,
    PhoneForm,
    ReasonForm,
    RelativeForm,
)
from households.models import Household, Presence
from households.parts import last_import
from households.queries import Wanted, files_with_sign_ins, household_file, household_list

PAGE = 60
PRESENCE_MARK = {
    Presence.INSIDE: "done",
    Presence.TEMPORARY: "now",
    Presence.AWAY: "wait",
    Presence.RECALLED: "next",
    Presence.TRANSFERRED: "iso",
}


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
    return show_file(request, find_file(request, household))


def find_file(request: MemberRequest, household: int) -> Household:
    """The file, when the member may open it; 404 otherwise."""
    return get_object_or_404(files_with_sign_ins(request.member), pk=household)


def show_file(
    request: MemberRequest, household: Household, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The file as a page, or as the drawer's content when htmx asks."""
    file = household_file(household)
    member = request.member
    may_edit = member.may(Permission.HOUSEHOLD_EDIT)
    context = {
        "file": file,
        "household": household,
        "home": household.home,
        "inside": sum(one.presence in ("inside", "temporary") for one in file.people),
        "marks": PRESENCE_MARK,
        "presences": Presence.choices,
        "may_edit": may_edit,
        "may_reveal": member.may(Permission.PHONE_REVEAL),
        "may_verify": member.may(Permission.WORK_DO),
        "phone_form": PhoneForm(auto_id="phone_%s"),
        "flag_form": FlagForm(residents=file.people, auto_id="flag_%s"),
        "relative_form": RelativeForm(auto_id="relative_%s"),
        "note_form": NoteForm(
            initial={"note": household.note, "key_holder": household.key_holder},
            auto_id="note_%s",
        ),
        "reason_form": ReasonForm(auto_id="reason_%s"),
        **more,
    }
    template = "households/_file.html" if request.htmx else "households/file.html"
    return render(request, template, context, status=status)


def after(request: MemberRequest, household: Household) -> HttpResponse:
    """After a change: the fresh file in the drawer, or back to the page."""
    if request.htmx:
        return show_file(request, find_file(request, household.pk))
    return redirect("households:file", request.compound.slug, household.pk)
