"""Handing out all that is kept about one household, to it and by staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.access import ResidentRequest, resident_page
from households.exporting import cell, hand_out, is_of_the_home, read_own, workbook
from households.keeping import Section
from households.models import Household
from households.retention import clock_of
from households.views.retentions import PutOffForm
from lockdown.kernel.forms import attempt

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Who asked for it, and why"),
        max_length=200,
        help_text=gettext_lazy("Kept in the journal with your name."),
    )


@member_page(Permission.SUBJECT_EXPORT)
def export(request: MemberRequest, household: int) -> HttpResponse:
    """First the reason; then a spreadsheet or a page to print, as the button says."""
    # Also a file that was closed since: what is kept of it is theirs as well.
    files = Household.objects.filter(request.member.within("home__")).select_related("home")
    found = get_object_or_404(files, pk=household)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        sections = attempt(form, hand_out, household=found, reason=reason, by=request.member)
        if sections is not None and request.POST.get("as") == "sheet":
            return _download(found, sections)
        if sections is not None:
            back = reverse("households:file", args=[request.compound.slug, found.pk])
            return _page(request, found, sections, back, request.member.name)
    context = {
        "household": found,
        "home": found.home,
        "form": form,
        "clock": clock_of(found),
        "put_off_form": PutOffForm(auto_id="put-%s"),
        "may_put_off": request.member.may(Permission.COMPOUND_EDIT),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "households/export.html", context, status=status)


@resident_page("A household may read all that is kept about it.")
def home_export(request: ResidentRequest) -> HttpResponse:
    if not is_of_the_home(request.access):
        raise Http404
    sections = read_own(household=request.household, by=request.access)
    label = str(_("the household"))
    return _page(request, request.household, sections, reverse("reports:home"), label)


def _page(
    request: HttpRequest, household: Household, sections: Sequence[Section], back: str, who: str
) -> HttpResponse:
    context: dict[str, Any] = {
        "sheet_title": _("All that is kept about %(door)s") % {"door": household.home.label},
        "sections": [
            (one.title, one.columns, [_named(one, row) for row in one.rows]) for one in sections
        ],
        "clock": clock_of(household),
        "printed_by": who,
        "printed_at": timezone.now(),
        "compound_name": request.compound.name,  # type: ignore[attr-defined]
        "back_url": back,
    }
    answer = render(request, "households/export_sheet.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _named(section: Section, row: tuple[object, ...]) -> list[tuple[object, str]]:
    """Each value with the name of its column: on a phone a row is a list of both."""
    return [(column, cell(value)) for column, value in zip(section.columns, row, strict=True)]


def _download(household: Household, sections: Sequence[Section]) -> HttpResponse:
    answer = HttpResponse(workbook(sections), content_type=SHEET)
    name = f"{household.home.label}-{timezone.localdate():%Y%m%d}.xlsx"
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer
