"""My list: what is mine, late first, and what I did today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from households.models import Verification
from reports.my_work import my_list
from seals.models import PlanTask, SealOrder
from tests.cast import Cast
from tests.reports import scenes
from tests.reports.test_board import grow, statements
from waste.models import DisinfectionRound


@pytest.fixture
def running(cast: Cast) -> SealOrder:
    with cast.yujingwan.open():
        return scenes.running(cast.yujingwan, verified=2, untold=2)


def test_doors_to_verify_make_one_line_that_opens_the_sweep(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        mine = my_list(site.compound, site.captain, scenes.afternoon(site))
        lines = [item for item in (*mine.late, *mine.today) if item.kind == "verify"]
        assert [item.rows for item in lines] == [4]
        sweep = Verification.objects.first().sweep_id
    assert f"/{sweep}/" in lines[0].url


def test_late_work_comes_first_and_stays_in_the_open(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        PlanTask.objects.filter(key="food").update(
            due_at=timezone.now() - timedelta(days=2), missed_at=timezone.now()
        )
        mine = my_list(site.compound, site.warehouse, scenes.afternoon(site))
    assert [item.status for item in mine.late] == ["late"]
    assert mine.count == len(mine.late) + len(mine.today)


def test_work_of_others_and_of_later_days_is_not_mine(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        DisinfectionRound.objects.filter(finished_at=None).update(
            due_at=timezone.now() + timedelta(days=3)
        )
        cleaner = my_list(site.compound, site.cleaner, scenes.afternoon(site))
        guard = my_list(site.compound, site.guard, scenes.afternoon(site))
    assert "round" not in {item.kind for item in (*cleaner.late, *cleaner.today)}
    assert guard.count == 0


def test_what_i_did_today_stays_in_sight(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        mine = my_list(site.compound, site.cleaner, scenes.afternoon(site))
        assert [item.kind for item in mine.done] == ["round"]
        DisinfectionRound.objects.update(finished_by=site.guard)
        assert my_list(site.compound, site.cleaner, scenes.afternoon(site)).done == []


def test_cancelled_work_is_on_no_list(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        Verification.objects.filter(finished_at=None).update(cancelled_at=timezone.now())
        mine = my_list(site.compound, site.captain, scenes.afternoon(site))
    assert "verify" not in {item.kind for item in (*mine.late, *mine.today)}


def test_the_list_takes_the_same_queries_for_six_homes_and_for_two_hundred(cast: Cast) -> None:
    small, large = cast.xiaodongmen, cast.yujingwan
    grow(large, 100, 2)
    for site in (small, large):
        with site.open():
            scenes.running(site, verified=1, untold=1)
    few = statements(cast.client(small.captain), f"/c/{small.slug}/my-list/")
    many = statements(cast.client(large.captain), f"/c/{large.slug}/my-list/")
    assert len(few) == len(many) <= 12


def test_a_reviewer_and_a_stranger_have_no_list(cast: Cast) -> None:
    for person in (cast.reviewer, cast.stranger, cast.huaidong.guard):
        assert cast.client(person).get("/c/yujingwan/my-list/").status_code == 404


def test_an_empty_list_says_so(cast: Cast) -> None:
    html = cast.client(cast.yujingwan.guard).get("/c/yujingwan/my-list/").content.decode()
    assert "手上没有活" in html or "Nothing waits for you" in html
