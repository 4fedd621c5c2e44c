"""Changing a file from its page: members, presence, marks, numbers, relatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households import files
from households.file_forms import AppointmentForm, IdentityForm, MedicineForm
from households.forms import (
    FlagForm,
    MemberForm,
    PhoneForm,
    PresenceForm,
    ReasonForm,
    RelativeForm,
)
from households.models import (
    Appointment,
    CareFlag,
    CareKind,
    Household,
    Identity,
    Medicine,
    Phone,
    Presence,
    Relative,
    Resident,
)
from households.queries import files_of
from households.views.files import after, find_file, show_file
from lockdown.kernel.forms import attempt


def of_file(request: MemberRequest, model: Any, pk: int) -> Any:
    """A row of a file that the member may open, with its household; 404 otherwise."""
    rows = model.objects.filter(household__in=files_of(request.member).values("pk"))
    return get_object_or_404(rows.select_related("household__home__unit__building"), pk=pk)


def do_in_file(
    request: MemberRequest,
    household: Household,
    form: forms.BaseForm,
    name: str,
    action: Callable[[], Any],
    said: str,
) -> HttpResponse:
    """Run an action of a small form on the file's page; refused, the page shows why."""
    if form.is_valid() and attempt(form, action) is not None:
        messages.success(request, said)
        return after(request, household)
    return show_file(request, household, status=422, **{name: form, "open": name})


@member_page(Permission.HOUSEHOLD_EDIT)
def member_new(request: MemberRequest, household: int) -> HttpResponse:
    found = find_file(request, household)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.particulars()
        done = attempt(form, files.add_member, household=found, fields=fields, by=request.member)
        if done is not None:
            messages.success(request, _("%(name)s is in the file.") % {"name": done.name})
            return redirect("households:file", request.compound.slug, found.pk)
    context = {"form": form, "household": found, "home": found.home}
    status = 422 if request.method == "POST" else 200
    return render(request, "households/member_form.html", context, status=status)


@member_page(Permission.HOUSEHOLD_EDIT)
def member_edit(request: MemberRequest, resident: int) -> HttpResponse:
    found = find_person(request, resident)
    form = MemberForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        fields = form.particulars()
        presence = Presence(fields.pop("presence"))
        fresh = Resident.objects.get(pk=found.pk)
        done = attempt(
            form, files.change_member, resident=fresh, fields=fields, by=request.member
        ) and attempt(
            form, files.set_presence, resident=fresh, presence=presence, by=request.member
        )
        if done is not None:
            messages.success(request, _("The file is changed."))
            return redirect("households:file", request.compound.slug, found.household_id)
    status = 422 if request.method == "POST" else 200
    return show_person(request, found, status=status, form=form)


def find_person(request: MemberRequest, resident: int) -> Resident:
    """A person of a file that the member may open, not merged away; 404 otherwise."""
    found: Resident = of_file(request, Resident, resident)
    if found.merged_into_id is not None:
        raise Http404
    return found


