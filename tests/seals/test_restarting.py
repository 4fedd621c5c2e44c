"""A new positive: counted anew for all, for a part, or not at all; the old dates stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compounds.places import find_place
from journal.models import Entry
from lockdown.kernel.errors import Refused
from notices.models import Notice, NoticeKind
from seals.builtin import find_builtin
from seals.change_forms import KEEP, PART, WHOLE
from seals.easing import ease
from seals.history import dates
from seals.models import Level, OrderChange, OrderState, PlanTask, SealOrder
from seals.planning import Step
from seals.restarting import keep_clock, new_end, restart, restart_part
from tests.cast import Cast, Site
from tests.seals.scene import at, seal_place, step
from tests.seals.test_pages import url
from waste.models import DisinfectionRound

DAILY = Step("health", "task", "health", repeat="daily", at=("08:00",))
TEST_DAYS = Step("screening", "task", "screening", repeat="days", at=("23:59",), days=(1, 3, 6))
KEY = "restart-key-restart"


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def third_day(site: Site, commits: Any) -> SealOrder:
    """Sealed two days ago at this hour, for seven days."""
    begun = timezone.now() - timedelta(days=2)
    with commits(), site.open():
        steps = [DAILY, TEST_DAYS, step("disinfect"), step("gate")]
        return seal_place(site, steps=steps, starts_at=begun, ends_at=begun + timedelta(days=7))


def fresh(order: SealOrder) -> SealOrder:
    return SealOrder.objects.select_related("compound", "unit__building").get(pk=order.pk)


def test_the_days_of_the_whole_order_are_counted_anew(
    site: Site, third_day: SealOrder, commits: Any
) -> None:
    now = timezone.now()
    with commits(), site.open():
        assert third_day.day_of(now) == 3
        restart(order=third_day, reason="新增 1 例", by=site.manager)
    with site.open():
        order = fresh(third_day)
        assert order.day_of(timezone.now()) == 1
        assert order.days == 7
        assert order.starts_at == third_day.starts_at
        change = OrderChange.objects.get()
        assert change.kind == OrderChange.Kind.RESTARTED
        assert (change.old_clock, change.old_end) == (third_day.starts_at, third_day.ends_at)
        assert (change.new_clock, change.new_end) == (order.clock, order.ends_at)
        assert change.new_end - change.old_end == pytest.approx(
            timedelta(days=2), abs=timedelta(minutes=1)
        )
        assert "新增 1 例" in dates(order)[1]["text"]
        entry = Entry.objects.get(event="OrderRestarted")
        assert entry.data["reason"] == "新增 1 例"


def test_recurring_work_follows_the_new_days_and_what_is_past_stays(
    site: Site, third_day: SealOrder, commits: Any
) -> None:
    with site.open():
        passed = list(PlanTask.objects.filter(due_at__lte=timezone.now()).values_list("pk"))
    with commits(), site.open():
        restart(order=third_day, reason="新增 1 例", by=site.manager)
    with site.open():
        order, tz = fresh(third_day), site.compound.tz
        still = PlanTask.objects.filter(order=order, cancelled_at=None)
        first = order.clock.astimezone(tz).date()
        days = [
            (one.due_at.astimezone(tz).date() - first).days + 1
            for one in still.filter(key="screening", due_at__gt=order.clock).order_by("due_at")
        ]
        assert days == [1, 3, 6]
        assert still.filter(key="health").latest("due_at").due_at > third_day.ends_at
        assert set(passed) <= set(still.values_list("pk"))
        assert still.filter(key="gate").count() == 1
        rounds = DisinfectionRound.objects.filter(cancelled_at=None)
        assert rounds.latest("due_at").due_at > third_day.ends_at
        units = rounds.values_list("unit", "due_at")
        assert len(units) == len(set(units))


def test_every_household_is_told_of_the_new_days(
    site: Site, third_day: SealOrder, commits: Any
) -> None:
    with commits(), site.open():
        restart(order=third_day, reason="新增 1 例", by=site.manager)
    with site.open():
        notice = Notice.objects.get(kind=NoticeKind.CHANGE)
        assert "重新计天" in notice.title
        assert notice.receipts.count() == 6


def test_the_clock_may_begin_earlier_but_not_in_the_future_or_before_the_order(
    site: Site, third_day: SealOrder
) -> None:
    now, hour = timezone.now(), timedelta(hours=1)
    with site.open():
        order = restart(order=third_day, reason="x", clock_from=now - hour, by=site.manager)
        assert order.clock == now - hour
        for wrong in (now + hour, third_day.starts_at - hour):
            with pytest.raises(Refused) as refusal:
                restart(order=third_day, reason="x", clock_from=wrong, by=site.manager)
            assert refusal.value.field == "clock_from"
        with pytest.raises(Refused) as refusal:
            restart(order=third_day, reason="x", ends_at=now - hour, by=site.manager)
        assert refusal.value.field == "ends_at"


def test_the_same_form_twice_restarts_once_and_another_is_told(
    site: Site, third_day: SealOrder
) -> None:
    seen = third_day.clock
    with site.open():
        first = restart(order=third_day, reason="新增", seen=seen, by=site.manager)
        again = restart(order=third_day, reason="新增", seen=seen, by=site.manager)
        assert again.clock == first.clock
        with pytest.raises(Refused) as refusal:
            restart(order=third_day, reason="另一例", seen=seen, by=site.manager)
        assert refusal.value.code == "changed_meanwhile"
        assert OrderChange.objects.count() == 1


def test_the_new_end_keeps_the_hour_of_the_old_one(site: Site) -> None:
    with site.open():
        order = SealOrder(
            compound=site.compound,
            starts_at=at(site, "2021-07-31T15:30:00"),
            ends_at=at(site, "2021-08-07T12:00:00"),
        )
        assert new_end(order, at(site, "2021-08-03T21:10:00")) == at(site, "2021-08-10T12:00:00")
        order.ends_at = order.starts_at + timedelta(hours=48)
        clock = at(site, "2021-08-01T18:00:00")
        assert new_end(order, clock) == clock + timedelta(hours=48)


def floor(site: Site, number: int = 3) -> Any:
    return find_place(site.compound, "floor", row=site.unit().pk, floor=number)


def restart_floor(site: Site, order: SealOrder, **more: Any) -> SealOrder:
    fields: dict[str, Any] = {"place": floor(site), "reason": "301 新增 1 例", "request_key": KEY}
    return restart_part(order=order, by=site.manager, **(fields | more))


def test_a_part_gets_its_own_order_and_the_rest_keeps_its_dates(
    site: Site, third_day: SealOrder, commits: Any
) -> None:
    with commits(), site.open():
        part = restart_floor(site, third_day)
        again = restart_floor(site, third_day)
        assert again.pk == part.pk
    with site.open():
        parent = fresh(third_day)
        assert (part.parent_id, part.level) == (parent.pk, parent.level)
        assert part.template_name == parent.template_name
        assert part.day_of(timezone.now()) == 1
        assert (parent.ends_at, parent.day_of(timezone.now())) == (third_day.ends_at, 3)
        change = OrderChange.objects.get()
        assert (change.kind, change.part_id, change.order_id) == ("part", part.pk, parent.pk)
        assert "gate" not in {one["key"] for one in part.steps}
        assert Entry.objects.get(event="PartRestarted").order_id == parent.pk


def test_only_a_part_that_has_no_order_of_its_own_can_be_restarted(
    site: Site, third_day: SealOrder
) -> None:
    with site.open():
        whole = find_place(site.compound, "unit", row=site.unit().pk)
        wider = find_place(site.compound, "compound")
        for place in (whole, wider):
            with pytest.raises(Refused) as refusal:
                restart_floor(site, third_day, place=place)
            assert refusal.value.field == "part"
        restart_floor(site, third_day)
        with pytest.raises(Refused) as refusal:
            restart_floor(site, third_day, request_key="another-key-another")
        assert refusal.value.code == "already_sealed"
        assert SealOrder.objects.count() == 2


def test_an_exempt_positive_keeps_the_days_and_the_reason(site: Site, third_day: SealOrder) -> None:
    with site.open():
        for _again in range(2):
            keep_clock(order=third_day, reason="该户严格居家隔离,疾控评估", by=site.manager)
        order = fresh(third_day)
        assert (order.clock, order.ends_at) == (third_day.clock, third_day.ends_at)
        change = OrderChange.objects.get()
        assert (change.kind, change.reason) == ("exempt", "该户严格居家隔离,疾控评估")
        assert Entry.objects.filter(event="ClockKept").count() == 1
        with pytest.raises(Refused):
            keep_clock(order=third_day, reason=" ", by=site.manager)


def test_an_eased_order_may_go_back_to_its_first_stage(site: Site, commits: Any) -> None:
    plan = find_builtin("beijing-2022")
    begun = timezone.now() - timedelta(days=11)
    with commits(), site.open():
        order = seal_place(
            site,
            steps=plan.steps,
            easing=plan.easing,
            starts_at=begun,
            ends_at=begun + timedelta(days=10),
        )
    with commits(), site.open():
        ease(order=order, stage=1, by=site.manager)
    with commits(), site.open():
        back = restart(order=order, reason="管控区内新增", to_first=True, by=site.manager)
        assert (back.level, back.stage) == (Level.SEALED, 0)
    with site.open():
        gates = PlanTask.objects.filter(order=order, key="gate", cancelled_at=None)
        assert gates.filter(due_at__gte=back.clock).count() == 1
        change = OrderChange.objects.get(kind="restarted")
        assert (change.old_level, change.new_level) == ("controlled", "sealed")


@pytest.fixture
def desk(cast: Cast, site: Site) -> Client:
    return cast.client(site.manager)


def form(order: SealOrder, what: str, **more: str) -> dict[str, str]:
    base = {"what": what, "reason": "新增 1 例", "request_key": KEY}
    return base | {"seen": order.clock.isoformat()} | more


def test_the_page_restarts_all_a_part_or_keeps_the_days(
    desk: Client, site: Site, third_day: SealOrder
) -> None:
    address = url("order-restart", site, third_day.pk)
    page = desk.get(address).content.decode()
    assert f"floor:{_unit(site)}:2" in page
    assert desk.post(address, form(third_day, KEEP)).status_code == 302
    part = f"floor:{_unit(site)}:2"
    assert desk.post(address, form(third_day, PART, part=part)).status_code == 302
    door = form(third_day, PART, door="301", request_key="door-key-door-key")
    assert desk.post(address, door).status_code == 302
    assert desk.post(address, form(third_day, WHOLE)).status_code == 302
    with site.open():
        kinds = list(OrderChange.objects.values_list("kind", flat=True))
        assert kinds == ["exempt", "part", "part", "restarted"]
        assert set(SealOrder.objects.values_list("place_kind", flat=True)) == {
            "unit",
            "floor",
            "home",
        }
    text = desk.get(url("order", site, third_day.pk)).content.decode()
    assert text.count("新增 1 例") >= 4


def _unit(site: Site) -> int:
    with site.open():
        return site.unit().pk


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": PART},
        {"what": PART, "door": "9999"},
        {"what": WHOLE, "reason": ""},
        {"what": WHOLE, "clock_from": "2999-01-01T10:00"},
        {"what": PART, "part": "home:1", "reason": "x"},
        {"what": "everything"},
    ],
)
def test_a_wrong_form_is_refused_and_changes_nothing(
    desk: Client, site: Site, third_day: SealOrder, wrong: dict[str, str]
) -> None:
    answer = desk.post(url("order-restart", site, third_day.pk), form(third_day, WHOLE) | wrong)
    assert answer.status_code == 422
    with site.open():
        assert OrderChange.objects.count() == 0
        assert SealOrder.objects.get().state == OrderState.IN_FORCE


def test_a_guard_cannot_decide_about_the_days(cast: Cast, site: Site, third_day: SealOrder) -> None:
    client = cast.client(site.guard)
    assert client.post(url("order-restart", site, third_day.pk), {}).status_code == 404


def test_a_clock_of_another_zone_counts_that_zones_days(site: Site) -> None:
    compound = site.compound
    compound.zone = "Asia/Urumqi"  # two hours behind
    order = SealOrder(
        compound=compound,
        starts_at=datetime.fromisoformat("2022-08-10T16:30:00+00:00"),  # 22:30 there
        ends_at=datetime.fromisoformat("2022-08-17T06:00:00+00:00"),
    )
    assert order.day_of(datetime.fromisoformat("2022-08-10T17:30:00+00:00")) == 1
    assert order.day_of(datetime.fromisoformat("2022-08-10T18:30:00+00:00")) == 2
    clock = datetime.fromisoformat("2022-08-12T18:30:00+00:00")  # 00:30 on the 13th there
    assert new_end(order, clock) == datetime.fromisoformat("2022-08-20T06:00:00+00:00")
