"""Signing in: password, second step, passkey; showing again who one is; leaving."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from compounds.access import PersonRequest, person_page, public_page
from compounds.models import CodeApp, How, Passkey, User
from compounds.signin import entering
from compounds.signin.codes import spend_code, spend_recovery
from compounds.signin.forms import PasswordForm, SecondForm, SignInForm
from compounds.signin.passkeys import entering_options, spend_passkey
from lockdown.kernel.errors import Refused

JSON = "application/json"


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Where the person wanted to go, when that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else fallback


@public_page("The door to everything else.")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        if entering.has_second(user):
            entering.go_half(request, user)
            return redirect(_with_next(request, "compounds:sign-in-second"))
        entering.enter(request, user, How.PASSWORD)
        return HttpResponseRedirect(safe_next(request, reverse("compounds:start")))
    status = 422 if request.method == "POST" else 200
    return _sign_in(request, form, status=status)


def _sign_in(
    request: HttpRequest, form: SignInForm, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    context = {"form": form, "next": safe_next(request, ""), "refusal": refusal}
    return render(request, "compounds/sign_in.html", context, status=status)


def _with_next(request: HttpRequest, name: str) -> str:
    wanted = safe_next(request, "")
    return f"{reverse(name)}?{urlencode({'next': wanted})}" if wanted else reverse(name)


@public_page("After a right password: the code or the passkey of that person.")
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    user = entering.half_way(request)
    if user is None:
        return redirect(_with_next(request, "compounds:sign-in"))
    form = SecondForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        how = _second(request, user, form)
        if how is not None:
            entering.enter(request, user, how)
            return HttpResponseRedirect(safe_next(request, reverse("compounds:start")))
    return _second_page(request, user, form, status=422 if request.method == "POST" else 200)


def _second(request: HttpRequest, user: User, form: SecondForm) -> How | None:
    code = form.cleaned_data["code"]
    if not entering.may_try(request, user):
        form.add_error("code", _("Too many wrong codes. Wait 15 minutes, or use a passkey."))
        return None
    if spend_code(user, code):
        return How.CODE
    if spend_recovery(user, code):
        return How.RECOVERY
    entering.count_wrong(request, user)
    form.add_error(
        "code", _("This code does not fit, or it was used already. Take the next one of the app.")
    )
    return None


def _second_page(
    request: HttpRequest, user: User, form: SecondForm, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "has_app": CodeApp.objects.filter(user=user).exists(),
        "has_passkey": Passkey.objects.filter(user=user).exists(),
        "next": safe_next(request, ""),
        "refusal": refusal,
    }
    return render(request, "compounds/sign_in_second.html", context, status=status)


@public_page("A challenge for a passkey; says nothing about who has one.")
@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    user = entering.half_way(request)
    if request.user.is_authenticated:
        user = request.user
    return HttpResponse(entering_options(request.session, user), content_type=JSON)


@public_page("Signing in with a passkey alone, or as the second step.")
@never_cache
@require_POST
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    half = entering.half_way(request)
    try:
        answer = request.POST.get("answer", "")
        user = spend_passkey(session=request.session, answer=answer, user=half)
    except Refused as refusal:
        if half is not None:
            return _second_page(request, half, SecondForm(), status=422, refusal=str(refusal))
        return _sign_in(request, SignInForm(request), status=422, refusal=str(refusal))
    entering.enter(request, user, How.PASSKEY)
    return HttpResponseRedirect(safe_next(request, reverse("compounds:start")))


@person_page("Before keys are changed the person shows again who they are.")
@never_cache
def prove(request: PersonRequest) -> HttpResponse:
    form = PasswordForm(request.POST if "password" in request.POST else None)
    refusal = _proved(request, form) if request.method == "POST" else ""
    if refusal is None:
        return HttpResponseRedirect(safe_next(request, reverse("compounds:account")))
    context: dict[str, Any] = {
        "form": form if request.user.has_usable_password() else None,
        "has_passkey": Passkey.objects.filter(user=request.user).exists(),
        "next": safe_next(request, ""),
        "refusal": refusal,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "compounds/prove.html", context, status=status)


def _proved(request: PersonRequest, form: PasswordForm) -> str | None:
    """None when the person proved it; else why not, empty where the form says it."""
    if "answer" in request.POST:
        try:
            spend_passkey(session=request.session, answer=request.POST["answer"], user=request.user)
        except Refused as refusal:
            return str(refusal)
        entering.prove(request, second=True)
        return None
    if not form.is_valid():
        return ""
    if not entering.may_try(request, request.user):
        return _(
            "Too many wrong passwords or codes for this name. Wait 15 minutes, or ask your manager."
        )
    if not request.user.check_password(form.cleaned_data["password"]):
        entering.count_wrong(request, request.user)
        form.add_error("password", _("This is not your password. Passwords are case-sensitive."))
        return ""
    entering.prove(request)
    return None


@public_page("Leaving is always allowed.")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("compounds:sign-in")


@public_page("Operators of the installation sign in where everybody does, second step included.")
def operators_sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("compounds:start")
    return redirect(_with_next(request, "compounds:sign-in"))
