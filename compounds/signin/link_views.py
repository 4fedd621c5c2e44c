"""Opening a one-time link: a page with one button, so that a chat's preview does not use it up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from compounds.access import public_page
from compounds.models import Compound, How, SignInLink
from compounds.signin.agents import device_of
from compounds.signin.entering import enter
from compounds.signin.links import compound_of, find_link, open_link, session_end, why_not
from compounds.views import landing
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope


@public_page("The link is the key. Reading the page changes nothing; the button uses it up.")
@never_cache
def link(request: HttpRequest, code: str) -> HttpResponse:
    number = compound_of(code)
    if number is None:
        return _closed(request, None, None)
    with scope([number]):
        found = find_link(code)
        if found is None:
            return _closed(request, None, Compound.objects.filter(pk=number).first())
        with timezone.override(found.compound.tz):
            return _at_link(request, found)


def _at_link(request: HttpRequest, found: SignInLink) -> HttpResponse:
    now = timezone.now()
    if found.state(now) != "waiting" or found.member.left_at is not None:
        return _closed(request, why_not(found, now), found.compound)
    if request.method != "POST":
        return _answer(request, "compounds/link.html", {"link": found}, found.compound)
    try:
        member = open_link(link=found, device=device_of(request))
    except Refused as refusal:
        return _closed(request, str(refusal), found.compound)
    enter(
        request,
        member.user,
        How.LINK,
        link=found.pk,
        only=found.compound_id,
        until=session_end(found, now),
    )
    messages.success(request, _("Welcome, %(name)s. This is your list.") % {"name": member.name})
    return redirect(landing(member))


def _closed(request: HttpRequest, why: str | None, compound: Compound | None) -> HttpResponse:
    context = {"why": why or _("This link is not known here. Ask whoever sent it for a new one.")}
    status = 410 if why else 404
    return _answer(request, "compounds/link_closed.html", context, compound, status=status)


def _answer(
    request: HttpRequest, template: str, context: dict, compound: Compound | None, status: int = 200
) -> HttpResponse:
    if compound is not None:
        context |= {"compound_name": compound.name, "duty_phone": compound.duty_phone}
    answer = render(request, template, context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer
