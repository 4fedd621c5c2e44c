"""Sweeps and imports for a member who looks after a part of the compound."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from compounds.limits import part_of
from compounds.models import Member
from households.batches import homes_by_key
from households.models import RosterImport, Sweep, Verification
from lockdown.kernel.errors import Refused

SHOWN = 10  # imports on the list


def sweeps_of(member: Member) -> QuerySet[Sweep]:
    """Those with a door that the member may see."""
    if not member.is_limited:
        return Sweep.objects.all()
    doors = Verification.objects.filter(member.within("home__"), sweep=OuterRef("pk"))
    return Sweep.objects.filter(Exists(doors))


def past_imports(member: Member) -> list[RosterImport]:
    """For the list; of an import beyond the part a limited member sees not even the file's name."""
    rows = RosterImport.objects.select_related("uploaded_by")
    if not member.is_limited:
        return list(rows.defer("parsed")[:SHOWN])
    own = rows.filter(uploaded_by=member)[:SHOWN]
    return [one for one in own if not _beyond(member, one.parsed)]


def last_import(member: Member) -> RosterImport | None:
    """The newest one that stands; it is the whole compound's, so not for a limited member."""
    if member.is_limited:
        return None
    rows = RosterImport.objects.filter(confirmed_at__isnull=False, undone_at=None)
    shown = rows.only("file_name", "confirmed_at", "households", "people")
    return shown.order_by("-confirmed_at").first()


def find_import(member: Member, batch: int) -> RosterImport:
    """The import with this id when all its doors are within the member's limits; else 404."""
    rows = RosterImport.objects.select_related(
        "compound", "uploaded_by", "confirmed_by", "undone_by"
    )
    found = rows.filter(pk=batch).first()
    if found is None or _beyond(member, found.parsed):
        raise Http404
    return found


def refuse_beyond(member: Member, parsed: dict[str, Any]) -> None:
    """A limited member imports the doors of the own part and no others."""
    outside = _beyond(member, parsed)
    if outside:
        raise Refused(
            _("%(count)s doors on the sheet are outside %(part)s, the first is %(door)s.")
            % {"count": len(outside), "part": part_of(member), "door": outside[0]},
            code="beyond_limits",
            field="file",
        )


def _beyond(member: Member, parsed: dict[str, Any]) -> list[str]:
    if not member.is_limited:
        return []
    inside = {key for key, home in homes_by_key().items() if member.covers(home)}
    return [
        "-".join(part for part in door["key"] if part)
        for door in parsed["doors"]
        if tuple(door["key"]) not in inside
    ]
