"""My account: password, keys, sessions, and what I may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from compounds.access import PersonRequest, Rule, View, memberships, person_page, ruled
from compounds.duties import duties_of
from compounds.models import CodeApp, Passkey, Sitting
from compounds.signin import entering
from compounds.signin.accounts import tell_compounds
from compounds.signin.codes import (
    add_code_app,
    address,
    make_recovery_codes,
    new_secret,
    recovery_left,
)
from compounds.signin.forms import CodeAppForm, NameForm, NewPasswordForm, PasskeyForm
from compounds.signin.passkeys import add_passkey, adding_options
from compounds.signin.sittings import end_everywhere, end_sittings, here, rebind, sittings_of
from compounds.signin.vault import seal, unseal
from compounds.signin.views import JSON
from lockdown.kernel.forms import attempt

ENROL = "enrol"  # the sealed secret of an app that has not shown a code yet
KINDS: dict[str, Any] = {"passkey": Passkey, "app": CodeApp}


def own_page(why: str) -> Callable[[View], View]:
    """For a person's own keys: not from a one-time link, and after showing lately who one is."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if entering.is_by_link(request):
                sentence = _(
                    "You are signed in by a one-time link. Keys and passwords are changed by "
                    "people who have an account of their own; ask your manager for one."
                )
                context = {"sentence": sentence}
                return render(request, "errors/refused.html", context, status=403)
            if not entering.proved_lately(request):
                back = request.path if request.method == "GET" else reverse("compounds:account")
                return redirect(f"{reverse('compounds:prove')}?{urlencode({'next': back})}")
            return view(request, *args, **kwargs)

        return ruled(person_page(why)(guarded), Rule("person", why=why))

    return decorate


@person_page("A person's own sign-in; opens no compound's rows.")
@never_cache
def account(request: PersonRequest) -> HttpResponse:
    return _account(request)


def _account(request: PersonRequest, status: int = 200, **more: Any) -> HttpResponse:
    user = request.user
    places = memberships(user)
    asked = [one.second_factor_from for one in places if one.second_factor_from is not None]
    passkeys, apps = list(user.passkeys.all()), list(user.code_apps.all())
    context = {
        "passkeys": passkeys,
        "apps": apps,
        "left": recovery_left(user),
        "has_second": bool(passkeys or apps),
        "asked_from": min(asked, default=None),
        "sittings": sittings_of(user),
        "here": here(request),
        "by_link": entering.is_by_link(request),
        "has_password": user.has_usable_password(),
        "places": places,
        "password_form": NewPasswordForm(user=user),
        "passkey_form": PasskeyForm(),
        **more,
    }
    return render(request, "compounds/account.html", context, status=status)


@own_page("Changing one's own password ends the other sessions.")
@require_POST
def password_change(request: PersonRequest) -> HttpResponse:
    form = NewPasswordForm(request.POST, user=request.user)
    if not entering.may_try(request, request.user):
        form.is_valid()
        form.add_error("old", _("Too many wrong passwords for this name. Wait 15 minutes."))
    if not form.is_valid():
        if "old" in form.errors:
            entering.count_wrong(request, request.user)
        return _account(request, 422, password_form=form)
    before = here(request)
    request.user.set_password(form.cleaned_data["new"])
    request.user.save(update_fields=["password"])
    update_session_auth_hash(request, request.user)  # this browser stays, with a new key
    rebind(request, before)
    end_everywhere(request.user, but=here(request))
    messages.success(request, _("Your password is changed. All other browsers are signed out."))
    return redirect("compounds:account")


@own_page("Adding an authenticator app to one's own account.")
@never_cache
def app_new(request: PersonRequest) -> HttpResponse:
    secret = unseal(request.session.get(ENROL, "")) or new_secret()
    request.session[ENROL] = seal(secret)
    form = CodeAppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, add_code_app, secret=secret, by=request.user, **form.cleaned_data)
        if made is not None:
            del request.session[ENROL]
            return _added(request, made.name)
    context = {
        "form": form,
        "qr": qr(address(secret, request.user, _("Lockdown"))),
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "compounds/app_new.html", context, status=status)


