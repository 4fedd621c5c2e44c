"""Who may do what, as an auditor reads it: computed from `roles`, never written by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import parts_of
from compounds.models import Member
from compounds.roles import MEANS, PERMISSIONS, SAYS, Permission, Role, rooms
from compounds.signin.models import SecondFactorRule
from journal.events import sentence
from journal.models import Entry
from lockdown.kernel.tenancy import scope

CHANGES = (
    "MemberJoined",
    "MemberRoleChanged",
    "MemberLimited",
    "MemberLeft",
    "SecondFactorRequired",
    "SecondFactorWaived",
    "SignInReset",
)
SHOWN = 40  # changes
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One permission and, for each role, whether it is given."""

    permission: Permission
    label: str
    means: str
    given: list[bool]


@dataclass(frozen=True)
class Holder:
    name: str
    part: str  # empty for the whole compound
    since: datetime


@dataclass(frozen=True)
class RoleColumn:
    """One role: what it is for, and who holds it now."""

    role: Role
    label: str
    says: str
    count: int
    holders: list[Holder] = field(default_factory=list)
    second_from: datetime | None = None


@dataclass(frozen=True)
class Change:
    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class Table:
    roles: list[RoleColumn]
    rooms: list[tuple[str, list[Line]]]
    changes: list[Change]
    at: datetime


def role_table(*, names: bool, changes: bool) -> Table:
    """Of the scope's compound; four queries. Names and changes for those who may see them."""
    now = timezone.now()
    present = list(Member.objects.filter(left_at=None))
    parts = parts_of(one for one in present if one.is_limited)
    rules = {rule.role: rule for rule in SecondFactorRule.objects.all()}
    columns = []
    for role in Role:
        of_role = [one for one in present if one.role == role]
        columns.append(
            RoleColumn(
                role,
                str(role.label),
                str(SAYS[role]),
                len(of_role),
                [Holder(one.name, parts.get(one.pk, ""), one.joined_at) for one in of_role]
                if names
                else [],
                rules[role].begins_at if role in rules else None,
            )
        )
    return Table(columns, _rooms(), _changes() if changes else [], now)


def _rooms() -> list[tuple[str, list[Line]]]:
    return [(str(title), [_line(one) for one in several]) for title, several in rooms()]


def _line(one: Permission) -> Line:
    given = [one in PERMISSIONS[role] for role in Role]
    return Line(one, str(one.label), str(MEANS.get(one, one.label)), given)


def _changes() -> list[Change]:
    entries = Entry.objects.filter(event__in=CHANGES)[:SHOWN]
    return [Change(one.at, one.by, sentence(one.event, one.data)) for one in entries]


def as_csv(table: Table) -> bytes:
    """For a spreadsheet: one row a permission, then who holds each role."""
    out = io.StringIO()
    sheet = csv.writer(out)
    heads = [one.label for one in table.roles]
    sheet.writerow([_("Room"), _("Permission"), _("What it means"), *heads])
    for title, lines in table.rooms:
        for line in lines:
            marks = [_("yes") if one else "" for one in line.given]
            sheet.writerow([title, line.label, line.means, *marks])
    sheet.writerow([])
    sheet.writerow([_("Members now"), "", "", *(one.count for one in table.roles)])
    for column in table.roles:
        for holder in column.holders:
            part = holder.part or _("the whole compound")
            since = timezone.localtime(holder.since).strftime("%Y-%m-%d")
            sheet.writerow([_plain(one) for one in (column.label, holder.name, part, since)])
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """A cell that a spreadsheet takes for a formula is quoted."""
    return f"'{text}" if text.startswith(FORMULA) else text


@dataclass(frozen=True)
class Duty:
    """What one membership allows."""

    member: Member
    says: str
    part: str  # empty for the whole compound
    rooms: list[tuple[str, list[Line]]]


def duties_of(places: Iterable[Member]) -> list[Duty]:
    """For the person's own page: only what they may."""
    found = []
    for member in places:
        with scope([member.compound_id]):
            part = parts_of([member])[member.pk] if member.is_limited else ""
        mine = [
            (title, [line for line in lines if member.may(line.permission)])
            for title, lines in _rooms()
        ]
        kept = [(title, lines) for title, lines in mine if lines]
        found.append(Duty(member, str(SAYS[Role(member.role)]), part, kept))
    return found
