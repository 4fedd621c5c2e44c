"""Guests and beds on one page, a guest's file with what suits, and the steps of a stay."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.models import Household, Resident
from journal.models import Entry
from journal.queries import _line as journal_line
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from seals import guests
from seals import lodging as deeds
from seals.duty_forms import GoneForm, GuestEditForm, GuestForm, ReasonForm, StaffOfferForm
from seals.duty_pages import (
    MARKS,
    guest_head,
    guest_lines,
    guests_of,
    offer_lines,
    offers_of,
    stays_of,
    unfiled,
)
from seals.guests import tonight
from seals.matching import suggestions
from seals.models import Gone, Guest, LodgingOffer, Side, Stay, StayState
from seals.queries import orders_in_force

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
    return _guest_page(request, _find(request, guest))


def _find(request: MemberRequest, pk: int) -> Guest:
    rows = guests_of(request.member).select_related("resident", "registered_by", "gone_by")
    return get_object_or_404(rows, pk=pk)


def _guest_page(
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
    entries = Entry.objects.filter(data__guest=found.pk)[:20]
    context = {
        "guest": found,
        "head": guest_head(found),
        "stay": running,
        "mark": MARKS[running.state] if running else "",
        "past": [one for one in stays if one is not running],
        "fitting": [one for one in fitting if one.is_possible][:SHOWN],
        "unfit": [one for one in fitting if not one.is_possible][:SHOWN],
        "timeline": [journal_line(entry) for entry in entries],
        "gone_form": GoneForm(auto_id="gone_%s"),
        "reason_form": ReasonForm(auto_id="reason_%s"),
        "may_ring": request.member.may(Permission.PHONE_REVEAL),
        "states": StayState,
    } | more
    return render(request, "seals/guest.html", context, status=status)


@member_page(Permission.LODGING_MATCH)
def guest_edit(request: MemberRequest, guest: int) -> HttpResponse:
    found = _find(request, guest)
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
    found = _find(request, guest)
    form = ReasonForm(request.POST, auto_id="reason_%s")
    number = None
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        number = attempt(
            form, guests.reveal_guest_phone, guest=found, reason=reason, by=request.member
        )
    if number is None:
        return _guest_page(request, found, 422, reason_form=form)
    return _guest_page(request, found, number=number)


@member_page(Permission.LODGING_MATCH)
@require_POST
def guest_leave(request: MemberRequest, guest: int) -> HttpResponse:
    found = _find(request, guest)
    form = GoneForm(request.POST, auto_id="gone_%s")
    if form.is_valid():
        how = Gone(form.cleaned_data["how"])
        if attempt(form, guests.guest_gone, guest=found, how=how, by=request.member) is not None:
            messages.success(request, _("The file is closed."))
            return redirect("duty:lodging", request.compound.slug)
    return _guest_page(request, found, 422, gone_form=form)


@member_page(Permission.LODGING_MATCH)
@require_POST
def stay_propose(request: MemberRequest, guest: int) -> HttpResponse:
    found = _find(request, guest)
    text = request.POST.get("offer", "")
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    offer = get_object_or_404(offers_of(request.member), pk=int(text))
    return _step(
        request,
        found,
        lambda: deeds.propose(guest=found, offer=offer, by=request.member),
        _("The bed is held. Both are being asked."),
    )


def _step(request: MemberRequest, found: Guest, deed: Any, said: str) -> HttpResponse:
    """One step of a stay: done, or the guest's page says why not."""
    try:
        deed()
    except Refused as refusal:
        return _guest_page(request, found, 422, refused=str(refusal))
    messages.success(request, said)
    return redirect("duty:guest", request.compound.slug, found.pk)


def _stay(request: MemberRequest, pk: int) -> Stay:
    return get_object_or_404(stays_of(request.member), pk=pk)


class AnswerForm(forms.Form):
    """Which side said what; two buttons each."""

    side = forms.ChoiceField(choices=Side.choices)
    agrees = forms.TypedChoiceField(
        choices=(("yes", ""), ("no", "")), coerce=lambda text: text == "yes"
    )


@member_page(Permission.LODGING_MATCH)
@require_POST
def stay_answer(request: MemberRequest, stay: int) -> HttpResponse:
    found = _stay(request, stay)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        refused = _("Say who answered, and what.")
        return _guest_page(request, _find(request, found.guest_id), 422, refused=refused)
    side, agrees = Side(form.cleaned_data["side"]), form.cleaned_data["agrees"]
    said = _("Noted.") if agrees else _("Noted. Both are back on the list.")
    return _step(
        request,
        _find(request, found.guest_id),
        lambda: deeds.answer(stay=found, side=side, agrees=agrees, by=request.member),
        said,
    )


@member_page(Permission.LODGING_MATCH)
@require_POST
def stay_move_in(request: MemberRequest, stay: int) -> HttpResponse:
    found = _stay(request, stay)
    return _step(
        request,
        _find(request, found.guest_id),
        lambda: deeds.move_in(stay=found, by=request.member),
        _("Moved in, and counted inside that home from now on."),
    )


@member_page(Permission.LODGING_MATCH)
@require_POST
def stay_end(request: MemberRequest, stay: int) -> HttpResponse:
    found = _stay(request, stay)
    return _step(
        request,
        _find(request, found.guest_id),
        lambda: deeds.end_stay(stay=found, by=request.member),
        _("The stay has ended; the bed is free again."),
    )


@member_page(Permission.LODGING_MATCH)
def offer_new(request: MemberRequest) -> HttpResponse:
    """An offer that somebody told the desk, entered for their door."""
    first = tonight(request.compound, timezone.now())
    ends = [order.ends_at for order in orders_in_force()]
    last = max((request.compound.today(one) for one in ends), default=first)
    form = StaffOfferForm.opening(first, last, request.POST or None, member=request.member)
    if request.method == "POST" and form.is_valid():
        household = _household(form)
        if household is not None and _offered(request, form, household):
            messages.success(request, _("The offer stands."))
            return redirect("duty:lodging", request.compound.slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "seals/offer_form.html", {"form": form}, status=status)


def _household(form: forms.Form) -> Household | None:
    data = form.cleaned_data
    rows = Household.objects.filter(
        home__unit=data["unit"], home__number=data["door"].strip(), closed_at=None
    )
    found = rows.select_related("home").first()
    if found is None:
        form.add_error("door", _("This door has no household file. Open one first."))
    return found


def _offered(request: MemberRequest, form: forms.Form, household: Household) -> bool:
    fields = {name: form.cleaned_data[name] for name in deeds.OFFER_FIELDS}
    done = attempt(form, deeds.offer_bed, household=household, fields=fields, by=request.member)
    return done is not None


@member_page(Permission.LODGING_MATCH)
@require_POST
def offer_withdraw(request: MemberRequest, offer: int) -> HttpResponse:
    found: LodgingOffer = get_object_or_404(offers_of(request.member), pk=offer)
    try:
        deeds.withdraw_offer(offer=found, by=request.member)
        messages.success(request, _("The offer is taken back."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("duty:lodging", request.compound.slug)
