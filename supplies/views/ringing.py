"""Fresh goods wait at a door: ring the resident, then the relative; each number is logged."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from households import files
from households.models import Phone, Relative
from lockdown.kernel.errors import Refused
from supplies.actions.delivering import record_ring
from supplies.models import Stop
from supplies.views.runs import stop_of

WHY = "goods wait at the door"  # kept in English, as every word of an entry


@member_page(Permission.PHONE_REVEAL)
def ring(request: MemberRequest, stop: int) -> HttpResponse:
    """Whom to ring about this door, the numbers masked."""
    return _page(request, stop_of(request, stop))


def _page(
    request: MemberRequest, stop: Stop, kind: str = "", key: int = 0, number: str = ""
) -> HttpResponse:
    residents = Phone.objects.filter(household=stop.household_id).select_related("resident")
    relatives = Relative.objects.filter(household=stop.household_id).exclude(phone="")
    context = {
        "stop": stop,
        "waited": int((timezone.now() - stop.at).total_seconds() // 60) if stop.at else None,
        "phones": residents[:6],
        "relatives": relatives[:6],
        "shown_kind": kind,
        "shown_pk": key,
        "number": number,
        "is_open": stop.ring_at is not None and stop.rung_at is None and stop.taken_at is None,
        "back_url": reverse("supplies:run-list", args=[request.compound.slug]),
        "back_label": _("Deliveries"),
    }
    answer = render(request, "supplies/doors/ring.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@member_page(Permission.PHONE_REVEAL)
@require_POST
def ring_number(request: MemberRequest, stop: int) -> HttpResponse:
    """Show one full number, once; the journal keeps who saw it and why."""
    found = stop_of(request, stop)
    kind, _colon, key = request.POST.get("who", "").partition(":")
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    if kind == "phone":
        phone = get_object_or_404(Phone.objects.select_related("household__home"),
                                  household=found.household_id, pk=key)  # fmt: skip
        number = files.reveal_phone(phone=phone, reason=WHY, by=request.member)
    elif kind == "relative":
        relative = get_object_or_404(Relative.objects.select_related("household__home"),
                                     household=found.household_id, pk=key)  # fmt: skip
        number = files.reveal_relative(relative=relative, reason=WHY, by=request.member)
    else:
        raise Http404
    return _page(request, found, kind, int(key), number)


@member_page(Permission.PHONE_REVEAL)
@require_POST
def rung(request: MemberRequest, stop: int) -> HttpResponse:
    """Somebody was reached, or nobody answered."""
    found, reached = stop_of(request, stop), request.POST.get("reached") == "yes"
    try:
        record_ring(stop=found, reached=reached, by=request.member)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("supplies:ring", request.compound.slug, found.pk)
    if reached:
        messages.success(request, _("%(door)s knows.") % {"door": found.home.number})
        return redirect("supplies:run-list", request.compound.slug)
    messages.info(request, _("Noted. Ring the next number, or knock."))
    return redirect("supplies:ring", request.compound.slug, found.pk)
