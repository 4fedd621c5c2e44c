"""The resident's page: one household, its situation, what to do now, what comes today."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from households.access import new_secret
from households.models import Access
from notices.models import Receipt
from seals.models import SealOrder
from tests.cast import Cast, Site
from tests.reports import scenes
from tests.reports.test_board import grow, statements
from waste.models import RubbishWindow


def resident(site: Site, number: str) -> Client:
    """A phone that was let in to this door's page."""
    secret, digest = new_secret()
    with site.open():
        Access.objects.create(
            compound=site.compound,
            household=site.household(number),
            digest=digest,
            granted_at=timezone.now(),
            last_seen_at=timezone.now(),
        )
    client = Client()
    session = client.session
    session["home"] = {"compound": site.compound.pk, "secret": secret}
    session.save()
    return client


def page(client: Client) -> str:
    answer = client.get("/home/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def running(cast: Cast) -> SealOrder:
    with cast.yujingwan.open():
        return scenes.running(cast.yujingwan, verified=2, untold=2)


def test_a_sealed_home_sees_its_day_and_until_when(cast: Cast, running: SealOrder) -> None:
    html = page(resident(cast.yujingwan, "301"))
    assert "第\u00a03\u00a0天" in html
    assert 'max="7"' in html
    assert "tel:0744-8000001" in html


def test_an_unsealed_home_is_told_so_calmly(cast: Cast, running: SealOrder) -> None:
    html = page(resident(cast.xiaodongmen, "301"))
    assert "正常出入" in html
    assert "第\u00a03\u00a0天" not in html


def test_another_order_does_not_seal_my_stair(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    grow(site, 3, 2)
    with site.open():
        SealOrder.objects.update(place_kind="home", home=site.home("101"), unit=None)
    assert "正常出入" in page(resident(site, "301"))


def test_put_it_out_now_is_the_one_strong_action(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    client = resident(site, "301")
    assert "/acknowledge/" in page(client).split("home-today")[0]
    with site.open():
        RubbishWindow.objects.update(phase="put_out", opened_at=timezone.now())
    cache.clear()
    top = page(client).split('id="home-today"')[0]
    assert "/acknowledge/" not in top
    assert '<section class="now">' in top


def test_opening_the_page_reads_its_notices_and_no_others(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    page(resident(site, "101"))
    with site.open():
        read = Receipt.objects.filter(read_at__isnull=False)
        assert [row.home.number for row in read.select_related("home")] == ["101"]


def test_a_poll_does_not_count_as_reading(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    resident(site, "101").get("/home/live/")
    with site.open():
        assert Receipt.objects.filter(read_at__isnull=False).count() == 0


def test_an_unchanged_poll_answers_304(cast: Cast, running: SealOrder) -> None:
    client = resident(cast.yujingwan, "301")
    first = client.get("/home/live/")
    again = client.get("/home/live/", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    with cast.yujingwan.open():
        RubbishWindow.objects.update(phase="put_out", opened_at=timezone.now())
    cache.clear()
    changed = client.get("/home/live/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert 'id="home-now" hx-swap-oob' in changed.content.decode()


def test_a_household_sees_no_other_household(cast: Cast, running: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        other = site.household("202").residents.first()
        other.name = "独孤求败"
        other.save(update_fields=["name"])
    html = page(resident(site, "301"))
    assert "独孤" not in html
    assert "单元 202" not in html


def test_names_are_masked(cast: Cast, running: SealOrder) -> None:
    html = page(resident(cast.yujingwan, "301"))
    assert "张**" in html
    assert "张伟" not in html


def test_without_an_access_the_way_is_to_the_door_code(cast: Cast) -> None:
    assert Client().get("/home/")["Location"].endswith("/home/welcome/")


def test_the_page_takes_the_same_queries_in_any_compound(cast: Cast) -> None:
    small, large = cast.xiaodongmen, cast.yujingwan
    grow(large, 50, 4)
    for site in (small, large):
        with site.open():
            scenes.running(site, verified=1, untold=1)
    few = statements(resident(small, "301"), "/home/")
    many = statements(resident(large, "301"), "/home/")
    assert len(few) == len(many) <= 12


STAGES = [{"level": "sealed", "days": 7}, {"level": "controlled", "days": 7}]


def staged(cast: Cast, *, stage: int, over: bool = False) -> str:
    """The page's text of an order that eases step by step, within this stage."""
    site = cast.yujingwan
    end = timezone.now() + (-1 if over else 1) * timedelta(hours=1)
    with site.open():
        SealOrder.objects.update(
            stages=STAGES, stage=stage, level=STAGES[stage]["level"], ends_at=end
        )
    cache.clear()
    return page(resident(site, "301"))


def test_before_a_looser_stage_the_page_speaks_of_easing_and_not_of_the_lift(
    cast: Cast, running: SealOrder
) -> None:
    html = staged(cast, stage=0)
    assert "评估降为管控" in html
    assert "解封" not in html.split('id="home-notices"')[0].split("home-status")[-1]


def test_a_stage_that_is_over_awaits_the_decision_to_ease(cast: Cast, running: SealOrder) -> None:
    html = staged(cast, stage=0, over=True)
    assert "降为管控的决定会在这里通知" in html
    assert "解封决定" not in html


def test_in_the_last_stage_the_lift_is_next(cast: Cast, running: SealOrder) -> None:
    html = staged(cast, stage=1)
    assert "评估解封" in html
    assert "评估降为" not in html
    assert "解封决定会在这里通知" in staged(cast, stage=1, over=True)
