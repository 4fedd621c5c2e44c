"""The work that a member of a part may see, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from compounds.limits import touching
from compounds.models import Member
from reports import rows
from seals.handover_pages import duties

STAIRS = (rows.ROUND, rows.WINDOW)
ORDERS = (rows.TASK, rows.PART)


def near(kind: str, member: Member | None) -> Q:
    """The condition on rows of this kind; empty for a member without limits."""
    if member is None or not member.is_limited:
        return Q()
    if kind in ORDERS:
        return touching(member, "order__")
    if kind == rows.DUTY:
        return duties(member)
    return member.within_units("unit__") if kind in STAIRS else member.within("home__")


def narrowed(wanted: Mapping[str, Q], member: Member | None) -> dict[str, Q]:
    """Conditions by kind, within the member's part."""
    return {kind: where & near(kind, member) for kind, where in wanted.items()}
