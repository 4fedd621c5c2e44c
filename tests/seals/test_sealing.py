"""Sealing starts the whole plan, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compounds.places import Place, find_place
from households.models import Verification
from lockdown.kernel.errors import Refused
from seals.actions import lift, seal
from seals.builtin import BUILT_IN
from seals.models import Level, PlanPart, PlanTask, SealOrder
from tests.cast import Cast, Site


def seal_unit(site: Site, *, key: str = "k" * 16, place: Place | None = None) -> SealOrder:
    now = timezone.now()
    place = place or find_place(site.compound, "unit", row=site.unit().pk)
    return seal(
        compound=site.compound,
        place=place,
        level=Level.SEALED,
        template_name=BUILT_IN[0].name,
        steps=BUILT_IN[0].steps,
        starts_at=now,
        ends_at=now + timedelta(days=7),
        request_key=key,
        by=site.manager,
    )


@pytest.fixture
def sealed(cast: Cast, django_capture_on_commit_callbacks) -> SealOrder:
    with django_capture_on_commit_callbacks(execute=True), cast.yujingwan.open():
        return seal_unit(cast.yujingwan)


def test_sealing_puts_every_home_on_somebodys_list(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        rows = Verification.objects.all()
        assert rows.count() == 6
        assert rows.filter(assignee=None).count() == 0


def test_every_part_of_the_plan_is_started(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open():
        parts = PlanPart.objects.filter(order=sealed)
        assert parts.count() == len(BUILT_IN[0].steps)
        assert [part.key for part in parts if part.started_at is None] == []
        assert PlanTask.objects.filter(key="gate").get().assignee == cast.yujingwan.guard


def test_confirming_twice_starts_nothing_twice(
    cast: Cast, sealed: SealOrder, django_capture_on_commit_callbacks
) -> None:
    with cast.yujingwan.open():
        before = (Verification.objects.count(), PlanTask.objects.count())
        with django_capture_on_commit_callbacks(execute=True):
            again = seal_unit(cast.yujingwan)
        assert again.pk == sealed.pk
        assert (Verification.objects.count(), PlanTask.objects.count()) == before


def test_sealing_a_sealed_place_is_refused(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open(), pytest.raises(Refused) as refusal:
        seal_unit(cast.yujingwan, key="other-key-1234567")
    assert refusal.value.code == "already_sealed"


def test_lifting_names_what_is_not_settled(cast: Cast, sealed: SealOrder) -> None:
    with cast.yujingwan.open(), pytest.raises(Refused) as refusal:
        lift(order=sealed, statements={}, by=cast.yujingwan.manager)
    assert refusal.value.code == "not_ready"


def test_another_compound_sees_nothing_of_it(cast: Cast, sealed: SealOrder) -> None:
    with cast.huaidong.open():
        assert SealOrder.objects.count() == 0
        assert Verification.objects.count() == 0
