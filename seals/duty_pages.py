"""What the pages of the duty desk show, worked out in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.models import Member
from households.models import Presence, Resident
from lockdown.kernel.masking import mask_name
from lockdown.kernel.wording import daytime
from seals.barriers import REMEDIES
from seals.models import (
    Barrier,
    BarrierQuerySet,
    Gone,
    Guest,
    GuestQuerySet,
    LodgingOffer,
    Need,
    OfferQuerySet,
    Stay,
    StayQuerySet,
    StayState,
)

MOST = 200
MARKS = {
    StayState.PROPOSED: "now",
    StayState.AGREED: "next",
    StayState.INSIDE: "done",
    StayState.REFUSED: "wait",
    StayState.ENDED: "wait",
}


def guests_of(member: Member) -> GuestQuerySet:
    """The guests that a member may see: of the whole compound, or of the own stairs."""
    rows = Guest.objects.select_related("unit__building", "home", "compound")
    return rows.filter(member.within_units("unit__"))


def offers_of(member: Member) -> OfferQuerySet:
    return LodgingOffer.objects.select_related("home__unit__building", "household").filter(
        member.within("home__")
    )


def stays_of(member: Member) -> StayQuerySet:
    rows = Stay.objects.select_related("guest__unit__building", "guest__home", "offer__home__unit")
    return rows.filter(member.within_units("guest__unit__"))


def barriers_of(member: Member) -> BarrierQuerySet:
    """Those of the own stairs, and those of the whole compound, which are everybody's way out."""
    rows = Barrier.objects.select_related("unit__building", "order", "removed_by")
    return rows.filter(or_everybodys(member))


def or_everybodys(member: Member) -> Q:
    """Rows of the own stairs or of no stair; all rows for a member without limits, whose
    condition is empty and would vanish in an "or"."""
    return member.within_units("unit__") | Q(unit=None) if member.is_limited else Q()


@dataclass(frozen=True)
class GuestLine:
    """One guest of the list with their running stay."""

    guest: Guest
    stay: Stay | None
    mark: str
    tag: str
    needs: str

    @property
    def rank(self) -> tuple[int, datetime]:
        return {"late": 0, "now": 1, "next": 2, "done": 3}.get(self.mark, 4), (
            self.guest.registered_at
        )


def guest_lines(guests: Iterable[Guest]) -> list[GuestLine]:
    """Those without a bed first; one query for the stays of all."""
    guests = list(guests)
    running = {
        stay.guest_id: stay
        for stay in Stay.objects.running().filter(guest__in=guests).select_related("offer__home")
    }
    lines = [_guest_line(guest, running.get(guest.pk)) for guest in guests]
    return sorted(lines, key=lambda line: line.rank)


def _guest_line(guest: Guest, stay: Stay | None) -> GuestLine:
    if guest.gone_at:
        mark, tag = "wait", str(Gone(guest.gone_how).label)
    elif stay is not None:
        mark, tag = MARKS[stay.state], str(stay.state.label)
    elif guest.wants(Need.BED):
        mark, tag = "late", _("no bed yet")
    else:
        mark, tag = "done", _("needs no bed")
    return GuestLine(guest, stay, mark, tag, needs_words(guest))


def needs_words(guest: Guest) -> str:
    words = [str(Need(one).label) for one in guest.needs if one != Need.BED]
    return _(", ").join([*words, *([guest.needs_note] if guest.needs_note else [])])


@dataclass(frozen=True)
class OfferLine:
    offer: LodgingOffer
    taken: int
    words: str

    @property
    def is_full(self) -> bool:
        return self.taken >= self.offer.beds


def offer_lines(offers: Iterable[LodgingOffer]) -> list[OfferLine]:
    """Each offer with how many of its beds are held; one query for all."""
    offers = list(offers)
    taken: dict[int, int] = defaultdict(int)
    running = Stay.objects.running().filter(offer__in=offers)
    for offer in running.values_list("offer_id", flat=True):
        taken[offer] += 1
    return [OfferLine(one, taken[one.pk], offer_words(one)) for one in offers]


def offer_words(offer: LodgingOffer) -> str:
    words = [offer.get_for_whom_display()]
    words += [_("with meals")] if offer.meals else []
    words += [_("a room of its own")] if offer.quiet else []
    words += [_("the pet may come")] if offer.pets else []
    words += [offer.conditions] if offer.conditions else []
    return _(", ").join(words)


def unfiled(member: Member) -> list[Resident]:
    """Temporary people of homes' files who have no guest file yet; one query."""
    rows = Resident.objects.filter(
        member.within("household__home__"),
        presence=Presence.TEMPORARY,
        moved_out_at=None,
        household__closed_at=None,
    ).exclude(pk__in=Guest.objects.here().exclude(resident=None).values("resident_id"))
    return list(rows.select_related("household__home").order_by("household__home__position")[:30])


@dataclass(frozen=True)
class BarrierLine:
    barrier: Barrier
    mark: str
    tag: str
    why: str

    @property
    def rank(self) -> int:
        return {"late": 0, "now": 1, "done": 2}.get(self.mark, 3)


def barrier_line(barrier: Barrier, now: datetime) -> BarrierLine:
    """Blocked before overdue before checked; a barrier that is down is plain."""
    if barrier.removed_at:
        return BarrierLine(barrier, "wait", _("taken down"), "")
    if barrier.hazard:
        return BarrierLine(barrier, "late", _("way blocked"), remedies(barrier.hazard))
    due = barrier.due_again
    if due is None or due < now:
        text = _("look was due %(time)s") % {"time": daytime(due)}
        return BarrierLine(barrier, "late", _("not looked at"), text)
    checked = {"time": daytime(barrier.checked_at), "next": daytime(due)}
    return BarrierLine(
        barrier, "done", _("free"), _("looked at %(time)s, next by %(next)s") % checked
    )


def remedies(keys: Iterable[str]) -> str:
    return _("; ").join(str(REMEDIES[key]) for key in keys if key in REMEDIES)


def people(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count) % {"n": count}


def guest_head(guest: Guest) -> dict[str, Any]:
    """The facts of one guest's page, in words."""
    return {
        "name": guest.name or _("name removed"),
        "masked": mask_name(guest.name),
        "needs": needs_words(guest),
        "wants_bed": guest.wants(Need.BED),
    }
