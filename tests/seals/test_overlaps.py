"""Overlapping orders resolve to the strictest; checked against a slow, obvious model."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home, Unit
from compounds.places import find_place
from seals.models import STRICTNESS, Level, OrderState, SealOrder
from seals.queries import (
    open_order_for_home,
    order_places,
    orders_in_force,
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


def slow_rule(orders: list[SealOrder], home: Home, now: datetime) -> SealOrder | None:
    """For each order list its homes through the place itself; pick by level, then end."""
    found = []
    for order, place in order_places():
        assert order in orders
        if order.starts_at <= now and home.pk in {one.pk for one in place.homes()}:
            found.append(order)
    for level in Level.values:
        same = [one for one in found if one.level == level]
        if same:
            last = max(one.ends_at for one in same)
            return min((one for one in same if one.ends_at == last), key=lambda one: one.number)
    return None


DRAWN = st.lists(
    st.tuples(
        st.integers(0, 40),  # which place of those there are
        st.sampled_from(Level.values),
        st.integers(-3, 2),  # days from now to the start
        st.integers(3, 6),  # days from now to the end
    ),
    max_size=7,
)


def make_orders(site: Site, drawn: list[tuple[int, str, int, int]]) -> None:
    keys = places(site)
    taken = set()
    for number, (which, level, start, end) in enumerate(drawn, start=1):
        place = keys[which % len(keys)]
        if place.key in taken:
            continue
        taken.add(place.key)
        SealOrder.objects.create(
            compound=site.compound,
            number=number,
            place_kind=place.kind,
            building=place.building,
            unit=place.unit,
            floor=place.floor,
            home=place.home,
            place_key=place.key,
            place_label=place.key,
            level=level,
            state=OrderState.IN_FORCE,
            template_name="x",
            starts_at=NOW + timedelta(days=start),
            ends_at=NOW + timedelta(days=end),
            request_key=f"request-{number}",
        )


def places(site: Site) -> list:
    found = [find_place(site.compound, "compound")]
    for unit in Unit.objects.order_by("pk"):
        found.append(find_place(site.compound, "building", row=unit.building_id))
        found.append(find_place(site.compound, "unit", row=unit.pk))
        found.append(find_place(site.compound, "floor", row=unit.pk, floor=2))
    found.extend(find_place(site.compound, "home", row=home.pk) for home in Home.objects.all()[:6])
    return found


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=DRAWN)
def test_the_rule_of_every_door_is_that_of_the_slow_model(estate: Site, drawn: list) -> None:
    with estate.open():
        SealOrder.objects.all().delete()
        make_orders(estate, drawn)
        homes = list(Home.objects.all())
        fast = rules_for_homes(homes, NOW)
        orders = orders_in_force()
        assert {home.pk: fast.get(home.pk) for home in homes} == {
            home.pk: slow_rule(orders, home, NOW) for home in homes
        }


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
