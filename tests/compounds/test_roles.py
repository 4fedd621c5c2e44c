"""The table that an auditor reads is the table by which pages decide."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compounds.membership import add_member
from compounds.models import Member, User
from compounds.roles import MEANS, PERMISSIONS, SAYS, Permission, Role, rooms
from tests.cast import Cast
from tests.limits import Scene, leaks, limited


def test_every_permission_has_a_sentence_and_stands_in_one_room() -> None:
    placed = [one for _title, several in rooms() for one in several]
    assert sorted(placed) == sorted(Permission)
    assert set(MEANS) == set(Permission)
    assert set(SAYS) == set(Role)
    assert str(rooms()[-1][0]) not in {"Other", "其他"}, "give the new permission a room"


def test_the_sheet_says_what_the_rules_say(cast: Cast) -> None:
    site = cast.yujingwan
    answer = Cast.client(site.manager).get(reverse("compounds:roles", args=[site.slug]) + "?as=csv")
    assert answer["Content-Disposition"] == 'attachment; filename="roles-yujingwan.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][3:] == [str(role.label) for role in Role]
    given = {row[1]: [bool(mark) for mark in row[3:]] for row in rows[1 : 1 + len(Permission)]}
    for permission in Permission:
        wanted = [permission in PERMISSIONS[role] for role in Role]
        assert given[str(permission.label)] == wanted, permission
    assert [str(Role.MANAGER.label), site.manager.name] in [row[:2] for row in rows]


def test_the_reviewers_powers_are_spelled_out(cast: Cast) -> None:
    page = Cast.client(cast.reviewer).get(reverse("compounds:roles", args=["yujingwan"]))
    text = page.content.decode()
    assert str(SAYS[Role.REVIEWER]) in text
    assert cast.yujingwan.guard.name not in text


def test_names_limits_and_changes_are_for_managers_of_the_whole(cast: Cast) -> None:
    scene = Scene(cast.yujingwan)
    path = reverse("compounds:roles", args=[scene.site.slug])
    page = Cast.client(scene.site.manager).get(path).content.decode()
    assert "李建国" in page
    assert str(scene.far.building) in page
    part = Cast.client(limited(scene.site, "manager", by_unit=False)).get(path).content.decode()
    assert leaks(part) == []
    assert "李建国" not in part


def test_a_name_that_looks_like_a_formula_is_quoted(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        Member.objects.filter(pk=site.guard.pk).update(name="=1+1")
    path = reverse("compounds:roles", args=[site.slug]) + "?as=csv"
    assert "'=1+1" in Cast.client(site.manager).get(path).content.decode()


@pytest.mark.parametrize("name", ["compounds:roles", "compounds:settings"])
def test_the_page_asks_the_same_for_more_members(cast: Cast, name: str) -> None:
    scene = Scene(cast.yujingwan)
    site = scene.site
    client = Cast.client(site.manager)
    path = reverse(name, args=[site.slug])
    few = queries_of(client, path)
    with site.open():
        for number in range(20):
            user = User.objects.create_user(f"more-{number}", name=f"新人{number}")
            add_member(
                compound=site.compound,
                user=user,
                role=Role.VOLUNTEER,
                buildings=[scene.near.building_id],
                by=site.manager,
            )
    many = queries_of(client, path)
    assert len(many) == len(few)
    assert len([one for one in many if one.startswith("SELECT")]) <= 12, many


def queries_of(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return [one["sql"] for one in seen]


def test_a_members_own_page_says_what_they_may(cast: Cast) -> None:
    page = Cast.client(cast.yujingwan.adviser).get("/account/duties/").content.decode()
    assert str(MEANS[Permission.MEDICAL_SEE]) in page
    assert str(MEANS[Permission.ORDER_SEAL]) not in page
    reviewer = Cast.client(cast.reviewer).get("/account/duties/").content.decode()
    assert cast.yujingwan.compound.name in reviewer
    assert cast.huaidong.compound.name in reviewer
    assert Cast.client(cast.stranger).get("/account/duties/").status_code == 200
