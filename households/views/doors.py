"""The resident's way in: the door's code, the welcome page, waiting, leaving."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, public_page
from compounds.actions import digest_of
from compounds.models import Compound
from households import signin
from households.access import SESSION_KEY, forget, homes_kept, remember, show
from households.actions import open_missing_files
from households.doors import compound_of, find_code, plain_code
from households.forms import DoorForm
from households.models import Access, DoorCode, Household, Proxy, Resident
from lockdown.kernel.forms import attempt
from lockdown.kernel.tenancy import scope

TRIES_KEY = "door_tries"  # [wrong tries of this browser, since when]


@public_page("The code on the door is the key; the page shows no name in full and no number.")
def door(request: HttpRequest, code: str) -> HttpResponse:
    number = compound_of(code)
    if number is None:
        return _unknown(request, None)
    with scope([number]):
        found = find_code(code)
        if found is None:
            return _unknown(request, Compound.objects.filter(pk=number).first())
        with timezone.override(found.compound.tz):
            return _at_door(request, found)


def _unknown(request: HttpRequest, compound: Compound | None) -> HttpResponse:
    context = {"duty_phone": compound.duty_phone if compound else ""}
    return render(request, "households/door_unknown.html", context, status=404)


def _at_door(request: HttpRequest, code: DoorCode) -> HttpResponse:
    household = _file_of(code)
    mine = _held(request, household)
    if mine is not None:
        return redirect("reports:home" if mine.granted_at else "households:waiting")
    residents = list(Resident.objects.filter(household=household, moved_out_at=None))
    form = DoorForm(request.POST or None, residents=residents)
    if request.method == "POST" and form.is_valid():
        deed = _prove if request.POST.get("deed") == "prove" else _ask
        answer = deed(request, form, code, household)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "home": code.home,
        "compound_name": code.compound.name,
        "duty_phone": code.compound.duty_phone,
        "people": _choices(residents),
        "wrong_digits": request.method == "POST" and "digits" in form.errors,
    }
    answer = render(
        request, "households/door.html", context, status=422 if request.method == "POST" else 200
    )
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _file_of(code: DoorCode) -> Household:
    present = Household.objects.filter(home_id=code.home_id, closed_at=None).select_related("home")
    household = present.first()
    if household is None:
        open_missing_files(compound=code.compound, homes=[code.home])
        household = present.get()
    return household


def _choices(residents: list[Resident]) -> list[tuple[int, str, str]]:
    """(id, name to be masked, relation): the relation only where two surnames are the same."""
    surnames = [one.name[:1] for one in residents]
    return [
        (one.pk, one.name, one.relation if surnames.count(one.name[:1]) > 1 else "")
        for one in residents
    ]


def _prove(
    request: HttpRequest, form: DoorForm, code: DoorCode, household: Household
) -> HttpResponse | None:
    """Let in whoever knows the digits; five tries, then a wait. Counted on the door's code and on
    the browser's session, never on the address: a whole stair may share one."""
    digits = form.cleaned_data["digits"]
    if not digits:
        form.add_error("digits", _("Write the last four digits, or ask the staff."))
        return None
    if not _may_try(request) or not signin.spend_try(code=code, now=timezone.now()):
        form.add_error(
            "digits",
            _(
                "Too many tries. Wait 15 minutes, ask the staff with the button below, or call "
                "the duty desk: %(phone)s."
            )
            % {"phone": code.compound.duty_phone},
        )
        return None
    done = attempt(
        form,
        signin.prove,
        household=household,
        resident=form.resident,
        name=form.cleaned_data["name"],
        digits=digits,
    )
    if done is None:
        return None
    signin.forgive_tries(code)
    access, secret = done
    request.session.pop(TRIES_KEY, None)
    remember(request, compound=access.compound_id, secret=secret)
    return redirect("reports:home")


def _may_try(request: HttpRequest) -> bool:
    count, since = request.session.get(TRIES_KEY, (0, 0.0))
    now = time.time()
    if now - since > signin.WAIT.total_seconds():
        count, since = 0, now
    request.session[TRIES_KEY] = (count + 1, since)
    return count < signin.MOST_TRIES


def _ask(
    request: HttpRequest, form: DoorForm, code: DoorCode, household: Household
) -> HttpResponse | None:
    done = attempt(
        form,
        signin.ask,
        household=household,
        resident=form.resident,
        name=form.cleaned_data["name"],
    )
    if done is None:
        return None
    access, secret = done
    remember(request, compound=access.compound_id, secret=secret)
    return redirect("households:waiting")


def _held(request: HttpRequest, household: Household) -> Access | None:
    """The access to this home that the browser holds already; its home becomes the one shown."""
    by_digest = {digest_of(one["secret"]): one for one in homes_kept(request)}
    found = Access.objects.filter(
        household=household, is_proxy=False, digest__in=by_digest, ended_at=None
    ).first()
    if found is not None:
        show(request, by_digest[found.digest])
    return found


def _session_access(request: HttpRequest) -> Access | None:
    """The access that this browser holds, within the scope in force."""
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return None
    rows = Access.objects.select_related("compound", "household__home__unit__building")
    return rows.filter(digest=digest_of(kept["secret"])).first()


@public_page("Says how to get in; holds no data.")
def welcome(request: HttpRequest) -> HttpResponse:
    if request.session.get(SESSION_KEY):
        return redirect("households:waiting")
    typed = plain_code(request.GET.get("code", "")[:60])
    if typed:
        if compound_of(typed) is not None:
            return redirect("households:door", code=typed)
        return _welcome(request, status=404, wrong=True)
    return _welcome(request)


def _welcome(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "households/welcome.html", more, status=status)


@public_page("Shows one request to the browser that made it.")
def waiting(request: MemberRequest) -> HttpResponse:
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return redirect("households:welcome")
    with scope([kept["compound"]]):
        access = _session_access(request)
        if access is None:
            forget(request)
            return redirect("households:welcome")
        if access.granted_at is not None and access.ended_at is None:
            return _go_home(request)
        if request.htmx and access.ended_at is None:
            return HttpResponse(status=204)
        if access.ended_at is not None and not access.is_proxy:
            forget(request)
        with timezone.override(access.compound.tz):
            context = {
                "access": access,
                "home": access.household.home,
                "compound_name": access.compound.name,
                "duty_phone": access.compound.duty_phone,
                "proxy": Proxy.objects.filter(access=access).first() if access.is_proxy else None,
                "others": len(homes_kept(request)) - 1,
            }
            return render(request, "households/waiting.html", context)


def _go_home(request: MemberRequest) -> HttpResponse:
    if request.htmx:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("reports:home")
        return answer
    return redirect("reports:home")


@public_page("Leaving is always allowed.")
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    kept = request.session.get(SESSION_KEY)
    if kept:
        with scope([kept["compound"]]):
            access = _session_access(request)
            if access is not None and access.ended_at is None:
                signin.revoke(access=access, by=access)
                messages.success(request, _left(access))
        forget(request)
    return redirect("households:welcome")


def _left(access: Access) -> str:
    if not access.is_proxy:
        return _("This phone no longer opens your home's page.")
    if access.granted_at is None:
        return _("Your request is withdrawn.")
    return _("You no longer act for this home. They are told.")
