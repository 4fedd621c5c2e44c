"""All that happened to one household, across the apps and the files merged into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from compounds.roles import Permission
from households.models import Household, Verification
from journal.actions import SYSTEM
from journal.events import CATALOGUE, sentence
from journal.models import Entry

ORDERS = "Order"  # events of the orders under which the household was, by their first word

# Kind, its word, the beginnings of the events that belong to it. What no line names is "file".
KINDS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("care", _("Care"), ("Care", "Errand", "Ask")),
    ("presence", _("Presence"), ("Presence", "PersonRecalled", "HouseholdVerified", "Lodg")),
    ("notices", _("Notices"), ("Notice", "HouseholdTold", "HouseholdNotReached")),
    ("orders", _("Orders"), (ORDERS, "Plan")),
    ("access", _("Sign-in"), ("Access", "Door", "Proxy")),
    ("shown", _("Numbers shown"), ("PhoneRevealed", "IdentityRevealed")),
    ("file", _("File"), ()),
)

# What of a file was changed, in the words of a timeline; `what` is in the entry's data.
CHANGES: dict[str, Any] = {
    "member_added": _("%(door)s: a member added"),
    "member": _("%(door)s: a member's particulars corrected"),
    "moved_out": _("%(door)s: a member moved out"),
    "phone_added": _("%(door)s: a phone registered"),
    "relative_added": _("%(door)s: a relative outside registered"),
    "identity": _("%(door)s: an identity number kept"),
    "identity_replaced": _("%(door)s: an identity number replaced"),
    "identity_removed": _("%(door)s: an identity number removed"),
    "medicine": _("%(door)s: a medicine noted"),
    "medicine_changed": _("%(door)s: a medicine corrected"),
    "medicine_ended": _("%(door)s: a medicine no longer taken"),
    "appointment": _("%(door)s: an appointment noted"),
    "appointment_changed": _("%(door)s: an appointment corrected"),
    "appointment_ended": _("%(door)s: an appointment ended"),
    "pet": _("%(door)s: an animal noted"),
    "pet_removed": _("%(door)s: an animal no longer there"),
    "note": _("%(door)s: a note written"),
    "note_struck": _("%(door)s: a note struck out"),
    "key": _("%(door)s: holder of the key changed"),
}

# Event → the page of its record: address, where its id is, and who may open it.
RECORDS: dict[str, tuple[str, str, Permission]] = {
    "CareCallRecorded": ("volunteers:care-list", "", Permission.CARE_SEE),
    "HouseholdTold": ("notices:reach", "", Permission.NOTICE_SEE),
    "HouseholdNotReached": ("notices:reach", "", Permission.NOTICE_SEE),
    "NoticeAcknowledged": ("notices:list", "", Permission.NOTICE_SEE),
    "NoticeSent": ("notices:notice", "notice", Permission.NOTICE_SEE),
    "AccessAsked": ("households:access-list", "", Permission.ACCESS_DECIDE),
    "AccessGranted": ("households:access-list", "", Permission.ACCESS_DECIDE),
    "HouseholdVerified": ("seals:order", "order", Permission.ORDER_SEE),
    "PersonRecalled": ("seals:order", "order", Permission.ORDER_SEE),
}


@dataclass(frozen=True)
class Moment:
    """One line: what, when, by whom, and the page of its record where there is one."""

    at: datetime
    by: str
    text: str
    kind: str
    url: str = ""


@dataclass(frozen=True)
class Day:
    day: date
    moments: list[Moment]


def kind_of(event: str) -> str:
    for kind, _word, beginnings in KINDS:
        if beginnings and event.startswith(beginnings):
            return kind
    return "file"


def entries(households: Iterable[int], orders: Iterable[int], *, kind: str = "") -> QuerySet[Entry]:
    """Entries of these files, and those of the orders themselves, newest first.

    The ids are values, not subqueries, so that both halves find their index.
    """
    own = Q(household_id__in=list(households))
    of_orders = [name for name in CATALOGUE if name.startswith(ORDERS)]
    found = own | Q(order_id__in=list(orders), household_id=None, event__in=of_orders)
    rows = Entry.objects.filter(found)
    if kind:
        rows = rows.filter(event__in=[name for name in CATALOGUE if kind_of(name) == kind])
    return rows.order_by("-at", "-id")


def files_and_orders(household: Household) -> tuple[list[int], list[int]]:
    """The file with those merged into it, and the orders for which its people were verified."""
    merged = Household.objects.filter(merged_into=household).values_list("pk", flat=True)
    files = [household.pk, *merged]
    causes = Verification.objects.filter(household__in=files, sweep__cause__isnull=False)
    return files, sorted(set(causes.values_list("sweep__cause", flat=True)))


def moments(rows: Iterable[Entry], member: Member) -> list[Moment]:
    return [
        Moment(one.at, _who(one.by), said(one), kind_of(one.event), record_of(one, member))
        for one in rows
    ]


def _who(by: str) -> str:
    return str(_("system")) if by == SYSTEM.actor_label else by


def said(entry: Entry) -> str:
    """The entry as a sentence; a change of the file says what was changed."""
    words = CHANGES.get(str(entry.data.get("what"))) if entry.event == "HouseholdChanged" else None
    if words is None:
        return sentence(entry.event, entry.data)
    return str(words) % {"door": entry.data.get("door", "–")}


def record_of(entry: Entry, member: Member) -> str:
    """The address of the record's page, when there is one that the member may open."""
    if entry.event.startswith(ORDERS):
        name, key, permission = "seals:order", "order", Permission.ORDER_SEE
    else:
        name, key, permission = RECORDS.get(entry.event, ("", "", Permission.BOARD_SEE))
    value = entry.order_id if key == "order" else entry.data.get(key)
    if not name or not member.may(permission) or (key and value is None):
        return ""
    try:
        return reverse(name, args=[member.compound.slug, *([value] if key else [])])
    except NoReverseMatch:
        return ""


def by_day(found: Iterable[Moment]) -> list[Day]:
    """Moments, newest first, under the days of the compound's calendar."""
    return [
        Day(day, list(group))
        for day, group in groupby(found, key=lambda one: timezone.localdate(one.at))
    ]
