"""Signing in, choosing where to work, language and face, opening a compound, its settings."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import (
    MemberRequest,
    PersonRequest,
    member_page,
    memberships,
    person_page,
    public_page,
)
from compounds.actions import (
    add_member,
    build_homes,
    end_membership,
    issue_token,
    open_compound,
    revoke_token,
)
from compounds.context import DESK
from compounds.forms import CompoundForm, HomesForm, MemberForm, SignInForm, TokenForm
from compounds.models import ApiToken, Member, Organization, User
from compounds.queries import building_outline, home_counts
from compounds.retention import RetentionForm, set_retention
from compounds.roles import PERMISSIONS, Permission, Role
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from lockdown.kernel.tenancy import scope

YEAR = 365 * 24 * 3600


def _next(request: HttpRequest, fallback: str) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else fallback


@public_page("The door to everything else.")
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return HttpResponseRedirect(_next(request, reverse("compounds:start")))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "next": _next(request, "")}
    return render(request, "compounds/sign_in.html", context, status=status)


def locked_out(request: HttpRequest, credentials: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords for one name; the address is not locked."""
    sentence = _("Too many wrong passwords for this name. Wait 15 minutes, or ask your manager.")
    return render(request, "errors/refused.html", {"sentence": sentence}, status=429)


@public_page("Leaving is always allowed.")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("compounds:sign-in")


@public_page("Sends everybody to the place where they work.")
def start(request: HttpRequest) -> HttpResponse:
    if request.session.get("home"):
        return redirect("reports:home")
    if not request.user.is_authenticated:
        return redirect("compounds:sign-in")
    mine = memberships(request.user)
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
    answer = HttpResponseRedirect(_next(request, "/"))
    wanted = request.POST.get("language", "")
    if wanted in {code for code, _name in settings.LANGUAGES}:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR, samesite="Lax")
    return answer


@public_page("Large type and theme are choices of the browser.")
@require_POST
def face_set(request: HttpRequest) -> HttpResponse:
    answer = HttpResponseRedirect(_next(request, "/"))
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


@member_page(Permission.MEMBER_EDIT)
def settings_page(request: MemberRequest) -> HttpResponse:
    return _settings(request)


def _settings(request: MemberRequest, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "outline": building_outline(),
        "home_counts": home_counts(),
        "members": Member.objects.filter(left_at=None).select_related("user", "unit__building"),
        "tokens": ApiToken.objects.filter(revoked_at=None).select_related("member"),
        "homes_form": forms.get("homes_form") or HomesForm(),
        "member_form": forms.get("member_form") or MemberForm(),
        "token_form": forms.get("token_form") or TokenForm(),
        "new_token": forms.get("new_token", ""),
        "new_password": forms.get("new_password", ""),
        "retention_form": forms.get("retention_form")
        or RetentionForm(initial={"days": request.compound.retention_days}),
        "may_build": request.member.may(Permission.COMPOUND_EDIT),
        "may_hand_out": request.member.may(Permission.SUBJECT_EXPORT),
    }
    return render(request, "compounds/settings.html", context, status=status)


@member_page(Permission.COMPOUND_EDIT)
@require_POST
def homes_add(request: MemberRequest) -> HttpResponse:
    form = HomesForm(request.POST)
    if form.is_valid():
        made = attempt(
            form,
            build_homes,
            compound=request.compound,
            patterns=form.cleaned_data["pattern"],
            by=request.member,
        )
        if made is not None:
            messages.success(request, _("%(made)s new homes.") % {"made": made})
            return redirect("compounds:settings", request.compound.slug)
    return _settings(request, status=422, homes_form=form)


@member_page(Permission.MEMBER_EDIT)
@require_POST
def member_add(request: MemberRequest) -> HttpResponse:
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _settings(request, status=422, member_form=form)
    data = form.cleaned_data
    user = User.objects.filter(username=data["username"]).first()
    password = ""
    if user is None:
        password = secrets.token_urlsafe(9)
        user = User.objects.create_user(data["username"], name=data["name"], password=password)
    add_member(
        compound=request.compound,
        user=user,
        role=Role(data["role"]),
        unit=data["unit"],
        phone=data["phone"],
        by=request.member,
    )
    if not password:
        return redirect("compounds:settings", request.compound.slug)
    return _settings(request, new_password=f"{user.username} / {password}")


@member_page(Permission.MEMBER_EDIT)
@require_POST
def member_end(request: MemberRequest, member: int) -> HttpResponse:
    leaving: Member = get_object_or_404(Member.objects.all(), pk=member)
    try:
        end_membership(member=leaving, by=request.member)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("compounds:settings", request.compound.slug)


@member_page(Permission.MEMBER_EDIT)
@require_POST
def token_issue(request: MemberRequest) -> HttpResponse:
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _settings(request, status=422, token_form=form)
    _token, text = issue_token(
        member=request.member, name=form.cleaned_data["name"], by=request.member
    )
    return _settings(request, new_token=text)


@member_page(Permission.MEMBER_EDIT)
@require_POST
def token_revoke(request: MemberRequest, token: int) -> HttpResponse:
    revoke_token(token=get_object_or_404(ApiToken.objects.all(), pk=token), by=request.member)
    return redirect("compounds:settings", request.compound.slug)


@member_page(Permission.MEMBER_EDIT)
def roles_page(request: MemberRequest) -> HttpResponse:
    """The table of roles and permissions, for an auditor."""
    rows = [
        (permission.label, [permission in PERMISSIONS[role] for role in Role])
        for permission in Permission
    ]
    context = {"roles": [role.label for role in Role], "rows": rows}
    return render(request, "compounds/roles.html", context)


@member_page(Permission.COMPOUND_EDIT)
@require_POST
def retention_set(request: MemberRequest) -> HttpResponse:
    form = RetentionForm(request.POST)
    if form.is_valid():
        days = form.cleaned_data["days"]
        done = attempt(form, set_retention, compound=request.compound, days=days, by=request.member)
        if done is not None:
            messages.success(
                request, _("Files are kept %(days)s days after a lift.") % {"days": days}
            )
            return redirect("compounds:settings", request.compound.slug)
    return _settings(request, status=422, retention_form=form)
