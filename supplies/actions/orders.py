"""Ordering: one cart a household and round, set as a whole until the cut-off."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from households.models import Access, Household
from journal.actions import record
from journal.events import plain
from journal.handlers import subscribers
from lockdown.kernel.errors import Refused
from lockdown.kernel.lean import has_ended
from lockdown.kernel.tenancy import go_on
from supplies import placing, till
from supplies.models import BuyState, GroupBuy, OfferLine, Order, OrderLine, OrderRequest, Via

Wanted = Mapping[int, tuple[int, int]]  # line id: (quantity, up to)
MOST = 100_000  # pieces of one item for one household; nobody means more


class Busy(Refused):
    """Too many at once; the page answers 503 with Retry-After."""

    retry_after = 2  # seconds


@dataclass(frozen=True)
class Placed:
    """The answer to a cart. `number` is the order's own in the round."""

    order_id: int
    number: int
    again: bool  # the same key was answered before


def place_order(
    *,
    buy: GroupBuy,
    household: Household,
    wanted: Wanted,
    key: str,
    by: Access | Member,
    for_whom: str = "",
    note: str = "",
    is_last: bool = False,
) -> Placed:
    """Set the household's whole cart; an empty one takes the order back, its number stays.

    The same key again is the same answer. `household` needs its home. `is_last`: the caller does
    nothing more in its transaction, so it may be committed here, and its locks be gone.
    Refused: a round that takes no orders, another round's item, less than the minimum, more than
    the cap of a household, nothing left (codes: buy_<state>, closed, foreign_item, quantity,
    household_cap, sold_out), the same key with another cart (key_reused), a home outside the
    round's place.
    `Busy` after waiting two seconds for others.
    """
    if not 8 <= len(key) <= 64:
        raise Refused(_("This page is out of date. Reload it and order again."), code="key")
    if not buy.covers(household.home):
        raise Refused(_("This group-buy is not for this home."), code="other_place")
    cart = {line: pair for line, pair in wanted.items() if any(pair)}
    _refuse_no_number(cart)
    sent = _sent(buy, household, cart, key, by, for_whom.strip()[:60], note.strip()[:120])
    # An entry that nobody waits for is written by the same statement.
    lean = not subscribers(sent.event)
    with nullcontext() if lean else transaction.atomic():
        answer = _write(sent if lean else replace(sent, event=""), is_last=is_last)
        if answer.code == "placed" and not lean:
            data = dict(sent.data)
            record(sent.event, compound=sent.compound, by=by, household=sent.household, data=data)
    return _answered(answer, buy, household, key, cart)


def _write(sent: placing.Sent, *, is_last: bool) -> placing.Answer:
    """With those that come at the same time, where nothing else belongs to the transaction."""
    return till.take(sent) if is_last and has_ended() else placing.place(sent, is_last=is_last)


def _sent(
    buy: GroupBuy,
    household: Household,
    cart: Wanted,
    key: str,
    by: Access | Member,
    for_whom: str,
    note: str,
) -> placing.Sent:
    via, is_member = via_of(by, household), isinstance(by, Member)
    data: dict[str, object] = {"buy": buy.pk, "title": buy.title, "door": household.home.label}
    if via != Via.OWN:
        data |= {"who": plain(via.label), "via": via.value, "items": _items(buy, cart)}
    return placing.Sent(
        compound=buy.compound_id,
        buy=buy.pk,
        household=household.pk,
        home=household.home_id,
        key=key,
        cart={str(line): list(pair) for line, pair in cart.items()},
        by=by.actor_label[:80],
        via=via.value,
        access=None if is_member else by.pk,
        member=by.pk if is_member else None,
        for_whom=for_whom,
        note=note,
        now=timezone.now(),
        event="OrderPlaced" if via == Via.OWN else "OrderPlacedFor",
        data=data,
    )


def via_of(by: Access | Member, household: Household) -> Via:
    """Staff, the household itself, a relative with an access to it, or another household."""
    if isinstance(by, Member):
        return Via.STAFF
    if by.household_id != household.pk:
        return Via.NEIGHBOUR
    return Via.RELATIVE if by.is_proxy else Via.OWN


def _refuse_no_number(cart: Wanted) -> None:
    for quantity, up_to in cart.values():
        if not 0 < quantity <= MOST or not quantity <= up_to <= MOST:
            raise Refused(
                _("Write whole numbers, 1 or more; “up to” is at least as much."), code="quantity"
            )


