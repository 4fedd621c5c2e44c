"""A member of one building and orders that reach beyond it: refused, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Building, Home
from compounds.places import find_place
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals.actions import extend, reduce
from seals.builtin import find_builtin
from seals.cancelling import cancel, throw_away
from seals.drafts import save_draft
from seals.easing import ease
from seals.lifting import lift
from seals.models import Level, OrderChange, OrderState, PlanPart, SealOrder
from seals.restarting import keep_clock, restart, restart_part
from tests.cast import Cast, Site
from tests.seals.scene import WORDS, seal_place, unit_place

PLAN = find_builtin("xian-2021")
assert PLAN is not None


@pytest.fixture
def site(cast: Cast) -> Site:
    """The manager seals; afterwards the manager looks after building 2 alone."""
    site = cast.yujingwan
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("2", "1", 2, 2)], by=site.manager)
    return site


def limit(site: Site) -> None:
    with site.open():
        site.manager.buildings = [Building.objects.get(number="2").pk]
        site.manager.save(update_fields=["buildings"])


@pytest.fixture(params=["unit", "compound"])
def beyond(request: pytest.FixtureRequest, site: Site) -> SealOrder:
    """An order of building 1, or of the whole compound, whose first stage is over."""
    begun = timezone.now() - timedelta(days=8)
    with site.open():
        place = (
            unit_place(site) if request.param == "unit" else find_place(site.compound, "compound")
        )
        order = seal_place(
            site,
            place,
            steps=PLAN.steps,
            easing=PLAN.easing,
            starts_at=begun,
            ends_at=begun + timedelta(days=7),
        )
    limit(site)
    return order


def traces(order: SealOrder) -> tuple[Any, ...]:
    """What any of the deeds would change."""
    rows = SealOrder.objects.order_by("pk").values()
    entries = Entry.objects.count()
    return list(rows), entries, OrderChange.objects.count(), PlanPart.objects.count()


DEEDS: dict[str, Callable[[Site, SealOrder], Any]] = {
    "restart": lambda site, order: restart(order=order, reason="阳性", by=site.manager),
    "keep the clock": lambda site, order: keep_clock(order=order, reason="阳性", by=site.manager),
    "restart a part": lambda site, order: restart_part(
        order=order,
        place=find_place(
            site.compound, "home", row=Home.objects.get(number="101", unit=site.unit()).pk
        ),
        request_key="key-of-the-part-1",
        reason="阳性",
        by=site.manager,
    ),
    "ease": lambda site, order: ease(order=order, stage=1, by=site.manager),
    "cancel": lambda site, order: cancel(order=order, reason="误发", by=site.manager),
    "extend": lambda site, order: extend(
        order=order, ends_at=timezone.now() + timedelta(days=9), reason="x", by=site.manager
    ),
    "reduce": lambda site, order: reduce(
        order=order, ends_at=timezone.now() + timedelta(hours=1), reason="x", by=site.manager
    ),
    "lift": lambda site, order: lift(order=order, statements=WORDS, by=site.manager),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_beyond_the_limits_is_refused_with_a_sentence(
    site: Site, beyond: SealOrder, deed: str
) -> None:
    with site.open():
        before = traces(beyond)
        with pytest.raises(Refused) as refusal:
            DEEDS[deed](site, beyond)
        assert refusal.value.code == "beyond_limits"
        assert "2栋" in str(refusal.value)
        assert traces(beyond) == before


@pytest.mark.parametrize("name", ["restart", "ease", "cancel", "lift"])
def test_the_page_of_such_a_deed_is_not_there(
    cast: Cast, site: Site, beyond: SealOrder, name: str
) -> None:
    desk = cast.client(site.manager)
    address = reverse(f"seals:order-{name}", args=[site.slug, beyond.pk])
    fields = {"what": "whole", "reason": "阳性", "stage": "1"}
    with site.open():
        before = traces(beyond)
    assert desk.get(address).status_code == 404
    assert desk.post(address, fields).status_code == 404
    with site.open():
        assert traces(beyond) == before
    order = desk.get(reverse("seals:order", args=[site.slug, beyond.pk]))
    if beyond.place_kind == "compound":  # over one's own doors too: read, but not changed
        assert address not in order.content.decode()
    else:
        assert order.status_code == 404


@pytest.mark.parametrize("name", ["extend", "reduce"])
def test_other_dates_for_an_order_beyond_the_limits_are_refused(
    cast: Cast, site: Site, beyond: SealOrder, name: str
) -> None:
    end = timezone.localtime(timezone.now() + timedelta(days=3), site.compound.tz)
    fields = {f"{name}-ends_at": f"{end:%Y-%m-%dT%H:%M}", f"{name}-reason": "x"}
    with site.open():
        before = traces(beyond)
    address = reverse(f"seals:order-{name}", args=[site.slug, beyond.pk])
    answer = cast.client(site.manager).post(address, fields)
    assert answer.status_code == (422 if beyond.place_kind == "compound" else 404)
    with site.open():
        assert traces(beyond) == before


def test_the_api_lifts_no_order_beyond_the_limits(
    cast: Cast, site: Site, beyond: SealOrder
) -> None:
    path = reverse("api-order-lift", args=[site.slug, beyond.pk])
    answer = cast.client(site.manager).post(
        path,
        {"statements": WORDS},
        content_type="application/json",
        headers={"Idempotency-Key": "beyond-the-limits", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == (409 if beyond.place_kind == "compound" else 404)
    with site.open():
        assert SealOrder.objects.get().state == OrderState.IN_FORCE


@pytest.fixture(params=["unit", "compound"])
def draft(request: pytest.FixtureRequest, site: Site) -> SealOrder:
    now = timezone.now()
    with site.open():
        place = (
            unit_place(site) if request.param == "unit" else find_place(site.compound, "compound")
        )
        made = keep(site, place, "draft-key-of-the-whole", legal_source="街道 2022-77 号")
    assert made.kept_at is not None and made.kept_at >= now
    limit(site)
    return made


def keep(site: Site, place: Any, key: str, **more: Any) -> SealOrder:
    now = timezone.now()
    return save_draft(
        compound=site.compound,
        place=place,
        level=Level.SEALED,
        template_name=PLAN.name,
        steps=PLAN.steps,
        starts_at=now,
        ends_at=now + timedelta(days=7),
        typed={"place": place.key, "template": "xian-2021", "legal_source": "街道 2022-77 号"},
        request_key=key,
        by=site.manager,
        **more,
    )


def test_a_draft_beyond_the_limits_is_neither_changed_nor_thrown_away(
    cast: Cast, site: Site, draft: SealOrder
) -> None:
    with site.open():
        own = find_place(site.compound, "building", row=site.manager.buildings[0])
        for deed in (
            lambda: throw_away(order=draft, by=site.manager),
            lambda: keep(site, own, draft.request_key),
            lambda: keep(site, unit_place(site), "another-key-of-a-draft"),
        ):
            with pytest.raises(Refused) as refusal:
                deed()
            assert refusal.value.code == "beyond_limits"
        assert SealOrder.objects.get().state == OrderState.DRAFT
    desk = cast.client(site.manager)
    address = reverse("seals:order-throw", args=[site.slug, draft.pk])
    if draft.place_kind == "unit":
        assert desk.post(address).status_code == 404
    else:
        page = desk.post(address, follow=True)
        assert page.status_code == 200
        assert "超出了2栋" in page.content.decode()
    with site.open():
        assert SealOrder.objects.get().state == OrderState.DRAFT


def test_a_draft_of_another_building_does_not_open_by_its_number(
    cast: Cast, site: Site, draft: SealOrder
) -> None:
    address = reverse("seals:order-preview", args=[site.slug])
    desk: Client = cast.client(site.manager)
    answer = desk.get(address, {"draft": draft.pk})
    assert answer.status_code == 422
    said = "街道 2022-77 号" in answer.content.decode()
    assert said is (draft.place_kind == "compound")  # that one stands on their own list
