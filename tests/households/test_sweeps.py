"""The verification sweep: outcomes, twice, who can reach a shut door, the page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files, start_sweep
from households.files import add_member, add_phone, add_relative
from households.models import How, Outcome, Sweep, SweepTap, Verification
from households.reaching import suggestions
from households.sweep_queries import floor_lines, floor_rows, next_row, progress
from households.sweeps import verify
from journal.models import Entry
from lockdown.kernel.errors import Refused
from tests.cast import Cast, Site
from tests.households.queries import asked

SLUG = "yujingwan"


def sweep_of(site: Site) -> Sweep:
    homes = Home.objects.all()
    open_missing_files(compound=site.compound, homes=homes)
    return start_sweep(
        compound=site.compound,
        cause=77,
        title="1-1",
        assigned=[(home, site.captain) for home in homes],
        due_at=timezone.now() + timedelta(hours=2),
    )


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        sweep_of(cast.yujingwan)
        yield cast.yujingwan


def row(number: str = "301") -> Verification:
    return Verification.objects.select_related("home").get(home__number=number)


def record(site: Site, outcome: Outcome, *, number: str = "301", note: str = "") -> Verification:
    return verify(
        verification=row(number), outcome=outcome, how=How.DOOR, note=note, by=site.captain
    )


def test_verified_ends_the_work_and_is_recorded(site: Site) -> None:
    done = record(site, Outcome.VERIFIED)
    assert done.finished_at is not None and done.finished_by == site.captain
    entry = Entry.objects.get(event="HouseholdVerified")
    assert (entry.data["door"], entry.data["code"], entry.order_id) == ("1-1-301", "verified", 77)
    assert entry.household_id == done.household_id


def test_verified_twice_is_one_fact(site: Site) -> None:
    first = record(site, Outcome.VERIFIED)
    again = record(site, Outcome.VERIFIED)
    assert again.finished_at == first.finished_at and again.attempts == 1
    assert Entry.objects.filter(event="HouseholdVerified").count() == 1


def test_nobody_reached_stays_open_and_counts_the_try(site: Site) -> None:
    record(site, Outcome.UNREACHABLE)
    again = record(site, Outcome.UNREACHABLE)
    assert (again.attempts, again.finished_at) == (1, None)
    earlier = timezone.now() - timedelta(minutes=5)
    Verification.objects.update(tried_at=earlier)
    SweepTap.objects.update(at=earlier)
    assert record(site, Outcome.UNREACHABLE).attempts == 2


def test_differing_after_verified_opens_the_door_again(site: Site) -> None:
    record(site, Outcome.VERIFIED)
    reopened = record(site, Outcome.DISPUTED, note="多一人")
    assert (reopened.finished_at, reopened.outcome) == (None, "disputed")


def test_unreachable_after_verified_is_refused(site: Site) -> None:
    record(site, Outcome.VERIFIED)
    with pytest.raises(Refused) as refusal:
        record(site, Outcome.UNREACHABLE)
    assert refusal.value.code == "already_verified"


def test_a_cancelled_sweep_takes_no_more(site: Site) -> None:
    Verification.objects.update(cancelled_at=timezone.now())
    with pytest.raises(Refused):
        record(site, Outcome.VERIFIED)


def test_floors_go_from_the_top_and_the_next_door_is_on_top(site: Site) -> None:
    sweep = Sweep.objects.get()
    lines = floor_lines(sweep, site.captain)
    assert [line.floor for line in lines] == [3, 2, 1]
    assert next_row(top_floor(site, sweep)).home.number == "301"
    record(site, Outcome.UNREACHABLE)
    assert next_row(top_floor(site, sweep)).home.number == "302"
    assert (progress(sweep).done, progress(sweep).total) == (0, 6)


def top_floor(site: Site, sweep: Sweep) -> list[Verification]:
    unit = site.unit().pk
    return floor_rows(sweep, site.captain, unit, 3, everybody=False)


def test_a_shut_door_names_who_could_reach_it(site: Site) -> None:
    neighbour = site.household("302")
    person = add_member(household=neighbour, fields={"name": "李四"}, by=site.manager)
    add_phone(household=neighbour, resident=person, number="13800001234", by=site.manager)
    add_relative(
        household=site.household("301"),
        relation="女儿",
        name="",
        number="13900001234",
        by=site.manager,
    )
    assert [one.title for one in suggestions(row())] == ["女儿", "302 李**", "周强"]


# Pages


def test_a_tap_records_and_shows_the_next_door(cast: Cast, site: Site) -> None:
    client = cast.client(site.captain)
    sweep = Sweep.objects.get()
    page = client.get(reverse("households:sweep", args=[SLUG, sweep.pk]))
    assert page.context["door"].row.home.number == "301"
    address = reverse("households:verify", args=[SLUG, row().pk])
    answer = client.post(
        address, {"outcome": "verified", "how": "door"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200 and "<html" not in answer.content.decode()
    assert answer.context["door"].row.home.number == "302"
    assert row().outcome == "verified"
    plain = client.post(address, {"outcome": "verified"})
    assert plain.status_code == 302


def test_a_tap_from_my_list_goes_back_to_it(cast: Cast, site: Site) -> None:
    address = reverse("households:verify", args=[SLUG, row().pk])
    client = cast.client(site.captain)
    there = client.post(address, {"outcome": "verified", "next": "/c/yujingwan/my-list/"})
    assert there.url == "/c/yujingwan/my-list/"
    away = client.post(address, {"outcome": "verified", "next": "https://example.com/"})
    assert "example.com" not in away.url


def test_a_wrong_outcome_is_refused(cast: Cast, site: Site) -> None:
    answer = cast.client(site.captain).post(
        reverse("households:verify", args=[SLUG, row().pk]), {"outcome": "unverified"}
    )
    assert answer.status_code == 422
    assert row().tried_at is None


def test_outsiders_and_reviewers_find_no_sweep(cast: Cast, site: Site) -> None:
    sweep, verification = Sweep.objects.get(), row()
    for user in (cast.reviewer, cast.huaidong.manager):
        client = cast.client(user)
        assert client.get(reverse("households:sweep", args=[SLUG, sweep.pk])).status_code == 404
        answer = client.post(
            reverse("households:verify", args=[SLUG, verification.pk]), {"outcome": "verified"}
        )
        assert answer.status_code == 404
    assert row().outcome == "unverified"


def test_the_sweep_asks_as_much_for_twenty_homes_as_for_two(cast: Cast) -> None:
    counts = []
    for floors_ in (1, 10):
        site = cast.huaidong
        with site.open() as compound:
            build_homes(
                compound=compound, patterns=[UnitPattern("1", "1", floors_, 2)], by=site.manager
            )
            sweep = sweep_of(site)
        client = cast.client(site.captain)
        address = reverse("households:sweep", args=["huaidong", sweep.pk])
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12
