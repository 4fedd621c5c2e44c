"""What notices do when something happens elsewhere. All may run twice without harm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from compounds.models import Unit
from compounds.places import Place, find_place
from households.models import Outcome
from journal.actions import SYSTEM
from journal.events import plain
from journal.handlers import register, subscribe
from journal.models import Delivery
from notices import order_changes, supplies, telling
from notices.actions import SEND, send_notice
from notices.audience import Audience
from notices.chase import show_on_page
from notices.models import Notice, NoticeKind, Receipt, Told
from notices.sending import send_handler
from notices.texts import (
    Text,
    extended_text,
    in_words_of_the_place,
    lifted_text,
    put_out_text,
    reduced_text,
)
from seals.models import SealOrder
from seals.planning import place_of

PUT_OUT = "put_out"  # the phase as waste names it


def connect() -> None:
    register(SEND, send_handler)
    subscribe("OrderExtended", "notices.order_extended", _order_handler(_extended))
    subscribe("OrderReduced", "notices.order_reduced", _order_handler(_reduced))
    subscribe("OrderLifted", "notices.order_lifted", _order_handler(_lifted))
    subscribe("WindowMoved", "notices.window_moved", window_moved)
    subscribe("HouseholdVerified", "notices.household_verified", household_verified)
    subscribe("AccessGranted", "notices.access_granted", access_granted)
    subscribe("ProxyApproved", "notices.relative_signed_in", access_granted)
    subscribe("ProxyApproved", "notices.proxy_approved", telling.proxy_approved)
    subscribe("ProxyEnded", "notices.proxy_ended", telling.proxy_ended)
    subscribe("ActedForHousehold", "notices.acted_for_household", telling.acted_for_household)
    restarted, eased = order_changes.restarted, order_changes.eased
    subscribe("OrderRestarted", "notices.order_restarted", _order_handler(restarted))
    subscribe("OrderEased", "notices.order_eased", _order_handler(eased))
    subscribe("OrderCancelled", "notices.order_cancelled", order_changes.cancelled)
    supplies.connect()


# kind, is it an emergency, must it be acknowledged, its words
Change = tuple[NoticeKind, bool, bool, Text]


def _extended(order: SealOrder, label: str, reason: str) -> Change:
    text = extended_text(order.compound, label, order.ends_at, reason)
    return NoticeKind.CHANGE, True, True, text


def _reduced(order: SealOrder, label: str, reason: str) -> Change:
    text = reduced_text(order.compound, label, order.ends_at, reason)
    return NoticeKind.CHANGE, False, True, text


def _lifted(order: SealOrder, label: str, reason: str) -> Change:
    text = lifted_text(order.compound, label, order.lifted_at or timezone.now())
    return NoticeKind.LIFT, False, False, text


def _order_handler(change: Callable[[SealOrder, str, str], Change]) -> Callable[[Delivery], None]:
    def handle(delivery: Delivery) -> None:
        entry = delivery.entry
        order = SealOrder.objects.select_related(
            "compound", "building", "unit__building", "home__unit__building"
        ).get(pk=entry.order_id)
        with in_words_of_the_place(order.compound):
            place = place_of(order)
            kind, urgent, answer, text = change(order, place.label, entry.data.get("reason", ""))
            send_notice(
                compound=order.compound,
                kind=kind,
                title=text.title,
                body=text.body,
                place=place,
                cause=f"entry:{entry.pk}",
                is_emergency=urgent,
                needs_acknowledging=answer,
                order_id=order.pk,
                by=SYSTEM,
            )

    return handle


def window_moved(delivery: Delivery) -> None:
    """ "Put it out now" goes to the phone pages of that unit, and is withdrawn when it is over."""
    data = delivery.entry.data
    cause = f"window:{data['window']}:put_out"
    if data["phase"] != PUT_OUT:
        _withdraw(cause, timezone.now())
        return
    unit = Unit.objects.select_related("building", "compound").get(pk=data["unit"])
    place: Place = find_place(unit.compound, "unit", row=unit.pk)
    with in_words_of_the_place(unit.compound):
        text = put_out_text(unit.compound, place.label)
        send_notice(
            compound=unit.compound,
            kind=NoticeKind.RUBBISH,
            title=text.title,
            body=text.body,
            audience=Audience.of_place(place, app_only=True),
            cause=cause,
            needs_acknowledging=False,
            order_id=delivery.entry.order_id,
            by=SYSTEM,
        )


def _withdraw(cause: str, now: datetime) -> None:
    """It no longer holds; what a relative has not passed on by now he need not pass on."""
    Receipt.objects.open().filter(notice__cause=cause).order_by().update(cancelled_at=now)
    Notice.objects.filter(cause=cause, cancelled_at=None).update(cancelled_at=now)


def household_verified(delivery: Delivery) -> None:
    """Whoever verified a household spoke with it: it is told of the order it was verified for."""
    entry = delivery.entry
    if entry.data.get("code") != Outcome.VERIFIED or entry.order_id is None:
        return
    # Entries keep words in English; the ways of verifying and of telling have the same ones.
    ways = {plain(way.label): way for way in Told}
    way = ways.get(str(entry.data.get("how", "")), Told.DOOR)
    Receipt.objects.open().filter(
        household_id=entry.household_id,
        notice__order_id=entry.order_id,
        notice__kind=NoticeKind.SEAL,
    ).order_by().update(finished_at=entry.at, finished_by_id=entry.member_id, told_how=way)


def access_granted(delivery: Delivery) -> None:
    """A household that signs in finds the notices of the last two days on its page."""
    if delivery.entry.household_id is not None:
        show_on_page(timezone.now(), household_id=delivery.entry.household_id)
