"""Ordering: one cart a household and round, set as a whole until the cut-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import errors

from compounds.models import Member
from households.models import Access, Household
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused
from supplies import placing
from supplies.machine import refusal
from supplies.models import BuyState, GroupBuy, OfferLine, Order, OrderRequest, Via
from supplies.placing import Shelf

Wanted = Mapping[int, tuple[int, int]]  # line id: (quantity, up to)
MOST = 100_000  # pieces of one item for one household; nobody means more
LOCKED_OUT = (errors.LockNotAvailable, errors.DeadlockDetected)


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
) -> Placed:
    """Set the household's whole cart; an empty one takes the order back, its number stays.

    The same key again is the same answer. `household` needs its home. Refused: a round that
    takes no orders, another round's item, less than the minimum, more than the cap of a
    household, nothing left (codes: buy_<state>, closed, foreign_item, quantity, household_cap,
    sold_out), the same key with another cart (key_reused), a home outside the round's place.
    `Busy` after waiting two seconds for others.
    """
    if not 8 <= len(key) <= 64:
        raise Refused(_("This page is out of date. Reload it and order again."), code="key")
    if not buy.covers(household.home):
        raise Refused(_("This group-buy is not for this home."), code="other_place")
    wanted = {line: pair for line, pair in wanted.items() if any(pair)}
    try:
        with transaction.atomic():
            return _place(
                buy, household, wanted, key, by, for_whom.strip()[:60], note.strip()[:120]
            )
    except OperationalError as error:
        if isinstance(error.__cause__, LOCKED_OUT):
            sentence = _("Very many are ordering right now. Wait a moment and send it again.")
            raise Busy(sentence, code="busy") from None
        raise


def _place(
    buy: GroupBuy,
    household: Household,
    wanted: Wanted,
    key: str,
    by: Access | Member,
    for_whom: str,
    note: str,
) -> Placed:
    now = timezone.now()
    via = via_of(by, household)
    cart = {str(line): list(pair) for line, pair in sorted(wanted.items())}
    is_member = isinstance(by, Member)
    values = {
        "compound": buy.compound_id,
        "buy": buy.pk,
        "household": household.pk,
        "home": household.home_id,
        "key": key,
        "label": by.actor_label[:80],
        "via": via.value,
        "access": None if is_member else by.pk,
        "member": by.pk if is_member else None,
        "for_whom": for_whom,
        "note": note,
        "now": now,
    }
    claimed = placing.claim(values, cart)
    if claimed.order_id is None:
        return _answered(buy, household, key, cart)
    if not buy.takes_orders(now):
        raise _closed(buy)
    _check(claimed.shelves, wanted)
    _record(buy, household, via, by, _said(claimed.shelves, wanted))
    taken = placing.take(
        compound=buy.compound_id,
        buy=buy.pk,
        order=claimed.order_id,
        wanted=wanted,
        is_flagged=claimed.is_flagged,
        now=now,
    )
    if taken.number is None:
        raise _closed(buy)
    if taken.lacking:
        # Somebody was quicker: say what is left now.
        line = taken.lacking[0]
        now_there = OfferLine.objects.values("left", "reserved", "ordered_flagged").get(pk=line)
        raise _lacking(replace(claimed.shelves[line], **now_there))
    return Placed(claimed.order_id, taken.number, again=False)


def via_of(by: Access | Member, household: Household) -> Via:
    """Staff, the household itself, a relative with an access to it, or another household."""
    if isinstance(by, Member):
        return Via.STAFF
    if by.household_id != household.pk:
        return Via.NEIGHBOUR
    return Via.RELATIVE if by.is_proxy else Via.OWN


def _answered(
    buy: GroupBuy, household: Household, key: str, cart: Mapping[str, list[int]]
) -> Placed:
    """The request that came with this key before, if it is the same one."""
    before = OrderRequest.objects.filter(household=household, key=key).first()
    order = Order.objects.filter(buy=buy, household=household).first()
    if before is None or order is None or before.buy_id != buy.pk or before.cart != cart:
        raise Refused(
            _("This page was used for another order. Reload it and order again."),
            code="key_reused",
        )
    return Placed(order.pk, order.number, again=True)


def _closed(buy: GroupBuy) -> Refused:
    if buy.state != BuyState.OPEN:
        return refusal(buy)
    return Refused(
        _("“%(title)s” is closed. You can ask to be put on the waiting list.")
        % {"title": buy.title},
        code="closed",
    )


def _check(shelves: Mapping[int, Shelf], wanted: Wanted) -> None:
    """What can be said before anything is locked, in the words of the item."""
    for line, (quantity, up_to) in wanted.items():
        shelf = shelves.get(line)
        if shelf is None:
            raise Refused(
                _("One of the items is not in this group-buy. Reload the page and order again."),
                code="foreign_item",
            )
        said = {"item": shelf.name, "unit": shelf.unit, "minimum": shelf.minimum}
        if not 0 < quantity <= MOST or up_to < quantity or up_to > MOST:
            raise Refused(
                _("%(item)s: write a whole number, 1 or more; “up to” is at least as much.") % said,
                code="quantity",
            )
        if quantity < shelf.minimum:
            raise Refused(_("%(item)s: at least %(minimum)s %(unit)s.") % said, code="quantity")
        if up_to > quantity and not shelf.tolerance:
            raise Refused(_("%(item)s: “up to” is not possible here.") % said, code="quantity")
        if shelf.cap_household is not None and up_to > shelf.cap_household:
            raise Refused(
                _("%(item)s: at most %(cap)s %(unit)s for each household.")
                % {**said, "cap": shelf.cap_household},
                code="household_cap",
            )
        if shelf.left is not None and quantity - shelf.had > shelf.left:
            raise _lacking(shelf)


def _lacking(shelf: Shelf) -> Refused:
    """Sold out, or all that is left is held for homes with a care mark."""
    said = {"item": shelf.name, "unit": shelf.unit, "left": (shelf.left or 0) + shelf.had}
    held = max(shelf.reserved - shelf.ordered_flagged, 0)
    if held and shelf.left and shelf.left <= held:
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


def _said(shelves: Mapping[int, Shelf], wanted: Wanted) -> list[list[object]]:
    """The cart for those who are told of it: [item, quantity, unit] each."""
    known = [(shelves[line], quantity) for line, (quantity, _up_to) in wanted.items()]
    return [[shelf.name, quantity, shelf.unit] for shelf, quantity in known]


def _record(
    buy: GroupBuy, household: Household, via: Via, by: Access | Member, items: list[list[object]]
) -> None:
    """Before the goods are taken, since nothing slow may follow that; undone when refused."""
    data: dict[str, object] = {"buy": buy.pk, "title": buy.title, "door": household.home.label}
    event = "OrderPlaced"
    if via != Via.OWN:
        event = "OrderPlacedFor"
        data |= {"who": plain(via.label), "via": via.value, "items": items}
    record(event, compound=buy.compound_id, by=by, household=household.pk, data=data)
