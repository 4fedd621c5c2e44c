"""Which offered bed suits which guest, and in words why, or why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from households.models import Presence, Resident, Sex
from seals.guests import tonight
from seals.models import BedNight, ForWhom, Guest, Level, LodgingOffer, Need, SealOrder
from seals.queries import covers, orders_in_force

HOLDS = (Level.SEALED, Level.CONTROLLED)  # these may not be crossed


@dataclass(frozen=True)
class Spot:
    """Where somebody stands, as far as orders ask: a home, or a stair and nothing more."""

    unit_id: int
    building_id: int
    floor: int | None = None
    pk: int | None = None


@dataclass(frozen=True)
class Suggestion:
    """One offer for one guest. `against` is empty when the bed may be proposed."""

    offer: LodgingOffer
    nights: tuple[date, date]
    free: int  # beds free in every one of these nights
    bed: int  # the first of them; 0 when none is free
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    score: int

    @property
    def is_possible(self) -> bool:
        return not self.against


@dataclass(frozen=True)
class Ground:
    """What every pair is judged by; read once for any number of guests and offers."""

    orders: list[SealOrder]
    held: dict[int, set[tuple[int, date]]]  # offer id → (bed, night) that are taken
    transferred: set[int]  # households somebody was transferred from
    today: date  # tonight


def spot_of(guest: Guest) -> Spot:
    unit = guest.unit
    if guest.home is not None:
        return Spot(unit.pk, unit.building_id, guest.home.floor, guest.home.pk)
    return Spot(unit.pk, unit.building_id)


def holding(orders: Iterable[SealOrder], spot: object, now: datetime) -> set[int]:
    """The orders in force that hold whoever stands here."""
    return {
        order.pk
        for order in orders
        if order.level in HOLDS and order.starts_at <= now and covers(order, spot)  # type: ignore[arg-type]
    }


def ground(offers: Iterable[LodgingOffer], now: datetime) -> Ground:
    """Three queries, for any number of offers."""
    offers = list(offers)
    held: dict[int, set[tuple[int, date]]] = defaultdict(set)
    today = tonight(offers[0].compound, now) if offers else now.date()
    # Whoever has moved in sleeps on when the seal lasts longer than was planned.
    asleep = Q(stay__moved_in_at__isnull=False, stay__ended_at=None)
    rows = BedNight.objects.filter(asleep | Q(night__gte=today), offer__in=offers)
    for offer, bed, night, since in rows.values_list(
        "offer_id", "bed", "night", "stay__moved_in_at"
    ):
        held[offer] |= {(bed, night), (bed, today)} if since else {(bed, night)}
    away = Resident.objects.filter(
        household__in=[one.household_id for one in offers],
        presence=Presence.TRANSFERRED,
        moved_out_at=None,
    )
    return Ground(orders_in_force(), held, set(away.values_list("household_id", flat=True)), today)


def offers_standing() -> list[LodgingOffer]:
    """Every offer that has not been withdrawn, with its door; one query."""
    found = LodgingOffer.objects.standing().select_related("compound", "home__unit__building")
    return list(found)


def suggestions(guest: Guest, now: datetime) -> list[Suggestion]:
    """Every standing offer for this guest, the best first; those that cannot be come last."""
    offers = offers_standing()
    known = ground(offers, now)
    found = [judge(guest, offer, known, now) for offer in offers]
    found.sort(key=lambda one: (not one.is_possible, -one.score, one.offer.home.position))
    return found


def judge(guest: Guest, offer: LodgingOffer, known: Ground, now: datetime) -> Suggestion:
    here = holding(known.orders, spot_of(guest), now)
    nights = _nights(known, here, offer)
    free = free_beds(offer, nights, known.held.get(offer.pk, set()))
    against = (
        *_across_a_seal(known, here, offer, now),
        *_isolation(known, offer, now),
        *_women(guest, offer),
        *_dates(nights, offer, known),
        *([] if free else [_("every bed is taken in these nights")]),
    )
    score, reasons = _soft(guest, offer, len(free))
    return Suggestion(
        offer, nights, len(free), free[0] if free else 0, tuple(reasons), tuple(against), score
    )


def _nights(known: Ground, here: set[int], offer: LodgingOffer) -> tuple[date, date]:
    """From tonight to the night before the last seal over the guest is planned to end.

    Where no seal holds the guest it is this night alone.
    """
    ends = [order.ends_at for order in known.orders if order.pk in here]
    if not ends:
        return known.today, known.today
    last = max(ends).astimezone(offer.compound.tz).date() - timedelta(days=1)
    return known.today, max(last, known.today)


def free_beds(
    offer: LodgingOffer, nights: tuple[date, date], held: set[tuple[int, date]]
) -> list[int]:
    """The beds that nobody holds in any of these nights."""
    taken = {bed for bed, night in held if nights[0] <= night <= nights[1]}
    return [bed for bed in range(1, offer.beds + 1) if bed not in taken]


def _across_a_seal(known: Ground, here: set[int], offer: LodgingOffer, now: datetime) -> list[str]:
    """Nobody crosses a seal: the same orders hold both places."""
    there = holding(known.orders, offer.home, now)
    parted = [order.place_label for order in known.orders if order.pk in here ^ there]
    if not parted:
        return []
    return [_("the way leads across a seal: %(place)s") % {"place": parted[0]}]


def _isolation(known: Ground, offer: LodgingOffer, now: datetime) -> list[str]:
    own = [
        order
        for order in known.orders
        if order.place_kind == "home" and order.level in HOLDS and order.home_id == offer.home_id
    ]
    if own:
        return [_("this home is in isolation")]
    if offer.household_id in known.transferred:
        return [_("somebody of this home was transferred")]
    return []


def _women(guest: Guest, offer: LodgingOffer) -> list[str]:
    found = []
    if offer.for_whom == ForWhom.WOMEN and guest.sex != Sex.FEMALE:
        found.append(_("offered to women only"))
    if offer.for_whom == ForWhom.MEN and guest.sex != Sex.MALE:
        found.append(_("offered to men only"))
    if guest.wants(Need.WOMEN) and offer.for_whom != ForWhom.WOMEN:
        found.append(_("the guest asks to be with women only"))
    return found


def _dates(nights: tuple[date, date], offer: LodgingOffer, known: Ground) -> list[str]:
    if offer.last_night < known.today:
        return [_("the offer has ended")]
    if offer.first_night > nights[0]:
        return [_("free only from %(day)s on") % {"day": day_words(offer.first_night)}]
    if offer.last_night < nights[1]:
        days = {"day": day_words(offer.last_night), "wanted": day_words(nights[1])}
        return [_("offered until the night of %(day)s, needed until %(wanted)s") % days]
    return []


def day_words(day: date) -> str:
    return date_format(day, _("M j"))


def _soft(guest: Guest, offer: LodgingOffer, free: int) -> tuple[int, list[str]]:
    """What speaks for it, in words, and how much; only what was asked for weighs."""
    score, words = 0, []
    if offer.home.unit_id == guest.unit_id:
        score += 4
        words.append(_("same stair"))
    elif offer.home.building_id == guest.unit.building_id:
        score += 1
        words.append(_("same building"))
    for need, given, yes, no in (
        (Need.MEALS, offer.meals, _("with meals"), _("without meals")),
        (Need.PETS, offer.pets, _("the pet may come"), _("no pets")),
        (Need.QUIET, offer.quiet, _("a room of its own"), _("no room of its own")),
        (Need.LIFT, offer.home.floor <= 2, _("few stairs"), _("many stairs")),
    ):
        if guest.wants(need):
            score += 2 if given else -2
            words.append(yes if given else no)
    words.append(ngettext("%(n)s bed free", "%(n)s beds free", free) % {"n": free})
    return score, words
