"""Orders over and under each other: parents, parts, overlaps, lists that they share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Building, Home, Unit
from compounds.places import Place, find_place
from households.models import Outcome, Verification
from seals.cancelling import cancel
from seals.family import Spot, overlapping, parts_in_force, spot_of, spot_of_place, tree
from seals.lift import checklist
from seals.lifting import lift
from seals.models import Level, Recall, SealOrder
from tests.cast import Cast, Site
from tests.seals.scene import WORDS, away, seal_place, step, unit_place
from tests.seals.test_pages import choices, posted, url

SWEEP = ("verify", "recall")


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def place(site: Site, kind: str) -> Place:
    unit = site.unit()
    home = Home.objects.get(unit=unit, number="301")
    rows = {
        "building": unit.building_id,
        "unit": unit.pk,
        "floor": unit.pk,
        "home": home.pk,
    }
    return find_place(site.compound, kind, row=rows.get(kind), floor=3 if kind == "floor" else None)


def sealed(site: Site, kind: str, **more: Any) -> SealOrder:
    fields: dict[str, Any] = {"key": f"key-of-the-{kind}-order", "steps": []} | more
    return seal_place(site, place(site, kind), **fields)


def test_an_order_hangs_under_the_narrowest_one_around_it(site: Site) -> None:
    with site.open():
        compound, unit = sealed(site, "compound"), sealed(site, "unit")
        home, floor = sealed(site, "home"), sealed(site, "floor")
        assert compound.parent is None
        assert (unit.parent_id, home.parent_id, floor.parent_id) == (compound.pk, unit.pk, unit.pk)
        assert [one.pk for one in parts_in_force(unit)] == [home.pk, floor.pk]
        assert [one.pk for one in parts_in_force(compound)] == [unit.pk, home.pk, floor.pk]


def test_an_ended_order_is_nobodys_parent(site: Site) -> None:
    with site.open():
        cancel(order=sealed(site, "unit"), reason="误发", by=site.manager)
        assert sealed(site, "floor").parent is None


def test_places_overlap_only_when_one_holds_the_other(site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("2", "1", 3, 2)], by=site.manager)
        other = Unit.objects.get(building=Building.objects.get(number="2"))
        unit, home = sealed(site, "unit"), sealed(site, "home")
        there = find_place(site.compound, "unit", row=other.pk)
        assert overlapping(there) == []
        assert [one.pk for one in overlapping(place(site, "floor"))] == [unit.pk, home.pk]
        assert spot_of(home) == spot_of_place(place(site, "home"))
        assert Spot().holds(spot_of(home))
        assert not spot_of(home).holds(Spot())


def test_the_tree_shows_parts_under_their_order(site: Site) -> None:
    with site.open():
        unit, floor, home = (sealed(site, kind) for kind in ("unit", "floor", "home"))
        compound = sealed(site, "compound")
        found = [(one.order.pk, one.depth) for one in tree([compound, home, floor, unit])]
        assert found == [(compound.pk, 0), (unit.pk, 0), (floor.pk, 1), (home.pk, 2)]
        assert [one.depth for one in tree([floor, home])] == [0, 1]


def test_the_checklist_names_the_parts_that_stay(site: Site) -> None:
    with site.open():
        unit = sealed(site, "unit")
        part = sealed(site, "floor")
        found = {one.key: one for one in checklist(unit, timezone.now())}
        assert found["parts"].is_met
        assert [one.label for one in found["parts"].behind] == [
            f"{part.place_label} #{part.number}"
        ]
        said = dict.fromkeys(found, "已落实") | WORDS
        lift(order=unit, statements=said, by=site.manager)
        part.refresh_from_db()
        assert part.state == "in_force"


def test_a_household_waits_on_one_list_and_counts_for_both_orders(site: Site, commits: Any) -> None:
    with commits(), site.open():
        away(site, "201")
        unit = sealed(site, "unit", steps=[step(key) for key in SWEEP])
    with commits(), site.open():
        compound = sealed(site, "compound", steps=[step(key) for key in SWEEP])
    with site.open():
        assert Verification.objects.open().count() == 6
        assert Recall.objects.open().count() == 1
        for order in (unit, compound):
            found = {one.key: one for one in checklist(order, timezone.now())}
            assert (found["verified"].fact, found["recalled"].fact) == ("0 / 6", "0 / 1")
        Verification.objects.update(outcome=Outcome.VERIFIED, finished_at=timezone.now())
        for order in (unit, compound):
            found = {one.key: one for one in checklist(order, timezone.now())}
            assert found["verified"].is_met
            assert found["verified"].fact == "6 / 6"


def test_what_is_open_passes_on_when_the_first_order_ends(site: Site, commits: Any) -> None:
    with commits(), site.open():
        away(site, "201")
        unit = sealed(site, "unit", steps=[step(key) for key in SWEEP])
    with commits(), site.open():
        compound = sealed(site, "compound", steps=[step(key) for key in SWEEP])
    with commits(), site.open():
        cancel(order=unit, reason="误发", by=site.manager)
    with site.open():
        assert Verification.objects.open().filter(sweep__cause=compound.pk).count() == 6
        assert Recall.objects.open().get().order_id == compound.pk
        cancel(order=compound, reason="误发", by=site.manager)
        assert Verification.objects.open().count() == 0
        assert Recall.objects.open().count() == 0


def test_households_verified_before_are_verified_anew_for_a_new_order(
    site: Site, commits: Any
) -> None:
    with commits(), site.open():
        unit = sealed(site, "unit", steps=[step("verify")])
    with site.open():
        done = Verification.objects.filter(home__floor=3)
        done.update(outcome=Outcome.VERIFIED, finished_at=timezone.now())
    with commits(), site.open():
        compound = sealed(site, "compound", steps=[step("verify")])
    with site.open():
        own = Verification.objects.filter(sweep__cause=compound.pk)
        assert {one.home.floor for one in own.select_related("home")} == {3}
        found = {one.key: one for one in checklist(compound, timezone.now())}
        assert found["verified"].fact == "0 / 6"
        found = {one.key: one for one in checklist(unit, timezone.now())}
        assert found["verified"].fact == "2 / 6"


@pytest.fixture
def desk(cast: Cast, site: Site) -> Client:
    return cast.client(site.manager)


def test_the_preview_and_the_answer_name_overlapping_orders(desk: Client, site: Site) -> None:
    with site.open():
        sealed(site, "compound", level=Level.CONTROLLED)
    page = desk.get(url("order-preview", site), choices(site)).content.decode()
    assert "这些住户同时在" in page
    fields = posted(desk, site)
    answer = desk.post(url("order-confirm", site), fields, follow=True).content.decode()
    assert "第 1 号" in answer
    with site.open():
        assert SealOrder.objects.count() == 2


def test_the_order_page_shows_its_family(desk: Client, site: Site) -> None:
    with site.open():
        unit, floor = sealed(site, "unit"), sealed(site, "floor")
    page = desk.get(url("order", site, unit.pk)).content.decode()
    assert url("order", site, floor.pk) in page
    page = desk.get(url("order", site, floor.pk)).content.decode()
    assert url("order", site, unit.pk) in page
    assert "上级封控令" in page


def test_a_backdated_start_is_pointed_out(desk: Client, site: Site) -> None:
    hour = timezone.localtime(timezone.now() - timedelta(hours=1), site.compound.tz)
    data = choices(site, starts_at=f"{hour:%Y-%m-%dT%H:%M}")
    page = desk.get(url("order-preview", site), data).content.decode()
    assert "之前，其间应做的会算作延误" in page


@pytest.mark.parametrize("name", ["order-list", "order"])
def test_thirty_orders_cost_as_many_queries_as_two(desk: Client, site: Site, name: str) -> None:
    with site.open():
        build_homes(
            compound=site.compound, patterns=[UnitPattern("1", "1", 30, 2)], by=site.manager
        )
        unit = seal_place(site, unit_place(site), key="key-of-the-unit", steps=[])
    args = [unit.pk] if name == "order" else []
    counts = []
    for floors in (2, 28):
        with site.open():
            have = SealOrder.objects.count()
            for floor in range(have, have + floors):
                there = find_place(site.compound, "floor", row=site.unit().pk, floor=floor)
                seal_place(site, there, key=f"key-of-the-floor-{floor}", steps=[])
        desk.get(url(name, site, *args))
        counts.append(asked(desk, url(name, site, *args)))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    marks = ("SAVEPOINT", "SET LOCAL")
    return len([one for one in found if not any(mark in one["sql"] for mark in marks)])


def test_a_member_of_one_building_sees_the_orders_over_it(cast: Cast, site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("2", "1", 3, 2)], by=site.manager)
        mine, other = Building.objects.get(number="2"), sealed(site, "unit")
        whole = sealed(site, "compound")
        unit = Unit.objects.get(building=mine)
        own = seal_place(
            site,
            find_place(site.compound, "unit", row=unit.pk),
            key="key-of-my-own-unit",
            steps=[],
        )
        site.guard.buildings = [mine.pk]
        site.guard.save(update_fields=["buildings"])
    guard = cast.client(site.guard)
    page = guard.get(url("order-list", site)).content.decode()
    for order, seen in ((own, True), (whole, True), (other, False)):
        address = url("order", site, order.pk)
        assert (f'href="{address}"' in page) is seen
        assert guard.get(address).status_code == (200 if seen else 404)
    with site.open():
        site.guard.buildings, site.guard.unit = [], site.unit()
        site.guard.save(update_fields=["buildings", "unit"])
    assert guard.get(url("order", site, other.pk)).status_code == 200
    assert guard.get(url("order", site, own.pk)).status_code == 404


def test_a_manager_of_one_building_seals_no_other(cast: Cast, site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("2", "1", 3, 2)], by=site.manager)
        site.manager.buildings = [Building.objects.get(number="2").pk]
        site.manager.save(update_fields=["buildings"])
    answer = cast.client(site.manager).get(url("order-preview", site), choices(site))
    assert answer.status_code == 422
    assert "超出了" in answer.content.decode()
