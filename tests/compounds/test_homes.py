"""Opening a compound and building its homes."""

from __future__ import annotations

import pytest

from compounds.actions import UnitPattern, build_homes, open_compound
from compounds.models import Compound, Home, Member, User
from journal.models import Entry
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import scope
from tests.cast import Cast


def test_a_pattern_builds_floors_and_doors_in_walking_order(cast: Cast) -> None:
    with cast.yujingwan.open() as compound:
        pattern = UnitPattern("2", "1", floors=18, doors=5)
        assert build_homes(compound=compound, patterns=[pattern], by=cast.yujingwan.manager) == 90
        homes = list(Home.objects.filter(building__number="2").values_list("number", flat=True))
        assert homes[0] == "101"
        assert homes[5] == "201"
        assert homes[-1] == "1805"


def test_building_the_same_pattern_twice_adds_nothing(cast: Cast) -> None:
    with cast.yujingwan.open() as compound:
        before = (Home.objects.count(), Entry.objects.count())
        pattern = UnitPattern("1", "1", floors=3, doors=2)
        assert build_homes(compound=compound, patterns=[pattern], by=cast.yujingwan.manager) == 0
        assert (Home.objects.count(), Entry.objects.count()) == before


def test_more_homes_than_a_compound_holds_are_refused(cast: Cast) -> None:
    with cast.yujingwan.open() as compound, pytest.raises(Refused):
        pattern = UnitPattern("9", "1", floors=999, doors=99)
        build_homes(compound=compound, patterns=[pattern], by=cast.yujingwan.manager)


def test_only_an_officer_opens_a_compound(cast: Cast) -> None:
    with pytest.raises(Refused):
        open_compound(
            organization=cast.yujingwan.compound.organization,
            name="假冒",
            slug="fake",
            duty_phone="",
            by=cast.stranger,
        )
    assert not Compound.objects.filter(slug="fake").exists()


def test_a_taken_short_name_is_refused_with_the_field(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        open_compound(
            organization=cast.yujingwan.compound.organization,
            name="重名",
            slug="huaidong",
            duty_phone="",
            by=cast.yujingwan.manager.user,
        )
    assert refusal.value.field == "slug"


def test_the_officer_opens_a_compound_on_the_page_and_lands_on_its_board(cast: Cast) -> None:
    client = cast.client(cast.yujingwan.manager)
    answer = client.post(
        "/company/compounds/new/",
        {
            "organization": cast.yujingwan.compound.organization_id,
            "name": "新苑",
            "slug": "xinyuan",
            "duty_phone": "0744-8000009",
            "pattern": "1 1 18 5\n2栋，1单元，6，2",
        },
    )
    assert answer.status_code == 302
    compound = Compound.objects.get(slug="xinyuan")
    with scope([compound.pk]):
        assert Home.objects.count() == 102
        assert Home.objects.filter(label="2-1-602").exists()
        assert Member.objects.get().role == "manager"


@pytest.mark.parametrize("pattern", ["", "1 1 18", "1 1 0 5", "1 1 18 99", "一 二 三 四"])
def test_a_pattern_that_makes_no_sense_is_kept_and_explained(cast: Cast, pattern: str) -> None:
    data = {
        "organization": cast.yujingwan.compound.organization_id,
        "name": "新苑",
        "slug": "xinyuan",
        "duty_phone": "1",
        "pattern": pattern,
    }
    answer = cast.client(cast.yujingwan.manager).post("/company/compounds/new/", data)
    assert answer.status_code == 422
    assert "新苑" in answer.content.decode()
    assert not Compound.objects.filter(slug="xinyuan").exists()


def test_a_new_member_gets_a_password_once(cast: Cast) -> None:
    client = cast.client(cast.yujingwan.manager)
    data = {"username": "newbie", "name": "新来", "role": "guard"}
    answer = client.post("/c/yujingwan/settings/members/", data)
    assert answer.status_code == 200
    assert "newbie / " in answer.content.decode()
    assert User.objects.get(username="newbie").has_usable_password()
    again = client.post("/c/yujingwan/settings/members/", data)
    assert again.status_code == 302
    with cast.yujingwan.open():
        assert Member.objects.filter(user__username="newbie", left_at=None).count() == 1
