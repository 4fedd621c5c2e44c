"""The steps of a stay, and the offers of beds."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households.models import Household
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from seals import lodging as deeds
from seals.duty_forms import StaffOfferForm
from seals.duty_pages import offers_of, stays_of
from seals.guests import tonight
from seals.lodging_views import find_guest, guest_page
from seals.models import Guest, LodgingOffer, Side, Stay
from seals.queries import orders_in_force


@member_page(Permission.LODGING_MATCH)
@require_POST
def stay_propose(request: MemberRequest, guest: int) -> HttpResponse:
    found = find_guest(request, guest)
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


def _step(
    request: MemberRequest, found: Guest, deed: Callable[[], object], said: str
) -> HttpResponse:
    """One step of a stay: done, or the guest's page says why not."""
    try:
        deed()
    except Refused as refusal:
        return guest_page(request, found, 422, refused=str(refusal))
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
        return guest_page(request, find_guest(request, found.guest_id), 422, refused=refused)
    side, agrees = Side(form.cleaned_data["side"]), form.cleaned_data["agrees"]
    said = _("Noted.") if agrees else _("Noted. Both are back on the list.")
    return _step(
        request,
        find_guest(request, found.guest_id),
        lambda: deeds.answer(stay=found, side=side, agrees=agrees, by=request.member),
        said,
    )


@member_page(Permission.LODGING_MATCH)
@require_POST
def stay_move_in(request: MemberRequest, stay: int) -> HttpResponse:
    found = _stay(request, stay)
    return _step(
        request,
        find_guest(request, found.guest_id),
        lambda: deeds.move_in(stay=found, by=request.member),
        _("Moved in, and counted inside that home from now on."),
    )


@member_page(Permission.LODGING_MATCH)
@require_POST
def stay_end(request: MemberRequest, stay: int) -> HttpResponse:
    found = _stay(request, stay)
    return _step(
        request,
        find_guest(request, found.guest_id),
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
