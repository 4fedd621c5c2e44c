"""The day's figures, the committee's remarks, and who may see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from households.models import Presence, Resident, Verification
from households.presence import set_presence
from journal.models import Entry
from lockdown.kernel.errors import Refused
from reports.actions import comment_on_day
from reports.figures import DayFigures, day_figures
from reports.models import DayComment
from seals.models import PlanTask, SealOrder
from tests.cast import Cast, Site
from tests.reports import scenes
from tests.reports.test_board import grow, statements
from waste.models import DisinfectionRound

KEY = "a-key-of-its-own-0001"


@pytest.fixture
def running(cast: Cast) -> SealOrder:
    with cast.yujingwan.open():
        return scenes.running(cast.yujingwan, verified=4, untold=2)


def today(site: Site) -> DayFigures:
    return day_figures(site.compound, site.compound.today(), scenes.afternoon(site))


def numbers(figures: DayFigures) -> dict[str, tuple[int, int, int]]:
    return {one.key: (one.should, one.done, one.late) for one in (*figures.people, *figures.work)}


def test_the_figures_equal_the_rows(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        found = numbers(today(site))
        late = Verification.objects.late(scenes.afternoon(site)).count()
        assert found["verify"] == (6, 4, late)
        assert found["tell"] == (6, 4, 2)
        assert found["care"][0] == 1
        assert found["round"][1] == 1
        tasks = PlanTask.objects.filter(finished_at__isnull=False).count()
        assert found["task"][:2] == (3, tasks)


def test_what_passed_its_limit_is_named_with_its_person(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        PlanTask.objects.filter(key="food").update(due_at=scenes.at(site, 10))
        late = today(site).late
    assert [(line.place, line.who) for line in late if line.who == "钱仓"] == [("1栋1单元", "钱仓")]
    assert sum("通知" in line.what or "Tell" in line.what for line in late) == 1


def test_yesterdays_figures_do_not_move_with_todays_work(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    yesterday = site.compound.today() - timedelta(days=1)
    with site.open():
        before = numbers(day_figures(site.compound, yesterday, scenes.afternoon(site)))
        Verification.objects.filter(finished_at=None).update(
            outcome="verified", finished_at=scenes.at(site, 1)
        )
        after = numbers(day_figures(site.compound, yesterday, scenes.afternoon(site)))
    assert before == after
    assert before["verify"][:2] == (6, 0)


def test_missed_work_stays_a_fact_after_the_order_is_lifted(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    now = scenes.afternoon(site)
    with site.open():
        DisinfectionRound.objects.filter(finished_at=None).update(
            due_at=now - timedelta(minutes=30), missed_at=now, cancelled_at=now
        )
        assert numbers(today(site))["round"][2] == 0  # cancelled by now: not late any more
        DisinfectionRound.objects.filter(finished_at=None).update(
            cancelled_at=now + timedelta(hours=1)
        )
        assert numbers(today(site))["round"][2] == 1


def test_a_remark_is_kept_once_and_recorded(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    client = cast.client(cast.reviewer)
    day = site.compound.today().isoformat()
    body = {"text": "904 请尽快上门。", "request_key": KEY, "day": day}
    for _again in range(2):
        assert client.post(f"/review/{site.slug}/comments/", body).status_code == 302
    with site.open():
        assert [one.text for one in DayComment.objects.all()] == ["904 请尽快上门。"]
        assert Entry.objects.filter(event="DayCommented").count() == 1
    assert "904 请尽快上门。" in client.get(f"/review/{site.slug}/").content.decode()


def test_an_empty_remark_is_refused_and_the_form_comes_back(cast: Cast, running: SealOrder) -> None:
    client = cast.client(cast.reviewer)
    answer = client.post("/review/yujingwan/comments/", {"text": " ", "request_key": KEY})
    assert answer.status_code == 422
    site = cast.yujingwan
    tomorrow = site.compound.today() + timedelta(days=1)
    with site.open(), pytest.raises(Refused):
        comment_on_day(
            compound=site.compound, day=tomorrow, text="x", request_key=KEY, by=site.reviewer
        )


def test_only_a_reviewer_comments(cast: Cast, running: SealOrder) -> None:
    for person in (cast.yujingwan.manager, cast.yujingwan.guard, cast.stranger):
        answer = cast.client(person).post(
            "/review/yujingwan/comments/", {"text": "x", "request_key": KEY}
        )
        assert answer.status_code == 404
    with cast.yujingwan.open():
        assert DayComment.objects.count() == 0


def test_a_reviewer_reads_compounds_of_two_companies_and_no_third(
    cast: Cast, running: SealOrder
) -> None:
    client = cast.client(cast.reviewer)
    html = client.get("/review/").content.decode()
    assert "御景湾" in html and "槐东" in html and "小东门" not in html
    assert "湾区物业" in html and "乐居物业" in html
    assert client.get("/review/xiaodongmen/").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "/c/yujingwan/",
        "/c/yujingwan/my-list/",
        "/c/yujingwan/households/",
        "/c/yujingwan/orders/new/",
        "/c/yujingwan/settings/",
    ],
)
def test_a_reviewer_cannot_open_what_operates(cast: Cast, url: str) -> None:
    assert cast.client(cast.reviewer).get(url).status_code == 404


def test_a_reviewer_finds_no_link_to_a_room(cast: Cast, running: SealOrder) -> None:
    html = cast.client(cast.reviewer).get("/review/yujingwan/").content.decode()
    sheet = html.split("<main")[1]
    assert 'href="/c/' not in sheet
    staff = cast.client(cast.yujingwan.manager).get("/c/yujingwan/figures/").content.decode()
    assert 'href="/c/yujingwan/' in staff.split("<main")[1]


@pytest.mark.parametrize("day", ["2999-01-01", "1999-01-01", "nonsense"])
def test_a_day_that_has_not_come_or_is_none_is_not_there(cast: Cast, day: str) -> None:
    client = cast.client(cast.yujingwan.manager)
    assert client.get(f"/c/yujingwan/figures/?day={day}").status_code == 404


def test_the_page_takes_the_same_queries_for_six_homes_and_for_two_hundred(cast: Cast) -> None:
    small, large = cast.xiaodongmen, cast.yujingwan
    grow(large, 100, 2)
    for site in (small, large):
        with site.open():
            scenes.running(site, verified=1, untold=1)
    few = statements(cast.client(small.manager), f"/c/{small.slug}/figures/")
    many = statements(cast.client(large.manager), f"/c/{large.slug}/figures/")
    assert len(few) == len(many) <= 12


def test_the_list_of_compounds_takes_the_same_queries_for_one_and_for_two(
    cast: Cast, running: SealOrder
) -> None:
    one = statements(cast.client(cast.xiaodongmen.manager), "/review/")
    two = statements(cast.client(cast.reviewer), "/review/")
    assert len(one) == len(two) <= 12


def test_an_officer_sees_figures_only_where_they_are_a_member(
    cast: Cast, running: SealOrder
) -> None:
    client = cast.client(cast.xiaodongmen.manager)
    html = client.get("/company/").content.decode()
    assert "御景湾" in html and "小东门" in html and "槐东" not in html
    assert "/c/yujingwan/" not in html
    assert "/c/xiaodongmen/" in html
    assert cast.client(cast.stranger).get("/company/").status_code == 404


def test_a_past_day_shows_who_was_inside_then(cast: Cast, running: SealOrder) -> None:
    site, now = cast.yujingwan, timezone.now()
    with site.open():
        today = site.compound.today(now)
        person = Resident.objects.filter(presence="inside").first()
        before = day_figures(site.compound, today, now)
        set_presence(resident=person, presence=Presence.AWAY, by=site.manager)
        after = day_figures(site.compound, today, now)
        assert (after.inside, after.away) == (before.inside - 1, before.away + 1)
        past = day_figures(site.compound, today - timedelta(days=1), now)
        assert (past.inside, past.away, past.is_today) == (before.inside, before.away, False)
