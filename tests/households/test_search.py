"""One box: doors in any spelling, names, pinyin, initials, last four digits; within the walls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compounds.actions import UnitPattern, build_homes
from compounds.models import Building, Home, Member
from compounds.roles import Role
from households.actions import open_missing_files
from households.files import add_member, add_phone, move_out
from households.models import Resident
from households.search import after, find, plain
from lockdown.kernel.tenancy import scope
from tests.cast import Cast, Site


@pytest.fixture
def site(cast: Cast) -> Iterator[Site]:
    """Two buildings: 单小明 with a phone in 1-1-101, 王芳 in 3-1-502."""
    with cast.yujingwan.open():
        build_homes(
            compound=cast.yujingwan.compound,
            patterns=[UnitPattern("3", "1", 6, 2), UnitPattern("A", "2", 1, 1)],
            by=cast.yujingwan.manager,
        )
        open_missing_files(compound=cast.yujingwan.compound, homes=Home.objects.all())
        _lives(cast.yujingwan, "1-1-101", "单小明", "13800008000")
        _lives(cast.yujingwan, "3-1-502", "王芳", "13900001234")
        yield cast.yujingwan


def _lives(site: Site, label: str, name: str, number: str) -> Resident:
    home = Home.objects.get(label=label)
    file = home.households.select_related("home").get(closed_at=None)
    who = add_member(household=file, fields={"name": name}, by=site.manager)
    add_phone(household=file, resident=who, number=number, by=site.manager)
    return who


def labels(text: str, member: Member | None = None) -> list[str]:
    return [hit.label for hit in find(text, member=member)]


@pytest.mark.parametrize(
    "text",
    [
        "3-1-502", "3号楼1单元502", "３－１－５０２", "3栋1单元0502室", "502", "0502", "3 - 1 - 502",
        "王芳", "芳", "wf", "WF", "wangfang", "wangf", "1234", "13900001234", "fang",
    ],
)  # fmt: skip
def test_a_home_is_found_by_whatever_people_know(site: Site, text: str) -> None:
    assert labels(text) == ["3-1-502"]


def test_a_surname_that_reads_unlike_its_word_is_found(site: Site) -> None:
    assert labels("shanxm") == []
    assert labels("sxm") == labels("shanxiaoming") == labels("小明") == ["1-1-101"]


def test_a_building_with_a_letter_is_found_in_either_case(site: Site) -> None:
    assert labels("A-2-101") == labels("a-2-101") == labels("A座2单元101") == ["A-2-101"]


def test_what_is_likeliest_comes_first(site: Site) -> None:
    _lives(site, "3-1-601", "王芳芳", "13900000502")
    assert labels("王芳") == ["3-1-502", "3-1-601"]
    assert labels("502")[0] == "3-1-502"
    assert labels("0502") == ["3-1-502", "3-1-601"]  # a door before a phone's last four
    assert labels("5") == ["3-1-501", "3-1-502"]


def test_nothing_is_found_by_nothing(site: Site) -> None:
    for text in ("", "  ", "%", "_", "'; --", "不在", "zzz", "9999"):
        assert find(text) == []


def test_who_moved_out_is_not_found(site: Site) -> None:
    move_out(resident=Resident.objects.get(name="王芳"), by=site.manager)
    assert labels("wf") == []
    assert labels("3-1-502") == ["3-1-502"]


def test_other_compounds_are_not_searched(cast: Cast, site: Site) -> None:
    with cast.huaidong.open():
        assert labels("wf") == labels("3-1-502") == []


def test_a_limited_member_finds_only_the_own_part(site: Site) -> None:
    limited = site.captain
    limited.buildings = [Building.objects.get(number="1").pk]
    assert labels("wf", limited) == labels("502", limited) == []
    assert labels("小明", limited) == ["1-1-101"]
    limited.unit = Home.objects.get(label="3-1-502").unit
    assert labels("502", limited) == ["3-1-502"]


def test_a_search_asks_twice_whatever_it_finds(site: Site) -> None:
    for text in ("3-1-502", "1", "wf"):
        with CaptureQueriesContext(connection) as seen:
            assert find(text)
        assert len(seen) == 2


def test_a_question_is_read_in_half_width_and_cut(db: None) -> None:
    assert plain(" ＺＨＡＮＧ 三 ") == "zhang三"
    assert len(plain("王" * 500)) == 40
    assert "ab" < "abz" < after("ab")


def test_one_certain_hit_opens_the_file(cast: Cast, site: Site) -> None:
    client = cast.client(site.manager)
    answer = client.get(reverse("households:search", args=["yujingwan"]), {"q": "wf"})
    file = Home.objects.get(label="3-1-502").households.get(closed_at=None)
    assert answer["Location"] == reverse("households:file", args=["yujingwan", file.pk])


def test_several_hits_are_listed_and_none_says_what_to_try(cast: Cast, site: Site) -> None:
    client = cast.client(site.manager)
    address = reverse("households:search", args=["yujingwan"])
    page = client.get(address, {"q": "50"}).content.decode()
    assert "3-1-501" in page
    assert "3-1-502" in page
    assert "没有找到" in client.get(address, {"q": "查无此人"}).content.decode()
    part = client.get(address, {"q": "wf"}, headers={"HX-Request": "true"}).content.decode()
    assert "王芳" in part
    assert "<html" not in part


def test_a_reviewer_finds_masked_names_in_granted_compounds_only(cast: Cast, site: Site) -> None:
    _in(cast.huaidong, "王建国")
    _in(cast.xiaodongmen, "王建业")
    client = cast.client(cast.reviewer)
    page = client.get(reverse("reports:review-search"), {"q": "王"}).content.decode()
    assert "御景湾" in page
    assert "槐东" in page
    assert "小东门" not in page
    assert "王**" in page
    for name in ("王芳", "王建国", "王建业"):
        assert name not in page


def _in(other: Site, name: str) -> None:
    with scope([other.compound.pk]):
        add_member(household=other.household("102"), fields={"name": name}, by=other.manager)


@pytest.mark.parametrize("who", ["manager", "guard", "adviser"])
def test_only_reviewers_search_across_compounds(cast: Cast, who: str) -> None:
    client = cast.client(getattr(cast.yujingwan, who))
    assert client.get(reverse("reports:review-search"), {"q": "502"}).status_code == 404


def test_an_adviser_does_not_search_files(cast: Cast, site: Site) -> None:
    assert site.adviser.role == Role.ADVISER
    client = cast.client(site.adviser)
    address = reverse("households:search", args=["yujingwan"])
    assert client.get(address, {"q": "502"}).status_code == 404
