"""A phone's homes and a home's relatives, as those who hold the phone see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import public_page
from compounds.actions import digest_of
from compounds.models import Compound
from households import proxies
from households.access import (
    Kept,
    ResidentRequest,
    forget,
    homes_kept,
    remember,
    resident_page,
    show,
)
from households.bar import bar, home_label
from households.doors import compound_of
from households.models import Access, Invitation, Proxy, Relative
from households.proxy_forms import InviteForm, ProxyForm
from households.views.proxies import show_link
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from lockdown.kernel.tenancy import scope


@public_page("The link is the key; the page shows a door, and no name of anybody who lives there.")
def invited(request: HttpRequest, invitation: str) -> HttpResponse:
    """A relative opens the link, says who he is, and waits. Opening alone uses nothing up."""
    number = compound_of(invitation)
    if number is None:
        return _gone(request, None)
    with scope([number]):
        found = proxies.find_invitation(invitation, timezone.now())
        if found is None:
            return _gone(request, Compound.objects.filter(pk=number).first())
        with timezone.override(found.compound.tz):
            return _invited(request, found)


def _gone(request: HttpRequest, compound: Compound | None) -> HttpResponse:
    context = {"duty_phone": compound.duty_phone if compound else ""}
    return render(request, "households/invited_gone.html", context, status=404)


def _invited(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    known = invitation.relative
    start = {"phone": "", "name": known.name if known else ""}
    form = ProxyForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        asked = attempt(form, proxies.ask, invitation=invitation, **form.cleaned_data)
        if asked is not None:
            access, secret = asked
            remember(request, compound=access.compound_id, secret=secret)
            return redirect("households:waiting")
    context = {
        "form": form,
        "home": invitation.household.home,
        "compound_name": invitation.compound.name,
        "duty_phone": invitation.compound.duty_phone,
        "until": proxies.until(invitation),
    }
    status = 422 if form.errors else 200
    answer = render(request, "households/invited.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@resident_page("Who acts for this home; the home decides, a relative sees himself alone.")
def home_proxies(request: ResidentRequest) -> HttpResponse:
    """Who acts for the home. For a relative: what he may do here, and ending it."""
    form = InviteForm(request.POST or None, relatives=_relatives(request))
    if request.method == "POST":
        if request.proxy is not None:
            raise Http404
        if form.is_valid():
            made = attempt(
                form,
                proxies.invite,
                household=request.household,
                relative=form.cleaned_data["relative"],
                by=request.access,
            )
            if made is not None:
                return show_link(
                    request, *made, template="households/home_link.html", **_below(request)
                )
    people = [] if request.proxy else proxies.proxies_of(request.household)
    context = bar(request) | {"people": people, "form": form}
    template = "households/home_acting.html" if request.proxy else "households/home_proxies.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _relatives(request: ResidentRequest) -> object:
    return Relative.objects.filter(household=request.household).order_by("id")


def _below(request: ResidentRequest) -> dict[str, Any]:
    return bar(request, back=request.path) | {"back_label": _("Relatives who act")}


@resident_page("The home decides about its own relatives; a relative ends himself.")
@require_POST
def home_proxy_decide(request: ResidentRequest, access: int) -> HttpResponse:
    rows = Access.objects.filter(household=request.household, is_proxy=True)
    if request.proxy is not None:
        rows = rows.filter(pk=request.access.pk)
    found = get_object_or_404(rows, pk=access)
    try:
        proxies.decide(access=found, decision=request.POST.get("decision", ""), by=request.access)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(who)s: done.") % {"who": found.said_name})
    return redirect("households:home-proxies")


@dataclass(frozen=True)
class KeptHome:
    """One home of this browser: `number` is its place among them."""

    number: int
    label: str
    note: str
    state: str  # open, waiting, ended
    is_shown: bool


@public_page("Shows the doors that this browser holds, and nothing behind them.")
def switch(request: HttpRequest) -> HttpResponse:
    """The homes of this phone; the POST shows another of them."""
    kept = homes_kept(request)
    if not kept:
        return redirect("households:welcome")
    if request.method == "POST":
        wanted = request.POST.get("number", "")
        if not wanted.isdecimal() or int(wanted) >= len(kept):
            raise Http404
        show(request, kept[int(wanted)])
        return redirect("reports:home")
    found = [(one, _kept_home(number, one)) for number, one in enumerate(kept)]
    for one, home in found:
        if home is None:
            forget(request, one["secret"])
    homes = [home for _one, home in found if home is not None]
    if len(homes) < len(kept):
        return redirect("households:switch" if homes else "households:welcome")
    return render(request, "households/switch.html", {"homes": homes})


def _kept_home(number: int, kept: Kept) -> KeptHome | None:
    """None when there is nothing to open any more. Homes may be of several compounds."""
    with scope([kept["compound"]]):
        rows = Access.objects.select_related("household__home__unit__building", "compound")
        access = rows.filter(digest=digest_of(kept["secret"]), household__closed_at=None).first()
        if access is None or (access.ended_at is not None and not access.is_proxy):
            return None
        proxy = Proxy.objects.filter(access=access).first() if access.is_proxy else None
        label = home_label(access.household.home, proxy)
        state = "ended" if access.ended_at else "open" if access.granted_at else "waiting"
        note = f"{access.compound.name} · {access.household.home.unit}"
        return KeptHome(number, label, note, state, number == 0)
