"""One member, for the managers: limits, one-time links, sessions, a lost device, leaving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from compounds.access import MemberRequest, member_page
from compounds.actions import end_membership, limit_member
from compounds.forms import PartForm
from compounds.limits import part_among, part_of, reaches
from compounds.models import CodeApp, Member, Officer, Passkey, SignInLink, Sitting, Unit
from compounds.roles import SAYS, Permission, Role
from compounds.signin.account import qr
from compounds.signin.accounts import (
    end_sessions_of,
    opens_elsewhere,
    reset_password,
    reset_second_factor,
)
from compounds.signin.forms import LinkForm, ResetForm
from compounds.signin.links import ROLES, make_link, revoke_link
from compounds.signin.sittings import sittings_of
from lockdown.kernel.errors import Refused
from lockdown.kernel.forms import attempt
from lockdown.kernel.packed import packed, together, unpacked

LINKS = 6  # the newest ones shown


def _find(request: MemberRequest, member: int) -> Member:
    """A present member within the manager's limits; else 404."""
    rows = Member.objects.select_related("user", "unit__building", "compound")
    found = rows.filter(pk=member, left_at=None).first()
    if found is None or not reaches(request.member, found):
        raise Http404
    return found


@member_page(Permission.MEMBER_EDIT)
@never_cache
def member_page_(request: MemberRequest, member: int) -> HttpResponse:
    return _show(request, _find(request, member))


def _show(request: MemberRequest, found: Member, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    about = _about(found, request.member)
    units = unpacked(Unit, about["units"])
    start = {"buildings": found.buildings, "unit": found.unit_id}
    user = found.user
    is_operator = user.is_staff or user.is_superuser or bool(about["offices"])
    context = {
        "one": found,
        "says": SAYS[Role(found.role)],
        "part": part_among(found, units) if found.is_limited else "",
        "is_self": found.pk == request.member.pk,
        "is_foreign": is_operator or opens_elsewhere(found, request.member),
        "has_password": user.has_usable_password(),
        "keys": [*about["keys"], *about["apps"]],
        "sittings": unpacked(Sitting, about["sittings"]),
        "links": [(one, one.state(now)) for one in unpacked(SignInLink, about["links"])],
        "may_link": found.role in ROLES and not user.has_usable_password(),
        "part_form": PartForm(initial=start, by=request.member, units=units),
        "link_form": LinkForm(),
        "reset_form": ResetForm(),
        **more,
    }
    return render(request, "compounds/member.html", context, status=status)


def _about(found: Member, by: Member) -> dict[str, Any]:
    """The account behind a member, the newest links, the stairs to choose from; one query."""
    own = {"user": found.user_id}
    units = Unit.objects.filter(by.within_units())
    links = SignInLink.objects.filter(member=found)[:LINKS]
    return together(
        Member.objects.filter(pk=found.pk),
        {
            "keys": packed(Passkey.objects.filter(**own), name="name"),
            "apps": packed(CodeApp.objects.filter(**own), name="name"),
            "offices": packed(Officer.objects.filter(**own), id="id"),
            "sittings": packed(sittings_of(found.user)),
            "links": packed(links, "made_by"),
            "units": packed(units, "building"),
        },
    )


@member_page(Permission.MEMBER_EDIT)
@require_POST
def member_limit(request: MemberRequest, member: int) -> HttpResponse:
    found = _find(request, member)
    form = PartForm(request.POST, by=request.member)
    if form.is_valid():
        done = attempt(form, limit_member, member=found, **form.part(), by=request.member)
        if done is not None:
            said = _("%(name)s now looks after %(part)s.")
            messages.success(request, said % {"name": done.name, "part": part_of(done)})
            return redirect("compounds:member", request.compound.slug, found.pk)
    return _show(request, found, 422, part_form=form)


@member_page(Permission.MEMBER_EDIT)
@require_POST
@never_cache
def link_make(request: MemberRequest, member: int) -> HttpResponse:
    """The link as text to copy and as a QR code; it is shown this once."""
    found = _find(request, member)
    form = LinkForm(request.POST)
    made = (
        attempt(form, make_link, member=found, **form.cleaned_data, by=request.member)
        if form.is_valid()
        else None
    )
    if made is None:
        return _show(request, found, 422, link_form=form)
    link, code = made
    address = request.build_absolute_uri(reverse("compounds:link", args=[code]))
    words = _(
        "%(name)s, this link opens your list in %(compound)s: %(address)s\n"
        "Open it on your own phone before %(time)s. It works once."
    ) % {
        "name": found.name,
        "compound": request.compound.name,
        "address": address,
        "time": timezone.localtime(link.expires_at).strftime("%m-%d %H:%M"),
    }
    context = {"one": found, "link": link, "qr": qr(address), "words": words}
    return render(request, "compounds/link_made.html", context)


@member_page(Permission.MEMBER_EDIT)
@require_POST
def link_revoke(request: MemberRequest, link: int) -> HttpResponse:
    found = SignInLink.objects.select_related("member__unit").filter(pk=link).first()
    if found is None or not reaches(request.member, found.member):
        raise Http404
    revoke_link(link=found, by=request.member)
    messages.success(request, _("The link and the phone that it let in are ended."))
    return redirect("compounds:member", request.compound.slug, found.member_id)


@member_page(Permission.MEMBER_EDIT)
@require_POST
@never_cache
def member_reset(request: MemberRequest, member: int) -> HttpResponse:
    found = _find(request, member)
    form = ResetForm(request.POST)
    if not form.is_valid():
        return _show(request, found, 422, reset_form=form)
    action: Any = reset_password if form.cleaned_data["what"] == "password" else reset_second_factor
    reason = form.cleaned_data["reason"]
    done = attempt(form, action, member=found, reason=reason, by=request.member)
    if done is None:
        return _show(request, found, 422, reset_form=form)
    if action is reset_password:
        return _show(request, found, new_password=f"{found.user.username} / {done}")
    said = _("Done. %(name)s signs in with the password and adds a new device.")
    messages.success(request, said % {"name": found.name})
    return redirect("compounds:member", request.compound.slug, found.pk)


@member_page(Permission.MEMBER_EDIT)
@require_POST
def member_sessions_end(request: MemberRequest, member: int) -> HttpResponse:
    found = _find(request, member)
    try:
        ended = end_sessions_of(member=found, by=request.member)
        messages.success(request, _("%(count)s browsers signed out.") % {"count": ended})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("compounds:member", request.compound.slug, found.pk)


@member_page(Permission.MEMBER_EDIT)
@require_POST
def member_end(request: MemberRequest, member: int) -> HttpResponse:
    found = _find(request, member)
    try:
        end_membership(member=found, by=request.member)
        messages.success(request, _("%(name)s no longer works here.") % {"name": found.name})
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("compounds:member", request.compound.slug, found.pk)
    return redirect("compounds:settings", request.compound.slug)
