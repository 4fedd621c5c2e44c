"""Several compounds on one page: the committee's, and a property company's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import PersonRequest, memberships, open_memberships, person_page
from compounds.models import Compound, Member, Officer, Organization
from compounds.roles import Permission, Role
from compounds.signin.entering import opens
from compounds.views import landing
from reports import rows
from reports.board import order_pill
from reports.portfolio import Glance, glances


@person_page("A reviewer sees the compounds that were granted to them, of any company.")
def review(request: PersonRequest) -> HttpResponse:
    granted = [
        member
        for member in open_memberships(request)
        if _reads_all(member) and not member.compound.is_practice
    ]
    if not granted:
        return _to_second_factor(request)
    now = timezone.now()
    found = glances([member.compound for member in granted], now)
    lines = [
        _line(glance, reverse("reports:review-day", args=[glance.compound.slug]), now)
        for glance in found
    ]
    reviews = any(member.role == Role.REVIEWER for member in granted)
    return render(request, "reports/review.html", {"lines": lines, "reviews": reviews})


@person_page("An officer sees the company's compounds; figures only where they are a member.")
def company(request: PersonRequest) -> HttpResponse:
    organizations = list(
        Organization.objects.filter(
            pk__in=Officer.objects.filter(user=request.user).values("organization")
        ).order_by("name")
    )
    if not organizations:
        raise Http404
    compounds = Compound.objects.filter(
        organization__in=organizations, practice_of=None
    ).select_related("organization")
    mine = {member.compound_id: member for member in open_memberships(request)}
    lines = _company_lines(compounds.order_by("organization__name", "name"), mine)
    context = {
        "organizations": organizations,
        "lines": lines,
        "new_url": reverse("compounds:compound-new"),
    }
    return render(request, "reports/company.html", context)


def _to_second_factor(request: PersonRequest) -> HttpResponse:
    """Somebody who may read these lists once they have a second factor; 404 for all others."""
    waiting = [one for one in memberships(request.user) if _reads_all(one) and opens(request, one)]
    if not waiting:
        raise Http404
    return redirect("compounds:second-needed", waiting[0].compound.slug)


def _reads_all(member: Member) -> bool:
    """These lists count whole compounds, so they are not for members of a part."""
    return member.may(Permission.REPORT_SEE) and not member.is_limited


def _company_lines(compounds: Iterable[Compound], mine: dict[int, Member]) -> list[dict[str, Any]]:
    """Figures where the officer is a member who may read them; names of the others."""
    now = timezone.now()
    compounds = list(compounds)
    seen = {key for key, member in mine.items() if _reads_all(member)}
    known = {
        glance.compound.pk: glance
        for glance in glances([one for one in compounds if one.pk in seen], now)
    }
    lines = []
    for one in compounds:
        glance = known.get(one.pk) or Glance(one, has_figures=False)
        lines.append(_line(glance, landing(mine[one.pk]) if one.pk in mine else "", now))
    return lines


def _line(glance: Glance, url: str, now: Any) -> dict[str, Any]:
    """One compound of a list: its orders, its four key figures, what is late."""
    return {
        "name": glance.compound.name,
        "company": glance.compound.organization.name,
        "url": url,
        "has_figures": glance.has_figures,
        "orders": [order_pill(order, now) for order in glance.orders[:3]],
        "more_orders": max(0, len(glance.orders) - 3),
        "inside": glance.inside,
        "figures": _figures(glance) if glance.has_figures else [],
        "late": glance.late,
    }


def _figures(glance: Glance) -> list[dict[str, Any]]:
    labels = {
        rows.VERIFY: _("Verified"),
        rows.TELL: _("Told"),
        rows.CARE: _("Elders called"),
        rows.ROUND: _("Disinfection"),
    }
    return [
        {"label": label, "done": glance.of(kind).done, "should": glance.of(kind).should}
        for kind, label in labels.items()
    ]
