"""The desk's navigation: what this member may open, in the order of the day's work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from compounds.roles import Permission

# (label, url name, permission, icon, url names under which it is the active one)
DESK = (
    (_("Desk"), "reports:board", Permission.BOARD_SEE, "board"),
    (_("My list"), "reports:my-list", Permission.WORK_DO, "work"),
    (_("Households"), "households:list", Permission.HOUSEHOLD_SEE, "homes"),
    (_("Orders"), "seals:order-list", Permission.ORDER_SEE, "seal"),
    (_("Duty"), "duty:hub", Permission.BOARD_SEE, "gate"),
    (_("Sanitation"), "waste:day", Permission.BOARD_SEE, "spray"),
    (_("Supplies"), "supplies:round-list", Permission.BUY_SEE, "supplies"),
    (_("Notices"), "notices:list", Permission.NOTICE_SEE, "notice"),
    (_("Requests"), "volunteers:ask-list", Permission.ASK_SEE, "bag"),
    (_("Care"), "volunteers:care-list", Permission.CARE_SEE, "elder"),
    (_("Medicines"), "households:medical", Permission.MEDICINE_SEE, "elder"),
    (_("Medical"), "volunteers:medical-list", Permission.MEDICAL_SEE, "person"),
    (_("Figures"), "reports:day", Permission.REPORT_SEE, "report"),
    (_("Drills"), "drills:list", Permission.DRILL_RUN, "clock"),
    (_("Settings"), "compounds:settings", Permission.MEMBER_EDIT, "door"),
)
# A page with an entry of its own within another entry's room.
OWN_ENTRY = frozenset({"households:medical"})


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    active: bool
    badge: int = 0


def _search(member: Member) -> str:
    """Where the box in the head searches: the compound's files, or all that was granted."""
    if member.may(Permission.HOUSEHOLD_SEE):
        return reverse("households:search", args=[member.compound.slug])
    return reverse("reports:review-search") if member.may(Permission.REPORT_COMMENT) else ""


# These apps have several entries: the page's own name, up to its first dash, tells which is active.
SEVERAL = ("reports", "volunteers")


def _is_under(here: str, name: str) -> bool:
    room = name.split(":")[0]
    if room == "reports" or OWN_ENTRY & {here, name}:
        return here == name
    if room in SEVERAL:
        return here.split("-")[0] == name.split("-")[0]
    return here.split(":")[0] == room


def desk(request: HttpRequest) -> dict[str, Any]:
    """`compound`, `member` and `nav_items` for pages inside a compound; empty elsewhere."""
    member = getattr(request, "member", None)
    place = getattr(request, "compound", None)
    practice = place is not None and place.is_practice
    if member is None:
        return {"member": None, "nav_items": [], "is_practice": practice}
    compound = request.compound  # type: ignore[attr-defined]
    here = request.resolver_match.view_name if request.resolver_match else ""
    items = [
        NavItem(
            label=str(label),
            url=reverse(name, args=[compound.slug]),
            icon=icon,
            active=_is_under(here, name),
        )
        for label, name, permission, icon in DESK
        if member.may(permission)
    ]
    return {
        "member": member,
        "compound": compound,
        "compound_name": compound.name,
        "compound_url": items[0].url if items else "",
        "search_url": _search(member),
        "nav_items": items,
        "is_practice": practice,
    }
