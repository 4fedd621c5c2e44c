"""What a household's page says of its group-buys, only while something is due there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lockdown.kernel.wording import fen
from reports.prepared import prepared
from reports.words import when
from supplies.models import BuyState, Claim, Decision, LedgerEntry, Stop, StopOutcome

ANSWERED_FOR = timedelta(hours=24)  # our default: as long as a claim could be made
COMING, AT_DOOR, ANSWERED, MONEY = "coming", "at_door", "answered", "money"
MOST = 6  # lines; whatever is more stands on the page of group-buys


class Due(NamedTuple):
    """One line. `amount` is bags of a delivery, fen of an answer and of the account."""

    kind: str
    number: int  # of the round
    title: str  # of the round, or the item that was claimed
    word: str  # the decision of a claim
    amount: int
    at: datetime | None


def due_of(household: int, now: datetime) -> list[Due]:
    """Goods on their way or at the door, claims answered within a day, the account; one query."""
    rows = [Due._make(values) for values in _due(household=household, since=now - ANSWERED_FOR)]
    order = (AT_DOOR, COMING, ANSWERED, MONEY)
    rows = [row for row in rows if row.kind != MONEY or row.amount]
    return sorted(rows, key=lambda row: order.index(row.kind))[:MOST]


@prepared
def _due(household: int, since: datetime) -> QuerySet:
    carried = Stop.objects.filter(household=household, run__buy__state=BuyState.DELIVERING)
    left = Q(outcome=StopOutcome.LEFT, taken_at=None)
    brought = Stop.objects.filter(
        left, household=household, run__buy__state__in=[BuyState.DELIVERING, BuyState.DELIVERED]
    )
    answered = Claim.objects.filter(household=household, decided_at__gt=since)
    ledger = LedgerEntry.objects.filter(household=household)
    return _stops(COMING, carried.filter(outcome=StopOutcome.WAITING), "run__due_at").union(
        _stops(AT_DOOR, brought, "at"), _answers(answered), _balance(ledger), all=True
    )


def _stops(kind: str, found: QuerySet[Stop], at: str) -> QuerySet:
    return found.order_by().values_list(
        _text(kind), "run__buy__number", "run__buy__title", _text(""), _big("bags"), F(at)
    )


def _answers(found: QuerySet[Claim]) -> QuerySet:
    return found.order_by().values_list(
        _text(ANSWERED),
        "allocation__buy__number",
        "allocation__line__name",
        "decision",
        _big("refund_fen"),
        "decided_at",
    )


def _balance(found: QuerySet[LedgerEntry]) -> QuerySet:
    """One row with the balance; none before anything was charged."""
    return (
        found.order_by()
        .values("household")
        .annotate(total=Cast(Sum("amount_fen"), BigIntegerField()))
        .values_list(
            _text(MONEY),
            Value(0),
            _text(""),
            _text(""),
            "total",
            Value(None, output_field=DateTimeField()),
        )
    )


def _text(value: str) -> Cast:
    return Cast(Value(value), CharField())


def _big(name: str) -> Cast:
    return Cast(F(name), BigIntegerField())


def buy_item(due: Due, *, theirs: bool = False) -> dict[str, Any]:
    """The line of the day's list; each leads to its own page. `theirs`: to a relative."""
    item = {"time": when(due.at).split(" ")[0] if due.at else _("Group-buys")}
    item |= ITEMS[due.kind](due)
    return item | THEIRS[due.kind](due) if theirs and due.kind in THEIRS else item


def _coming(due: Due) -> dict[str, Any]:
    return {
        "text": _("“%(title)s” is on its way to you") % {"title": due.title},
        "note": _("A volunteer brings it to your door. Stay inside until it is there."),
        "state": "now",
        "tag": _("On the way"),
        "url": reverse("supplies:order", args=[due.number]),
    }


def bags_at_door(due: Due) -> str:
    return ngettext("%(n)s bag is at your door", "%(n)s bags are at your door", due.amount) % {
        "n": due.amount
    }


def _at_door(due: Due) -> dict[str, Any]:
    return {
        "text": bags_at_door(due),
        "note": due.title,
        "state": "now",
        "tag": _("at your door"),
        "url": reverse("supplies:order", args=[due.number]),
    }


def _answered(due: Due) -> dict[str, Any]:
    answer = Decision(due.word).label if not due.amount else None
    words = answer or _("paid back %(amount)s") % {"amount": fen(due.amount)}
    return {
        "text": _("Your claim for %(item)s is answered") % {"item": due.title},
        "state": "done",
        "tag": str(words),
        "url": reverse("supplies:home-claim", args=[due.number]),
    }


def _money(due: Due) -> dict[str, Any]:
    words = _("To pay %(amount)s") if due.amount > 0 else _("Due to you %(amount)s")
    return {
        "text": pgettext("money", "My account"),
        "state": "wait",
        "tag": words % {"amount": fen(abs(due.amount))},
        "url": reverse("supplies:home-account"),
    }


ITEMS = {COMING: _coming, AT_DOOR: _at_door, ANSWERED: _answered, MONEY: _money}


def _coming_to_them(due: Due) -> dict[str, Any]:
    return {"text": _("“%(title)s” is on its way to them") % {"title": due.title}, "note": ""}


def _at_their_door(due: Due) -> dict[str, Any]:
    words = ngettext("%(n)s bag is at their door", "%(n)s bags are at their door", due.amount)
    return {"text": words % {"n": due.amount}, "tag": _("at their door")}


def _their_money(_due: Due) -> dict[str, Any]:
    return {"text": pgettext("money", "Their account")}


# What a relative reads in place of it.
THEIRS = {COMING: _coming_to_them, AT_DOOR: _at_their_door, MONEY: _their_money}
