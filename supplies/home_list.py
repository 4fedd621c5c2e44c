"""A household's group-buys as a list: what is open, what came, what is owed, what was claimed.

Everything here only reads; the number of queries does not grow with the rounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from compounds.models import Home
from households.models import Household
from supplies.accounts import ClaimLine
from supplies.home_page import BROUGHT, FAILED, claims_until, money_of_rounds
from supplies.models import BuyState, Claim, GroupBuy, LedgerEntry, Order, Stop, StopOutcome
from supplies.queries import rounds, rounds_for_home


@dataclass(frozen=True)
class Came:
    """Goods of a round at this door, and what can still be said about them."""

    at: datetime
    is_at_door: bool  # left there, and nobody has said that it is inside
    until: datetime | None  # claims are taken until then; None when they are over

    @property
    def may_claim(self) -> bool:
        return self.until is not None


@dataclass(frozen=True)
class RoundRow:
    """One round in a household's list."""

    buy: GroupBuy
    is_open: bool
    number: int | None
    amount_fen: int
    owes_fen: int
    refunded_fen: int
    has_money: bool
    came: Came | None
    claims: list[ClaimLine]

    @property
    def has_failed(self) -> bool:
        return self.buy.state in FAILED

    @property
    def at_door(self) -> bool:
        return self.came is not None and self.came.is_at_door


@dataclass(frozen=True)
class RoundList:
    open: list[RoundRow]
    soon: list[GroupBuy]
    past: list[RoundRow]
    owes_fen: int  # over all rounds; below zero the household is owed
    has_account: bool
    unanswered: int  # claims that wait for a decision

    @property
    def owed_fen(self) -> int:
        return abs(self.owes_fen)

    @property
    def claimable(self) -> list[RoundRow]:
        """Came within the last day: what was missing or spoiled can be said now."""
        return [row for row in self.past if row.came and row.came.may_claim]

    @property
    def has_goods(self) -> bool:
        return any(row.came for row in self.past)


def round_list(home: Home, household: Household, now: datetime) -> RoundList:
    """Open, soon and past rounds of this home; seven queries."""
    seen = rounds_for_home(home)
    money = money_of_rounds(LedgerEntry.objects.filter(household=household))
    mine = {
        order.buy_id: order
        for order in Order.objects.filter(
            household=household, buy__in=[buy.pk for buy in seen], withdrawn_at=None
        ).annotate(worth=Coalesce(Sum(F("lines__quantity") * F("lines__line__price_fen")), 0))
    }
    at_door, claims = _stops(household), _claims(household)
    rows = []
    for buy in seen:
        came = _came(buy, at_door.get(buy.pk), now)
        rows.append(_row(buy, mine.get(buy.pk), money, came, claims.get(buy.pk, []), now))
    soon = list(rounds().filter(state=BuyState.APPROVED).order_by("opens_at")[:20])
    made = [one for lines in claims.values() for one in lines]
    return RoundList(
        open=[row for row in rows if row.is_open],
        soon=[buy for buy in soon if buy.covers(home)],
        past=[row for row in rows if not row.is_open],
        owes_fen=sum(owes for owes, _back, _any in money.values()),
        has_account=bool(money),
        unanswered=sum(one.claim.decided_at is None for one in made),
    )


def _stops(household: Household) -> dict[int, Stop]:
    """Round id to what happened at this door; one query."""
    been = Stop.objects.filter(household=household, at__isnull=False)
    return {stop.run.buy_id: stop for stop in been.select_related("run")}


def _claims(household: Household) -> dict[int, list[ClaimLine]]:
    """Round id to the claims of this household; one query."""
    found: dict[int, list[ClaimLine]] = {}
    made = Claim.objects.filter(household=household).select_related("allocation__line")
    for one in made.order_by("made_at", "id"):
        found.setdefault(one.allocation.buy_id, []).append(ClaimLine(one))
    return found


def _came(buy: GroupBuy, stop: Stop | None, now: datetime) -> Came | None:
    """None when nothing has come, or was sent away at the door."""
    if stop is None or stop.at is None or stop.outcome not in BROUGHT:
        return None
    left = stop.outcome == StopOutcome.LEFT and stop.taken_at is None
    return Came(stop.at, left, claims_until(buy, stop, now))


def _row(
    buy: GroupBuy,
    order: Order | None,
    money: Mapping[int, tuple[int, int, bool]],
    came: Came | None,
    claims: list[ClaimLine],
    now: datetime,
) -> RoundRow:
    owes, back, has_money = money.get(buy.pk, (0, 0, False))
    return RoundRow(
        buy=buy,
        is_open=buy.takes_orders(now),
        number=order.number if order else None,
        amount_fen=order.worth if order else 0,  # type: ignore[attr-defined]
        owes_fen=owes,
        refunded_fen=back,
        has_money=has_money,
        came=came,
        claims=claims,
    )
