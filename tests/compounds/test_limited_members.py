"""Managers keep people to buildings or a stair, and nobody widens themselves."""

from __future__ import annotations

import pytest
from django.urls import reverse

from compounds.actions import UnitPattern, build_homes, end_membership
from compounds.limits import encloses, part_of
from compounds.membership import add_member, limit_member
from compounds.models import Building, Home, Member, Unit, User
from compounds.places import find_place
from compounds.roles import Role
from compounds.rota import Spot, rota
from households.imports import preview_roster
from journal.models import Entry
from lockdown.kernel.errors import Refused
from notices.actions import send_notice
from notices.audience import Audience
from notices.models import NoticeKind
from seals.actions import extend
from seals.lifting import lift
from seals.models import SealOrder
from tests.cast import Cast, Site
from tests.limits import Scene, leaks, limited
from waste.models import DisinfectionRound


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return Scene(cast.yujingwan)


def _fresh(site: Site, role: str) -> Member:
    return Member.objects.select_related("user", "unit__building", "compound").get(
        pk=getattr(site, role).pk
    )


def test_a_manager_limits_a_member_and_the_journal_says_so(scene: Scene) -> None:
    site = scene.site
    with site.open():
        near = scene.near.building
        done = limit_member(member=site.guard, unit=None, buildings=[near.pk], by=site.manager)
        assert done.buildings == [near.pk]
        entry = Entry.objects.get(
            event="MemberLimited", member_id=site.manager.pk, data__name="李建国"
        )
        assert entry.data["part"] == str(near)
        limit_member(member=site.guard, unit=None, buildings=[near.pk], by=site.manager)
        assert Entry.objects.filter(event="MemberLimited", data__name="李建国").count() == 1
        freed = limit_member(member=site.guard, unit=None, buildings=[], by=site.manager)
        assert not freed.is_limited
        assert part_of(freed) == "整个小区"


def test_one_does_not_change_ones_own_limits(scene: Scene) -> None:
    site = scene.site
    manager = limited(site, "manager", by_unit=False)
    with site.open(), pytest.raises(Refused, match="自己"):
        limit_member(member=manager, unit=None, buildings=[], by=manager)


def test_a_manager_of_a_part_gives_nobody_more_than_they_have(scene: Scene) -> None:
    site = scene.site
    manager = limited(site, "manager", by_unit=False)
    with site.open():
        helper = User.objects.create_user("helper", name="帮手")
        for part in ({}, {"buildings": [scene.far.building_id]}, {"unit": scene.far}):
            with pytest.raises(Refused):
                add_member(
                    compound=site.compound, user=helper, role=Role.MANAGER, by=manager, **part
                )
        made = add_member(
            compound=site.compound, user=helper, role=Role.GUARD, unit=scene.near, by=manager
        )
        with pytest.raises(Refused):
            limit_member(member=made, unit=None, buildings=[], by=manager)
        for whole in (site.guard, site.captain):
            with pytest.raises(Refused):
                limit_member(member=whole, unit=scene.near, by=manager)
            with pytest.raises(Refused):
                end_membership(member=whole, by=manager)
        with pytest.raises(Refused):
            build_homes(compound=site.compound, patterns=[UnitPattern("5", "1", 1, 1)], by=manager)


def test_buildings_and_a_stair_at_once_are_refused(scene: Scene) -> None:
    site = scene.site
    with site.open(), pytest.raises(Refused) as caught:
        limit_member(
            member=site.guard, unit=scene.near, buildings=[scene.far.building_id], by=site.manager
        )
    assert caught.value.field == "unit"


def test_a_building_of_another_compound_is_refused(cast: Cast) -> None:
    with cast.huaidong.open():
        foreign = Building.objects.get().pk
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        limit_member(member=site.guard, unit=None, buildings=[foreign], by=site.manager)


def test_work_outside_the_new_limits_goes_to_whoever_limits(scene: Scene) -> None:
    site = scene.site
    with site.open():
        limit_member(
            member=site.cleaner, unit=None, buildings=[scene.near.building_id], by=site.manager
        )
        open_rows = DisinfectionRound.objects.filter(finished_at=None).exclude(
            order__place_kind="compound"
        )
        assert open_rows.get(unit=scene.near).assignee_id == site.cleaner.pk
        assert open_rows.get(unit=scene.far).assignee_id == site.manager.pk
        done = DisinfectionRound.objects.get(unit=scene.far, finished_at__isnull=False)
        assert done.assignee_id == site.cleaner.pk


def test_the_rota_gives_a_building_to_those_who_look_after_it(scene: Scene) -> None:
    site = scene.site
    limited(site, "captain", by_unit=False)
    with site.open():
        near, far = rota().share("verify", [Spot(scene.near.pk, 1), Spot(scene.far.pk, 71)])
        assert near.pk == site.captain.pk
        assert far.pk != site.captain.pk


@pytest.mark.parametrize("by_unit", [False, True])
def test_a_place_is_inside_or_it_is_not(scene: Scene, by_unit: bool) -> None:
    site = scene.site
    member = limited(site, "manager", by_unit=by_unit)
    with site.open():
        home = Home.objects.filter(unit=scene.near).first()
        inside = [find_place(site.compound, "unit", row=scene.near.pk)]
        inside.append(find_place(site.compound, "floor", row=scene.near.pk, floor=1))
        inside.append(find_place(site.compound, "home", row=home.pk))
        building = find_place(site.compound, "building", row=scene.near.building_id)
        outside = [
            find_place(site.compound, "compound"),
            find_place(site.compound, "unit", row=scene.far.pk),
            find_place(site.compound, "building", row=scene.far.building_id),
        ]
        assert all(encloses(member, place) for place in inside)
        assert encloses(member, building) is not by_unit
        assert not any(encloses(member, place) for place in outside)


