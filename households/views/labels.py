"""Door labels: printed by floor with fresh codes, which are shown this once."""

from __future__ import annotations

from itertools import groupby

import segno
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from compounds.access import MemberRequest, member_page
from compounds.limits import encloses
from compounds.models import Home, Unit
from compounds.places import Place, find_place
from compounds.roles import Permission
from households.doors import issue_door_codes
from households.models import DoorCode
from lockdown.kernel.errors import Refused


@member_page(Permission.ACCESS_DECIDE)
def labels(request: MemberRequest) -> HttpResponse:
    """Choose a place; the POST prints. Printing again ends the codes printed before."""
    if request.method == "POST":
        return _print(request)
    return _choose(request)


def _choose(request: MemberRequest, *, status: int = 200, refusal: str = "") -> HttpResponse:
    units = Unit.objects.select_related("building").filter(request.member.within_units())
    homes = dict(Home.objects.order_by().values_list("unit").annotate(Count("id")))
    living = dict(
        DoorCode.objects.filter(revoked_at=None)
        .order_by()
        .values_list("home__unit")
        .annotate(Count("id"))
    )
    wanted = request.GET.get("home", "")
    context = {
        "lines": [(unit, homes.get(unit.pk, 0), living.get(unit.pk, 0)) for unit in units],
        "home": _named(request, wanted),
        "refusal": refusal,
    }
    return render(request, "households/labels.html", context, status=status)


def _named(request: MemberRequest, wanted: str) -> Home | None:
    homes = Home.objects.filter(request.member.within())
    return homes.filter(pk=int(wanted)).first() if wanted.isdecimal() else None


def _print(request: MemberRequest) -> HttpResponse:
    try:
        homes = _wanted_homes(request)
        issued = issue_door_codes(compound=request.compound, homes=homes, by=request.member)
    except Refused as refusal:
        return _choose(request, status=422, refusal=str(refusal))
    doors = [
        {
            "home": home,
            "floor": (str(home.unit), home.floor),
            "code": code,
            "shown": code.replace("-", "\u2011"),  # stays on one line
            "qr": qr(request.build_absolute_uri(reverse("households:door", args=[code]))),
        }
        for home, code in issued
    ]
    context = {
        "floors": [
            (unit, floor, list(rows))
            for (unit, floor), rows in groupby(doors, key=lambda one: one["floor"])
        ],
        "count": len(doors),
        "printed_by": request.member,
        "printed_at": timezone.now(),
        "back_url": reverse("households:labels", args=[request.compound.slug]),
    }
    answer = render(request, "households/labels_sheet.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _wanted_homes(request: MemberRequest) -> list[Home]:
    row = request.POST.get("row", "")
    kind = "home" if request.POST.get("kind") == "home" else "unit"
    place = find_place(request.compound, kind, row=int(row) if row.isdecimal() else None)
    if not encloses(request.member, place):
        raise Http404
    return _homes(place)


def _homes(place: Place) -> list[Home]:
    return list(
        place.homes()
        .select_related("unit__building")
        .order_by("unit__position", "unit_id", "floor", "position")
    )


def qr(address: str) -> SafeString:
    """The address as an inline SVG without style attributes."""
    made = segno.make(address, error="m", micro=False)
    return mark_safe(made.svg_inline(omitsize=True, border=1, dark="#000", light="#fff"))
