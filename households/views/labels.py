"""Door labels: printed by floor with fresh codes, which are shown this once."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

import segno
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from compounds.access import MemberRequest, member_page
from compounds.models import Home, Unit
from compounds.places import find_place
from compounds.roles import Permission
from households.doors import issue_door_codes
from households.models import DoorCode
from lockdown.kernel.errors import Refused

AT_ONCE = 300  # labels in one print


@member_page(Permission.ACCESS_DECIDE)
def labels(request: MemberRequest) -> HttpResponse:
    """Choose a place; the POST prints. Printing again ends the codes printed before."""
    if request.method == "POST":
        return _print(request)
    return _choose(request)


def _choose(request: MemberRequest, *, status: int = 200, refusal: str = "") -> HttpResponse:
    units = Unit.objects.filter(request.member.within_units()).select_related("building")
    floors: dict[int, list[tuple[int, int]]] = defaultdict(list)
    counted = Home.objects.order_by("unit", "floor").values_list("unit", "floor")
    for unit, floor, count in counted.annotate(Count("id")):
        floors[unit].append((floor, count))
    living = dict(
        DoorCode.objects.filter(revoked_at=None)
        .order_by()
        .values_list("home__unit")
        .annotate(Count("id"))
    )
    wanted = request.GET.get("home", "")
    homes = Home.objects.filter(request.member.within())
    context = {
        "lines": [
            {
                "unit": unit,
                "homes": sum(count for _floor, count in floors[unit.pk]),
                "living": living.get(unit.pk, 0),
                "parts": _parts(floors[unit.pk]),
            }
            for unit in units
        ],
        "home": homes.filter(pk=int(wanted)).first() if wanted.isdecimal() else None,
        "refusal": refusal,
    }
    return render(request, "households/labels.html", context, status=status)


def _parts(floors: list[tuple[int, int]]) -> list[dict[str, int]]:
    """Runs of floors of at most AT_ONCE doors: each is one print, which a browser can lay out."""
    parts: list[dict[str, int]] = []
    for floor, count in floors:
        if parts and parts[-1]["count"] + count <= AT_ONCE:
            parts[-1]["last"] = floor
            parts[-1]["count"] += count
        else:
            parts.append({"first": floor, "last": floor, "count": count})
    return parts


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
    homes = place.homes().filter(request.member.within())
    first, last = (_floor(request.POST.get(name, "")) for name in ("first", "last"))
    if first is not None and last is not None:
        homes = homes.filter(floor__range=(first, last))
    if request.member.is_limited and not homes.exists():
        raise Http404
    return list(
        homes.select_related("unit__building").order_by(
            "unit__position", "unit_id", "floor", "position"
        )
    )


def _floor(text: str) -> int | None:
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 5 else None


def qr(address: str) -> SafeString:
    """The address as an inline SVG without style attributes."""
    made = segno.make(address, error="m", micro=False)
    return mark_safe(made.svg_inline(omitsize=True, border=1, dark="#000", light="#fff"))
