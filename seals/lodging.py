"""Beds offered, proposed, agreed, slept in and given back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from households.files import add_member, move_out
from households.models import Household, Presence
from households.phones import Bad, normalise
from journal.actions import Actor, record
from journal.events import plain
from lockdown.kernel.errors import Refused
from lockdown.kernel.masking import mask_name
from seals.duty import owe, settle
from seals.guests import lock_guest, refuse_gone, want_bed
from seals.matching import Ground, ground, judge
from seals.models import BedNight, DutyKind, DutyTask, Guest, LodgingOffer, Side, Stay

LONGEST = timedelta(days=60)
ASK_WITHIN = timedelta(hours=1)  # our default: both are asked within an hour
OFFER_FIELDS = (
    *("beds", "for_whom", "first_night", "last_night", "meals", "pets", "quiet"),
    *("conditions", "contact", "phone"),
)


@transaction.atomic
def offer_bed(*, household: Household, fields: dict[str, Any], by: Actor) -> LodgingOffer:
    """Beds of a home, from a first to a last night. The same offer again is the same one.

    Refused: nights that end before they begin or last more than 60 days, a phone that is none.
    """
    household = _lock_file(household)
    clean = {name: fields[name] for name in OFFER_FIELDS if name in fields}
    if clean["last_night"] < clean["first_night"]:
        raise Refused(_("The last night must not be before the first."), field="last_night")
    if clean["last_night"] - clean["first_night"] > LONGEST:
        raise Refused(_("Offer at most 60 nights; it can be renewed."), field="last_night")
    if clean.get("phone"):
        clean["phone"] = _number(clean["phone"])
    twin = LodgingOffer.objects.standing().filter(household=household, **clean).first()
    if twin is not None:
        return twin
    offer = LodgingOffer.objects.create(
        compound_id=household.compound_id,
        household=household,
        home=household.home,
        made_at=timezone.now(),
        made_by=by.actor_label[:80],
        **clean,
    )
    _record_offer("LodgingOffered", offer, by, beds=offer.beds)
    return offer


def _number(text: str) -> str:
    read = normalise(text)
    if len(read) != 1 or isinstance(read[0], Bad):
        raise Refused(_("This is not one usable phone number. Check its digits."), field="phone")
    return read[0].number


@transaction.atomic
def withdraw_offer(*, offer: LodgingOffer, by: Actor) -> LodgingOffer:
    """Take an offer back. Refused while somebody sleeps there or a bed is agreed."""
    offer = _lock_offer(offer)
    if offer.withdrawn_at is not None:
        return offer
    running = list(Stay.objects.filter(offer=offer).running().select_related("guest"))
    if any(stay.moved_in_at or (stay.guest_agreed_at and stay.host_agreed_at) for stay in running):
        said = _("A guest counts on this bed. End the stay first, then take the offer back.")
        raise Refused(said, code="in_use")
    for stay in running:
        _refuse(stay, Side.HOST, by)
    offer.withdrawn_at = timezone.now()
    offer.save(update_fields=["withdrawn_at"])
    _record_offer("LodgingWithdrawn", offer, by)
    return offer


@transaction.atomic
def propose(*, guest: Guest, offer: LodgingOffer, by: Member) -> Stay:
    """Hold a bed for a guest and have both asked. The same pair again is the same stay.

    Refused with the reason in words: across a seal, isolation, women only, dates, no free bed; a
    guest who holds another bed; an offer taken back.
    """
    guest = lock_guest(guest)
    refuse_gone(guest)
    # Two guests for the last bed: the offer's row is the queue; one_guest_a_bed_and_night is the
    # wall behind it.
    offer = _lock_offer(offer)
    running = Stay.objects.filter(guest=guest).running().first()
    if running is not None and running.offer_id == offer.pk:
        return running
    if running is not None:
        raise Refused(_("This guest holds another bed. Settle that one first."), code="has_bed")
    if offer.withdrawn_at is not None:
        raise Refused(_("This offer was taken back. Choose another."), code="withdrawn")
    now = timezone.now()
    known: Ground = ground([offer], now)
    found = judge(guest, offer, known, now)
    if found.against:
        raise Refused(_sentence(found.against), code="unsuitable")
    stay = _hold(guest, offer, found.bed, found.nights, by)
    _record_stay("StayProposed", stay, by)
    owe(
        DutyKind.ASK,
        compound=guest.compound_id,
        title=mask_name(guest.name),
        place=offer.home.label,
        due_at=now + ASK_WITHIN,
        unit=guest.unit,
        guest=guest,
        stay=stay,
        assignee=by,
    )
    return stay


def _sentence(against: tuple[str, ...]) -> str:
    return _("This bed does not suit: %(why)s.") % {"why": _("; ").join(against)}


def _hold(
    guest: Guest, offer: LodgingOffer, bed: int, nights: tuple[date, date], by: Member
) -> Stay:
    stay = Stay.objects.create(
        compound_id=guest.compound_id,
        guest=guest,
        offer=offer,
        bed=bed,
        first_night=nights[0],
        last_night=nights[1],
        proposed_at=timezone.now(),
        proposed_by=by,
    )
    days = (nights[1] - nights[0]).days + 1
    BedNight.objects.bulk_create(
        BedNight(
            compound_id=guest.compound_id,
            stay=stay,
            offer=offer,
            bed=bed,
            night=nights[0] + timedelta(days=number),
        )
        for number in range(days)
    )
    return stay


@transaction.atomic
def answer(*, stay: Stay, side: Side, agrees: bool, by: Actor) -> Stay:
    """What one side said. A refusal gives the bed back and returns both to the list, without
    blame; when both have agreed the guest may move in. Said twice it is said once."""
    stay = _lock_stay(stay)
    if stay.refused_at or stay.ended_at or stay.moved_in_at:
        return stay
    if not agrees:
        return _refuse(stay, side, by)
    field = "guest_agreed_at" if side == Side.GUEST else "host_agreed_at"
    if getattr(stay, field) is not None:
        return stay
    setattr(stay, field, timezone.now())
    stay.save(update_fields=[field])
    _record_stay("StayAnswered", stay, by, side=plain(Side(side).label))
    if stay.guest_agreed_at and stay.host_agreed_at:
        _asked(stay, by)
        _record_stay("StayAgreed", stay, by)
    return stay


def _refuse(stay: Stay, side: Side, by: Actor) -> Stay:
    stay.refused_at, stay.refused_by = timezone.now(), side
    stay.save(update_fields=["refused_at", "refused_by"])
    stay.nights.all().delete()
    _asked(stay, by)
    _record_stay("StayRefused", stay, by)
    want_bed(stay.guest)
    return stay


def _asked(stay: Stay, by: Actor) -> None:
    """Nobody needs to ask any more; answered from a phone page it was done by nobody."""
    if isinstance(by, Member):
        settle(DutyKind.ASK, by=by, guest=stay.guest)
    else:
        tasks = DutyTask.objects.filter(guest=stay.guest, kind=DutyKind.ASK).open()
        tasks.update(finished_at=timezone.now())


@transaction.atomic
def move_in(*, stay: Stay, by: Member) -> Stay:
    """The guest sleeps there: counted inside the host's home from now on.

    Refused until both have agreed, and when the file was closed.
    """
    stay = _lock_stay(stay)
    if stay.moved_in_at:
        return stay
    if stay.refused_at or stay.ended_at:
        raise Refused(_("This stay does not hold any more. Propose a bed again."), code="over")
    if not (stay.guest_agreed_at and stay.host_agreed_at):
        raise Refused(_("Both must have agreed before anybody moves in."), code="not_agreed")
    guest = stay.guest
    refuse_gone(guest)
    if guest.resident is not None and guest.resident.household_id != stay.offer.household_id:
        move_out(resident=guest.resident, by=by)
        guest.resident = None
    if guest.resident is None:
        fields = {"name": guest.name, "sex": guest.sex, "presence": Presence.TEMPORARY}
        fields |= {"relation": _("lodging guest")}
        guest.resident = add_member(household=stay.offer.household, fields=fields, by=by)
    guest.home, guest.unit, guest.spot = stay.offer.home, stay.offer.home.unit, ""
    guest.save(update_fields=["resident", "home", "unit", "spot"])
    stay.moved_in_at = timezone.now()
    stay.save(update_fields=["moved_in_at"])
    settle(DutyKind.BED, by=by, guest=guest)
    _record_stay("StayBegun", stay, by)
    return stay


@transaction.atomic
def end_stay(*, stay: Stay, by: Member) -> Stay:
    """The guest no longer sleeps there; still here, they are owed another bed."""
    stay = _lock_stay(stay)
    if stay.ended_at or stay.refused_at:
        return stay
    now = timezone.now()
    was_inside = stay.moved_in_at is not None
    stay.ended_at = now
    stay.save(update_fields=["ended_at"])
    stay.nights.all().delete()
    _asked(stay, by)
    guest = stay.guest
    if was_inside and guest.resident is not None:
        move_out(resident=guest.resident, by=by)
        guest.resident, guest.home = None, None
        guest.save(update_fields=["resident", "home"])
    _record_stay("StayEnded", stay, by)
    want_bed(guest)
    return stay


def _lock_file(household: Household) -> Household:
    found = Household.objects.select_for_update(of=("self",)).select_related("home")
    locked = found.get(pk=household.pk)
    if locked.closed_at is not None:
        raise Refused(_("This file is closed. Open the home's present file."))
    return locked


def _lock_offer(offer: LodgingOffer) -> LodgingOffer:
    found = LodgingOffer.objects.select_for_update(of=("self",)).select_related(
        "compound", "household", "home__unit__building"
    )
    return found.get(pk=offer.pk)


def _lock_stay(stay: Stay) -> Stay:
    """The guest first, as everywhere: two deeds on one guest wait, they do not cross."""
    guest = lock_guest(stay.guest)
    found = Stay.objects.select_for_update(of=("self",)).select_related(
        "offer__household__home", "offer__home__unit"
    )
    locked = found.get(pk=stay.pk)
    locked.guest = guest
    return locked


def _record_offer(event: str, offer: LodgingOffer, by: Actor, **data: Any) -> None:
    record(
        event,
        compound=offer.compound_id,
        by=by,
        household=offer.household_id,
        data={"door": offer.home.label, "offer": offer.pk, **data},
    )


def _record_stay(event: str, stay: Stay, by: Actor, **data: Any) -> None:
    """Stands in the host's timeline; the guest is named by a mask."""
    offer = stay.offer
    record(
        event,
        compound=stay.compound_id,
        by=by,
        household=offer.household_id,
        data={
            "door": offer.home.label,
            "name": mask_name(stay.guest.name),
            "stay": stay.pk,
            "guest": stay.guest_id,
            **data,
        },
    )
