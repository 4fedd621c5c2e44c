"""Notices for a member who looks after a part of the compound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from compounds.limits import part_of
from compounds.models import Home, Member
from lockdown.kernel.errors import Refused
from notices.audience import Audience
from notices.models import Notice, Receipt


def notices_of(member: Member) -> QuerySet[Notice]:
    """Those told to a household of the part, those that wait for everybody, and one's own."""
    rows = Notice.objects.all()
    if not member.is_limited:
        return rows
    told = Receipt.objects.filter(member.within("home__"), notice=OuterRef("pk"))
    waiting = Q(sent_at=None, audience__compound=True)
    return rows.filter(Exists(told) | waiting | Q(made_by=member))


def audience_of(member: Member) -> Audience:
    """Everybody whom the member may tell."""
    if member.unit_id is not None:
        return Audience(units=(member.unit_id,))
    return Audience(buildings=tuple(member.buildings))


def narrowed(audience: Audience, member: Member) -> Audience:
    """An audience that names no place is the member's whole part."""
    if audience.buildings or audience.units or audience.homes:
        return audience
    mine = audience_of(member)
    return replace(audience, buildings=mine.buildings, units=mine.units)


def refuse_beyond(member: Member, audience: Audience) -> None:
    """A limited member tells the part and nobody else."""
    if member.is_limited and _reaches_beyond(member, audience):
        raise Refused(
            _("You may tell %(part)s only. Choose places there, or ask another manager.")
            % {"part": part_of(member)},
            code="beyond_limits",
        )


def _reaches_beyond(member: Member, audience: Audience) -> bool:
    inside = Home.objects.filter(member.within()).values("pk")
    return audience.doors().exclude(pk__in=inside).exists()


def part_labels(notices: Iterable[Notice], member: Member) -> list[Notice]:
    """For a limited member an audience beyond the part is not spelled out."""
    notices = list(notices)
    if member.is_limited:
        mine = audience_of(member)
        for one in notices:
            if not one.audience.get("compound") and _names_others(one, mine, member):
                one.audience_label = _("your part, and others")
    return notices


def _names_others(notice: Notice, mine: Audience, member: Member) -> bool:
    told = Audience.of_json(notice.audience)
    if set(told.buildings) <= set(mine.buildings) and set(told.units) <= set(mine.units):
        return bool(told.homes) and _reaches_beyond(member, told)
    return _reaches_beyond(member, told)
