"""A compound's settings: homes, members, second factors by role, API tokens; the role table."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.actions import add_member, build_homes, issue_token, revoke_token
from compounds.duties import as_csv, role_table
from compounds.forms import HomesForm, MemberForm, TokenForm
from compounds.limits import colleagues, parts_of, reaches
from compounds.models import ApiToken, SecondFactorRule, User
from compounds.queries import building_outline
from compounds.retention import RetentionForm, set_retention
from compounds.roles import Permission, Role
from compounds.signin.forms import RuleForm
from compounds.signin.rules import require_second_factor, waive_second_factor
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt


@member_page(Permission.MEMBER_EDIT)
def settings_page(request: MemberRequest) -> HttpResponse:
    return _settings(request)


def _settings(request: MemberRequest, status: int = 200, **forms: Any) -> HttpResponse:
    by = request.member
    members = colleagues(by)
    parts = parts_of(one for one in members if one.is_limited)
    outline = building_outline(by)
    units = [line.unit for line in outline]
    tokens = ApiToken.objects.filter(revoked_at=None).select_related("member")
    known = {one.pk for one in members}
    context = {
        "outline": outline,
        "home_counts": sum(line.homes for line in outline),
        "members": [(one, parts.get(one.pk, ""), reaches(by, one)) for one in members],
        "tokens": [one for one in tokens if one.member_id in known],
        "rules": _rules() if not by.is_limited else [],
        "homes_form": forms.get("homes_form") or HomesForm(),
        "member_form": forms.get("member_form") or MemberForm(by=by, units=units),
        "token_form": forms.get("token_form") or TokenForm(),
        "new_token": forms.get("new_token", ""),
        "new_password": forms.get("new_password", ""),
        "retention_form": forms.get("retention_form")
        or RetentionForm(initial={"days": request.compound.retention_days}),
        "may_build": by.may(Permission.COMPOUND_EDIT),
        "may_hand_out": by.may(Permission.SUBJECT_EXPORT),
    }
    return render(request, "compounds/settings.html", context, status=status)


def _rules() -> list[dict[str, Any]]:
    found = {rule.role: rule for rule in SecondFactorRule.objects.all()}
    return [{"role": role, "rule": found.get(role)} for role in Role]


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
    form = MemberForm(request.POST, by=request.member)
    if not form.is_valid():
        return _settings(request, status=422, member_form=form)
    done = attempt(form, _add, request=request, form=form)
    if done is None:
        return _settings(request, status=422, member_form=form)
    member, password = done
    if password:
        return _settings(request, new_password=f"{member.user.username} / {password}")
    return redirect("compounds:member", request.compound.slug, member.pk)


def _add(*, request: MemberRequest, form: MemberForm) -> tuple[Any, str]:
    """The member, and a fresh account's first password."""
    data = form.cleaned_data
    user = User.objects.filter(username=data["username"]).first()
    password = ""
    if user is None:
        password = "" if data["by_link"] else secrets.token_urlsafe(9)
        user = User.objects.create_user(
            data["username"], name=data["name"], password=password or None
        )
    member = add_member(
        compound=request.compound,
        user=user,
        role=Role(data["role"]),
        phone=data["phone"],
        **form.part(),
        by=request.member,
    )
    return member, password


@member_page(Permission.MEMBER_EDIT)
@require_POST
def second_factor_rule(request: MemberRequest, role: str) -> HttpResponse:
    """Ask a role for a second factor after some days, or no longer."""
    form = RuleForm(request.POST)
    try:
        if role not in Role.values or not form.is_valid():
            raise Refused(_("Give them 0 to %(most)s days.") % {"most": 30})
        days = form.cleaned_data["grace_days"]
        asked: dict[str, Any] = {
            "compound": request.compound,
            "role": Role(role),
            "by": request.member,
        }
        if "waive" in request.POST:
            waive_second_factor(**asked)
        else:
            require_second_factor(**asked, grace_days=7 if days is None else days)
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
    known = [one.pk for one in colleagues(request.member)]
    rows = (
        ApiToken.objects.filter(member__in=known) if request.member.is_limited else ApiToken.objects
    )
    revoke_token(token=get_object_or_404(rows.all(), pk=token), by=request.member)
    return redirect("compounds:settings", request.compound.slug)


@member_page(Permission.REPORT_SEE)
def roles_page(request: MemberRequest) -> HttpResponse:
    """The table of roles, for an auditor; names for those who manage members."""
    manages = request.member.may(Permission.MEMBER_EDIT) and not request.member.is_limited
    table = role_table(names=manages, changes=manages)
    if request.GET.get("as") == "csv":
        answer = HttpResponse(as_csv(table), content_type="text/csv; charset=utf-8")
        name = f"roles-{request.compound.slug}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    context = {"table": table, "named": manages}
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
