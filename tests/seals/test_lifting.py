"""What stands between a place and its lifting: named, sorted, capped; signed once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.models import Home
from compounds.places import find_place
from households.models import Outcome, Presence, Verification
from households.sweeps import How, verify
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals.lift import SHOWN, checklist
from seals.lifting import lift
from seals.models import OrderState, Recall, SealOrder
from seals.recalls import record_recall
from tests.cast import Cast, Site, make_cast
from tests.households.queries import asked
from tests.seals.scene import away, person, seal_place, step


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def sealed(site: Site, on_commit, **more) -> SealOrder:
    steps = [step("verify"), step("recall"), step("notice")]
    with on_commit(execute=True), site.open():
        return seal_place(site, **({"steps": steps} | more))


def words(order: SealOrder) -> dict[str, str]:
    return {one.key: "已落实" for one in checklist(order, timezone.now())}


def found(order: SealOrder, key: str):
    return next(one for one in checklist(order, timezone.now()) if one.key == key)


def test_each_condition_names_people_with_the_row_where_it_is_settled(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        away(site, "201", "闫洋")
        person(site, "302", "欧阳静", is_head=True)
    order = sealed(site, django_capture_on_commit_callbacks)
    with site.open():
        first = found(order, "recalled").behind[0]
        recall = Recall.objects.get()
        assert (first.label, first.who) == ("201 闫**", recall.assignee.name)
        assert first.url == reverse("seals:recall-record", args=[site.slug, recall.pk])
        doors = {one.label: one for one in found(order, "verified").behind}
        assert "302 欧阳**" in doors
        row = Verification.objects.get(home__number="302")
        assert doors["302 欧阳**"].url.endswith(f"/sweeps/{row.sweep_id}/?all=1&at={row.pk}")


def test_what_is_known_of_a_door_stands_beside_it(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        away(site, "201")
    order = sealed(site, django_capture_on_commit_callbacks)
    with site.open():
        row = Verification.objects.get(home__number="302")
        verify(
            verification=row, outcome=Outcome.UNREACHABLE, how=How.DOOR, note="", by=site.captain
        )
        record_recall(recall=Recall.objects.get(), outcome="no_answer", by=site.captain)
        notes = {one.label: one.note for one in found(order, "verified").behind}
        assert notes["302"] == str(Outcome.UNREACHABLE.label)
        assert notes["301"] == ""
        assert "1" in found(order, "recalled").behind[0].note


def test_lifting_is_refused_with_the_names(site: Site, django_capture_on_commit_callbacks) -> None:
    with site.open():
        away(site, "201", "闫洋")
    order = sealed(site, django_capture_on_commit_callbacks)
    with site.open(), pytest.raises(Refused) as refusal:
        lift(order=order, statements={}, by=site.manager)
    said = str(refusal.value)
    assert refusal.value.code == "not_ready"
    assert "201 闫**" in said
    assert "闫洋" not in said
    with site.open():
        assert SealOrder.objects.get().state == OrderState.IN_FORCE
        assert Entry.objects.filter(event="OrderLifted").count() == 0


def test_the_fact_of_lifting_holds_numbers_as_they_were(
    site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        away(site, "201")
        person(site, "101", "张明")
        person(site, "102", "王敏", presence=Presence.TRANSFERRED)
    order = sealed(site, django_capture_on_commit_callbacks)
    with site.open():
        lift(order=order, statements=words(order), by=site.manager)
        data = Entry.objects.get(event="OrderLifted").data
        assert data == {
            "place": "1栋1单元",
            "homes": 6,
            "households": 6,
            "inside": 1,
            "out": 1,
            "elsewhere": 1,
        }
        with pytest.raises(Refused) as refusal:
            lift(order=order, statements=words(order), by=site.manager)
        assert refusal.value.code == "not_in_force"
        assert Entry.objects.filter(event="OrderLifted").count() == 1


def page(cast: Cast, site: Site, order: SealOrder) -> tuple[str, int]:
    client = cast.client(site.manager)
    path = reverse("seals:order-lift", args=[site.slug, order.pk])
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode(), asked(seen)


def test_long_lists_are_capped_and_cost_the_same(
    db: None, django_capture_on_commit_callbacks
) -> None:
    cast = make_cast(floors=12, doors=5)
    counted = []
    for site, kind in ((cast.yujingwan, "floor"), (cast.xiaodongmen, "unit")):
        with site.open():
            for home in Home.objects.all():
                person(site, home.number, "闫洋", presence=Presence.AWAY)
            place = find_place(site.compound, kind, row=site.unit().pk, floor=3)
        order = sealed(site, django_capture_on_commit_callbacks, place=place)
        html, queries = page(cast, site, order)
        counted.append(queries)
        with site.open():
            finding = found(order, "verified")
            assert finding.count == place.homes().count()
            assert len(finding.behind) == min(finding.count, SHOWN)
        assert (f"另有 {finding.more}" in html) == (kind == "unit")
    assert counted[0] == counted[1] <= 12


def test_what_blocks_most_comes_first_and_what_is_met_stays_quiet(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        away(site, "201")
    order = sealed(site, django_capture_on_commit_callbacks)
    html, _queries = page(cast, site, order)
    places = [html.index(f'id="c-{key}"') for key in ("verified", "recalled", "no_new_case")]
    assert places == sorted(places)
    assert 'id="c-plan"' not in html  # every part was started: among the settled


def test_a_refused_signature_marks_what_lacks_words_and_keeps_what_was_typed(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    order = sealed(site, django_capture_on_commit_callbacks)
    path = reverse("seals:order-lift", args=[site.slug, order.pk])
    answer = cast.client(site.manager).post(path, {"statement-verified": "已逐户电话确认"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "已逐户电话确认" in html
    assert 'id="statement-no_new_case-error"' in html
    assert 'id="statement-verified-error"' not in html


def test_an_order_beyond_a_members_limits_is_not_theirs_to_lift(
    cast: Cast, site: Site, django_capture_on_commit_callbacks
) -> None:
    order = sealed(site, django_capture_on_commit_callbacks)
    manager = site.manager
    with site.open():
        manager.buildings = [order.building_id + 1000]
        manager.save(update_fields=["buildings"])
    path = reverse("seals:order-lift", args=[site.slug, order.pk])
    assert cast.client(manager).get(path).status_code == 404
    with site.open():
        manager.buildings = [order.building_id]
        manager.save(update_fields=["buildings"])
    assert cast.client(manager).get(path).status_code == 200
