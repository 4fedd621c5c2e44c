"""Why a door is under its rule, for staff and for the household."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Building, Home
from seals.builtin import find_builtin
from seals.means import household_lines
from seals.models import Level, SealOrder
from seals.rule_pages import coming, why
from seals.rules import rule_of, rules_of
from tests.cast import Cast, Site
from tests.notices.people import phone_of, sign_in
from tests.seals.scene import seal_place, step
from tests.seals.test_family import asked, sealed
from tests.seals.test_pages import url

DAY = timedelta(days=1)


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def test_a_door_without_an_order_is_open(site: Site) -> None:
    with site.open():
        rule = rule_of(site.home("101"), timezone.now())
        assert (rule.order, rule.level, rule.since, rule.after) == (None, None, None, None)
        assert why(rule) == "这户没有生效的封控令。"
        assert coming(rule) == []


def test_the_strictest_wins_and_says_so(site: Site) -> None:
    with site.open():
        sealed(site, "compound", level=Level.CONTROLLED)
        unit = sealed(site, "unit")
        rule = rule_of(site.home("301"), timezone.now())
        assert rule.order == unit
        assert "共有 2 道封控令，这一道最严：封控" in why(rule)
        assert any("管控" in one["text"] for one in coming(rule))


def test_among_equals_the_longest_then_the_older_wins_and_says_so(site: Site) -> None:
    now = timezone.now()
    with site.open():
        first = sealed(site, "unit", starts_at=now, ends_at=now + DAY)
        longer = sealed(site, "floor", starts_at=now, ends_at=now + 2 * DAY)
        rule = rule_of(site.home("301"), now)
        assert rule.order == longer
        assert "期限更长" in why(rule)
        SealOrder.objects.update(ends_at=now + DAY)
        rule = rule_of(site.home("301"), now)
        assert rule.order == first
        assert "先签发" in why(rule)


def test_since_when_counts_the_first_of_the_orders_as_strict(site: Site) -> None:
    now = timezone.now()
    with site.open():
        first = sealed(site, "unit", starts_at=now - 3 * DAY, ends_at=now + DAY)
        sealed(site, "floor", starts_at=now - DAY, ends_at=now + 4 * DAY)
        looser = sealed(
            site, "compound", level=Level.GUARDED, starts_at=now - 6 * DAY, ends_at=now + DAY
        )
        assert rule_of(site.home("301"), now).since == first.starts_at
        assert looser in rule_of(site.home("301"), now).begun


def test_an_order_that_begins_later_is_announced_and_does_not_rule(site: Site) -> None:
    with site.open():
        sealed(site, "compound", level=Level.CONTROLLED)
        now = timezone.now()
        ahead = sealed(site, "unit", starts_at=now + DAY, ends_at=now + 3 * DAY)
        rule = rule_of(site.home("301"), now)
        assert rule.level == Level.CONTROLLED
        assert rule.ahead == (ahead,)
        assert "届时为封控" in coming(rule)[0]["text"]
        # A clock an hour ahead of the start finds it begun, an hour back not yet.
        hour = timedelta(hours=1)
        assert rule_of(site.home("301"), ahead.starts_at + hour).order == ahead
        assert rule_of(site.home("301"), ahead.starts_at - hour).order != ahead


def test_the_next_stage_is_announced(site: Site) -> None:
    plan = find_builtin("beijing-2022")
    with site.open():
        sealed(site, "unit", steps=plan.steps, easing=plan.easing)
        rule = rule_of(site.home("301"), timezone.now())
        assert rule.stage_ahead.days == 4
        assert "研判是否降为管控 4 天" in coming(rule)[0]["text"]


@pytest.mark.parametrize(
    ("level", "home", "out"),
    [
        (Level.SEALED, "不能。用药", "不能。就医"),
        (Level.CONTROLLED, "可在小区内", "不能，持通行证"),
        (Level.GUARDED, "能。保持距离", "能，按大门"),
    ],
)
def test_each_level_answers_the_four_questions(level: Level, home: str, out: str) -> None:
    lines = household_lines(SealOrder(level=level, steps=[]))
    assert len(lines) == 4
    assert lines[0]["answer"].startswith(home)
    assert lines[1]["answer"].startswith(out)


def test_rubbish_follows_the_orders_own_plan() -> None:
    def rubbish(scheme: str) -> str:
        params = {"scheme": scheme, "put_out": "17:30"}
        steps = [{"kind": "rubbish", "params": params}]
        return household_lines(SealOrder(level=Level.SEALED, steps=steps))[3]["answer"]

    assert "消杀后通知" in rubbish("disinfect_first")
    assert "17:30" in rubbish("box_at_door")


def test_rules_of_many_doors_cost_one_query(site: Site, django_assert_num_queries: Any) -> None:
    with site.open():
        build_homes(
            compound=site.compound, patterns=[UnitPattern("3", "1", 30, 4)], by=site.manager
        )
        for kind in ("compound", "unit", "floor"):
            sealed(site, kind)
        homes = list(Home.objects.all())
        assert len(homes) > 120
        with django_assert_num_queries(1):
            found = rules_of(homes, timezone.now())
        assert {one.level for one in found.values()} == {Level.SEALED}


def test_the_page_follows_the_seal_at_once(cast: Cast, site: Site) -> None:
    guard = cast.client(site.guard)
    with site.open():
        address = url("door-rule", site, site.home("301").pk)
    assert "未封控" in guard.get(address).content.decode()
    with site.open():
        order = sealed(site, "unit", legal_source="区防控办 2022-7 号")
    page = guard.get(address).content.decode()
    assert "足不出户" in page
    assert "区防控办 2022-7 号" in page
    assert url("order", site, order.pk) in page


def test_a_door_of_another_building_or_compound_is_not_there(cast: Cast, site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("2", "1", 3, 2)], by=site.manager)
        other = Building.objects.get(number="2")
        site.guard.buildings = [other.pk]
        site.guard.save(update_fields=["buildings"])
        home = Home.objects.exclude(building=other).get(number="302")
    assert cast.client(site.guard).get(url("door-rule", site, home.pk)).status_code == 404
    outsider = cast.client(cast.huaidong.manager)
    assert outsider.get(url("door-rule", cast.huaidong, home.pk)).status_code == 404


def test_a_resident_reads_the_rule_of_the_own_door(site: Site) -> None:
    with site.open():
        _access, secret = sign_in(site, "301")
        sealed(site, "compound", level=Level.CONTROLLED)
        sealed(site, "unit", steps=[step("rubbish")])
    page = phone_of(site, secret).get(reverse("seals:home-rule")).content.decode()
    for words in ("能出门吗", "不能。用药", "消杀后通知", "这一道最严"):
        assert words in page
    assert "/orders/" not in page


def test_the_door_page_costs_few_queries(cast: Cast, site: Site) -> None:
    with site.open():
        for kind in ("compound", "building", "unit", "floor", "home"):
            sealed(site, kind)
        address = url("door-rule", site, site.home("301").pk)
    desk = cast.client(site.manager)
    desk.get(address)
    assert asked(desk, address) <= 8


def test_the_order_and_the_door_notice_on_paper(cast: Cast, site: Site) -> None:
    desk = cast.client(site.manager)
    with site.open():
        order = seal_place(site, issuer="区指挥部", legal_source="2022-9 号")
    page = desk.get(url("order-document", site, order.pk)).content.decode()
    year = timezone.localtime(order.issued_at, site.compound.tz).year
    for words in (f"{year}-1", "区指挥部", "2022-9 号", "盖章", "签字", "能出门吗"):
        assert words in page
    page = desk.get(url("order-notice", site, order.pk)).content.decode()
    for words in ("封控", "0744-8000001", "<svg", "垃圾怎么放"):
        assert words in page
    assert page.count("<article") == 1
    half = desk.get(url("order-notice", site, order.pk), {"size": "a5"}).content.decode()
    assert half.count("<article") == 2
    assert half.count("<h1") == 1
