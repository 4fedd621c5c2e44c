"""Reading stock: who gets something, and the homes that people name at the counter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from compounds.models import Member
from households.models import CareFlag, Household
from lockdown.kernel.errors import Refused
from supplies.models import HandOut, HandOutDoor


def doors_of(hand_out: HandOut, member: Member) -> QuerySet[HandOutDoor]:
    """In walking order, for a member with limits the own part."""
    rows = HandOutDoor.objects.filter(hand_out=hand_out).filter(member.within("home__"))
    return rows.select_related("home__unit__building", "given_by").order_by(
        "home__building__position", "home__unit__position", "-home__floor", "home__position"
    )


def household_at(text: str, member: Member) -> Household:
    """The open file of a door as people write it: 1-1-502, or 502 where there is one only."""
    typed = unicodedata.normalize("NFKC", text).strip().replace("－", "-")
    found = Household.objects.filter(closed_at=None).filter(member.within("home__"))
    rows = list(
        found.filter(Q(home__label__iexact=typed) | Q(home__number__iexact=typed))
        .select_related("home")
        .order_by("home__position")[:3]
    )
    exact = [row for row in rows if row.home.label.lower() == typed.lower()] or rows
    if not typed or not exact:
        raise Refused(_("No household is known at this door. Write it as 1-1-502."), field="door")
    if len(exact) > 1:
        raise Refused(
            _("Several doors have this number: %(doors)s. Write the whole door.")
            % {"doors": "、".join(row.home.label for row in exact)},
            field="door",
        )
    return exact[0]


def households_with(kinds: Sequence[str], member: Member) -> list[Household]:
    """Open files with any of these care marks, or all files when none is chosen."""
    found = Household.objects.filter(closed_at=None).filter(member.within("home__"))
    if kinds:
        marks = CareFlag.objects.filter(household=OuterRef("pk"), ended_at=None, kind__in=kinds)
        found = found.filter(Exists(marks))
    return list(found.select_related("home").order_by("home__position"))
