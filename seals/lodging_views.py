"""Guests and beds on one page, a guest's file with what suits, and the steps of a stay."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.models import Resident
from journal.events import sentence
from journal.models import Entry
from lockdown.kernel.forms import attempt
from seals import guests
from seals.duty_forms import GoneForm, GuestEditForm, GuestForm, ReasonForm
from seals.duty_pages import (
    MARKS,
    guest_head,
    guest_lines,
    guests_of,
    offer_lines,
    offers_of,
    unfiled,
)
from seals.guests import tonight
from seals.matching import suggestions
from seals.models import Gone, Guest, Stay, StayState

A_PAGE = 40
SHOWN = 12  # suggestions on a guest's page


@member_page(Permission.LODGING_MATCH)
def lodging(request: MemberRequest) -> HttpResponse:
    """Who needs a bed, and who offers one."""
    gone = request.GET.get("show") == "gone"
    found = guests_of(request.member).filter(gone_at__isnull=not gone)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    night = tonight(request.compound, now)
    standing = offers_of(request.member).standing().filter(last_night__gte=night)
    offers = offer_lines(standing.order_by("home__position")[:A_PAGE])
    lines = guest_lines(page.object_list)
    context = {
        "page": page,
        "lines": lines,
        "offers": offers,
        "unfiled": [] if gone else unfiled(request.member),
        "gone": gone,
        "without": sum(line.mark in ("late", "now", "next") for line in lines),
        "free": sum(line.offer.beds - line.taken for line in offers),
        "night": night,
        "may_see_file": request.member.may(Permission.HOUSEHOLD_SEE),
    }
    return render(request, "seals/lodging.html", context)


@member_page(Permission.LODGING_MATCH)
def guest_new(request: MemberRequest) -> HttpResponse:
    """A file for somebody; with `resident`, for one whom a home's file already has."""
    resident = _resident(request)
    initial: dict[str, Any] = {}
    if resident is not None:
        home = resident.household.home
        initial = {"name": resident.name, "sex": resident.sex}
        initial |= {"unit": home.unit_id, "door": home.number, "needs": []}
    form = GuestForm(request.POST or None, member=request.member, initial=initial or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            guests.register_guest,
            compound=request.compound,
            unit=form.cleaned_data["unit"],
            home=form.home,
            resident=resident,
            fields=form.particulars(),
            by=request.member,
        )
        if done is not None:
            messages.success(request, _("Registered. Find a bed, or note what else is needed."))
            return redirect("duty:guest", request.compound.slug, done.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "resident": resident}
    return render(request, "seals/guest_form.html", context, status=status)


def _resident(request: MemberRequest) -> Resident | None:
    text = request.GET.get("resident", "")
    if not text.isdecimal() or len(text) > 18:
        return None
    rows = Resident.objects.filter(request.member.within("household__home__"), moved_out_at=None)
    return rows.select_related("household__home").filter(pk=int(text)).first()


@member_page(Permission.LODGING_MATCH)
def guest(request: MemberRequest, guest: int) -> HttpResponse:
    return guest_page(request, find_guest(request, guest))


def find_guest(request: MemberRequest, pk: int) -> Guest:
    rows = guests_of(request.member).select_related("resident", "registered_by", "gone_by")
    return get_object_or_404(rows, pk=pk)


def guest_page(
    request: MemberRequest, found: Guest, status: int = 200, **more: Any
) -> HttpResponse:
    """One guest: the running stay, else what suits; then what happened."""
    stays = list(
        Stay.objects.filter(guest=found)
        .select_related("offer__home__unit__building", "offer__household", "proposed_by")
        .order_by("-proposed_at")
    )
    running = next((one for one in stays if not one.refused_at and not one.ended_at), None)
    looks = found.gone_at is None and running is None
    fitting = suggestions(found, timezone.now()) if looks else []
    fitting = [one for one in fitting if request.member.covers(one.offer.home)]
    context = {
        "guest": found,
        "head": guest_head(found),
        "stay": running,
        "mark": MARKS[running.state] if running else "",
        "past": [one for one in stays if one is not running],
        "fitting": [one for one in fitting if one.is_possible][:SHOWN],
        "unfit": [one for one in fitting if not one.is_possible][:SHOWN],
        "timeline": _timeline(found),
        "gone_form": GoneForm(auto_id="gone_%s"),
        "reason_form": ReasonForm(auto_id="reason_%s"),
        "may_ring": request.member.may(Permission.PHONE_REVEAL),
        "states": StayState,
    } | more
    return render(request, "seals/guest.html", context, status=status)


# What a guest's own timeline shows; the journal is asked from their registration on.
TOLD = (
    *("GuestRegistered", "GuestChanged", "GuestGone", "StayProposed", "StayAnswered"),
    *("StayAgreed", "StayRefused", "StayBegun", "StayEnded"),
)


def _timeline(found: Guest) -> list[dict[str, Any]]:
    since = Entry.objects.filter(event__in=TOLD, at__gte=found.registered_at)
    return [
        {"at": entry.at, "by": entry.by, "text": sentence(entry.event, entry.data)}
        for entry in since.filter(data__guest=found.pk)[:20]
    ]


@member_page(Permission.LODGING_MATCH)
def guest_edit(request: MemberRequest, guest: int) -> HttpResponse:
    found = find_guest(request, guest)
    form = GuestEditForm(request.POST or None, member=request.member, guest=found)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, guests.change_guest, guest=found, fields=form.particulars(), by=request.member
        )
        if done is not None:
            messages.success(request, _("The file is changed."))
            return redirect("duty:guest", request.compound.slug, found.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "guest": found}
    return render(request, "seals/guest_form.html", context, status=status)


@member_page(Permission.PHONE_REVEAL)
@require_POST
def guest_phone(request: MemberRequest, guest: int) -> HttpResponse:
    """The full number, shown once; the reason is kept. Needs the lodging page as well."""
    if not request.member.may(Permission.LODGING_MATCH):
        raise Http404
    found = find_guest(request, guest)
    form = ReasonForm(request.POST, auto_id="reason_%s")
    number = None
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        number = attempt(
            form, guests.reveal_guest_phone, guest=found, reason=reason, by=request.member
        )
    if number is None:
        return guest_page(request, found, 422, reason_form=form)
    return guest_page(request, found, number=number)


@member_page(Permission.LODGING_MATCH)
@require_POST
def guest_leave(request: MemberRequest, guest: int) -> HttpResponse:
    found = find_guest(request, guest)
    form = GoneForm(request.POST, auto_id="gone_%s")
    if form.is_valid():
        how = Gone(form.cleaned_data["how"])
        if attempt(form, guests.guest_gone, guest=found, how=how, by=request.member) is not None:
            messages.success(request, _("The file is closed."))
            return redirect("duty:lodging", request.compound.slug)
    return guest_page(request, found, 422, gone_form=form)