def show_person(
    request: MemberRequest, resident: Resident, *, status: int = 200, **more: Any
) -> HttpResponse:
    """One person: particulars, documents, medicines, appointments. Five queries."""
    member = request.member
    others = Resident.objects.filter(household=resident.household_id, moved_out_at=None)
    context = {
        "form": MemberForm(instance=resident),
        "resident": resident,
        "household": resident.household,
        "home": resident.household.home,
        "documents": list(Identity.objects.filter(resident=resident).order_by("pk")),
        "taken": list(Medicine.objects.filter(resident=resident, ended_at=None)),
        "trips": list(Appointment.objects.filter(resident=resident, ended_at=None)),
        "has_others": others.exclude(pk=resident.pk).exists(),
        "may_edit": member.may(Permission.HOUSEHOLD_EDIT),
        "may_medicine": member.may(Permission.MEDICINE_SEE),
        "may_merge": member.may(Permission.HOUSEHOLD_MERGE),
        "may_identity": member.may(Permission.IDENTITY_REVEAL),
        "identity_form": IdentityForm(auto_id="identity_%s"),
        "medicine_form": MedicineForm(auto_id="medicine_%s"),
        "appointment_form": AppointmentForm(auto_id="appointment_%s"),
        **more,
    }
    return render(request, "households/member_form.html", context, status=status)


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def member_leave(request: MemberRequest, resident: int) -> HttpResponse:
    found = of_file(request, Resident, resident)
    files.move_out(resident=found, by=request.member)
    messages.success(request, _("%(name)s no longer belongs to this home.") % {"name": found.name})
    return after(request, found.household)


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def presence_set(request: MemberRequest, resident: int) -> HttpResponse:
    found = of_file(request, Resident, resident)
    form = PresenceForm(request.POST)
    if form.is_valid():
        presence = Presence(form.cleaned_data["presence"])
        files.set_presence(resident=found, presence=presence, by=request.member)
        return after(request, found.household)
    return show_file(request, found.household, status=422)


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def phone_add(request: MemberRequest, household: int) -> HttpResponse:
    found = find_file(request, household)
    form = PhoneForm(request.POST, auto_id="phone_%s")

    def action() -> Phone:
        data = form.cleaned_data
        owner = Resident.objects.filter(household=found, pk=data["resident"] or 0).first()
        return files.add_phone(
            household=found, resident=owner, number=data["number"], by=request.member
        )

    return do_in_file(request, found, form, "phone_form", action, _("The number is registered."))


@member_page(Permission.PHONE_REVEAL)
@require_POST
def phone_reveal(request: MemberRequest, phone: int) -> HttpResponse:
    found = of_file(request, Phone, phone)
    form = ReasonForm(request.POST, auto_id="reason_%s")
    reason = request.POST.get("reason", "")
    number = (
        attempt(form, files.reveal_phone, phone=found, reason=reason, by=request.member)
        if form.is_valid()
        else None
    )
    if number is None:
        return show_file(request, found.household, status=422, reason_form=form, asked=found)
    return show_file(request, found.household, revealed=found.pk, number=number)


@member_page(Permission.PHONE_REVEAL)
@require_POST
def relative_reveal(request: MemberRequest, relative: int) -> HttpResponse:
    found = of_file(request, Relative, relative)
    form = ReasonForm(request.POST, auto_id="reason_%s")
    reason = request.POST.get("reason", "")
    number = (
        attempt(form, files.reveal_relative, relative=found, reason=reason, by=request.member)
        if form.is_valid()
        else None
    )
    if number is None:
        return show_file(request, found.household, status=422, reason_form=form)
    return show_file(request, found.household, revealed_relative=found.pk, number=number)


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def flag_set(request: MemberRequest, household: int) -> HttpResponse:
    found = find_file(request, household)
    residents = list(Resident.objects.filter(household=found, moved_out_at=None))
    form = FlagForm(request.POST, residents=residents, auto_id="flag_%s")

    def action() -> CareFlag:
        data = form.cleaned_data
        return files.set_flag(
            household=found,
            resident=form.residents.get(data["resident"]),
            kind=CareKind(data["kind"]),
            note=data["note"],
            by=request.member,
        )

    return do_in_file(request, found, form, "flag_form", action, _("The care mark is set."))


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def flag_end(request: MemberRequest, flag: int) -> HttpResponse:
    found = of_file(request, CareFlag, flag)
    files.end_flag(flag=found, by=request.member)
    messages.success(request, _("The care mark is ended."))
    return after(request, found.household)


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def relative_add(request: MemberRequest, household: int) -> HttpResponse:
    found = find_file(request, household)
    form = RelativeForm(request.POST, auto_id="relative_%s")

    def action() -> Relative:
        data = form.cleaned_data
        return files.add_relative(
            household=found,
            relation=data["relation"],
            name=data["name"],
            number=data["phone"],
            by=request.member,
        )

    return do_in_file(
        request, found, form, "relative_form", action, _("The relative is registered.")
    )
