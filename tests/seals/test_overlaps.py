"""Overlapping orders resolve to the strictest. The properties: `test_rule_properties.py`."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from seals.models import STRICTNESS, Level, OrderState, SealOrder
from seals.queries import (
    open_order_for_home,
    rule_for_home,
    rules_for_homes,
)
from tests.cast import Cast, Site, make_cast
from tests.seals.scene import seal_place

NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def estate(db: None) -> Site:
    """Two buildings, three stairs."""
    site = make_cast().yujingwan
    with site.open():
        patterns = [UnitPattern("1", "2", 2, 2), UnitPattern("2", "1", 2, 1)]
        build_homes(compound=site.compound, patterns=patterns, by=site.manager)
    return site


def test_levels_are_ordered_from_the_strictest_down() -> None:
    ranks = [STRICTNESS[level] for level in Level.values]
    assert ranks == sorted(ranks, reverse=True)


def test_rules_for_every_home_cost_one_query(estate: Site, django_assert_num_queries) -> None:
    with estate.open():
        seal_place(estate)
        homes = list(Home.objects.all())
        with django_assert_num_queries(1):
            rules = rules_for_homes(homes, timezone.now())
        assert len(rules) == 6


def test_an_order_that_begins_tomorrow_rules_no_door_yet(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        tomorrow = timezone.now() + timedelta(days=1)
        order = seal_place(site, starts_at=tomorrow, ends_at=tomorrow + timedelta(days=2))
        home = site.home("101")
        assert rule_for_home(home, timezone.now()) is None
        assert open_order_for_home(home) == order
        assert rule_for_home(home, tomorrow + timedelta(minutes=1)) == order


def test_an_order_past_its_end_rules_until_it_is_lifted(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        order = seal_place(site)
        assert rule_for_home(site.home("302"), order.ends_at + timedelta(days=3)) == order


def test_a_lifted_order_rules_no_door(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        order = seal_place(site)
        SealOrder.objects.filter(pk=order.pk).update(
            state=OrderState.LIFTED, lifted_at=timezone.now()
        )
        assert rule_for_home(site.home("101"), timezone.now()) is None


def test_labels_of_places_are_kept_in_the_default_language(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        assert seal_place(site).place_label == "1栋1单元"


def test_seven_days_that_began_in_the_afternoon_count_seven(cast: Cast) -> None:
    tz = cast.yujingwan.compound.tz
    order = SealOrder(
        compound=cast.yujingwan.compound,
        starts_at=datetime(2021, 7, 31, 15, 30, tzinfo=tz),
        ends_at=datetime(2021, 8, 7, 12, 0, tzinfo=tz),
    )
    assert order.days == 7
    assert order.day_of(datetime(2021, 8, 5, 9, 0, tzinfo=tz)) == 6
    assert order.day_of(datetime(2021, 8, 7, 9, 0, tzinfo=tz)) == 7
    assert order.day_of(datetime(2021, 8, 8, 9, 0, tzinfo=tz)) == 9


def test_seven_days_that_began_in_the_morning_count_seven_too(cast: Cast) -> None:
    tz = cast.yujingwan.compound.tz
    order = SealOrder(
        compound=cast.yujingwan.compound,
        starts_at=datetime(2021, 7, 31, 8, 0, tzinfo=tz),
        ends_at=datetime(2021, 8, 7, 12, 0, tzinfo=tz),
    )
    assert order.days == 7
    order.ends_at = datetime(2021, 8, 1, 20, 0, tzinfo=tz)
    assert (order.days, order.day_of(datetime(2021, 8, 1, 9, 0, tzinfo=tz))) == (2, 2)


def test_an_hour_ahead_or_back_moves_no_day_but_at_midnight(cast: Cast) -> None:
    """A server clock that jumps: every answer is worked out from one moment, given."""
    tz, hour = cast.yujingwan.compound.tz, timedelta(hours=1)
    order = SealOrder(
        compound=cast.yujingwan.compound,
        starts_at=datetime(2021, 7, 31, 15, 0, tzinfo=tz),
        ends_at=datetime(2021, 8, 7, 12, 0, tzinfo=tz),
    )
    noon = datetime(2021, 8, 2, 12, 0, tzinfo=tz)
    assert {order.day_of(noon + step) for step in (-hour, 0 * hour, hour)} == {3}
    assert order.day_of(order.starts_at - hour) == 0
    assert order.day_of(datetime(2021, 8, 2, 23, 30, tzinfo=tz) + hour) == 4
