"""Reading, acknowledging, telling, not reaching; and what happens by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from journal.actions import record
from journal.models import Entry
from lockdown.kernel.errors import Refused
from notices.actions import acknowledge, assign, mark_read, no_answer, told
from notices.chase import chase
from notices.models import Notice, Receipt, Route
from notices.queries import home_notices, reach_counts, seal_notice_states, unreached
from tests.cast import Cast
from tests.notices.people import earlier, give_phone, receipt, sign_in, tell


@pytest.fixture
def sent(cast: Cast, django_capture_on_commit_callbacks) -> Notice:
    """101 has a phone page, 102 a telephone, the others neither."""
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():
        sign_in(cast.yujingwan, "101")
        give_phone(cast.yujingwan, "101")
        give_phone(cast.yujingwan, "102")
        return tell(cast.yujingwan, is_emergency=True)


def test_acknowledging_finishes_the_receipt_once(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        access = site.household("101").accesses.get()
        first = acknowledge(notice=sent, by=access)
        again = acknowledge(notice=sent, by=access)
        assert first.acknowledged_at == again.acknowledged_at is not None
        assert first.finished_at and first.read_at
        entry = Entry.objects.get(event="NoticeAcknowledged")
        assert entry.household_id == access.household_id
        assert entry.data["door"] == "1-1-101"


def test_a_notice_of_other_floors_cannot_be_acknowledged(
    cast: Cast, sent: Notice, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with site.open():
        Receipt.objects.filter(home__number="101").delete()
        access = site.household("101").accesses.get()
        with pytest.raises(Refused):
            acknowledge(notice=sent, by=access)


def test_showing_the_page_reads_everything_on_it(cast: Cast, sent: Notice) -> None:
    site, now = cast.yujingwan, timezone.now()
    with site.open():
        household = site.household("101")
        assert mark_read(household=household, now=now) == 1
        assert mark_read(household=household, now=now + timedelta(minutes=5)) == 0
        row = receipt(site, sent, "101")
        assert (row.read_at, row.finished_at, row.acknowledged_at) == (now, now, None)
        assert Receipt.objects.filter(finished_at__isnull=False).count() == 1


def test_the_page_shows_the_notice_in_one_query(
    cast: Cast, sent: Notice, django_assert_num_queries
) -> None:
    site = cast.yujingwan
    with site.open():
        household = site.household("101")
        with django_assert_num_queries(1):
            shown = home_notices(household, timezone.now())
    assert [(one.id, one.title, one.needs_ack, one.read_at) for one in shown] == [
        (sent.pk, "停水通知", True, None)
    ]


def test_telling_takes_a_household_off_the_list_once(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        row = receipt(site, sent, "301")
        told(receipt=row, how="neighbour", note="302 转告", by=site.captain)
        told(receipt=row, how="door", by=site.volunteer)
        row = receipt(site, sent, "301")
        assert (row.told_how, row.note, row.finished_by) == ("neighbour", "302 转告", site.captain)
        assert "301" not in [line.number for line in unreached()]
        entry = Entry.objects.get(event="HouseholdTold")
        assert entry.data["door"] == "1-1-301"


def test_an_unknown_way_of_telling_is_refused(cast: Cast, sent: Notice) -> None:
    with cast.yujingwan.open(), pytest.raises(Refused) as refusal:
        told(receipt=receipt(cast.yujingwan, sent, "301"), how="pigeon", by=cast.yujingwan.captain)
    assert refusal.value.field == "how"


def test_two_calls_without_an_answer_become_a_knock(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        row = receipt(site, sent, "102")
        had = row.assignee
        no_answer(receipt=row, seen=0, by=site.captain)
        no_answer(receipt=row, seen=0, by=site.captain)  # the same press twice
        row = receipt(site, sent, "102")
        assert (row.attempts, row.route) == (1, Route.CALL)
        no_answer(receipt=row, seen=1, by=site.captain)
        row = receipt(site, sent, "102")
        assert (row.attempts, row.route, row.assignee) == (2, Route.KNOCK, had)
        assert Entry.objects.filter(event="HouseholdNotReached").count() == 2


def test_a_floor_can_be_handed_to_another_person(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open():
        moved = assign(
            receipt=receipt(site, sent, "301"),
            member=site.volunteer,
            whole_floor=True,
            by=site.manager,
        )
        assert moved == 2
        rows = Receipt.objects.filter(assignee=site.volunteer)
        assert set(rows.values_list("home__number", flat=True)) == {"301", "302"}
        assert Entry.objects.get(event="WorkAssigned").data["name"] == site.volunteer.name


def test_work_is_not_given_to_somebody_who_does_none(cast: Cast, sent: Notice) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        assign(
            receipt=receipt(site, sent, "301"),
            member=site.reviewer,
            whole_floor=False,
            by=site.manager,
        )


def test_an_emergency_page_not_opened_in_half_an_hour_becomes_a_call(
    cast: Cast, sent: Notice
) -> None:
    site = cast.yujingwan
    assert chase(now=timezone.now()) == (0, 0)
    with site.open():
        earlier(sent, 31)
    assert chase(now=timezone.now()) == (0, 1)
    assert chase(now=timezone.now()) == (0, 0)
    with site.open():
        row = receipt(site, sent, "101")
        assert (row.route, row.assignee) == (Route.CALL, site.captain)
        assert row.due_at > timezone.now()


def test_an_ordinary_page_becomes_a_call_only_when_it_is_due(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        sign_in(site, "101")
        notice = tell(site)
    now = timezone.now()
    assert chase(now=now + timedelta(hours=2)) == (0, 0)
    assert chase(now=now + timedelta(hours=4)) == (0, 1)
    with site.open():
        assert receipt(site, notice, "101").route == Route.KNOCK  # no telephone


def test_a_notice_that_asks_for_no_answer_is_done_on_the_page(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        sign_in(site, "101")
        notice = tell(site, needs_acknowledging=False)
    with site.open():
        assert receipt(site, notice, "101").finished_at is not None
        assert receipt(site, notice, "102").finished_at is None
    assert chase(now=timezone.now() + timedelta(hours=9)) == (0, 0)


def test_signing_in_later_brings_the_notice_to_the_page(
    cast: Cast, sent: Notice, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        access, _secret = sign_in(site, "302")
        record(
            "AccessGranted",
            compound=site.compound.pk,
            by=access,
            household=access.household_id,
            data={"door": "1-1-302", "how": "digits"},
        )
    with site.open():
        row = receipt(site, sent, "302")
        assert (row.route, row.assignee) == (Route.APP, None)
        assert row.sent_at is not None
        assert receipt(site, sent, "301").route == Route.KNOCK


def test_the_sweep_finds_those_who_signed_in_too_and_leaves_the_fallen_back(
    cast: Cast, sent: Notice
) -> None:
    site = cast.yujingwan
    with site.open():
        earlier(sent, 31)
        sign_in(site, "302")
    assert chase(now=timezone.now()) == (1, 1)
    with site.open():
        assert receipt(site, sent, "302").route == Route.APP
        assert receipt(site, sent, "101").route == Route.CALL
    assert chase(now=timezone.now()) == (0, 0)


def test_the_unreached_are_listed_with_their_person(
    cast: Cast, sent: Notice, django_assert_num_queries
) -> None:
    site = cast.yujingwan
    with site.open(), django_assert_num_queries(1):
        lines = unreached(10)
    assert [line.number for line in lines] == ["102", "201", "202", "301", "302"]
    assert {line.assignee_name for line in lines} == {site.captain.name}


def test_figures_and_the_stack_count_the_seal_notice(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        sign_in(site, "101")
        give_phone(site, "102")
        notice = tell(site, kind="seal", order_id=77)
    with site.open():
        told(receipt=receipt(site, notice, "301"), how="door", by=site.captain)
        figures = reach_counts(77)
        assert (figures.total, figures.reached, figures.unreached, figures.waiting) == (6, 1, 5, 1)
        assert reach_counts(78).total == 0
        homes = {number: site.home(number).pk for number in ("101", "102", "301", "302")}
        states = seal_notice_states(homes.values(), 77)
        assert {number: states[pk] for number, pk in homes.items()} == {
            "101": "waiting",
            "102": "call",
            "301": "done",
            "302": "knock",
        }
        late = seal_notice_states([homes["302"]], 77, timezone.now() + timedelta(hours=4))
        assert late == {homes["302"]: "late"}
