"""What this room keeps about a household: orders, its account, claims, what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Picture
from households.keeping import Section
from households.models import Household
from lockdown.kernel.wording import fen
from supplies.keeping_orders import delivered, handed_out, paid, placed, sent, waited
from supplies.models import (
    Claim,
    LedgerEntry,
    Order,
    OrderLine,
    OrderRequest,
    StockMove,
    Stop,
    WaitingRequest,
)

NUMBER = pgettext_lazy("in the round", "number")


class SuppliesKeeper:
    name = "supplies"

    def export(self, household: Household) -> list[Section]:
        return [
            _orders(household),
            placed(household),
            sent(household),
            waited(household),
            delivered(household),
            _account(household),
            paid(household),
            _claims(household),
            _given(household),
            handed_out(household),
        ]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Notes, senders' names and photos go; quantities and the account stay, for the books."""
        claims = Claim.objects.filter(household__in=households, made_at__lt=before)
        stops = Stop.objects.filter(household__in=households, at__lt=before)
        pictures = [
            *claims.exclude(picture=None).values_list("picture_id", flat=True),
            *stops.exclude(picture=None).values_list("picture_id", flat=True),
        ]
        touched = claims.exclude(note="", made_by="", picture=None).update(
            note="", made_by="", picture=None
        )
        touched += stops.exclude(note="", picture=None).update(note="", picture=None)
        Picture.objects.filter(pk__in=pictures).delete()
        orders = Order.objects.filter(household__in=households, placed_at__lt=before)
        touched += orders.exclude(for_whom="", note="").update(for_whom="", note="")
        waiting = WaitingRequest.objects.filter(household__in=households, asked_at__lt=before)
        touched += waiting.exclude(asked_by="").update(asked_by="")
        requests = OrderRequest.objects.filter(household__in=households, at__lt=before)
        return touched + requests.exclude(by="").update(by="")


def _orders(household: Household) -> Section:
    rows = OrderLine.objects.filter(order__household=household, quantity__gt=0)
    return Section(
        _("What was ordered"),
        (
            _("round"),
            NUMBER,
            _("item"),
            _("quantity"),
            _("up to"),
            _("ordered at"),
            _("note"),
        ),
        [
            (
                row.order.buy.title,
                row.order.number,
                row.line.name,
                row.quantity,
                row.up_to,
                row.order.placed_at,
                row.order.note,
            )
            for row in rows.select_related("order__buy", "line").order_by("order_id", "line_id")
        ],
    )


def _account(household: Household) -> Section:
    rows = LedgerEntry.objects.filter(household=household).select_related("buy")
    return Section(
        _("Account"),
        (_("at"), _("round"), _("kind"), _("amount"), _("note")),
        [
            (row.at, row.buy.title, row.get_kind_display(), fen(row.amount_fen), row.note)
            for row in rows
        ],
    )


def _claims(household: Household) -> Section:
    rows = Claim.objects.filter(household=household).select_related("allocation__line")
    return Section(
        _("Claims"),
        (_("at"), _("item"), _("what is wrong"), _("quantity"), _("note"), _("decision")),
        [
            (
                row.made_at,
                row.allocation.line.name,
                row.get_kind_display(),
                row.quantity,
                row.note,
                row.get_decision_display(),
            )
            for row in rows
        ],
    )


def _given(household: Household) -> Section:
    rows = StockMove.objects.filter(household=household).select_related("item")
    return Section(
        _("Given from stock"),
        (_("at"), _("item"), _("quantity")),
        [(row.at, row.item.name, -row.quantity) for row in rows],
    )
