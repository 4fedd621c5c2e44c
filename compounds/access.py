"""Every page states who may open it. A guard test lists any that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import structlog
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from compounds.models import Compound, Member, User
from compounds.roles import PERMISSIONS, Permission
from compounds.signin.entering import must_enrol, opens
from lockdown.kernel.tenancy import as_person, scope

View = Callable[..., HttpResponse]


class PersonRequest(HttpRequest):
    """What a view behind `person_page` receives: somebody is signed in."""

    user: User


class MemberRequest(HttpRequest):
    """What a view behind `member_page` receives: the request, with its compound and member."""

    user: User
    compound: Compound
    member: Member
    htmx: HtmxDetails


@dataclass(frozen=True)
class Rule:
    """Who may open a page: `kind` is public, person, member or resident."""

    kind: str
    permission: Permission | None = None
    why: str = ""


def ruled(view: View, rule: Rule) -> View:
    view.rule = rule  # type: ignore[attr-defined]
    return view


def public_page(why: str) -> Callable[[View], View]:
    """Open to anybody; the reason is part of the code."""

    def decorate(view: View) -> View:
        return ruled(view, Rule("public", why=why))

    return decorate


def person_page(why: str) -> Callable[[View], View]:
    """For anybody who is signed in with a password; sees no compound's rows."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        return ruled(guarded, Rule("person", why=why))

    return decorate


def member_page(permission: Permission) -> Callable[[View], View]:
    """For members of the compound in the address whose role has the permission.

    The view runs inside the compound's scope, in one transaction, in its time zone, with
    `request.compound` and `request.member`. Anybody else gets the 404 of a place that is not
    there.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, /, compound: str, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            member = membership(request.user, compound)
            if member is None or not member.may(permission) or not opens(request, member):
                raise Http404
            if must_enrol(request, member, timezone.now()):
                return redirect("compounds:second-needed", compound)
            return run_inside(request, member, view, **kwargs)

        return ruled(guarded, Rule("member", permission))

    return decorate


def membership(user: User, slug: str) -> Member | None:
    """The user's present membership in the compound with this slug."""
    with as_person(user.pk):
        found = (
            Member.objects.filter(user=user, left_at=None, compound__slug=slug)
            .select_related("compound", "compound__organization")
            .first()
        )
    if found is not None:
        found.user = user
    return found


def memberships(user: User) -> list[Member]:
    """All present memberships of a person, by company and compound."""
    with as_person(user.pk):
        return list(
            Member.objects.filter(user=user, left_at=None)
            .select_related("compound", "compound__organization")
            .order_by("compound__organization__name", "compound__name")
        )


def granted(user: User, permission: Permission) -> list[int]:
    """The ids of the compounds where this person may do this; lean, for thousands of them.

    Without practice compounds: nobody looks for an invented person.
    """
    roles = [role for role, allowed in PERMISSIONS.items() if permission in allowed]
    with as_person(user.pk):
        found = Member.objects.filter(
            user=user, left_at=None, role__in=roles, compound__practice_of=None
        )
        return list(found.values_list("compound_id", flat=True))


def open_memberships(request: HttpRequest) -> list[Member]:
    """Those of the signed-in person that this session opens now."""
    now = timezone.now()
    found = memberships(request.user)  # type: ignore[arg-type]
    return [one for one in found if opens(request, one) and not must_enrol(request, one, now)]


def run_inside(request: HttpRequest, member: Member, view: View, /, **kwargs: Any) -> HttpResponse:
    """Open the member's compound around the view."""
    compound = member.compound
    structlog.contextvars.bind_contextvars(compound=compound.pk)
    request.member = member  # type: ignore[attr-defined]
    request.compound = compound  # type: ignore[attr-defined]
    with scope([compound.pk]), timezone.override(compound.tz):
        return view(request, **kwargs)


def find_compound(slug: str) -> Compound:
    """For addresses that anybody may open; 404 when there is none."""
    found = Compound.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found
