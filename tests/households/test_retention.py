"""The clock of retention: started by a lift, stopped by a seal, ended by a purge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.places import find_place
from compounds.retention import set_retention
from households import keeping
from households.keeping import Section
from households.models import SLACK, Household, Retention
from households.purging import purge_due
from households.retention import put_off
from households.tasks import sweep_retention
from journal.models import Delivery, Entry
from journal.outbox import carry_out
from lockdown.demo.clock import at
from lockdown.kernel.errors import Refused
from seals.lift import checklist
from seals.lifting import lift
from seals.models import Recall, SealOrder
from seals.recalls import record_recall
from tests.cast import Cast, Site, make_cast
from tests.households.queries import asked
from tests.seals.scene import away, seal_place, step
from tests.seals.test_sealing import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def sealed(site: Site, on_commit, **more) -> SealOrder:
    with on_commit(execute=True), site.open():
        return seal_place(site, **({"steps": [step("recall")]} | more))


def lifted(site: Site, order: SealOrder, on_commit) -> SealOrder:
    with on_commit(execute=True), site.open():
        said = {one.key: "已落实" for one in checklist(order, timezone.now())}
        return lift(order=order, statements=said, by=site.manager)


def closed_once(site: Site, on_commit) -> SealOrder:
    """Somebody was out, a note was taken, the place was lifted."""
    with site.open():
        away(site, "201")
    order = sealed(site, on_commit)
    with site.open():
        record_recall(
            recall=Recall.objects.get(), outcome="returned", note="在女儿家", by=site.guard
        )
        # Before the lift by a clear margin: the call was due.
        Recall.objects.update(due_at=timezone.now() - HOUR)
    return lifted(site, order, on_commit)


def due(order: SealOrder, days: int = 30) -> datetime:
    """When the purge of this order surely runs."""
    return order.lifted_at + timedelta(days=days) + SLACK + timedelta(seconds=1)


def notes(site: Site) -> list[str]:
    with site.open():
        return list(Recall.objects.values_list("note", flat=True))


class Broken:
    name = "zz-broken"

    def __init__(self) -> None:
        self.works = False

    def export(self, household: Household) -> list[Section]:
        return []

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        if not self.works:
            raise ZeroDivisionError
        return 0


@pytest.fixture
def broken() -> Iterator[Broken]:
    keeper = Broken()
    keeping.register_keeper(keeper)
    yield keeper
    del keeping._keepers[keeper.name]


def test_a_lift_starts_a_clock_for_every_household_once(site: Site, on_commit) -> None:
    order = lifted(site, sealed(site, on_commit), on_commit)
    with site.open():
        rows = list(Retention.objects.all())
        assert len(rows) == 6
        assert {row.due_at for row in rows} == {order.lifted_at + 30 * DAY}
        assert {row.cause_label for row in rows} == {"1栋1单元"}
        delivery = Delivery.objects.get(handler="seals.clocks_start")
        Delivery.objects.filter(pk=delivery.pk).update(done_at=None)
    carry_out(site.compound.pk, delivery.pk)
    with site.open():
        assert Retention.objects.count() == 6


def test_a_household_under_another_order_gets_none_until_that_is_lifted(
    site: Site, on_commit
) -> None:
    unit = sealed(site, on_commit)
    with site.open():
        home = find_place(site.compound, "home", row=site.home("302").pk)
    inner = sealed(site, on_commit, place=home, key="h" * 16)
    lifted(site, unit, on_commit)
    with site.open():
        doors = set(Retention.objects.values_list("home__number", flat=True))
        assert doors == {"101", "102", "201", "202", "301"}
    lifted(site, inner, on_commit)
    with site.open():
        assert Retention.objects.waiting().get(home__number="302").cause == inner.pk
        assert Retention.objects.waiting().count() == 6


def test_another_seal_stops_the_clock_of_its_place_alone(site: Site, on_commit) -> None:
    closed_once(site, on_commit)
    with site.open():
        home = find_place(site.compound, "home", row=site.home("201").pk)
    sealed(site, on_commit, place=home, key="h" * 16)
    with site.open():
        stopped = Retention.objects.exclude(cancelled_at=None)
        assert [row.home.number for row in stopped] == ["201"]
    order = SealOrder.objects.none()
    with site.open():
        order = SealOrder.objects.get(number=1)
    assert purge_due(now=due(order)) == 5
    assert notes(site)[0] == "在女儿家"


def test_a_seal_handed_over_late_does_not_stop_the_clock_of_its_own_lift(
    site: Site, on_commit
) -> None:
    order = sealed(site, on_commit)
    lifted(site, order, on_commit)
    with site.open():
        late = Delivery.objects.get(handler="seals.clocks_stop")
        Delivery.objects.filter(pk=late.pk).update(done_at=None)
    carry_out(site.compound.pk, late.pk)
    with site.open():
        assert Retention.objects.waiting().count() == 6


def test_when_it_is_due_every_keeper_clears_and_the_journal_says_so(site: Site, on_commit) -> None:
    order = closed_once(site, on_commit)
    assert purge_due(now=due(order)) == 6
    assert notes(site) == [""]
    with site.open():
        assert Retention.objects.exclude(purged_at=None).count() == 6
        entry = Entry.objects.get(event="HouseholdsRedacted")
        assert (entry.order_id, entry.by) == (order.pk, "system")
        assert entry.data == {"place": "1栋1单元", "homes": 6, "rows": 1}


def test_purging_twice_is_once(site: Site, on_commit) -> None:
    order = closed_once(site, on_commit)
    assert [purge_due(now=due(order)), purge_due(now=due(order))] == [6, 0]
    with site.open():
        assert Entry.objects.filter(event="HouseholdsRedacted").count() == 1


def test_what_was_gathered_after_the_lift_stays(site: Site, on_commit) -> None:
    order = closed_once(site, on_commit)
    with site.open():
        Recall.objects.update(due_at=order.lifted_at + HOUR)
    purge_due(now=due(order))
    assert notes(site) == ["在女儿家"]


def test_a_clock_that_is_an_hour_wrong_neither_purges_early_nor_twice(
    site: Site, on_commit
) -> None:
    order = closed_once(site, on_commit)
    moment = order.lifted_at + 30 * DAY
    assert purge_due(now=moment - timedelta(minutes=1) + HOUR) == 0
    assert notes(site) == ["在女儿家"]
    assert purge_due(now=due(order)) == 6
    # Put back by an hour, and ahead again: the same hour comes twice, the purge does not.
    assert purge_due(now=due(order) - HOUR) == 0
    assert purge_due(now=due(order)) == 0
    with site.open():
        assert Entry.objects.filter(event="HouseholdsRedacted").count() == 1


def test_the_sweep_runs_once_a_period_and_catches_up(site: Site, on_commit) -> None:
    order = closed_once(site, on_commit)
    with at(due(order)):
        sweep_retention()
        sweep_retention()
    assert notes(site) == [""]


def test_a_failing_keeper_stops_no_other_and_is_asked_again(
    site: Site, on_commit, broken: Broken
) -> None:
    order = closed_once(site, on_commit)
    assert purge_due(now=due(order)) == 0
    assert notes(site) == [""]
    with site.open():
        row = Retention.objects.first()
        assert (row.attempts, row.error, row.purged_at) == (1, "zz-broken", None)
    broken.works = True
    assert purge_due(now=due(order)) == 0  # not at once
    assert purge_due(now=due(order) + HOUR + SLACK) == 6
    with site.open():
        assert Retention.objects.filter(error="").count() == 6
        assert Entry.objects.filter(event="HouseholdsRedacted").count() == 1


def test_an_order_in_force_that_nobody_heard_of_yet_keeps_its_households(
    site: Site, on_commit
) -> None:
    """The new order has committed, its delivery waits: the purge sees the order itself."""
    order = closed_once(site, on_commit)
    with on_commit(execute=False), site.open():
        home = find_place(site.compound, "home", row=site.home("201").pk)
        seal_place(site, home, key="h" * 16, steps=[])
    assert purge_due(now=due(order)) == 5
    assert notes(site) == ["在女儿家"]
    with site.open():
        row = Retention.objects.get(home__number="201")
        assert row.cancelled_at is not None and row.purged_at is None


def test_a_purge_costs_the_same_for_one_compound_and_for_three(cast: Cast, on_commit) -> None:
    moment = timezone.now()
    counted = []
    for sites in ([cast.yujingwan], [cast.xiaodongmen, cast.huaidong]):
        with at(moment):
            for one in sites:
                lifted(one, sealed(one, on_commit), on_commit)
        with CaptureQueriesContext(connection) as seen:
            assert purge_due(now=moment + 30 * DAY + SLACK) == 6 * len(sites)
        counted.append(len(seen.captured_queries))
    assert counted[0] == counted[1]


@pytest.mark.slow
def test_a_purge_and_a_new_seal_at_once_never_clear_a_sealed_home(transactional_db: None) -> None:
    """Whoever is first: cleared before the seal, or sealed and kept. Never cleared under it."""
    site = make_cast().yujingwan
    with site.open():
        away(site, "201")
    with site.open():
        order = seal_place(site, steps=[step("recall")])
    with site.open():
        record_recall(
            recall=Recall.objects.get(), outcome="returned", note="在女儿家", by=site.guard
        )
        Recall.objects.update(due_at=timezone.now() - HOUR)
    with site.open():
        said = {one.key: "已落实" for one in checklist(order, timezone.now())}
        order = lift(order=order, statements=said, by=site.manager)

    def seal_again() -> None:
        with site.open():
            seal_place(site, key="second-order-here", steps=[])

    errors = at_once(seal_again, lambda: purge_due(now=due(order)) and None)
    assert errors == []
    purge_due(now=due(order) + DAY)
    with site.open():
        rows = Retention.objects.all()
        kept = rows.exclude(cancelled_at=None).count()
        cleared = rows.exclude(purged_at=None).count()
        assert (kept, cleared) in {(6, 0), (0, 6)}
    assert notes(site) == (["在女儿家"] if kept else [""])


def test_the_figure_is_the_compounds_own_and_running_clocks_keep_their_date(
    site: Site, on_commit
) -> None:
    order = sealed(site, on_commit)
    with site.open():
        set_retention(compound=site.compound, days=7, by=site.manager)
        set_retention(compound=site.compound, days=7, by=site.manager)
        assert Entry.objects.get(event="RetentionSet").data == {"days": 7, "before": 30}
    order = lifted(site, order, on_commit)
    with site.open():
        set_retention(compound=site.compound, days=90, by=site.manager)
        assert {row.due_at for row in Retention.objects.all()} == {order.lifted_at + 7 * DAY}
        for days in (6, 366):
            with pytest.raises(Refused) as refusal:
                set_retention(compound=site.compound, days=days, by=site.manager)
            assert refusal.value.field == "days"


def test_the_figure_is_set_on_the_settings_page(cast: Cast, site: Site) -> None:
    path = reverse("compounds:retention-set", args=[site.slug])
    manager = cast.client(site.manager)
    assert manager.post(path, {"days": "400"}).status_code == 422
    assert manager.post(path, {"days": "14"}).status_code == 302
    assert (
        'value="14"'
        in manager.get(reverse("compounds:settings", args=[site.slug])).content.decode()
    )
    assert cast.client(site.captain).post(path, {"days": "14"}).status_code == 404


def test_clearing_is_put_off_by_a_person_with_a_reason(site: Site, on_commit) -> None:
    order = closed_once(site, on_commit)
    later = order.lifted_at + 60 * DAY
    with site.open():
        for wrong in (
            {"due_at": later, "reason": "  "},
            {"due_at": order.lifted_at + 10 * DAY, "reason": "纠纷"},
            {"due_at": order.lifted_at + 400 * DAY, "reason": "纠纷"},
        ):
            with pytest.raises(Refused):
                put_off(cause=order.pk, by=site.manager, **wrong)
        file = site.household("201").pk
        more = {"household": file, "due_at": later, "reason": "投诉处理中", "by": site.manager}
        assert put_off(cause=order.pk, **more) == 1
        assert put_off(cause=order.pk, **more) == 0
        entry = Entry.objects.get(event="RetentionExtended")
        assert (entry.household_id, entry.data["reason"]) == (file, "投诉处理中")
    assert purge_due(now=due(order)) == 5
    assert notes(site) == ["在女儿家"]
    assert purge_due(now=due(order, 60)) == 1
    assert notes(site) == [""]
    with site.open(), pytest.raises(Refused) as refusal:
        put_off(cause=order.pk, due_at=later + DAY, reason="再留", by=site.manager)
    assert refusal.value.code == "nothing_kept"


def test_the_page_shows_what_is_due_and_what_was_cleared(cast: Cast, site: Site, on_commit) -> None:
    client = cast.client(site.manager)
    path = reverse("households:retention", args=[site.slug])
    assert "没有等待清除的信息" in client.get(path).content.decode()
    order = closed_once(site, on_commit)
    html = client.get(path).content.decode()
    assert "还有 30 天" in html
    with site.open():
        file = site.household("302").pk
    assert reverse("households:export", args=[site.slug, file]) in html
    purge_due(now=due(order))
    html = client.get(path).content.decode()
    assert "已清除 6 户" in html


def test_putting_off_by_the_page_keeps_what_was_typed(cast: Cast, site: Site, on_commit) -> None:
    order = closed_once(site, on_commit)
    client = cast.client(site.manager)
    path = reverse("households:retention-put-off", args=[site.slug, order.pk])
    refused = client.post(path, {"until": "2020-01-01", "reason": "投诉处理中"})
    assert refused.status_code == 422
    assert "投诉处理中" in refused.content.decode()
    until = f"{order.lifted_at + 50 * DAY:%Y-%m-%d}"
    assert client.post(path, {"until": until, "reason": "投诉处理中"}).status_code == 302
    assert (
        "延长保留：投诉处理中"
        in client.get(reverse("households:retention", args=[site.slug])).content.decode()
    )
    assert cast.client(site.captain).post(path, {}).status_code == 404
    gone = reverse("households:retention-put-off", args=[site.slug, 999999])
    assert client.post(gone, {"until": until, "reason": "x"}).status_code == 404


def test_a_limited_member_sees_the_clocks_of_their_part(cast: Cast, site: Site, on_commit) -> None:
    order = closed_once(site, on_commit)
    with site.open():
        site.manager.buildings = [order.building_id + 1000]
        site.manager.save(update_fields=["buildings"])
    client = cast.client(site.manager)
    html = client.get(reverse("households:retention", args=[site.slug])).content.decode()
    assert "1栋1单元" not in html
    path = reverse("households:retention-put-off", args=[site.slug, order.pk])
    assert client.post(path, {"until": "2030-01-01", "reason": "x"}).status_code == 404


def test_the_page_costs_the_same_for_few_and_many_doors(db: None, on_commit) -> None:
    cast = make_cast(floors=10, doors=3)
    counted = []
    for site, place in ((cast.yujingwan, "home"), (cast.xiaodongmen, "compound")):
        with site.open():
            row = site.home("101").pk if place == "home" else None
            found = find_place(site.compound, place, row=row)
        lifted(site, sealed(site, on_commit, place=found), on_commit)
        client = cast.client(site.manager)
        path = reverse("households:retention", args=[site.slug])
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        counted.append(asked(seen))
    assert counted[0] == counted[1] <= 12
