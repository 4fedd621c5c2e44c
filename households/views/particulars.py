"""Documents, medicines and appointments of a person; pets, notes and the key of a home."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households import identities, medical, particulars
from households.file_forms import (
    AppointmentForm,
    IdentityForm,
    KeyForm,
    MedicalForm,
    MedicineForm,
    NoteForm,
    PetForm,
)
from households.forms import ReasonForm
from households.medical_list import running_out, trips_of_week
from households.models import (
    Appointment,
    Household,
    Identity,
    IdentityKind,
    Medicine,
    Note,
    Pet,
    PetKind,
    Resident,
    TripKind,
)
from households.queries import files_of
from households.views.files import after, find_file
from households.views.members import do_in_file, find_person, of_file, show_person
from lockdown.kernel.forms import attempt

PAGE = 60


def _of_person(request: MemberRequest, model: Any, pk: int) -> Any:
    """A row of a person of a file that the member may open; 404 otherwise."""
    rows = model.objects.filter(resident__household__in=files_of(request.member).values("pk"))
    return get_object_or_404(
        rows.select_related("resident__household__home__unit__building"), pk=pk
    )


def _back(request: MemberRequest, resident: Resident, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("households:member-edit", request.compound.slug, resident.pk)


def _do(
    request: MemberRequest,
    resident: Resident,
    form: forms.BaseForm,
    name: str,
    action: Callable[[dict[str, Any]], Any],
    said: str,
) -> HttpResponse:
    """Run an action of a small form on a person's page; refused, the page shows why."""
    if form.is_valid() and attempt(form, lambda: action(form.cleaned_data)) is not None:
        return _back(request, resident, said)
    return show_person(request, resident, status=422, **{name: form, "open": name})


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def identity_keep(request: MemberRequest, resident: int) -> HttpResponse:
    found = find_person(request, resident)
    form = IdentityForm(request.POST, auto_id="identity_%s")

    def action(data: dict[str, Any]) -> Identity:
        return identities.keep_identity(
            resident=found,
            kind=IdentityKind(data["kind"]),
            number=data["number"],
            by=request.member,
        )

    said = _("The number is kept, encrypted.")
    return _do(request, found, form, "identity_form", action, said)


@member_page(Permission.IDENTITY_REVEAL)
@require_POST
def identity_reveal(request: MemberRequest, identity: int) -> HttpResponse:
    found = _of_person(request, Identity, identity)
    form = ReasonForm(request.POST, auto_id="reason_%s")
    number = None
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        number = attempt(
            form, identities.reveal_identity, identity=found, reason=reason, by=request.member
        )
    if number is None:
        return show_person(request, found.resident, status=422, reason_form=form, asked=found.pk)
    return show_person(request, found.resident, revealed=found.pk, number=number)


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def identity_remove(request: MemberRequest, identity: int) -> HttpResponse:
    found = _of_person(request, Identity, identity)
    identities.remove_identity(identity=found, by=request.member)
    return _back(request, found.resident, _("The number is removed."))


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def medicine_keep(request: MemberRequest, resident: int) -> HttpResponse:
    found = find_person(request, resident)
    form = MedicineForm(request.POST, auto_id="medicine_%s")

    def action(data: dict[str, Any]) -> Medicine:
        return medical.keep_medicine(resident=found, by=request.member, **data)

    return _do(request, found, form, "medicine_form", action, _("The medicine is noted."))


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def medicine_end(request: MemberRequest, medicine: int) -> HttpResponse:
    found = _of_person(request, Medicine, medicine)
    medical.end_medicine(medicine=found, by=request.member)
    return _back(request, found.resident, _("The medicine is no longer taken."))


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def appointment_keep(request: MemberRequest, resident: int) -> HttpResponse:
    found = find_person(request, resident)
    form = AppointmentForm(request.POST, auto_id="appointment_%s")

    def action(data: dict[str, Any]) -> Appointment:
        kind = TripKind(data.pop("kind"))
        return medical.keep_appointment(resident=found, kind=kind, by=request.member, **data)

    return _do(request, found, form, "appointment_form", action, _("The appointment is noted."))


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def appointment_end(request: MemberRequest, appointment: int) -> HttpResponse:
    found = _of_person(request, Appointment, appointment)
    medical.end_appointment(appointment=found, by=request.member)
    return _back(request, found.resident, _("The appointment is ended."))


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def pet_keep(request: MemberRequest, household: int) -> HttpResponse:
    found = find_file(request, household)
    form = PetForm(request.POST, auto_id="pet_%s")

    def action() -> Pet:
        data = form.cleaned_data
        kind = PetKind(data["kind"])
        return particulars.keep_pet(
            household=found, kind=kind, count=data["count"], note=data["note"], by=request.member
        )

    return do_in_file(request, found, form, "pet_form", action, _("The animal is noted."))


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def pet_remove(request: MemberRequest, pet: int) -> HttpResponse:
    found = of_file(request, Pet, pet)
    particulars.remove_pet(pet=found, by=request.member)
    messages.success(request, _("The animal is taken off the file."))
    return after(request, found.household)


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def note_write(request: MemberRequest, household: int) -> HttpResponse:
    found = find_file(request, household)
    form = NoteForm(request.POST, auto_id="note_%s")

    def action() -> Note:
        text = form.cleaned_data["text"]
        return particulars.write_note(household=found, text=text, by=request.member)

    return do_in_file(request, found, form, "note_form", action, _("The note is kept."))


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def note_strike(request: MemberRequest, note: int) -> HttpResponse:
    found = of_file(request, Note, note)
    particulars.strike_note(note=found, by=request.member)
    messages.success(request, _("The note is struck out."))
    return after(request, found.household)


@member_page(Permission.HOUSEHOLD_EDIT)
@require_POST
def key_set(request: MemberRequest, household: int) -> HttpResponse:
    found = find_file(request, household)
    form = KeyForm(request.POST, auto_id="key_%s")

    def action() -> Household:
        holder = form.cleaned_data["key_holder"]
        return particulars.set_key_holder(household=found, key_holder=holder, by=request.member)

    return do_in_file(request, found, form, "key_form", action, _("The file is changed."))


@member_page(Permission.MEDICINE_SEE)
def medical_page(request: MemberRequest) -> HttpResponse:
    """Whose medicine runs out within some days, and who goes out for treatment this week."""
    days = MedicalForm.read(request.GET)
    today = timezone.localdate()
    rows = running_out(request.member, within=days, today=today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "days": days,
        "today": today,
        "trip_days": trips_of_week(request.member, first=today),
        "lenses": [
            {
                "label": _("%(days)s days") % {"days": one},
                "url": f"?days={one}",
                "active": one == days,
            }
            for one in (3, 7, 14, 30)
        ],
        "may_open": request.member.may(Permission.HOUSEHOLD_SEE),
    }
    return render(request, "households/medical.html", context)