def _answered(
    answer: placing.Answer, buy: GroupBuy, household: Household, key: str, cart: Wanted
) -> Placed:
    """The order, or the sentence of the refusal; only a refusal asks the database again."""
    if answer.code == "placed" and answer.order is not None and answer.number is not None:
        return Placed(answer.order, answer.number, again=False)
    go_on()
    if answer.code == "again":
        return _before(buy, household, key, cart)
    if answer.code == "busy":
        sentence = _("Very many are ordering right now. Wait a moment and send it again.")
        raise Busy(sentence, code="busy")
    if answer.code == "closed":
        raise _closed(buy)
    raise _why(buy, household, answer.line or 0, cart)


def _before(buy: GroupBuy, household: Household, key: str, cart: Wanted) -> Placed:
    """The request that came with this key before, if it is the same one."""
    sent = {str(line): list(pair) for line, pair in cart.items()}
    before = OrderRequest.objects.get(household=household, key=key)
    if before.buy_id != buy.pk or before.cart != sent:
        raise Refused(
            _("This page was used for another order. Reload it and order again."),
            code="key_reused",
        )
    order = Order.objects.get(buy=buy, household=household)
    return Placed(order.pk, order.number, again=True)


def _closed(buy: GroupBuy) -> Refused:
    state = GroupBuy.objects.values_list("state", flat=True).get(pk=buy.pk)
    if state not in (BuyState.OPEN, BuyState.LOCKED):
        sentence = _("“%(title)s” takes no orders now.")
        return Refused(sentence % {"title": buy.title}, code="closed")
    return Refused(
        _("“%(title)s” is closed. You can ask to be put on the waiting list.")
        % {"title": buy.title},
        code="closed",
    )


def _why(buy: GroupBuy, household: Household, line: int, cart: Wanted) -> Refused:
    """Why this item could not be taken as wanted, in its own words."""
    found = OfferLine.objects.filter(buy=buy, pk=line).first()
    if found is None:
        return Refused(
            _("One of the items is not in this group-buy. Reload the page and order again."),
            code="foreign_item",
        )
    quantity, up_to = cart[line]
    said = {"item": found.name, "unit": found.unit}
    if quantity < found.minimum:
        sentence = _("%(item)s: at least %(minimum)s %(unit)s.")
        return Refused(sentence % {**said, "minimum": found.minimum}, code="quantity")
    if up_to > quantity and not found.tolerance:
        return Refused(_("%(item)s: “up to” is not possible here.") % said, code="quantity")
    if found.cap_household is not None and up_to > found.cap_household:
        sentence = _("%(item)s: at most %(cap)s %(unit)s for each household.")
        return Refused(sentence % {**said, "cap": found.cap_household}, code="household_cap")
    had = OrderLine.objects.filter(order__buy=buy, order__household=household, line=line)
    return _lacking(buy, found, had.values_list("quantity", flat=True).first() or 0)


def _lacking(buy: GroupBuy, line: OfferLine, had: int) -> Refused:
    """Sold out, or all that is left is held for homes with a care mark."""
    held = max(line.reserved - line.ordered_flagged, 0) if buy.holds_reserve(timezone.now()) else 0
    free = max((line.left or 0) - held, 0)
    said = {"item": line.name, "unit": line.unit, "left": free + had}
    if line.left and not free:
        return Refused(
            _(
                "%(item)s: what is left is held for homes with a care mark until two hours before "
                "the end. Try again then, or ask to be put on the waiting list."
            )
            % said,
            code="reserved",
        )
    if not said["left"]:
        return Refused(
            _("%(item)s: nothing is left. You can ask to be put on the waiting list.") % said,
            code="sold_out",
        )
    return Refused(
        _("%(item)s: at most %(left)s %(unit)s are left for you. Order fewer.") % said,
        code="sold_out",
    )


def _items(buy: GroupBuy, cart: Wanted) -> list[list[object]]:
    """The cart for those who are told of it: [item, quantity, unit] each; one query."""
    lines = OfferLine.objects.filter(buy=buy, pk__in=list(cart)).order_by("position", "pk")
    return [[line.name, cart[line.pk][0], line.unit] for line in lines]
