"""The rule of every door against a slow, obvious model: door by door, minute by minute.

Orders are drawn at random over random trees: every kind of place, level, start and state, some
restarted, some eased. The model below knows nothing of the product's code: it is told what was
done to each order, and answers by looking at one door at one minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from seals import queries
from seals.models import OrderState, SealOrder
from seals.rules import rules_of
from tests.cast import Site, make_cast

NOW = timezone.now().replace(second=0, microsecond=0)
MINUTE = timedelta(minutes=1)
PATTERNS = [
    [UnitPattern("1", "1", 3, 2)],
    [UnitPattern("1", "2", 2, 2), UnitPattern("2", "1", 2, 1)],
    [UnitPattern("1", "2", 1, 1), UnitPattern("2", "1", 3, 2), UnitPattern("2", "2", 1, 2)],
]
LEVELS = ["sealed", "controlled", "guarded"]


@dataclass(frozen=True)
class Drawn:
    """What was done to one order, in whole minutes from now."""

    kind: str
    which: int  # of the homes there are: the door that the place is around
    level: int
    start: int
    length: int
    state: str
    restart: int  # minutes after the start at which the clock was restarted; 0 never
    ease: bool  # the present level is one looser than the drawn one


DRAWN = st.builds(
    Drawn,
    kind=st.sampled_from(["compound", "building", "unit", "floor", "home"]),
    which=st.integers(0, 30),
    level=st.integers(0, 2),
    start=st.integers(-4 * 1440, 1440),
    length=st.integers(1, 6 * 1440),
    state=st.sampled_from(["in_force", "in_force", "in_force", "lifted", "cancelled", "draft"]),
    restart=st.sampled_from([0, 0, 1, 90, 1440]),
    ease=st.booleans(),
)
TREES = st.integers(0, len(PATTERNS) - 1)
MOMENTS = st.lists(st.integers(-5 * 1440, 2 * 1440), min_size=1, max_size=4)
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


# ---- the model: plain dictionaries, one door, one minute -------------------------------------


def model_of(drawn: Drawn, door: dict[str, Any], number: int) -> dict[str, Any]:
    """An order as the model knows it."""
    place = {
        "compound": {},
        "building": {"building": door["building"]},
        "unit": {"unit": door["unit"]},
        "floor": {"unit": door["unit"], "floor": door["floor"]},
        "home": {"home": door["home"]},
    }[drawn.kind]
    level = min(drawn.level + (1 if drawn.ease else 0), 2)
    return {
        "number": number,
        "place": place,
        "rank": level,  # 0 is the strictest
        "level": LEVELS[level],
        "start": drawn.start,
        "end": drawn.start + drawn.restart + drawn.length,
        "stands": drawn.state == "in_force",
    }


def model_rule(orders: list[dict[str, Any]], door: dict[str, Any], minute: int) -> Any:
    """Who rules this door at this minute: go through the orders, drop what does not bind, and
    keep the better of two until one is left."""
    best = None
    for order in orders:
        if not order["stands"]:
            continue
        if minute < order["start"]:
            continue
        if any(door[name] != value for name, value in order["place"].items()):
            continue
        if best is None or _beats(order, best):
            best = order
    return best


def _beats(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["rank"] != other["rank"]:
        return one["rank"] < other["rank"]
    if one["end"] != other["end"]:
        return one["end"] > other["end"]
    return one["number"] < other["number"]


# ---- the product's rows -----------------------------------------------------------------------


@contextmanager
def estate(tree: int) -> Iterator[tuple[Site, list[Home], list[dict[str, Any]]]]:
    """A fresh tree of doors, rolled back afterwards."""
    site = make_cast().xiaodongmen
    with site.open():
        point = transaction.savepoint()
        build_homes(compound=site.compound, patterns=PATTERNS[tree], by=site.manager)
        homes = list(Home.objects.select_related("unit__building"))
        doors = [
            {"home": one.pk, "unit": one.unit_id, "building": one.building_id, "floor": one.floor}
            for one in homes
        ]
        try:
            yield site, homes, doors
        finally:
            transaction.savepoint_rollback(point)


def key_of(kind: str, home: Home) -> str:
    return {
        "compound": "compound",
        "building": f"building:{home.building_id}",
        "unit": f"unit:{home.unit_id}",
        "floor": f"floor:{home.unit_id}:{home.floor}",
        "home": f"home:{home.pk}",
    }[kind]


def put(site: Site, homes: list[Home], drawn: Drawn, number: int) -> SealOrder | None:
    """The order's row; None when the place has one in force, which the product refuses."""
    home = homes[drawn.which % len(homes)]
    key, unit, kind = key_of(drawn.kind, home), home.unit, drawn.kind
    standing = SealOrder.objects.in_force().filter(place_key=key)
    if drawn.state == "in_force" and standing.exists():
        return None
    start = NOW + drawn.start * MINUTE
    rank = min(drawn.level + (1 if drawn.ease else 0), 2)
    issued = drawn.state != "draft"
    return SealOrder.objects.create(
        compound=site.compound,
        number=number if issued else None,
        place_kind=kind,
        building=unit.building if kind != "compound" else None,
        unit=unit if kind in {"unit", "floor", "home"} else None,
        floor=home.floor if kind in {"floor", "home"} else None,
        home=home if kind == "home" else None,
        place_key=key,
        place_label=key,
        level=LEVELS[rank],
        state=drawn.state,
        template_name="x",
        starts_at=start,
        clock_from=start + drawn.restart * MINUTE if drawn.restart else None,
        ends_at=start + (drawn.restart + drawn.length) * MINUTE,
        stage=1 if drawn.ease else 0,
        lifted_at=NOW if drawn.state == "lifted" else None,
        cancelled_at=NOW if drawn.state == "cancelled" else None,
        request_key=f"request-{number:04d}-of-the-model",
    )


