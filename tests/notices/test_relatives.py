"""Notices and relatives outside: a route of its own, reading apart, passing on, and being told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from households import proxies, signin
from households.models import Access
from journal.models import Delivery, Entry
from lockdown.kernel.errors import Refused
from notices import telling
from notices.actions import acknowledge
from notices.audience import Audience, count
from notices.chase import chase
from notices.models import Notice, NoticeKind, Reading, Receipt, Route, Told
from notices.proxies import for_relatives, mark_seen, pass_on
from notices.queries import figures, notice_reach, on_lists, seal_notice_states
from notices.sending import deliver
from tests.cast import Cast, Site
from tests.households.relatives import acting, invite, let_in, newest, opened
from tests.notices.people import earlier, give_phone, phone_of, receipt, sign_in, tell


@pytest.fixture
def site(cast: Cast, django_capture_on_commit_callbacks) -> Iterator[Site]:
    with cast.yujingwan.open():
        yield cast.yujingwan


@pytest.fixture
def now_handed(django_capture_on_commit_callbacks):
    """Run what was handed over, as workers do after commit."""

    def run(deed):
        with django_capture_on_commit_callbacks(execute=True):
            return deed()

    return run


def send(site: Site, now_handed, **more) -> Notice:
    return now_handed(lambda: tell(site, **more))


def of_home(number: str) -> dict[str, Receipt]:
    rows = Receipt.objects.filter(home__number=number).select_related("notice", "home", "assignee")
    return {row.notice.title: row for row in rows}


# The route


def test_a_home_with_a_relative_alone_is_reached_through_him(site: Site, now_handed) -> None:
    now_handed(lambda: let_in(site, "301"))
    now_handed(lambda: let_in(site, "302"))
    sign_in(site, "302")
    give_phone(site, "301")
    notice = send(site, now_handed)
    row = receipt(site, notice, "301")
    assert (row.route, row.assignee, row.finished_at) == (Route.RELATIVE, None, None)
    assert row.relayed_at is not None and row.sent_at is None
    assert receipt(site, notice, "302").route == Route.APP
    counted = count(Audience())
    assert (counted.app, counted.relative, counted.total) == (1, 1, 6)


def test_waiting_and_ended_relatives_are_no_route(site: Site, now_handed) -> None:
    access = now_handed(lambda: let_in(site, "301"))
    signin.revoke(access=access, by=site.manager)
    Access.objects.create(
        compound=site.compound, household=site.household("302"), is_proxy=True, digest="x"
    )
    notice = send(site, now_handed)
    assert {receipt(site, notice, one).route for one in ("301", "302")} == {Route.KNOCK}


def test_his_notices_are_on_nobodys_list_and_count_as_waiting(site: Site, now_handed) -> None:
    now_handed(lambda: let_in(site, "301"))
    notice = send(site, now_handed)
    assert not on_lists().filter(notice=notice, home__number="301").exists()
    reach = notice_reach([notice.pk])[notice.pk]
    assert (reach.total, reach.waiting, reach.unreached) == (6, 1, 6)
    ways = {line.key: line.reach.total for line in figures(notice).by_route}
    assert ways == {"relative": 1, "knock": 5}


def test_the_plan_shows_the_lens_of_a_relatives_page(site: Site, now_handed) -> None:
    now_handed(lambda: let_in(site, "301"))
    notice = send(site, now_handed, kind=NoticeKind.SEAL, order_id=7)
    home = site.home("301").pk
    assert seal_notice_states([home], 7) == {home: "relative"}
    pass_on(notice=notice, by=Access.objects.get(is_proxy=True))
    assert seal_notice_states([home], 7) == {home: "done"}


# Reading is not telling


def test_his_reading_is_recorded_apart_and_reaches_nobody(site: Site, now_handed) -> None:
    son = now_handed(lambda: acting(site, "301"))
    notice = send(site, now_handed)
    assert "停水通知" in son.get("/home/").text
    row = receipt(site, notice, "301")
    assert (row.read_at, row.finished_at, row.route) == (None, None, Route.RELATIVE)
    assert row.readings.get().passed_on_at is None
    son.get("/home/")
    assert row.readings.count() == 1


def test_a_poll_is_no_reading(site: Site, now_handed) -> None:
    son = now_handed(lambda: acting(site, "301"))
    send(site, now_handed)
    son.get("/home/live/")
    assert not Reading.objects.exists()


def test_his_button_finishes_the_receipt_as_told_through_him(site: Site, now_handed) -> None:
    son = now_handed(lambda: acting(site, "301"))
    notice = send(site, now_handed)
    url = reverse("notices:pass-on", args=[notice.pk])
    assert url in son.get("/home/").text
    for _time in range(2):
        assert son.post(url)["Location"] == "/home/"
    row = receipt(site, notice, "301")
    assert (row.told_how, row.finished_by) == (Told.RELATIVE, None)
    assert row.finished_at and row.acknowledged_at is None and row.read_at is None
    assert row.readings.get().passed_on_at is not None
    entry = Entry.objects.get(event="HouseholdTold")
    assert (entry.by, entry.data["how"]) == ("儿子 李**", "through a relative")
    assert url not in son.get("/home/").text


def test_he_cannot_confirm_in_her_place(site: Site, now_handed) -> None:
    son = now_handed(lambda: acting(site, "301"))
    notice = send(site, now_handed)
    assert son.post(reverse("notices:acknowledge", args=[notice.pk])).status_code == 404
    with pytest.raises(Refused):
        acknowledge(notice=notice, by=Access.objects.get(is_proxy=True))
    assert receipt(site, notice, "301").finished_at is None


def test_nobody_else_passes_on(site: Site, now_handed) -> None:
    son = now_handed(lambda: acting(site, "301"))
    own, secret = sign_in(site, "302")
    notice = send(site, now_handed, audience=Audience(homes=(site.home("302").pk,)))
    url = reverse("notices:pass-on", args=[notice.pk])
    assert son.post(url).status_code == 404  # for another home
    assert phone_of(site, secret).post(url).status_code == 404  # her own page
    with pytest.raises(Refused):
        pass_on(notice=notice, by=own)
    assert receipt(site, notice, "302").told_how == ""


def test_what_she_has_read_stays_read_when_he_passes_it_on(site: Site, now_handed) -> None:
    access = now_handed(lambda: let_in(site, "301"))
    own, _secret = sign_in(site, "301")
    notice = send(site, now_handed)
    acknowledge(notice=notice, by=own)
    row = pass_on(notice=notice, by=access)
    assert row.told_how == "" and row.acknowledged_at


def test_a_notice_without_an_answer_still_waits_for_his_word(site: Site, now_handed) -> None:
    now_handed(lambda: let_in(site, "301"))
    notice = send(site, now_handed, needs_acknowledging=False)
    assert receipt(site, notice, "301").finished_at is None


# Following up


@pytest.mark.parametrize("phone", [True, False])
def test_not_passed_on_in_time_it_becomes_a_call_or_a_knock(
    site: Site, now_handed, phone: bool
) -> None:
    access = now_handed(lambda: let_in(site, "301"))
    if phone:
        give_phone(site, "301")
    notice = send(site, now_handed, is_emergency=True)
    mark_seen(access=access, now=timezone.now())  # read, and nothing said
    chase(now=timezone.now() + timedelta(minutes=29))
    assert receipt(site, notice, "301").route == Route.RELATIVE
    chase(now=timezone.now() + timedelta(minutes=31))
    row = receipt(site, notice, "301")
    assert row.route == (Route.CALL if phone else Route.KNOCK)
    assert row.assignee == site.captain and row.reason == "亲属没有转告"
    chase(now=timezone.now() + timedelta(minutes=32))
    assert receipt(site, notice, "301").route != Route.RELATIVE  # it stays with the person


def test_when_he_is_ended_nobody_waits_for_him(site: Site, now_handed) -> None:
    access = now_handed(lambda: let_in(site, "301"))
    notice = send(site, now_handed)
    chase(now=timezone.now())
    assert receipt(site, notice, "301").route == Route.RELATIVE
    signin.revoke(access=access, by=site.manager)
    chase(now=timezone.now())
    row = receipt(site, notice, "301")
    assert (row.route, row.assignee) == (Route.KNOCK, site.captain)


def test_let_in_later_he_finds_the_notices_that_are_still_to_be_told(
    site: Site, now_handed
) -> None:
    notice = send(site, now_handed)
    assert receipt(site, notice, "301").route == Route.KNOCK
    now_handed(lambda: let_in(site, "301"))
    row = receipt(site, notice, "301")
    assert (row.route, row.assignee, row.sent_at) == (Route.RELATIVE, None, None)


def test_her_own_sign_in_comes_before_him(site: Site, now_handed) -> None:
    now_handed(lambda: let_in(site, "301"))
    notice = send(site, now_handed)
    sign_in(site, "301")
    chase(now=timezone.now())
    assert receipt(site, notice, "301").route == Route.APP


def test_put_it_out_reaches_him_and_is_chased_by_nobody(site: Site, now_handed) -> None:
    now_handed(lambda: let_in(site, "301"))
    notice = send(site, now_handed, audience=Audience(app_only=True), needs_acknowledging=False)
    assert list(notice.receipts.values_list("home__number", "route")) == [("301", "relative")]
    earlier(notice, 600)
    Receipt.objects.update(due_at=timezone.now() - timedelta(hours=5))
    chase(now=timezone.now())
    assert receipt(site, notice, "301").route == Route.RELATIVE


# She is told


def test_letting_him_in_is_told_to_her_by_a_knock(site: Site, now_handed) -> None:
    now_handed(lambda: let_in(site, "301"))
    row = of_home("301")["儿子 李** 可以替您办事"]
    assert (row.route, row.assignee) == (Route.KNOCK, site.captain)
    assert row.notice.audience == {"home": [row.home_id], "own_only": True}
    assert list(row.notice.receipts.values_list("home__number", flat=True)) == ["301"]


def test_what_is_for_her_alone_he_neither_sees_nor_settles(site: Site, now_handed) -> None:
    son = now_handed(lambda: acting(site, "301"))
    row = of_home("301")["儿子 李** 可以替您办事"]
    assert "可以替您办事" not in son.get("/home/").text
    assert son.post(reverse("notices:pass-on", args=[row.notice_id])).status_code == 404
    assert not for_relatives(row.household).exists()
    chase(now=timezone.now())
    row.refresh_from_db()
    assert (row.route, row.finished_at) == (Route.KNOCK, None)
    assert not Reading.objects.exists()


def test_on_her_own_phone_page_she_reads_it(site: Site, now_handed) -> None:
    _own, secret = sign_in(site, "301")
    now_handed(lambda: let_in(site, "301"))
    assert of_home("301")["儿子 李** 可以替您办事"].route == Route.APP
    assert "儿子 李** 现在可以替您家办事" in phone_of(site, secret).get("/home/").text


def act(access: Access, cause: str) -> Entry:
    entry = proxies.acted_for(access=access, what="asked for help", cause=cause)
    assert entry is not None
    return entry


def acts() -> list[Notice]:
    return list(Notice.objects.filter(cause__startswith="acts:").order_by("pk"))


def test_what_he_does_within_ten_minutes_is_one_notice(site: Site, now_handed) -> None:
    access = now_handed(lambda: let_in(site, "301"))
    now_handed(lambda: act(access, "ask:1"))
    first = acts()[0]
    assert first.sent_at is None and not first.receipts.exists()
    entry = act(access, "ask:2")
    later = Delivery.objects.get(entry=entry)
    later.entry.at += timedelta(minutes=5)
    telling.acted_for_household(later)
    (only,) = acts()
    assert only.body.count("提了求助") == 2
    deliver(only.pk, now=only.send_at)
    assert of_home("301")["儿子 李** 替您办了事"].route == Route.KNOCK


def test_a_deed_handled_twice_is_told_once(site: Site, now_handed) -> None:
    access = now_handed(lambda: let_in(site, "301"))
    delivery = Delivery.objects.get(entry=act(access, "ask:1"))
    for _time in range(2):
        telling.acted_for_household(delivery)
    (only,) = acts()
    deliver(only.pk, now=only.send_at)
    telling.acted_for_household(delivery)
    assert len(acts()) == 1 and acts()[0].body.count("提了求助") == 1


def test_a_deed_after_the_notice_went_out_is_a_notice_of_its_own(site: Site, now_handed) -> None:
    access = now_handed(lambda: let_in(site, "301"))
    now_handed(lambda: act(access, "ask:1"))
    deliver(acts()[0].pk, now=acts()[0].send_at)
    delivery = Delivery.objects.get(entry=act(access, "ask:2"))
    delivery.entry.at += timedelta(minutes=11)
    telling.acted_for_household(delivery)
    assert len(acts()) == 2


def test_ending_him_is_told_to_her(site: Site, now_handed) -> None:
    access = now_handed(lambda: let_in(site, "301"))
    for _time in range(2):
        now_handed(lambda: signin.revoke(access=access, by=site.manager))
    row = of_home("301")["儿子 李** 不再替您办事"]
    assert row.route == Route.KNOCK
    assert Notice.objects.filter(cause=f"proxy:{access.pk}:ended").count() == 1


def test_a_request_withdrawn_before_it_was_granted_is_told_to_nobody(
    site: Site, now_handed
) -> None:
    now_handed(lambda: opened(invite(site, "301")))
    now_handed(lambda: signin.refuse(access=newest(site, "301"), by=site.manager))
    assert not Notice.objects.exists()
