"""What a resident does with a notice; the page itself is the resident's home."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from households.access import ResidentRequest, resident_page
from lockdown.kernel.errors import Refused
from notices.actions import acknowledge
from notices.models import Notice
from notices.proxies import pass_on


@resident_page("A household confirms a notice that was for it; no other household is reachable.")
@require_POST
def home_acknowledge(request: ResidentRequest, notice: int) -> HttpResponse:
    found = get_object_or_404(Notice.objects.all(), pk=notice)
    try:
        acknowledge(notice=found, by=request.access)
    except Refused as refusal:
        raise Http404(str(refusal)) from None
    messages.success(request, _("Thank you, we know that you have read it."))
    return redirect("reports:home")


@resident_page("A relative says that he has passed a notice on to the household he acts for.")
@require_POST
def home_pass_on(request: ResidentRequest, notice: int) -> HttpResponse:
    found = get_object_or_404(Notice.objects.all(), pk=notice)
    try:
        pass_on(notice=found, by=request.access)
    except Refused as refusal:
        raise Http404(str(refusal)) from None
    messages.success(request, _("Thank you. We know now that they have been told."))
    return redirect("reports:home")
