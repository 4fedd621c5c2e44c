"""Choosing where to work, language and face, opening a compound."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import PersonRequest, memberships, person_page, public_page
from compounds.actions import build_homes, open_compound
from compounds.context import DESK
from compounds.forms import CompoundForm
from compounds.models import Member, Organization, User
from compounds.roles import Permission, Role
from compounds.signin.entering import opens
from compounds.signin.views import safe_next
from lockdown.kernel.forms import attempt
from lockdown.kernel.tenancy import scope

YEAR = 365 * 24 * 3600


def locked_out(request: HttpRequest, credentials: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords for one name; the address is not locked."""
    sentence = _(
        "Too many wrong passwords or codes for this name. Wait 15 minutes, or ask your manager."
    )
    return render(request, "errors/refused.html", {"sentence": sentence}, status=429)


@public_page("Sends everybody to the place where they work.")
def start(request: HttpRequest) -> HttpResponse:
    if request.session.get("home"):
        return redirect("reports:home")
    if not request.user.is_authenticated:
        return redirect("compounds:sign-in")
    mine = [one for one in memberships(request.user) if opens(request, one)]
    offices = list(Organization.objects.filter(officers__user=request.user))
    if len(mine) == 1 and not offices:
        return redirect(landing(mine[0]))
    if mine and all(one.role == Role.REVIEWER for one in mine):
        return redirect("reports:review")
    context = {
        "places": [{"member": one, "url": landing(one)} for one in mine],
        "organizations": offices,
    }
    return render(request, "compounds/start.html", context)


def landing(member: Member) -> str:
    """The page on which a member's day begins."""
    slug = member.compound.slug
    if member.role == Role.REVIEWER:
        return reverse("reports:review-day", args=[slug])
    first = "reports:board" if member.may(Permission.ORDER_SEAL) else "reports:my-list"
    allowed = {name for _label, name, permission, _icon in DESK if member.may(permission)}
    if first not in allowed:
        first = next(name for _label, name, _permission, _icon in DESK if name in allowed)
    return reverse(first, args=[slug])


@public_page("Language is a choice of the browser, not of an account.")
@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    answer = HttpResponseRedirect(safe_next(request, "/"))
    wanted = request.POST.get("language", "")
    if wanted in {code for code, _name in settings.LANGUAGES}:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR, samesite="Lax")
    return answer


@public_page("Large type and theme are choices of the browser.")
@require_POST
def face_set(request: HttpRequest) -> HttpResponse:
    answer = HttpResponseRedirect(safe_next(request, "/"))
    for name, allowed in (("face", {"normal", "elder"}), ("theme", {"auto", "light", "dark"})):
        if request.POST.get(name) in allowed:
            answer.set_cookie(name, request.POST[name], max_age=YEAR, samesite="Lax")
    return answer


@person_page("An officer opens a compound for their company; others are refused by the action.")
def compound_new(request: PersonRequest) -> HttpResponse:
    organizations = list(Organization.objects.filter(officers__user=request.user))
    if not organizations:
        sentence = _("Only an officer of a property company can open a compound.")
        return render(request, "errors/refused.html", {"sentence": sentence}, status=403)
    form = CompoundForm(request.POST or None, organizations=organizations)
    if request.method == "POST" and form.is_valid():
        compound = attempt(form, _open_with_homes, form=form, by=request.user)
        if compound is not None:
            messages.success(request, _("The compound is ready. Now import its roster."))
            return redirect("reports:board", compound.slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "compounds/compound_new.html", {"form": form}, status=status)


def _open_with_homes(*, form: CompoundForm, by: User) -> Any:
    data = form.cleaned_data
    compound = open_compound(
        organization=form.organizations[data["organization"]],
        name=data["name"],
        slug=data["slug"],
        duty_phone=data["duty_phone"],
        by=by,
    )
    with scope([compound.pk]):
        manager = Member.objects.get(user=by, left_at=None)
        build_homes(compound=compound, patterns=data["pattern"], by=manager)
    return compound