def test_a_manager_of_a_part_seals_and_lifts_inside_only(scene: Scene) -> None:
    site = scene.site
    manager = limited(site, "manager", by_unit=False)
    client = Cast.client(manager)
    with site.open():
        whole = SealOrder.objects.get(place_kind="compound")
        with pytest.raises(Refused):
            extend(order=whole, ends_at=whole.ends_at.replace(year=2040), reason="x", by=manager)
        with pytest.raises(Refused):
            lift(order=whole, statements={}, by=manager)
        before = SealOrder.objects.count()
    form = {"template": "48-hours", "request_key": "k" * 32}
    for place in ("compound", f"unit:{scene.far.pk}", f"building:{scene.far.building_id}"):
        answer = client.post(
            reverse("seals:order-confirm", args=[site.slug]), form | {"place": place}
        )
        assert answer.status_code == 422
    with site.open():
        assert SealOrder.objects.count() == before
    assert client.get(reverse("seals:order-lift", args=[site.slug, whole.pk])).status_code == 404


def test_an_order_of_the_whole_compound_shows_its_own_part(scene: Scene) -> None:
    """It is there, with the recalls and facts of the member's building and no others."""
    site = scene.site
    with site.open():
        whole = SealOrder.objects.get(place_kind="compound").pk
    everything = Cast.client(site.guard)
    client = Cast.client(limited(site, "captain", by_unit=False))
    for name in (
        "seals:order",
        "seals:order-document",
        "api-order",
        "api-order-recalls",
        "api-order-tasks",
    ):
        path = reverse(name, args=[site.slug, whole])
        answer = client.get(path)
        assert answer.status_code == 200, name
        assert leaks(answer.content.decode()) == [], name
        if name in {"seals:order", "api-order-recalls"}:
            assert leaks(everything.get(path).content.decode()), name
    assert client.get(reverse("api-order-checklist", args=[site.slug, whole])).status_code == 404


def test_a_board_kept_for_others_is_not_shown(scene: Scene) -> None:
    site = scene.site
    path = reverse("reports:board", args=[site.slug])
    with site.open():
        second = User.objects.create_user("second", name="副经理")
        add_member(
            compound=site.compound,
            user=second,
            role=Role.MANAGER,
            buildings=[scene.near.building_id],
            by=site.manager,
        )
    assert leaks(Cast.client(site.manager).get(path).content.decode())
    assert leaks(Cast.client(second).get(path).content.decode()) == []
    assert leaks(Cast.client(site.manager).get(path).content.decode())


def test_a_notice_stays_inside(scene: Scene) -> None:
    site = scene.site
    manager = limited(site, "manager", by_unit=False)

    def send(audience: Audience, key: str) -> None:
        send_notice(
            compound=site.compound,
            kind=NoticeKind.GENERAL,
            title="t",
            body="b",
            cause=key,
            audience=audience,
            by=manager,
        )

    with site.open():
        for number, audience in enumerate((Audience(), Audience(units=(scene.far.pk,)))):
            with pytest.raises(Refused):
                send(audience, f"out-{number}")
        send(Audience(buildings=(scene.near.building_id,)), "in")
    answer = Cast.client(manager).post(
        reverse("notices:new", args=[site.slug]),
        {"title": "t", "body": "b", "doors": "77-8-7101", "request_key": "r", "deed": "send"},
    )
    assert answer.status_code == 422
    counted = Cast.client(manager).post(reverse("notices:count", args=[site.slug]), {})
    assert "6" in counted.content.decode()


def test_labels_and_rosters_stay_inside(scene: Scene) -> None:
    site = scene.site
    manager = limited(site, "manager", by_unit=False)
    client = Cast.client(manager)
    labels = reverse("households:labels", args=[site.slug])
    assert client.post(labels, {"kind": "unit", "row": scene.far.pk}).status_code == 404
    assert client.post(labels, {"kind": "unit", "row": scene.near.pk}).status_code == 200
    with site.open(), pytest.raises(Refused) as caught:
        preview_roster(
            compound=site.compound,
            file_name="b.csv",
            data="楼栋,单元,房号,姓名\n77,8,7102,某某\n".encode(),
            unit=None,
            by=manager,
        )
    assert caught.value.code == "beyond_limits"
    sheet = client.get(reverse("households:import-template", args=[site.slug]))
    assert sheet.status_code == 200
    assert b"7101" not in b"".join(sheet)


def test_the_form_limits_by_ticks_and_keeps_what_was_refused(scene: Scene) -> None:
    site = scene.site
    client = Cast.client(site.manager)
    with site.open():
        guard = _fresh(site, "guard")
    path = reverse("compounds:member-limit", args=[site.slug, guard.pk])
    near = scene.near.building_id
    assert client.post(path, {"buildings": [near], "unit": scene.near.pk}).status_code == 422
    assert client.post(path, {"buildings": [near]}).status_code == 302
    with site.open():
        assert _fresh(site, "guard").buildings == [near]
    page = client.get(reverse("compounds:settings", args=[site.slug])).content.decode()
    assert str(scene.near.building) in page
    assert client.post(path, {"buildings": [], "unit": scene.near.pk}).status_code == 302
    with site.open():
        assert _fresh(site, "guard").unit_id == scene.near.pk
        assert Unit.objects.count() == 2


def test_who_joins_through_a_manager_of_a_part_gets_that_part(scene: Scene) -> None:
    site = scene.site
    manager = limited(site, "manager", by_unit=False)
    answer = Cast.client(manager).post(
        reverse("compounds:member-add", args=[site.slug]),
        {"username": "neu", "name": "新人", "role": "guard"},
    )
    assert answer.status_code == 200
    with site.open():
        assert Member.objects.get(user__username="neu").buildings == [scene.near.building_id]
