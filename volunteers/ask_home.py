"""Asking for help from the household's own page, or from that of a relative who acts for it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from households.access import ResidentRequest, resident_page
from households.bar import bar
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from volunteers import asks
from volunteers.ask_forms import AskForm
from volunteers.ask_words import asks_of, lines, steps, track
from volunteers.models import Ask

DEEDS = {"cancel": asks.cancel, "reopen": asks.reopen}


@resident_page("What this household asked for, and how far it has come.")
def home_asks(request: ResidentRequest) -> HttpResponse:
    found = lines(asks_of(request.household), timezone.now())
    return render(request, "volunteers/home_asks.html", bar(request) | {"lines": found})


@resident_page("A household, or a relative who acts for it, asks for help.")
def home_ask_new(request: ResidentRequest) -> HttpResponse:
    form = AskForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        ask = attempt(
            form, asks.make_ask, household=request.household, by=request.access, **form.asked()
        )
        if ask is not None:
            messages.success(request, _("Received. You see here how it goes on."))
            return redirect("volunteers:home-ask", ask.pk)
    context = bar(request) | {"form": form}
    status = 422 if form.errors else 200
    return render(request, "volunteers/home_ask_new.html", context, status=status)


@resident_page("One request of this household; no other household's is reachable.")
def home_ask(request: ResidentRequest, own_ask: int) -> HttpResponse:
    rows = Ask.objects.select_related("home__unit__building", "assignee", "finished_by")
    found = get_object_or_404(rows, household=request.household, pk=own_ask)
    if request.method == "POST":
        return _act(request, found)
    above = reverse("volunteers:home-asks")
    context = bar(request, back=above) | {
        "ask": found,
        "steps": steps(found),
        "track": track(found),
        "is_open": found.finished_at is None and found.cancelled_at is None,
        "may_reopen": found.may_reopen(timezone.now()),
    }
    return render(request, "volunteers/home_ask.html", context)


def _act(request: ResidentRequest, ask: Ask) -> HttpResponse:
    """Take it back, or ask again for what was not right."""
    deed = DEEDS.get(request.POST.get("deed", ""))
    try:
        if deed is None:
            raise Refused(_("Choose to take the request back, or to ask again."))
        deed(ask=ask, by=request.access)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("volunteers:home-ask", ask.pk)