def put_all(
    site: Site, homes: list[Home], doors: list[dict[str, Any]], drawn: list[Drawn]
) -> list[dict[str, Any]]:
    """The orders in the database and in the model."""
    return [
        model_of(one, doors[one.which % len(doors)], number)
        for number, one in enumerate(drawn, start=1)
        if put(site, homes, one, number) is not None
    ]


def numbers(found: dict[int, SealOrder], homes: list[Home]) -> list[int | None]:
    return [found[home.pk].number if home.pk in found else None for home in homes]


# ---- the properties ---------------------------------------------------------------------------


def check_every_door(tree: int, drawn: list[Drawn], minutes: list[int]) -> None:
    with estate(tree) as (site, homes, doors):
        orders = put_all(site, homes, doors, drawn)
        for minute in minutes:
            moment = NOW + minute * MINUTE
            expected = [model_rule(orders, door, minute) for door in doors]
            wanted = [one and one["number"] for one in expected]
            rules = queries.rules_for_homes(homes, moment)
            assert numbers(rules, homes) == wanted
            told = rules_of(homes, moment)
            assert [told[home.pk].order and told[home.pk].order.number for home in homes] == wanted
            assert Counter(one.level for one in rules.values()) == Counter(
                one["level"] for one in expected if one
            )
        # An order that has yet to begin is found for its doors as well.
        late = 10 * 1440
        for home, door in zip(homes, doors, strict=True):
            found, slow = queries.open_order_for_home(home), model_rule(orders, door, late)
            assert (found and found.number) == (slow and slow["number"])


@SLOW
@given(tree=TREES, drawn=st.lists(DRAWN, max_size=9), minutes=MOMENTS)
def test_every_door_has_the_rule_of_the_model(
    db: None, tree: int, drawn: list[Drawn], minutes: list[int]
) -> None:
    check_every_door(tree, drawn, minutes)


RANK = {None: 9} | {level: rank for rank, level in enumerate(LEVELS)}


def ranks(homes: list[Home], moment: datetime) -> list[int]:
    rules = queries.rules_for_homes(homes, moment)
    return [RANK[rules[one.pk].level if one.pk in rules else None] for one in homes]


@SLOW
@given(tree=TREES, drawn=st.lists(DRAWN, min_size=1, max_size=7), minute=st.integers(-1440, 1440))
def test_adding_an_order_never_loosens_and_ending_one_never_tightens(
    db: None, tree: int, drawn: list[Drawn], minute: int
) -> None:
    moment = NOW + minute * MINUTE
    with estate(tree) as (site, homes, doors):
        put_all(site, homes, doors, drawn[:-1])
        before = ranks(homes, moment)
        put(site, homes, drawn[-1], 900)
        after = ranks(homes, moment)
        assert all(now <= then for now, then in zip(after, before, strict=True))
        for order in SealOrder.objects.in_force():
            standing = ranks(homes, moment)
            order.state, order.lifted_at = OrderState.LIFTED, NOW
            order.save(update_fields=["state", "lifted_at"])
            left = ranks(homes, moment)
            assert all(now >= then for now, then in zip(left, standing, strict=True))
        assert ranks(homes, moment) == [RANK[None]] * len(homes)


# ---- wrong versions that the properties must catch --------------------------------------------


def loosest(found: Any) -> Any:
    return min(
        found,
        key=lambda one: (queries.STRICTNESS[one.level], one.ends_at, -(one.number or 0)),
        default=None,
    )


def newest(found: Any) -> Any:
    return max(found, key=lambda one: one.number or 0, default=None)


def shortest(found: Any) -> Any:
    return max(
        found,
        key=lambda one: (queries.STRICTNESS[one.level], -one.ends_at.timestamp()),
        default=None,
    )


def every_floor(order: SealOrder) -> Any:
    """A floor taken for its whole unit."""
    here = order.compound_id
    if order.place_kind == "floor":
        return here, "unit", order.unit_id
    return RIGHT_PLACE(order)


def covers_by_floor_alone(order: SealOrder, home: Home) -> bool:
    """The third floor of every stair."""
    if order.place_kind == "floor":
        return order.floor == home.floor
    return RIGHT_COVERS(order, home)


RIGHT_PLACE, RIGHT_COVERS = queries._place, queries.covers


def order_of(kind: str, which: int, level: int, **more: Any) -> Drawn:
    fields = {"start": -60, "length": 1440, "state": "in_force", "restart": 0, "ease": False}
    return Drawn(kind=kind, which=which, level=level, **(fields | more))


SCENES = [
    [order_of("compound", 0, 1), order_of("unit", 0, 0)],
    [order_of("compound", 0, 0, length=2880), order_of("unit", 0, 0)],
    [order_of("floor", 0, 0)],
    [order_of("building", 0, 2), order_of("floor", 5, 1), order_of("home", 3, 0)],
]


@pytest.mark.parametrize(
    ("name", "mutant"),
    [
        ("strictest", loosest),
        ("strictest", newest),
        ("strictest", shortest),
        ("_place", every_floor),
        ("covers", covers_by_floor_alone),
    ],
)
def test_a_wrong_version_is_caught(
    db: None, monkeypatch: pytest.MonkeyPatch, name: str, mutant: Callable[..., Any]
) -> None:
    for scene in SCENES:
        check_every_door(1, scene, [0])
    monkeypatch.setattr(queries, name, mutant)
    with pytest.raises(AssertionError):
        for scene in SCENES:
            check_every_door(1, scene, [0])
