"""A notice reaches every household of its audience once, by the way that can work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compounds.places import Place, find_place
from journal.models import Delivery, Entry
from journal.outbox import carry_out
from lockdown.kernel.errors import Refused
from notices import sending
from notices.actions import send_notice, withdraw
from notices.audience import Audience
from notices.models import Notice, NoticeKind, Receipt, Route
from notices.tasks import send, sweep
from tests.cast import Cast
from tests.notices.people import give_phone, receipt, sign_in, tell


@pytest.fixture
def sent(cast: Cast, django_capture_on_commit_callbacks) -> Notice:
    """101 has a phone page, 102 a telephone, the others neither."""
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():
        sign_in(cast.yujingwan, "101")
        give_phone(cast.yujingwan, "101")
        give_phone(cast.yujingwan, "102")
        return tell(cast.yujingwan, is_emergency=True)


def test_each_household_gets_the_first_way_that_can_work(cast: Cast, sent: Notice) -> None:
    with cast.yujingwan.open():
        routes = dict(Receipt.objects.values_list("home__number", "route"))
    assert routes == {
        "101": Route.APP,
        "102": Route.CALL,
        "201": Route.KNOCK,
        "202": Route.KNOCK,
        "301": Route.KNOCK,
        "302": Route.KNOCK,
    }


def test_nobody_who_must_be_rung_is_without_a_person(cast: Cast, sent: Notice) -> None:
    with cast.yujingwan.open():
        rows = Receipt.objects.exclude(route=Route.APP)
        assert rows.filter(assignee=None).count() == 0
        assert set(rows.values_list("assignee__role", flat=True)) == {"captain"}
        on_page = receipt(cast.yujingwan, sent, "101")
        assert (on_page.assignee, on_page.finished_at) == (None, None)
        assert on_page.sent_at is not None


def test_an_emergency_is_to_be_told_within_the_hour(cast: Cast, sent: Notice) -> None:
    with cast.yujingwan.open():
        sent.refresh_from_db()
        assert receipt(cast.yujingwan, sent, "301").due_at - sent.sent_at == timedelta(hours=1)


def test_sending_is_recorded_with_its_households(cast: Cast, sent: Notice) -> None:
    with cast.yujingwan.open():
        entry = Entry.objects.get(event="NoticeSent")
        assert entry.data == {"title": "停水通知", "households": 6, "notice": sent.pk}
        assert entry.by == cast.yujingwan.manager.name


def test_the_same_cause_sends_one_notice(
    cast: Cast, sent: Notice, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():
        again = tell(cast.yujingwan, title="again")
    with cast.yujingwan.open():
        assert again.pk == sent.pk
        assert (Notice.objects.count(), Receipt.objects.count()) == (1, 6)
        assert Entry.objects.filter(event="NoticeSent").count() == 1


def test_a_worker_killed_in_the_middle_costs_nothing_and_tells_nobody_twice(
    cast: Cast, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    real = sending._insert

    def insert_and_die(*args, **kwargs) -> None:
        real(*args, **kwargs)
        raise RuntimeError("killed")

    monkeypatch.setattr(sending, "_insert", insert_and_die)
    with django_capture_on_commit_callbacks(execute=True), site.open():
        notice = tell(site)
    with site.open():
        assert Receipt.objects.count() == 0
        assert Notice.objects.get(pk=notice.pk).sent_at is None
        delivery = Delivery.objects.get(handler="notices.send")
        assert delivery.attempts == 1
    monkeypatch.setattr(sending, "_insert", real)
    assert carry_out(site.compound.pk, delivery.pk)
    assert not carry_out(site.compound.pk, delivery.pk)
    send(site.compound.pk, notice.pk)
    with site.open():
        assert Receipt.objects.count() == 6
        assert Receipt.objects.values("household").distinct().count() == 6
        assert Entry.objects.filter(event="NoticeSent").count() == 1


def test_the_sweep_sends_what_the_outbox_lost(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    with cast.yujingwan.open():
        tell(cast.yujingwan)
        assert Receipt.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    with cast.yujingwan.open():
        assert Receipt.objects.count() == 6


def test_a_scheduled_notice_waits_for_its_time(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    later = timezone.now() + timedelta(hours=2)
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():
        notice = tell(cast.yujingwan, send_at=later)
        assert sending.deliver(notice.pk, now=timezone.now()) == 0
        assert sending.deliver(notice.pk, now=later) == 6


def test_a_withdrawn_notice_is_never_sent(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        waiting = tell(site, cause="later", send_at=timezone.now() + timedelta(hours=2))
        withdraw(notice=waiting, by=site.manager)
        withdraw(notice=waiting, by=site.manager)
        assert sending.deliver(waiting.pk, now=timezone.now() + timedelta(hours=3)) == 0
        with pytest.raises(Refused):
            withdraw(notice=sent, by=site.manager)
        assert Entry.objects.filter(event="NoticeWithdrawn").count() == 1


@pytest.mark.parametrize(
    ("audience", "numbers"),
    [
        (Audience(), {"101", "102", "201", "202", "301", "302"}),
        (Audience(floors=(2, 3)), {"201", "202", "301", "302"}),
        (Audience(flags=("lone_elder",)), {"302"}),
        (Audience(flags=("lone_elder",), floors=(1,)), set()),
        (Audience(app_only=True), {"101"}),
    ],
)
def test_the_audience_is_the_homes_named(cast: Cast, audience: Audience, numbers: set[str]) -> None:
    site = cast.yujingwan
    with site.open():
        sign_in(site, "101")
        flag = {"kind": "lone_elder", "set_by": "test", "compound": site.compound}
        site.household("302").flags.create(**flag)
        found = audience.households().values_list("home__number", flat=True)
        assert set(found) == numbers
        assert Audience.of_json(audience.as_json()) == audience


@pytest.mark.parametrize(
    ("kind", "homes"), [("compound", 6), ("building", 6), ("unit", 6), ("floor", 2), ("home", 1)]
)
def test_every_kind_of_place_can_be_told(cast: Cast, kind: str, homes: int) -> None:
    site = cast.yujingwan
    with site.open():
        home = site.home("202")
        row = {
            "building": home.building_id,
            "unit": home.unit_id,
            "floor": home.unit_id,
            "home": home.pk,
        }
        place: Place = find_place(site.compound, kind, row=row.get(kind), floor=2)
        assert Audience.of_place(place).households().count() == homes


def test_telling_nobody_is_refused(cast: Cast) -> None:
    with cast.yujingwan.open(), pytest.raises(Refused):
        tell(cast.yujingwan, audience=Audience(floors=(40,)))


def test_another_compound_is_told_nothing(cast: Cast, sent: Notice) -> None:
    with cast.huaidong.open():
        assert (Notice.objects.count(), Receipt.objects.count()) == (0, 0)


def test_a_time_that_has_passed_means_now(cast: Cast) -> None:
    with cast.yujingwan.open() as compound:
        before = timezone.now()
        notice = send_notice(
            compound=compound,
            kind=NoticeKind.GENERAL,
            title="停水",
            body="今晚停水",
            cause="past-time",
            send_at=before - timedelta(days=700),
            by=cast.yujingwan.manager,
        )
        assert notice.send_at >= before
