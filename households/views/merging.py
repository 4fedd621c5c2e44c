"""Likely duplicates, and the merge of two files or of two entries of one person."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.file_forms import OtherPersonForm
from households.likeness import keep_apart, likely_duplicates, with_files
from households.merging import merge, merge_people, plan_merge
from households.models import Household, Resident
from households.queries import Wanted, files_of, household_list
from households.views.files import find_file
from households.views.members import find_person
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt

PAGE = 20
CHOICES = 8  # files offered when somebody looks for the other one


@member_page(Permission.HOUSEHOLD_MERGE)
def duplicates(request: MemberRequest) -> HttpResponse:
    """Pairs of files that may be of the same people, the likeliest first."""
    page = Paginator(likely_duplicates(request.member), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "pairs": with_files(page.object_list, request.member)}
    return render(request, "households/duplicates.html", context)


@member_page(Permission.HOUSEHOLD_MERGE)
@require_POST
def apart(request: MemberRequest, household: int) -> HttpResponse:
    first = find_file(request, household)
    second = get_object_or_404(files_of(request.member), pk=_number(request.POST.get("other")))
    try:
        keep_apart(first=first, second=second, by=request.member)
        messages.success(request, _("The two are kept apart and not suggested again."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("households:duplicates", request.compound.slug)


@member_page(Permission.HOUSEHOLD_MERGE)
def file_merge(request: MemberRequest, household: int) -> HttpResponse:
    """The file that goes on. Without the other one: which is it? With it: what becomes of what."""
    survivor = _other(request, household)
    wanted = request.POST.get("other") or request.GET.get("other")
    if not wanted or (request.method == "GET" and survivor.closed_at is not None):
        return _choose(request, survivor)
    other = _other(request, _number(wanted))
    if request.method == "POST":
        try:
            merge(survivor=survivor, other=other, by=request.member)
        except Refused as refusal:
            return _choose(request, survivor, refused=str(refusal))
        said = _("%(from)s is part of this file now.") % {"from": other.home.label}
        messages.success(request, said)
        return redirect("households:file", request.compound.slug, survivor.pk)
    if other.pk == survivor.pk or other.closed_at is not None:
        return _choose(request, survivor, refused=_("Choose the present file of another door."))
    context = {"plan": plan_merge(survivor, other), "survivor": survivor, "other": other}
    return render(request, "households/merge.html", context)


def _other(request: MemberRequest, pk: int) -> Household:
    """Also a closed file, so that whoever comes second is told what happened to it."""
    rows = Household.objects.filter(request.member.within("home__"))
    return get_object_or_404(rows.select_related("home__unit__building"), pk=pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _choose(request: MemberRequest, survivor: Household, *, refused: str = "") -> HttpResponse:
    """Look for the other file by door or name."""
    asked = request.GET.get("q", "").strip()[:40].replace("\x00", "")
    found = []
    if asked:
        rows = household_list(request.member, Wanted(q=asked)).exclude(pk=survivor.pk)
        found = list(rows[:CHOICES])
    context = {
        "survivor": survivor,
        "home": survivor.home,
        "asked": asked,
        "found": found,
        "refused": refused,
    }
    return render(request, "households/merge_choose.html", context, status=422 if refused else 200)


@member_page(Permission.HOUSEHOLD_MERGE)
def people_merge(request: MemberRequest, resident: int) -> HttpResponse:
    """The same person entered twice in one file: this entry goes on, the chosen one joins it."""
    kept = find_person(request, resident)
    rows = Resident.objects.filter(household=kept.household_id, moved_out_at=None)
    people = list(rows.exclude(pk=kept.pk))
    form = OtherPersonForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        gone = form.people[form.cleaned_data["other"]]
        if attempt(form, merge_people, kept=kept, gone=gone, by=request.member) is not None:
            messages.success(request, _("%(name)s is one entry now.") % {"name": kept.name})
            return redirect("households:file", request.compound.slug, kept.household_id)
    context = {"form": form, "resident": kept, "home": kept.household.home, "people": people}
    status = 422 if request.method == "POST" else 200
    return render(request, "households/people_merge.html", context, status=status)
