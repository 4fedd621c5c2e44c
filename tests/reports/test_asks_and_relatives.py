"""Requests and relatives on the board, on a person's list, and on the resident's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from households.models import HomeOf, Proxy
from notices.models import Receipt, Route
from reports.board import board
from reports.my_work import my_list
from reports.todo import Line
from seals.models import SealOrder
from tests.cast import Cast, Site
from tests.households.relatives import acting, invite, let_in, newest, opened
from tests.reports import scenes
from tests.reports.test_board import grow, statements
from tests.reports.test_home import page, resident
from volunteers import asks
from volunteers.models import Ask, AskKind


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def running(site: Site) -> SealOrder:
    with site.open():
        return scenes.running(site, verified=2, untold=2)


def ask(site: Site, kind: AskKind, number: str = "301", **more) -> Ask:
    key = f"{Ask.objects.count():032x}"
    fields = {"text": "要一点东西", "form_key": key, "by": site.manager} | more
    return asks.make_ask(household=site.household(number), kind=kind, **fields)


def todo(site: Site, member, harm: str = "ask") -> list[Line]:
    found = board(site.compound, member, timezone.now()).todo
    return [line for line in found if line.harm == harm]


def test_a_late_request_is_to_do_now_for_those_who_may_see_it(site: Site) -> None:
    with site.open():
        ask(site, AskKind.FOOD)
        ask(site, AskKind.MEDICINE)
        assert todo(site, site.manager) == []
        Ask.objects.update(due_at=timezone.now() - timedelta(minutes=5))
        facts = {line.fact for line in todo(site, site.manager)}
        assert facts == {"求助：食品日用", "求助：用药"}
        (line,) = todo(site, site.volunteer)
        assert (line.fact, line.status, line.who) == ("求助：食品日用", "late", site.volunteer.name)
        assert line.url.endswith(f"/asks/{Ask.objects.get(kind='food').pk}/")


def test_an_urgent_request_shows_before_it_is_late(site: Site) -> None:
    with site.open():
        made = ask(site, AskKind.MEDICINE, is_urgent=True)
        (line,) = todo(site, site.manager)
        assert (line.status, line.tag) == ("now", "紧急")
        asks.start(ask=made, by=site.adviser)
        assert todo(site, site.manager) == []
        asks.finish(ask=made, by=site.adviser)
        Ask.objects.update(due_at=timezone.now() - timedelta(hours=1))
        assert todo(site, site.manager) == []


def test_the_words_of_a_request_stay_off_the_board(cast: Cast, site: Site) -> None:
    with site.open():
        ask(site, AskKind.MEDICINE, is_urgent=True, text="硝苯地平")
    cache.clear()
    html = cast.client(site.volunteer).get(f"/c/{site.slug}/").text
    assert "硝苯地平" not in html and "用药" not in html
    assert "硝苯地平" not in cast.client(site.manager).get(f"/c/{site.slug}/").text


def test_a_request_is_on_its_persons_list(site: Site) -> None:
    with site.open():
        made = ask(site, AskKind.ERRAND, is_urgent=True)
        mine = my_list(site.compound, site.volunteer, timezone.now())
        items = [item for item in (*mine.late, *mine.today) if item.kind == "ask"]
        assert [(item.what, item.note) for item in items] == [("求助：代办", "紧急")]
        assert items[0].url.endswith(f"/asks/{made.pk}/")
        asks.finish(ask=made, by=site.volunteer)
        mine = my_list(site.compound, site.volunteer, timezone.now())
        assert [item.what for item in mine.done] == ["求助：代办"]


def test_a_relatives_page_speaks_of_her_home_and_asks_to_pass_on(
    site: Site, running: SealOrder
) -> None:
    with site.open():
        son = acting(site, "101")
        Receipt.objects.filter(home__number="101").update(
            route=Route.RELATIVE, finished_at=None, assignee=None
        )
    html = page(son)
    assert "您母亲家 101" in html and "您是 儿子" in html
    assert "家人单元" in html and "本单元现在" not in html
    assert "我已转告" in html and "/acknowledge/" not in html and "我已看过" not in html


def test_her_own_page_mentions_him(site: Site, running: SealOrder) -> None:
    with site.open():
        opened(invite(site, "301"))
    client = resident(site, "301")
    with site.open():
        Receipt.objects.update(acknowledged_at=timezone.now(), finished_at=timezone.now())
    html = page(client)
    assert "儿子 李** 申请替您办事" in html and "/home/relatives/" in html
    with site.open():
        access = newest(site, "301")
        access.granted_at = timezone.now()
        access.save(update_fields=["granted_at"])
    cache.clear()
    html = page(client)
    assert "申请替您办事" not in html and "儿子 李**" in html


def test_what_he_passed_on_shows_on_both_pages(site: Site, running: SealOrder) -> None:
    with site.open():
        scenes.extra_notice(site, running)
        son = acting(site, "101")
        Receipt.objects.filter(home__number="101").update(
            route=Route.RELATIVE, finished_at=timezone.now(), told_how="relative"
        )
    assert "已转告" in page(son)
    assert "家人已转告您" in page(resident(site, "101"))


def test_panels_kept_for_her_are_not_shown_to_him(site: Site, running: SealOrder) -> None:
    own = page(resident(site, "301"))
    with site.open():
        son = acting(site, "301")
        daughter = acting(site, "301", relation="daughter")
        Proxy.objects.filter(access=newest(site, "301")).update(home_of=HomeOf.PARENTS)
    assert "您母亲家 301" not in own
    assert "您母亲家 301" in page(son)
    assert "您父母家 301" in page(daughter)


def test_the_pages_take_the_same_queries_however_much_was_asked(
    site: Site, running: SealOrder
) -> None:
    with site.open():
        son = acting(site, "301")
    own, counted = resident(site, "301"), []
    page(own)  # its notices are read now
    for number in (2, 14):
        with site.open():
            for _time in range(number):
                ask(site, AskKind.FOOD)
            let_in(site, "301") if number == 2 else None
        cache.clear()
        son.get("/home/")
        cache.clear()
        counted.append((len(statements(own, "/home/")), len(statements(son, "/home/"))))
    assert counted[0] == counted[1]
    assert max(counted[1]) <= 12


def test_the_board_stays_within_its_queries(cast: Cast, site: Site, running: SealOrder) -> None:
    client, counted = cast.client(site.manager), []
    grow(site, 12, 2)
    for begin, end in ((0, 2), (2, 20)):
        with site.open():
            homes = [f"{floor}01" for floor in range(1, 11)]
            for number in range(begin, end):
                ask(site, AskKind.ERRAND, homes[number % 10], is_urgent=True)
        cache.clear()
        counted.append(len(statements(client, f"/c/{site.slug}/")))
    assert counted[0] == counted[1] <= 12
