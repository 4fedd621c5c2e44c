"""Workers die while rounds end, and two beats tick at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

from django.db import connections
from django.utils import timezone

from bench.faults_checks import Check, Measure, copied
from bench.faults_examining import Done
from bench.faults_outages import done, enough, sale, told_again
from bench.faults_processes import Process, beat, running, until, worker
from bench.faults_scene import Scene, count_in, draft_round, order
from bench.scenes import without_worker
from compounds.roles import Role
from journal.models import Tick
from lockdown.kernel.tenancy import scope
from supplies import sweeps
from supplies.actions.allocating import allocate
from supplies.actions.locking import close
from supplies.models import BuyState, GroupBuy

S = BuyState
FORMING, SHORT, OPENING = 30, 10, 6  # rounds that end formed, not formed, and that open
KILLS = (0.1, 0.5, 0.9)  # of the rounds that are to end
ENDED = (S.LOCKED, S.NOT_FORMED)
TOLD = "every round is ended and told within {} s"
HOUR = timedelta(hours=1)

NONE_OPEN = Check(
    "no round is open past its time",
    "SELECT id FROM supplies_groupbuy WHERE state IN ('open', 'approved') "
    "AND (closes_at <= now() OR state = 'approved' AND opens_at <= now())",
    (
        "UPDATE supplies_groupbuy SET state = 'open' "
        "WHERE id = (SELECT min(id) FROM supplies_groupbuy WHERE state = 'not_formed')",
    ),
)
ENDED_ONCE = Check(
    "each round ended once",
    """
    SELECT b.id FROM supplies_groupbuy b
    LEFT JOIN journal_entry e ON e.compound_id = b.compound_id
        AND e.event IN ('GroupBuyLocked', 'GroupBuyNotFormed') AND e.data ->> 'buy' = b.id::text
    WHERE b.locked_at IS NOT NULL OR b.state = 'not_formed'
    GROUP BY b.id HAVING count(e.id) <> 1
    """,
    copied("journal_entry", "event = 'GroupBuyLocked'"),
)
OPENED_ONCE = Check(
    "each round opened once",
    """
    SELECT b.id FROM supplies_groupbuy b
    LEFT JOIN journal_entry e ON e.compound_id = b.compound_id
        AND e.event = 'GroupBuyOpened' AND e.data ->> 'buy' = b.id::text
    WHERE b.opened_at IS NOT NULL GROUP BY b.id HAVING count(e.id) <> 1
    """,
    # Of a round that nobody else asks about: the fact stays, its round is another one.
    (
        "UPDATE supplies_groupbuy SET opened_at = now() "
        "WHERE id = (SELECT min(id) FROM supplies_groupbuy WHERE opened_at IS NULL)",
    ),
)
REMINDED_ONCE = Check(
    "each round is reminded of once",
    """
    SELECT b.id FROM supplies_groupbuy b
    LEFT JOIN journal_entry e ON e.compound_id = b.compound_id
        AND e.event = 'GroupBuyClosingSoon' AND e.data ->> 'buy' = b.id::text
    WHERE b.reminded_at IS NOT NULL GROUP BY b.id HAVING count(e.id) <> 1
    """,
    copied("journal_entry", "event = 'GroupBuyClosingSoon'"),
)
REPEATED_ONCE = Check(
    "each weekly round is repeated once",
    """
    SELECT b.id FROM supplies_groupbuy b
    LEFT JOIN supplies_groupbuy again ON again.source_id = b.id
    WHERE b.repeats_weekly AND (b.locked_at IS NOT NULL OR b.state = 'not_formed')
    GROUP BY b.id HAVING count(again.id) <> 1
    """,
    (
        "UPDATE supplies_groupbuy SET source_id = NULL WHERE id = "
        "(SELECT max(id) FROM supplies_groupbuy WHERE source_id IS NOT NULL)",
    ),
)
TICKED_ONCE = Check(
    "each job runs once a period",
    "SELECT job FROM journal_tick GROUP BY job, period HAVING count(*) > 1",
    (
        "ALTER TABLE journal_tick DROP CONSTRAINT one_tick_per_period",
        *copied("journal_tick", "true"),
    ),
)


def worker_killed() -> Done:
    """kill -9 of the worker when 10, 50 and 90 % of the rounds that are due have ended."""
    hands, clock = worker(), beat()
    with sale("worker-killed", phones=3, before=10, pause=0.5) as shop:
        with scope([shop.scene.compound]), without_worker():
            counted = _many(shop.scene)
        with running(clock):
            shares = [_killed_at(shop.scene, hands, share) for share in KILLS[:2]]
            with scope([shop.scene.compound]):
                allocate(buy=counted, by=shop.scene.site.members[Role.WAREHOUSE])
            shares.append(_killed_at(shop.scene, hands, KILLS[2]))
            moment = time.monotonic()
            with running(hands):
                told_again(shop.scene, moment)
                until(lambda: _ended(shop.scene) == 1, seconds=60)
                seconds = told_again(shop.scene, moment)
    note = "killed when " + ", ".join(f"{share:.0%}" for share in shares) + " had ended"
    made = done(shop, seconds, 60, says=TOLD, note=note)
    made.checks = (NONE_OPEN, ENDED_ONCE)
    made.measures.append(Measure("the worker was killed before the last round", max(shares), 0.99))
    return made


def _many(where: Scene) -> GroupBuy:
    """Rounds whose time is up, with orders, and one that is counted and not yet shared out."""
    before = timezone.now() - timedelta(minutes=1)
    made = []
    for number in range(FORMING + SHORT):
        terms = {"min_households": 99} if number >= FORMING else {}
        buy = draft_round(where, f"团 {number}", **terms)
        for phone in where.phones[number % 4 : number % 4 + 3]:
            order(where, buy, phone, 鸡蛋=1, 茶叶=2)
        made.append(buy.pk)
    counted = draft_round(where, "已清点")
    for phone in where.phones[:6]:
        order(where, counted, phone, 鸡蛋=2, 大米=1)
    close(buy=counted, by=where.site.members[Role.WAREHOUSE])
    count_in(where, counted)
    opening = [
        draft_round(where, f"开团 {number}", opens_at=before + HOUR).pk for number in range(OPENING)
    ]
    GroupBuy.objects.filter(pk__in=opening).update(opens_at=before)
    GroupBuy.objects.filter(pk__in=made).update(opens_at=before - 5 * HOUR, closes_at=before)
    return GroupBuy.objects.get(pk=counted.pk)


def _ended(where: Scene) -> float:
    """The part of the rounds whose time is up that has ended."""
    with scope([where.compound]):
        due = GroupBuy.objects.filter(title__startswith="团 ")
        return due.filter(state__in=ENDED).count() / due.count()


def _killed_at(where: Scene, hands: Process, share: float) -> float:
    """Run the worker until so much is done, then kill it; what was done when it died."""
    hands.start()
    try:
        if not until(lambda: _ended(where) >= share, seconds=90, step=0.005):
            raise RuntimeError(f"{share:.0%} of the rounds did not end")
    finally:
        hands.kill()
    return _ended(where)


def two_beats() -> Done:
    """No beat for an hour; then two at once with two workers; then two sweeps an hour ahead."""
    hands = worker("worker-1"), worker("worker-2"), beat("beat-1"), beat("beat-2")
    with sale("two-beats", phones=3, before=10, pause=0.5) as shop:
        with scope([shop.scene.compound]), without_worker():
            _an_hour_late(shop.scene)
        Tick.objects.all().delete()
        connections.close_all()
        with running(*hands):
            moment = time.monotonic()
            until(lambda: not _late(shop.scene), seconds=60)
            seconds = told_again(shop.scene, moment)
            until(lambda: _periods() >= 3, seconds=60, step=0.5)
            periods = _periods()
        enough(shop.crowd, 10)
    ahead = timezone.now() + HOUR
    _together(lambda: sweeps.run(now=ahead), lambda: sweeps.run(now=ahead))
    note = f"{periods} periods of supplies.sweep with two beats"
    made = done(shop, seconds, 90, says=TOLD, note=note)
    made.checks = (
        NONE_OPEN,
        ENDED_ONCE,
        OPENED_ONCE,
        REMINDED_ONCE,
        REPEATED_ONCE,
        TICKED_ONCE,
    )
    return made


def _an_hour_late(where: Scene) -> None:
    """Rounds that were to open, be reminded of, close and repeat within the hour before now, and
    some within the hour after it."""
    now = timezone.now()

    def some(
        title: str, count: int, *, opens: timedelta, closes: timedelta, **terms: object
    ) -> None:
        made = [draft_round(where, f"{title} {number}", **terms) for number in range(count)]
        for buy in made:
            if buy.state == S.OPEN:
                order(where, buy, where.phones[5], 茶叶=1)
        keys = [buy.pk for buy in made]
        GroupBuy.objects.filter(pk__in=keys).update(opens_at=now + opens, closes_at=now + closes)

    some("迟开", 5, opens=-HOUR, closes=9 * HOUR, opens_at=now + HOUR)
    some("迟关", 10, opens=-5 * HOUR, closes=-HOUR / 2)
    some("不成", 3, opens=-5 * HOUR, closes=-HOUR / 2, min_households=99)
    some("提醒", 5, opens=-5 * HOUR, closes=1.5 * HOUR)
    some("每周", 4, opens=-5 * HOUR, closes=-HOUR / 2, repeats_weekly=True)
    some("将关", 10, opens=-5 * HOUR, closes=HOUR / 2)
    # Stays a draft for ever: what a mutant opens.
    ahead = draft_round(where, "以后", opens_at=now + 20 * HOUR, closes_at=now + 30 * HOUR)
    GroupBuy.objects.filter(pk=ahead.pk).update(state=S.DRAFT)


def _late(where: Scene) -> int:
    now = timezone.now()
    with scope([where.compound]):
        rows = GroupBuy.objects.all()
        late = rows.filter(state=S.OPEN, closes_at__lte=now)
        unopened = rows.filter(state=S.APPROVED, opens_at__lte=now)
        unrepeated = rows.filter(repeats_weekly=True, source=None, copies=None)
        unreminded = rows.filter(state=S.OPEN, title__startswith="提醒", reminded_at=None)
        return sum(one.count() for one in (late, unopened, unrepeated, unreminded))


def _periods() -> int:
    return Tick.objects.filter(job="supplies.sweep").count()


def _together(*deeds: Callable[[], object]) -> None:
    def run(deed: Callable[[], object]) -> None:
        try:
            deed()
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
