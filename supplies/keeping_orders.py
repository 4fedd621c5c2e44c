"""The sections of a household's export about its orders: what it asked for and what reached it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.keeping import Section
from households.models import Household
from lockdown.kernel.wording import fen
from supplies.models import HandOutDoor, Order, OrderRequest, Payment, Stop, WaitingRequest

NUMBER = pgettext_lazy("in the round", "number")


def placed(household: Household) -> Section:
    """By whom and for whom an order was placed, round by round."""
    rows = Order.objects.filter(household=household).select_related("buy").order_by("pk")
    return Section(
        _("Orders, by whom"),
        (
            _("round"),
            NUMBER,
            _("placed by"),
            _("who asked"),
            _("ordered at"),
            _("changed at"),
        ),
        [
            (r.buy.title, r.number, r.get_via_display(), r.for_whom, r.placed_at, r.changed_at)
            for r in rows
        ],
    )


def sent(household: Household) -> Section:
    """Each time a cart was sent; `cart` holds the numbers of the items."""
    rows = OrderRequest.objects.filter(household=household).select_related("buy").order_by("pk")
    return Section(
        _("Carts as they were sent"),
        (_("at"), _("round"), _("by"), _("cart")),
        [(row.at, row.buy.title, row.by, str(row.cart)) for row in rows],
    )


def waited(household: Household) -> Section:
    rows = WaitingRequest.objects.filter(household=household).select_related("buy", "line")
    return Section(
        _("Waiting list"),
        (_("at"), _("round"), _("item"), _("quantity"), _("asked by"), _("granted"), _("declined")),
        [
            (row.asked_at, row.buy.title, row.line.name, row.quantity, row.asked_by)
            + (row.granted_at, row.declined_at)
            for row in rows.order_by("pk")
        ],
    )


def delivered(household: Household) -> Section:
    rows = Stop.objects.filter(household=household).select_related("order__buy").order_by("pk")
    return Section(
        _("Brought to the door"),
        (_("at"), _("round"), _("bags"), _("outcome"), _("taken at"), _("note")),
        [
            (row.at, row.order.buy.title, row.bags, row.get_outcome_display(), row.taken_at)
            + (row.note,)
            for row in rows
        ],
    )


def paid(household: Household) -> Section:
    rows = Payment.objects.filter(household=household).select_related("buy").order_by("pk")
    return Section(
        _("Payments"),
        (_("at"), _("round"), _("amount"), _("how"), _("reference")),
        [
            (row.at, row.buy.title, fen(row.amount_fen), row.get_method_display(), row.reference)
            for row in rows
        ],
    )


def handed_out(household: Household) -> Section:
    rows = HandOutDoor.objects.filter(household=household).select_related("hand_out__item")
    return Section(
        _("Free hand-outs"),
        (_("at"), _("item"), _("quantity")),
        [(r.given_at, r.hand_out.item.name, r.hand_out.each) for r in rows.order_by("pk")],
    )
