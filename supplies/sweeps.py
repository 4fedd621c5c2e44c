"""What happens by the clock, looked for set-wise across all compounds and done in each scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db.models import Exists, OuterRef, Q

from journal.actions import SYSTEM, record_many
from journal.models import Entry
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope, scope_of_every_compound
from supplies.actions.locking import close
from supplies.actions.rounds import cancel, draft_again, open_buy, submit
from supplies.food import plan_food_calls
from supplies.machine import lock_buy, tell
from supplies.models import TAKE_IN, Allocation, BuyState, GroupBuy, Stop, StopOutcome

log = structlog.get_logger(__name__)
S = BuyState
BATCH = 500
REMIND = timedelta(hours=2)  # before the cut-off
WEEK = timedelta(days=7)
Deed = Callable[[GroupBuy], object]


def run(*, now: datetime) -> int:
    """Open, remind, release, close, repeat, ring; how many rounds and doors were touched."""
    done = sum(_each(found, deed) for found, deed in _due(now))
    return done + ring_for_perishables(now=now)


def _due(now: datetime) -> list[tuple[Q, Deed]]:
    soon = Q(state=S.OPEN, closes_at__gt=now, reminded_at=None)
    held = Q(state=S.OPEN, reserve_until__lte=now, reserve_released_at=None)
    return [
        (Q(state=S.APPROVED, opens_at__lte=now), partial(_open, now=now)),
        (soon & Q(closes_at__lte=now + REMIND), partial(_remind, now=now)),
        (held & Q(closes_at__gt=now), partial(_release, now=now)),
        (Q(state=S.OPEN, closes_at__lte=now), _close),
        (_to_repeat(now), partial(_repeat, now=now)),
    ]


def _each(due: Q, deed: Deed) -> int:
    """One statement over all compounds finds them; each is done in its own transaction, so that
    a round that fails stops no other."""
    with scope_of_every_compound():
        found = list(
            GroupBuy.objects.filter(due).order_by("id").values_list("compound_id", "id")[:BATCH]
        )
    for compound, buy in found:
        try:
            with scope([compound]):
                deed(GroupBuy.objects.select_related("compound").get(pk=buy))
        except Refused as refusal:
            log.warning("sweep_refused", buy=buy, why=refusal.code)
        except Exception:
            log.exception("sweep_failed", buy=buy)
    return len(found)


def _open(buy: GroupBuy, *, now: datetime) -> None:
    """Nobody opened it in time: a round whose closing time has passed is given up."""
    if buy.closes_at <= now:
        cancel(buy=buy, reason="—", by=SYSTEM)
    else:
        open_buy(buy=buy, by=SYSTEM)


def _close(buy: GroupBuy) -> None:
    close(buy=buy, by=SYSTEM)


def _remind(buy: GroupBuy, *, now: datetime) -> None:
    buy = lock_buy(buy)
    if not buy.takes_orders(now) or buy.reminded_at:
        return
    buy.reminded_at = now
    buy.save(update_fields=["reminded_at"])
    tell("GroupBuyClosingSoon", buy, by=SYSTEM, closes=buy.closes_at.isoformat())


def _release(buy: GroupBuy, *, now: datetime) -> None:
    """The hour itself releases what was held (an order compares the time); this tells it."""
    buy = lock_buy(buy)
    if buy.state != S.OPEN or buy.reserve_released_at:
        return
    buy.reserve_released_at = now
    buy.save(update_fields=["reserve_released_at"])
    tell("ReserveReleased", buy, by=SYSTEM)


def _to_repeat(now: datetime) -> Q:
    """Weekly rounds that are closed, whether they formed or not, and have no successor."""
    over = Q(locked_at__isnull=False) | Q(state=S.NOT_FORMED)
    recent = Q(repeats_weekly=True, opens_at__gt=now - 2 * WEEK)
    return recent & over & ~Q(state=S.CANCELLED) & ~Q(copies__repeats_weekly=True)


def _repeat(buy: GroupBuy, *, now: datetime) -> None:
    """The same a week later, straight to the committee: it sees every round."""
    opens_at = buy.opens_at + WEEK
    while opens_at <= now:
        opens_at += WEEK
    again = draft_again(source=buy, opens_at=opens_at, by=SYSTEM)
    submit(buy=again, by=SYSTEM)


def ring_for_perishables(*, now: datetime) -> int:
    """Fresh goods that nobody has taken in for half an hour: on the list of doors to ring."""
    with scope_of_every_compound():
        fresh = Allocation.objects.filter(
            order=OuterRef("order"), line__perishable=True, allocated__gt=0
        )
        stops = list(
            Stop.objects.filter(
                Exists(fresh),
                outcome=StopOutcome.LEFT,
                taken_at=None,
                ring_at=None,
                rung_at=None,
                at__lte=now - TAKE_IN,
            )
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("home", "run")
            .order_by("at")[:BATCH]
        )
        Stop.objects.filter(pk__in=[stop.pk for stop in stops]).update(ring_at=now)
        record_many([_ring_entry(stop, now) for stop in stops])
    return len(stops)


def _ring_entry(stop: Stop, now: datetime) -> Entry:
    return Entry(
        compound_id=stop.compound_id,
        at=now,
        event="PerishableWaiting",
        by=SYSTEM.actor_label,
        household_id=stop.household_id,
        data={"door": stop.home.label, "stop": stop.pk, "buy": stop.run.buy_id},
    )


def call_the_hungry(*, now: datetime) -> int:
    """Care calls to sealed households that have ordered no food for days; once a day each."""
    called = 0
    with scope_of_every_compound():
        found = GroupBuy.objects.filter(opened_at__gt=now - WEEK).order_by("compound_id")
        compounds = list(found.values_list("compound_id", flat=True).distinct())
    for compound in compounds:
        try:
            with scope([compound]):
                called += plan_food_calls(compound=compound, now=now)
        except Exception:
            log.exception("food_calls_failed", compound=compound)
    return called
