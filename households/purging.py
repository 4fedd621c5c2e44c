"""Clearing what is due, set-wise across all compounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from compounds.models import Compound
from households.keeping import Keeper, keepers
from households.models import Retention
from households.retention import under_order
from journal.actions import SYSTEM, record_many
from journal.models import RETRY_STEPS, Entry
from lockdown.kernel.tenancy import scope_of_every_compound

log = structlog.get_logger(__name__)

BATCH = 2000  # rows a run
LIFTS = 40  # lifts a run: a keeper is asked once for each moment of lifting
RETRY = timedelta(minutes=10)  # before a failing keeper is asked again; longer each time
LONGEST = timedelta(days=1)


def purge_due(*, now: datetime) -> int:
    """Have every keeper clear what is due; the number of households that are clear now.

    One run takes BATCH rows at most, whatever the number of compounds; the rest follows with the
    next run. Twice changes nothing.
    """
    with scope_of_every_compound():
        rows = _claimed(now)
        sealed = under_order(rows) if rows else set()
        again = [row.pk for row in rows if row.home_id in sealed]
        Retention.objects.filter(pk__in=again).update(cancelled_at=now)
        return sum(
            _purge(group, lifted_at, now)
            for lifted_at, group in _by_lift(row for row in rows if row.home_id not in sealed)
        )


def _claimed(now: datetime) -> list[Retention]:
    """Due rows that nobody else is working on, with their compounds' rows locked.

    The race of a purge and a new seal: sealing takes the compound's row first. So either the seal
    has committed and its order is seen by `under_order`, or it waits until this purge has
    committed. A compound whose row is taken now is left for the next run.
    """
    due = Retention.objects.to_purge(now)
    compounds = due.order_by().values("compound")
    free = Compound.objects.filter(pk__in=compounds).order_by("pk")
    taken = list(free.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    rows = due.filter(compound__in=taken).select_for_update(of=("self",), skip_locked=True)
    return list(rows.select_related("home").order_by("next_at", "pk")[:BATCH])


def _by_lift(rows: object) -> list[tuple[datetime, list[Retention]]]:
    groups: dict[datetime, list[Retention]] = defaultdict(list)
    for row in rows:  # type: ignore[attr-defined]
        groups[row.starts_at].append(row)
    return list(groups.items())[:LIFTS]


def _purge(rows: Sequence[Retention], lifted_at: datetime, now: datetime) -> int:
    """Ask every keeper; those that fail stop no other and are asked again later."""
    households = [row.household_id for row in rows]
    touched, failed = 0, []
    for keeper in keepers():
        done = _redacted(keeper, households, lifted_at)
        if done is None:
            failed.append(keeper.name)
        touched += done or 0
    pks = [row.pk for row in rows]
    if failed:
        _try_again(pks, rows[0], failed, now)
        return 0
    Retention.objects.filter(pk__in=pks).update(purged_at=now, error="")
    record_many(_entries(rows, touched, now))
    return len(rows)


def _redacted(keeper: Keeper, households: Sequence[int], before: datetime) -> int | None:
    """Rows touched, or None when the keeper failed: the savepoint takes its own work back."""
    try:
        with transaction.atomic():
            return keeper.redact(households, before=before)
    except Exception as error:
        log.exception("keeper_failed", keeper=keeper.name, error=type(error).__name__)
        return None


def _try_again(pks: list[int], first: Retention, failed: list[str], now: datetime) -> None:
    attempts = min(first.attempts + 1, 100)
    wait = min(RETRY * 2 ** min(attempts - 1, len(RETRY_STEPS) + 3), LONGEST)
    Retention.objects.filter(pk__in=pks).update(
        attempts=attempts, error=", ".join(failed)[:200], next_at=now + wait
    )


def _entries(rows: Sequence[Retention], touched: int, now: datetime) -> list[Entry]:
    """One entry for each lifted order, with numbers only."""
    by_cause: dict[tuple[int, int], list[Retention]] = defaultdict(list)
    for row in rows:
        by_cause[row.compound_id, row.cause].append(row)
    return [
        Entry(
            compound_id=compound,
            at=now,
            event="HouseholdsRedacted",
            by=SYSTEM.actor_label,
            order_id=cause,
            data={"place": group[0].cause_label, "homes": len(group), "rows": touched},
        )
        for (compound, cause), group in by_cause.items()
    ]
