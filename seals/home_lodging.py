"""Lodging on the household's own page: offer a bed, answer, see who sleeps where."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from households.access import ResidentRequest, resident_page
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from lockdown.kernel.masking import mask_name
from seals import lodging as deeds
from seals.duty_forms import OfferForm
from seals.duty_pages import MARKS, offer_words
from seals.guests import tonight
from seals.models import LodgingOffer, Side, Stay
from seals.queries import open_order_for_home


@resident_page("The household's own offers, and who is to sleep in its home.")
def lodging(request: ResidentRequest) -> HttpResponse:
    form = _form(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            deeds.offer_bed,
            household=request.household,
            fields=form.cleaned_data,
            by=request.access,
        )
        if done is not None:
            messages.success(request, _("Thank you. You are asked before anybody comes."))
            return redirect("duty:home-lodging")
    return _page(request, form, 422 if request.method == "POST" else 200)


def _form(request: ResidentRequest, data: Any) -> OfferForm:
    now = timezone.now()
    first = tonight(request.compound, now)
    order = open_order_for_home(request.home)
    last = request.compound.today(order.ends_at) if order else first
    return OfferForm.opening(first, last, data)


def _page(request: ResidentRequest, form: OfferForm, status: int) -> HttpResponse:
    offers = LodgingOffer.objects.standing().filter(household=request.household)
    stays = [_stay_line(request, stay) for stay in _stays(request)]
    context = {
        "form": form,
        "offers": [(one, offer_words(one)) for one in offers],
        "stays": stays,
        # A question comes first; the form is the page's one deed where there is none.
        "folded": bool(stays) and not form.errors,
        "home_label": str(request.home.unit) + f" {request.home.number}",
        "back_url": reverse("reports:home"),
        "duty_phone": request.compound.duty_phone,
        "compound_name": request.compound.name,
    }
    return render(request, "seals/home_lodging.html", context, status=status)


def _stays(request: ResidentRequest) -> list[Stay]:
    """As host, and as the home where a guest is written down now."""
    own = Q(offer__household=request.household) | Q(guest__resident__household=request.household)
    rows = Stay.objects.running().filter(own)
    return list(rows.select_related("guest__resident", "offer__home__unit__building")[:20])


def _stay_line(request: ResidentRequest, stay: Stay) -> dict[str, Any]:
    """What this household is asked, or told, in plain words; the guest named by a mask."""
    hosts = stay.offer.household_id == request.household.pk
    side = Side.HOST if hosts else Side.GUEST
    said = stay.host_agreed_at if hosts else stay.guest_agreed_at
    names = {"name": mask_name(stay.guest.name), "door": stay.offer.home.number}
    text = (
        _("%(name)s needs a bed. May they come to you?")
        if hosts
        else _("Door %(door)s offers %(name)s a bed.")
    )
    return {
        "stay": stay,
        "side": side,
        "text": text % names,
        "who": stay.guest.get_kind_display(),
        "asks": said is None and stay.moved_in_at is None,
        "mark": MARKS[stay.state],
        "tag": str(stay.state.label),
    }


@resident_page("The household answers for itself.")
@require_POST
def stay_answer(request: ResidentRequest, stay: int) -> HttpResponse:
    found = next((one for one in _stays(request) if one.pk == stay), None)
    said = request.POST.get("agrees", "")
    if found is None or said not in ("yes", "no"):
        raise Http404
    hosts = found.offer.household_id == request.household.pk
    side = Side.HOST if hosts else Side.GUEST
    deeds.answer(stay=found, side=side, agrees=said == "yes", by=request.access)
    messages.success(request, _("Thank you, noted."))
    return redirect("duty:home-lodging")


@resident_page("The household takes its own offer back.")
@require_POST
def offer_withdraw(request: ResidentRequest, offer: int) -> HttpResponse:
    own = LodgingOffer.objects.filter(household=request.household)
    found = get_object_or_404(own, pk=offer)
    try:
        deeds.withdraw_offer(offer=found, by=request.access)
        messages.success(request, _("The offer is taken back."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("duty:home-lodging")
