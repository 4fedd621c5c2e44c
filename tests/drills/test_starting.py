"""Starting and ending a drill: what is copied, what is invented, and what stays untouched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps

from compounds.access import granted, membership, memberships
from compounds.models import Compound, Home, Member
from compounds.places import Place
from compounds.roles import Permission, Role
from drills.actions import end
from drills.building import read_model
from drills.models import Drill, Mode
from drills.people import invent
from households.models import Access, CareFlag, CareKind, Household, Phone, Resident
from journal.models import Entry
from lockdown.demo.clock import at
from lockdown.kernel.errors import Refused
from lockdown.kernel.tenancy import TenantModel
from notices.models import Receipt
from seals.models import OrderState, PlanPart, SealOrder
from seals.planning import place_of
from tests.cast import Cast, Site
from tests.drills.scene import Practised
from tests.seals.scene import elder

OWN = {"drills_drill", "journal_entry"}


def rows(site: Site) -> dict[str, list[tuple]]:
    """Every row of every tenant table of the real compound, but for drills and the journal."""
    models = [one for one in apps.get_models() if issubclass(one, TenantModel)]
    with site.open():
        return {
            one._meta.db_table: list(one.objects.order_by("pk").values_list())
            for one in models
            if one._meta.db_table not in OWN
        }


def test_doors_and_staff_are_copied_and_people_invented(site: Site, practised: Practised) -> None:
    with site.open():
        elder(site, "301", "杨静", "13800000128")
    drill = practised.start()
    with practised.inside(drill):
        assert list(Home.objects.values_list("label", flat=True)) == [
            f"1-1-{floor}0{door}" for floor in (1, 2, 3) for door in (1, 2)
        ]
        roles = set(Member.objects.values_list("role", flat=True))
        assert roles == set(Role.values) - {Role.REVIEWER}
        assert Household.objects.count() == 6
        assert Resident.objects.count() >= 6
        assert not Resident.objects.filter(name="杨静").exists()
        assert {number[:3] for number in Phone.objects.values_list("number", flat=True)} <= {"100"}
        assert CareFlag.objects.filter(kind=CareKind.LONE_ELDER).count() == 1
    assert drill.practice.name == "御景湾 · 演练"
    assert drill.practice.organization_id == site.compound.organization_id
    assert set(drill.scripts) == {str(pk) for pk in _files(practised, drill)}


def _files(practised: Practised, drill: Drill) -> list[int]:
    with practised.inside(drill):
        return list(Household.objects.values_list("pk", flat=True))


def test_the_order_is_real_and_one_plan_day_long(practised: Practised) -> None:
    drill = practised.start(pace=60)
    with practised.inside(drill):
        order = SealOrder.objects.get(pk=drill.order_id)
        assert order.ends_at - order.starts_at == timedelta(minutes=24)
        assert order.days == 1
        assert place_of(order).homes().count() == 6
        assert not PlanPart.objects.filter(started_at=None).exists()
        assert Receipt.objects.count() == 6


def test_the_same_form_twice_is_one_drill(site: Site, practised: Practised) -> None:
    assert practised.start("key").pk == practised.start("key").pk
    assert Compound.objects.filter(practice_of=site.compound).count() == 1


def test_starting_and_ending_are_recorded(site: Site, practised: Practised) -> None:
    drill = practised.start()
    with site.open():
        end(drill=drill, by=site.manager)
        events = list(Entry.objects.filter(event__startswith="Drill").values_list("event", "by"))
    assert sorted(events) == [("DrillEnded", "王芳"), ("DrillStarted", "王芳")]


def test_the_real_compounds_rows_stay_untouched(site: Site, practised: Practised) -> None:
    with site.open():
        elder(site, "301")
    before = rows(site)
    drill = practised.play(practised.start(), 120)
    with site.open():
        end(drill=drill, by=site.manager)
    assert rows(site) == before


def test_two_drills_at_once_know_nothing_of_each_other(practised: Practised) -> None:
    one, two = practised.start("one"), practised.start("two", seed=8)
    assert one.practice.slug != two.practice.slug
    with practised.inside(two):
        waiting = Receipt.objects.filter(finished_at=None).count()
    practised.play(one, 60)
    with practised.inside(two):
        assert Receipt.objects.filter(finished_at=None).count() == waiting


def test_a_fourth_drill_at_once_is_refused(practised: Practised) -> None:
    for number in range(3):
        practised.start(f"key-{number}")
    with pytest.raises(Refused, match="3"):
        practised.start("one more")


def test_a_drill_within_a_drill_is_refused(site: Site, practised: Practised) -> None:
    drill = practised.start()
    with practised.inside(drill):
        member = Member.objects.filter(role=Role.MANAGER).select_related("compound").get()
        inner = Site(drill.practice, {"manager": member})
        with pytest.raises(Refused):
            Practised(inner, practised.capture).start("inner")


def test_a_place_without_homes_is_refused(cast: Cast, practised: Practised) -> None:
    site = practised.site
    with site.open():
        place = Place(site.compound, "floor", unit=site.unit(), floor=40)
    with pytest.raises(Refused):
        practised.start(place=place)
    assert not Compound.objects.filter(practice_of=site.compound).exists()


def test_ending_closes_the_practice_compound(site: Site, practised: Practised) -> None:
    drill = practised.start()
    assert membership(site.captain.user, drill.practice.slug) is not None
    with site.open():
        first = end(drill=drill, by=site.manager)
    assert membership(site.captain.user, drill.practice.slug) is None
    with practised.inside(drill):
        assert SealOrder.objects.get().state == OrderState.CANCELLED
        assert not Receipt.objects.open().exists()
    with site.open():
        again = end(drill=drill, by=site.captain)
    assert (again.ended_at, again.ended_by, again.card) == (first.ended_at, "王芳", first.card)


def test_helpers_are_volunteers_who_cannot_sign_in(practised: Practised) -> None:
    drill = practised.start(helpers=2)
    with practised.inside(drill):
        more = Member.objects.filter(user__is_active=False).select_related("user")
        assert [one.role for one in more] == [Role.VOLUNTEER, Role.VOLUNTEER]
        assert not any(one.user.has_usable_password() for one in more)


def test_a_member_limited_to_another_stair_is_not_taken_along(
    site: Site, practised: Practised
) -> None:
    with site.open():
        place = Place(site.compound, "unit", unit=site.unit())
        Member.objects.filter(pk=site.guard.pk).update(buildings=[site.unit().building_id])
        assert site.guard.pk in {one.pk for one in read_model(place).staff}
        Member.objects.filter(pk=site.guard.pk).update(buildings=[10**9])
        assert site.guard.pk not in {one.pk for one in read_model(place).staff}


def test_practice_is_no_part_of_what_reviewers_search(site: Site, practised: Practised) -> None:
    drill = practised.start()
    may = granted(site.manager.user, Permission.HOUSEHOLD_SEE)
    assert (site.compound.pk in may, drill.practice_id in may) == (True, False)
    assert drill.practice_id in {one.compound_id for one in memberships(site.manager.user)}


def test_a_seed_invents_the_same_people_again(site: Site) -> None:
    now = site.compound.created_at
    with site.open():
        homes = list(Home.objects.all())
    one, two, three = (invent(homes, seed, now=now) for seed in (5, 5, 6))
    assert one == two
    assert one != three


def test_nobody_holds_the_secret_of_an_invented_page(practised: Practised) -> None:
    drill = practised.start(seed=3)
    with practised.inside(drill):
        digests = set(Access.objects.values_list("digest", flat=True))
    other = practised.start("again", seed=3)
    with practised.inside(other):
        assert digests.isdisjoint(Access.objects.values_list("digest", flat=True))


def test_in_a_drill_of_people_nobody_works_by_himself(practised: Practised) -> None:
    drill = practised.start(mode=Mode.PEOPLE)
    with at(practised.began):
        practised.play(drill, 200)
    with practised.inside(drill):
        assert not Receipt.objects.filter(finished_by__isnull=False).exists()