def qr(text: str) -> SafeString:
    """As an inline SVG without style attributes."""
    made = segno.make(text, error="m", micro=False)
    return mark_safe(made.svg_inline(omitsize=True, border=2, dark="#000", light="#fff"))


@own_page("A challenge for adding a passkey to one's own account.")
@require_POST
def passkey_new_options(request: PersonRequest) -> HttpResponse:
    options = adding_options(request.session, request.user, _("Lockdown"))
    return HttpResponse(options, content_type=JSON)


@own_page("Adding a passkey to one's own account.")
@require_POST
def passkey_add(request: PersonRequest) -> HttpResponse:
    form = PasskeyForm(request.POST)
    if form.is_valid():
        made = attempt(
            form, add_passkey, session=request.session, by=request.user, **form.cleaned_data
        )
        if made is not None:
            return _added(request, made.name)
    return _account(request, 422, passkey_form=form)


def _added(request: PersonRequest, name: str) -> HttpResponse:
    """The first key brings recovery codes with it."""
    entering.prove(request, second=True)
    tell_compounds(request.user, "SignInKeyAdded", name)
    messages.success(request, _("%(name)s is added.") % {"name": name})
    if recovery_left(request.user):
        return redirect("compounds:account")
    return _recovery(request)


@own_page("Fresh recovery codes, readable this once.")
@require_POST
@never_cache
def recovery_new(request: PersonRequest) -> HttpResponse:
    if not entering.has_second(request.user):
        messages.error(request, _("Add a passkey or an app first; the codes stand in for it."))
        return redirect("compounds:account")
    return _recovery(request)


def _recovery(request: PersonRequest) -> HttpResponse:
    codes = make_recovery_codes(by=request.user)
    return render(request, "compounds/recovery.html", {"codes": codes, "text": "\n".join(codes)})


def _key(request: PersonRequest, kind: str, key: int) -> Any:
    if kind not in KINDS:
        raise Http404
    return get_object_or_404(KINDS[kind], user=request.user, pk=key)


@own_page("Naming one's own key.")
@require_POST
def key_name(request: PersonRequest, kind: str, key: int) -> HttpResponse:
    found, form = _key(request, kind, key), NameForm(request.POST)
    if form.is_valid():
        found.name = form.cleaned_data["name"]
        found.save(update_fields=["name"])
    else:
        messages.error(request, _("Give it a name of at most 40 letters."))
    return redirect("compounds:account")


@own_page("Removing one's own key.")
@require_POST
def key_remove(request: PersonRequest, kind: str, key: int) -> HttpResponse:
    found = _key(request, kind, key)
    found.delete()
    if not entering.has_second(request.user):
        request.session[entering.SECOND] = False
    tell_compounds(request.user, "SignInKeyRemoved", found.name)
    messages.success(request, _("%(name)s opens nothing here any more.") % {"name": found.name})
    return redirect("compounds:account")


@person_page("Ending one's own sessions.")
@require_POST
def sessions_end(request: PersonRequest) -> HttpResponse:
    """One by its id, or all but this one."""
    wanted = request.POST.get("sitting", "")
    if wanted.isdecimal() and len(wanted) < 18:
        rows = Sitting.objects.filter(user=request.user, pk=int(wanted))
        ended = end_sittings(rows.exclude(digest=here(request)))
    else:
        ended = end_everywhere(request.user, but=here(request))
    messages.success(request, _("%(count)s browsers signed out.") % {"count": ended})
    return redirect("compounds:account")


@person_page("A person's own roles, in words.")
def duties(request: PersonRequest) -> HttpResponse:
    """What I may do."""
    places = [one for one in memberships(request.user) if entering.opens(request, one)]
    return render(request, "compounds/duties.html", {"duties": duties_of(places)})


@person_page("Where somebody is sent whose role asks for a second factor.")
def second_needed(request: PersonRequest, compound: str) -> HttpResponse:
    mine = {one.compound.slug: one for one in memberships(request.user)}
    member = mine.get(compound)
    if member is None or member.second_factor_from is None:
        raise Http404
    context = {
        "member": None,
        "place": member,
        "has_second": entering.has_second(request.user),
    }
    return render(request, "compounds/second_needed.html", context)
