"""Drafting a round, its review by the committee, opening it and giving it up."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Floor
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.limits import refuse_outside
from compounds.models import Compound, Member
from compounds.places import Place
from journal.actions import Actor, record
from lockdown.kernel.errors import Refused
from seals.words import place_name
from supplies.drafts import TERMS, Item, check_terms, items_of, terms_of, write_items
from supplies.ledger import pay_everything_back
from supplies.machine import (
    PLACE,
    become,
    buyers,
    lock_buy,
    next_number,
    reason_of,
    refuse_unless,
    tell,
    where,
)
from supplies.models import BuyState, BuyTemplate, GroupBuy, OfferLine

S = BuyState
RESERVE_ENDS = timedelta(hours=2)  # before the cut-off the held share is for everyone

__all__ = [
    "Item",
    "approve",
    "cancel",
    "change_draft",
    "draft_again",
    "draft_buy",
    "extend",
    "keep_as_template",
    "open_buy",
    "reject",
    "set_items",
    "submit",
    "supplier_failed",
    "take_back",
]


@transaction.atomic
def draft_buy(
    *,
    compound: Compound,
    place: Place,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    items: Sequence[Item] = (),
    source: GroupBuy | None = None,
    cause: int | None = None,
    by: Actor,
    **terms: Any,
) -> GroupBuy:
    """A new draft. `terms` are the fields in drafts.TERMS and ONCE (supplier, thresholds, …).

    A seal order (`cause`) has one draft. Refused: an end before the start, an item without a
    name, sizes or caps that contradict each other, two items of one name, a place beyond the
    part that `by` looks after.
    """
    refuse_outside(by, place)
    _check_times(title, opens_at, closes_at)
    check_terms(terms)
    number = next_number(compound)
    twin = GroupBuy.objects.filter(cause=cause).first() if cause is not None else None
    if twin is not None:
        return twin
    buy = GroupBuy.objects.create(
        compound=compound,
        number=number,
        title=title.strip()[:60],
        opens_at=opens_at,
        closes_at=closes_at,
        source=source,
        cause=cause,
        seed=secrets.randbits(48),
        drafted_by_id=by.actor_member_id,
        **_place_fields(place),
        **terms,
    )
    write_items(buy, items)
    tell("BuyDrafted", buy, by=by)
    return buy


def _check_times(title: str, opens_at: datetime, closes_at: datetime) -> None:
    if not title.strip():
        raise Refused(_("Give the round a title."), field="title")
    if closes_at <= opens_at:
        raise Refused(_("It must close later than it opens."), field="closes_at")


def _place_fields(place: Place) -> dict[str, Any]:
    return {
        "place_kind": place.kind,
        "building": place.building,
        "unit": place.unit,
        "floor": place.floor,
        "home": place.home,
        "place_key": place.key,
        "place_label": place_name(place)[:60],
    }


def draft_again(
    *,
    source: GroupBuy | BuyTemplate,
    place: Place | None = None,
    opens_at: datetime,
    cause: int | None = None,
    by: Actor,
) -> GroupBuy:
    """A draft with the items and terms of an earlier round or a template; same length of time."""
    compound = Compound.objects.get(pk=source.compound_id)
    if isinstance(source, BuyTemplate):
        items = [Item(**one) for one in source.lines]
        title, length = source.name, timedelta(hours=source.body.get("hours", 6))
        place, copied = place or Place(compound, "compound"), None
    else:
        copied = GroupBuy.objects.select_related(*PLACE, "supplier").get(pk=source.pk)
        items = items_of(list(copied.lines.all()))
        title, length = copied.title, copied.closes_at - copied.opens_at
        place = place or copied.place
    return draft_buy(
        compound=compound,
        place=place,
        title=title,
        opens_at=opens_at,
        closes_at=opens_at + length,
        items=items,
        source=copied,
        cause=cause,
        by=by,
        **terms_of(copied or source),
    )


@transaction.atomic
def keep_as_template(*, buy: GroupBuy, name: str, by: Member) -> BuyTemplate:
    """Everything but the dates; the same name again replaces it."""
    if not name.strip():
        raise Refused(_("Give it a name."), field="name")
    hours = max(1, round((buy.closes_at - buy.opens_at) / timedelta(hours=1)))
    template, _made = BuyTemplate.objects.update_or_create(
        compound_id=buy.compound_id,
        name=name.strip()[:60],
        defaults={
            "supplier_id": buy.supplier_id,
            "body": {one: getattr(buy, one) for one in TERMS} | {"hours": hours},
            "lines": [vars(item) for item in items_of(list(buy.lines.all()))],
            "changed_at": timezone.now(),
            "changed_by": by,
        },
    )
    data: dict[str, Any] = {"name": template.name, "buy": buy.pk}
    record("BuyTemplateKept", compound=buy.compound_id, by=by, data=data)
    return template


@transaction.atomic
def change_draft(
    *,
    buy: GroupBuy,
    title: str | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    place: Place | None = None,
    by: Member,
    **terms: Any,
) -> GroupBuy:
    """Only of a draft; what is not named stays."""
    buy = lock_buy(buy)
    refuse_unless(buy, S.DRAFT)
    refuse_outside(by, place or buy)
    check_terms({"deliver_from": buy.deliver_from, "deliver_until": buy.deliver_until} | terms)
    changed = terms | (_place_fields(place) if place is not None else {})
    changed["title"] = (title if title is not None else buy.title).strip()[:60]
    changed["opens_at"], changed["closes_at"] = opens_at or buy.opens_at, closes_at or buy.closes_at
    _check_times(changed["title"], changed["opens_at"], changed["closes_at"])
    for name, value in changed.items():
        setattr(buy, name, value)
    buy.save(update_fields=list(changed))
    return buy


@transaction.atomic
def set_items(*, buy: GroupBuy, items: Sequence[Item], by: Member) -> GroupBuy:
    """Replace the items of a draft, in this order."""
    buy = lock_buy(buy)
    refuse_unless(buy, S.DRAFT)
    write_items(buy, items)
    return buy


@transaction.atomic
def submit(*, buy: GroupBuy, by: Actor) -> GroupBuy:
    """To the committee. Refused without supplier, valid licence, items or prices, or too late."""
    buy = lock_buy(buy)
    if buy.state == S.IN_REVIEW:
        return buy
    refuse_unless(buy, S.DRAFT)
    _refuse_incomplete(buy)
    now = timezone.now()
    become(buy, S.IN_REVIEW, submitted_at=now, submitted_by_id=by.actor_member_id)
    tell("BuySubmitted", buy, by=by)
    return buy


def _refuse_incomplete(buy: GroupBuy) -> None:
    lines = list(buy.lines.all())
    unpriced = next((line for line in lines if line.price_fen == 0), None)
    if buy.supplier is None:
        raise Refused(_("Choose the supplier first."), field="supplier")
    if not buy.supplier.is_licensed(buy.compound.today()):
        raise Refused(
            _("%(supplier)s has no valid licence on file. Enter its number and date.")
            % {"supplier": buy.supplier.name},
            field="supplier",
        )
    if not lines:
        raise Refused(_("Add at least one item."))
    if unpriced is not None:
        raise Refused(_("“%(item)s” has no price yet.") % {"item": unpriced.name})
    if buy.closes_at <= timezone.now():
        raise Refused(_("The closing time has passed. Choose a later one."), field="closes_at")


@transaction.atomic
def take_back(*, buy: GroupBuy, by: Member) -> GroupBuy:
    """From review, rejected, or approved and not yet open: a draft again."""
    buy = lock_buy(buy)
    if buy.state == S.DRAFT:
        return buy
    become(buy, S.DRAFT, reviewed_at=None, reviewed_by=None)
    tell("BuyTakenBack", buy, by=by)
    return buy


@transaction.atomic
def approve(*, buy: GroupBuy, note: str = "", by: Member) -> GroupBuy:
    """Open when its time has come, else it opens by itself.."""
    buy = lock_buy(buy)
    if buy.reviewed_at and buy.state in (S.APPROVED, S.OPEN):
        return buy
    refuse_unless(buy, S.IN_REVIEW)
    now = timezone.now()
    if buy.closes_at <= now:
        raise Refused(_("The closing time has passed. Reject it, so that it gets a later one."))
    review = {"reviewed_at": now, "reviewed_by": by, "review_note": note.strip()[:300]}
    become(buy, S.APPROVED, **review)
    tell("BuyApproved", buy, by=by)
    return _open(buy, now, by) if buy.opens_at <= now else buy


@transaction.atomic
def reject(*, buy: GroupBuy, reason: str, by: Member) -> GroupBuy:
    reason = reason_of(reason)
    buy = lock_buy(buy)
    if buy.state == S.REJECTED:
        return buy
    become(buy, S.REJECTED, reviewed_at=timezone.now(), reviewed_by=by, review_note=reason)
    tell("BuyRejected", buy, by=by, reason=reason)
    return buy


@transaction.atomic
def open_buy(*, buy: GroupBuy, by: Actor) -> GroupBuy:
    """An approved round takes orders from now on. Refused after its closing time."""
    buy = lock_buy(buy)
    if buy.state == S.OPEN:
        return buy
    refuse_unless(buy, S.APPROVED)
    return _open(buy, timezone.now(), by)


def _open(buy: GroupBuy, now: datetime, by: Actor) -> GroupBuy:
    if buy.closes_at <= now:
        raise Refused(_("The closing time has passed. Take it back and choose a later one."))
    become(buy, S.OPEN, opened_at=now, reserve_until=_reserve_until(buy, now))
    if buy.reserve_until is not None:
        held = Floor(F("cap_total") * buy.reserve_percent / 100)
        OfferLine.objects.filter(buy=buy, essential=True, cap_total__isnull=False).update(
            reserved=held
        )
    tell("GroupBuyOpened", buy, by=by, closes=buy.closes_at.isoformat(), **where(buy))
    return buy


def _reserve_until(buy: GroupBuy, now: datetime) -> datetime | None:
    """Two hours before the cut-off; a round shorter than four holds it for its first half."""
    if not buy.reserve_percent:
        return None
    return max(buy.closes_at - RESERVE_ENDS, now + (buy.closes_at - now) / 2)


@transaction.atomic
def extend(*, buy: GroupBuy, closes_at: datetime, reason: str = "", by: Actor) -> GroupBuy:
    """Keep the orders and close later; once only."""
    buy = lock_buy(buy)
    refuse_unless(buy, S.OPEN)
    if buy.closes_at == closes_at and buy.extended_at:
        return buy
    if buy.extended_at:
        raise Refused(_("It was extended once already. Close it, or cancel it."), code="extended")
    if closes_at <= buy.closes_at or closes_at <= timezone.now():
        raise Refused(_("The new closing time must be later."), field="closes_at")
    buy.closes_at, buy.extended_at, buy.reminded_at = closes_at, timezone.now(), None
    buy.save(update_fields=["closes_at", "extended_at", "reminded_at"])
    said = {"closes": closes_at.isoformat(), "reason": reason.strip()[:200]}
    tell("GroupBuyExtended", buy, by=by, **said, **where(buy))
    return buy


def cancel(*, buy: GroupBuy, reason: str, by: Actor) -> GroupBuy:
    """Give it up before anything has arrived; what was charged is paid back."""
    return _give_up(buy, S.CANCELLED, "GroupBuyCancelled", reason, by)


def supplier_failed(*, buy: GroupBuy, reason: str, by: Member) -> GroupBuy:
    """The supplier does not deliver; what was charged is paid back."""
    return _give_up(buy, S.SUPPLIER_FAILED, "SupplierFailed", reason, by)


@transaction.atomic
def _give_up(buy: GroupBuy, state: BuyState, event: str, reason: str, by: Actor) -> GroupBuy:
    reason = reason_of(reason)
    buy = lock_buy(buy)
    if buy.state == state:
        return buy
    become(buy, state, ended_at=timezone.now(), end_reason=reason)
    paid_back = pay_everything_back(buy, cause=state.value, by=by)
    tell(event, buy, by=by, reason=reason, homes=buyers(buy), refund_fen=paid_back)
    return buy
