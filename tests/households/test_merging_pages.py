"""Two files made one from the pages, by whoever may."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compounds.actions import UnitPattern, build_homes
from compounds.models import Home
from households.actions import open_missing_files
from households.models import (
    Household,
    Resident,
)
from tests.cast import Cast, Site
from tests.households.pairs import SLUG, unite
from tests.households.people import person
from tests.households.queries import asked


@pytest.fixture
def site(cast: Cast) -> Site:
    with cast.yujingwan.open():
        yield cast.yujingwan


def test_a_pair_is_compared_and_merged_from_the_pages(cast: Cast, site: Site) -> None:
    for door in ("101", "302"):
        person(site, door, "王丽", birth_year=1980)
    client = cast.client(site.manager)
    listed = client.get(reverse("households:duplicates", args=[SLUG])).content.decode()
    assert "1-1-101" in listed and "1-1-302" in listed
    survivor, other = site.household("101"), site.household("302")
    address = reverse("households:merge", args=[SLUG, survivor.pk])
    assert client.get(address, {"other": other.pk}).status_code == 200
    assert Household.objects.filter(merged_into__isnull=False).count() == 0
    assert client.post(address, {"other": other.pk}).status_code == 302
    assert Household.objects.get(pk=other.pk).merged_into == survivor


def test_the_other_file_is_found_by_door_or_name(cast: Cast, site: Site) -> None:
    person(site, "302", "李梅")
    client = cast.client(site.manager)
    address = reverse("households:merge", args=[SLUG, site.household("101").pk])
    page = client.get(address, {"q": "李梅"}).content.decode()
    assert f"?other={site.household('302').pk}" in page
    assert client.get(address).status_code == 200


def test_merging_a_file_into_itself_answers_with_a_sentence(cast: Cast, site: Site) -> None:
    file = site.household("101")
    address = reverse("households:merge", args=[SLUG, file.pk])
    answer = cast.client(site.manager).post(address, {"other": file.pk})
    assert answer.status_code == 422
    assert "同一份" in answer.content.decode()


def test_whoever_comes_second_is_told_where_the_file_went(cast: Cast, site: Site) -> None:
    survivor, other = site.household("101"), site.household("302")
    unite(site)
    client = cast.client(site.manager)
    back = reverse("households:merge", args=[SLUG, other.pk])
    answer = client.post(back, {"other": survivor.pk})
    assert answer.status_code == 422 and "1-1-101" in answer.content.decode()


def test_pages_of_merging_are_for_those_who_may(cast: Cast, site: Site) -> None:
    file, who = site.household("101"), person(site, "101", "张小明")
    client = cast.client(site.captain)
    for name, args in (("duplicates", []), ("merge", [file.pk]), ("people-merge", [who.pk])):
        assert client.get(reverse(f"households:{name}", args=[SLUG, *args])).status_code == 404


def test_another_compounds_file_cannot_be_named(cast: Cast, site: Site) -> None:
    with cast.huaidong.open():
        foreign = cast.huaidong.household("101").pk
    client = cast.client(site.manager)
    address = reverse("households:merge", args=[SLUG, site.household("101").pk])
    for other in (foreign, "x", "9" * 30):
        assert client.post(address, {"other": other}).status_code in {404}


def test_a_person_entered_twice_is_made_one_from_the_page(cast: Cast, site: Site) -> None:
    kept, gone = person(site, "101", "张小明"), person(site, "101", "张晓明")
    client = cast.client(site.manager)
    address = reverse("households:people-merge", args=[SLUG, kept.pk])
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"other": gone.pk}).status_code == 302
    assert client.get(reverse("households:member-edit", args=[SLUG, gone.pk])).status_code == 404


def test_the_list_of_pairs_asks_as_much_for_fifteen_as_for_one(cast: Cast) -> None:
    site, counts = cast.huaidong, []
    client = cast.client(site.manager)
    for pairs in (1, 15):
        with site.open() as compound:
            pattern = UnitPattern("9", "1", 15, 2)
            build_homes(compound=compound, patterns=[pattern], by=site.manager)
            open_missing_files(compound=compound, homes=Home.objects.all())
            for floor in range(1, pairs + 1):
                for file in Household.objects.filter(
                    home__building__number="9", home__floor=floor, residents=None
                ):
                    Resident.objects.create(
                        compound=compound, household=file, name=f"王{floor}", birth_year=1980
                    )
        with CaptureQueriesContext(connection) as seen:
            page = client.get(reverse("households:duplicates", args=["huaidong"]))
        assert page.content.decode().count("card pair") == pairs
        counts.append(asked(seen))
    assert counts[0] == counts[1] <= 12
