"""Two people at once: real threads, real connections, closed by the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from compounds.places import Place, find_place
from households.models import Verification
from journal.models import Delivery
from journal.outbox import carry_out, waiting
from lockdown.kernel.errors import Refused
from seals.actions import extend, reduce, seal
from seals.cancelling import cancel
from seals.family import overlapping
from seals.lift import checklist
from seals.lifting import lift
from seals.models import Level, OrderChange, OrderState, PlanTask, Recall, SealOrder
from seals.planning import place_of
from seals.queries import rule_for_home
from seals.restarting import restart, restart_part
from tests.cast import Site, make_cast
from tests.seals.scene import WORDS, away, seal_place, step
from tests.seals.test_drafts import KEY, keep
from tests.seals.test_sealing import at_once
from waste.models import DisinfectionRound

pytestmark = pytest.mark.slow
STEPS = ("verify", "recall", "disinfect", "food")


@pytest.fixture
def site(transactional_db: None) -> Site:
    return make_cast(floors=2, doors=2).yujingwan


def inside(site: Site, deed: Callable[[], Any], answers: list[Any]) -> Callable[[], None]:
    """A deed in the compound's scope; its answer is kept."""

    def run() -> None:
        with site.open():
            answers.append(deed())

    return run


def place(site: Site, kind: str) -> Place:
    unit = site.unit()
    row = {"unit": unit.pk, "floor": unit.pk, "building": unit.building_id}.get(kind)
    return find_place(site.compound, kind, row=row, floor=2 if kind == "floor" else None)


def sealing(site: Site, kind: str, level: Level = Level.SEALED) -> Callable[[], Any]:
    def deed() -> tuple[int, list[int | None]]:
        now = timezone.now()
        where = place(site, kind)
        order = seal(
            compound=site.compound,
            place=where,
            level=level,
            template_name="x",
            steps=[step(key) for key in STEPS],
            starts_at=now,
            ends_at=now + timedelta(days=2),
            request_key=f"race-key-of-{kind}-{level}",
            by=site.manager,
        )
        return order.number or 0, [one.number for one in overlapping(where, but=order)]

    return deed


@pytest.mark.parametrize("other", [Level.SEALED, Level.CONTROLLED])
def test_the_same_place_twice_one_stands_and_the_other_is_named(site: Site, other: Level) -> None:
    answers: list[Any] = []
    errors = at_once(
        inside(site, sealing(site, "unit"), answers),
        inside(
            site,
            lambda: seal_place(
                site, place(site, "unit"), key="the-other-key-of-it", level=other, steps=[]
            ),
            answers,
        ),
    )
    assert [type(one) for one in errors] == [Refused]
    assert len(answers) == 1
    with site.open():
        standing = SealOrder.objects.get()
        assert str(standing.number) in str(errors[0])
        assert standing.place_label in str(errors[0])


def test_a_unit_and_its_building_both_stand_and_the_second_is_warned(site: Site) -> None:
    with site.open():
        away(site, "201")
    answers: list[Any] = []
    errors = at_once(
        inside(site, sealing(site, "unit"), answers),
        inside(site, sealing(site, "building", Level.CONTROLLED), answers),
    )
    assert errors == []
    assert sorted(answers) == [(1, []), (2, [1])]
    with site.open():
        first, second = SealOrder.objects.order_by("number")
        assert rule_for_home(site.home("101"), timezone.now()).level == Level.SEALED
        inner = second if second.place_kind == "unit" else None
        assert inner is None or inner.parent_id == first.pk
    _nothing_is_doubled(site)


def test_parts_of_overlapping_orders_delivered_at_once_double_nothing(site: Site) -> None:
    """The same two plans, every part of both started from two workers at the same time."""
    with site.open():
        away(site, "201")
        Delivery.objects.all().delete()
    for kind in ("unit", "building"):
        _keep_back(site, sealing(site, kind))
    pairs = waiting()
    half = len(STEPS) + 1  # and the one that stops the clocks of retention
    assert len(pairs) == 2 * half
    errors = at_once(
        *[
            lambda part=part: [carry_out(compound, delivery) for compound, delivery in part]
            for part in (pairs[:half], pairs[half:])
        ]
    )
    assert errors == []
    _nothing_is_doubled(site)


def _keep_back(site: Site, deed: Callable[[], Any]) -> None:
    """Seal without starting: the messages are lost, the outbox keeps them."""
    with patch("journal.actions.hand_over"), site.open():
        deed()


def _nothing_is_doubled(site: Site) -> None:
    with site.open():
        doors = list(Verification.objects.open().values_list("household", flat=True))
        assert sorted(doors) == sorted(set(doors))
        assert len(doors) == 6
        calls = list(Recall.objects.open().values_list("resident", flat=True))
        assert len(calls) == 1
        rounds = DisinfectionRound.objects.filter(cancelled_at=None)
        places = list(rounds.values_list("unit", "due_at"))
        assert places
        assert len(places) == len(set(places))


@pytest.fixture
def sealed(site: Site) -> SealOrder:
    with site.open():
        return seal_place(site, steps=[step("verify"), step("food"), step("disinfect")])


def test_extending_while_somebody_lifts_ends_lifted(site: Site, sealed: SealOrder) -> None:
    with site.open():
        said = {one.key: "已落实" for one in checklist(sealed, timezone.now())} | WORDS
    later, answers = sealed.ends_at + timedelta(days=1), []
    errors = at_once(
        inside(
            site,
            lambda: extend(order=sealed, ends_at=later, reason="新增", by=site.manager),
            answers,
        ),
        inside(site, lambda: lift(order=sealed, statements=said, by=site.manager), answers),
    )
    assert all(isinstance(one, Refused) for one in errors)
    with site.open():
        order = SealOrder.objects.get()
        assert order.state == OrderState.LIFTED
        assert (order.ends_at == later) == (OrderChange.objects.count() == 1)
        assert DisinfectionRound.objects.open().count() == 0
        assert PlanTask.objects.open().count() == 0


def test_restarting_while_somebody_shortens_keeps_both_on_record(
    site: Site, sealed: SealOrder
) -> None:
    seen, earlier, answers = sealed.clock, sealed.ends_at - timedelta(days=3), []
    errors = at_once(
        inside(
            site,
            lambda: restart(order=sealed, reason="新增", seen=seen, by=site.manager),
            answers,
        ),
        inside(
            site,
            lambda: reduce(order=sealed, ends_at=earlier, reason="按新规定", by=site.manager),
            answers,
        ),
    )
    assert errors == []
    with site.open():
        changes = list(OrderChange.objects.order_by("pk"))
        assert sorted(one.kind for one in changes) == ["reduced", "restarted"]
        # Whoever came second worked on what the first had written.
        assert changes[1].old_end == changes[0].new_end
        assert SealOrder.objects.get().ends_at == changes[1].new_end
        last = SealOrder.objects.get().ends_at
        assert not DisinfectionRound.objects.open().filter(due_at__gt=last).exists()


def test_restarting_twice_at_once_restarts_once(site: Site, sealed: SealOrder) -> None:
    seen, answers = sealed.clock, []
    errors = at_once(
        *[
            inside(
                site,
                lambda: restart(order=sealed, reason="新增", seen=seen, by=site.manager),
                answers,
            )
        ]
        * 2
    )
    assert errors == []
    with site.open():
        assert OrderChange.objects.count() == 1


def test_cancelling_while_its_parts_start_leaves_nothing_open(site: Site) -> None:
    _keep_back(site, sealing(site, "unit"))
    with site.open():
        order = SealOrder.objects.get()
    pairs, answers = waiting(), []
    errors = at_once(
        lambda: [carry_out(compound, delivery) for compound, delivery in pairs],
        inside(site, lambda: cancel(order=order, reason="误发", by=site.manager), answers),
    )
    assert errors == []
    with site.open():
        assert SealOrder.objects.get().state == OrderState.CANCELLED
        for model in (Verification, Recall, PlanTask, DisinfectionRound):
            assert model.objects.open().count() == 0, model


def test_a_part_sealed_while_its_order_is_cancelled_with_parts(
    site: Site, sealed: SealOrder
) -> None:
    """Either the part came first and ends with it, or it came after and has no order above."""
    with site.open():
        floor = place(site, "floor")
    answers: list[Any] = []
    errors = at_once(
        inside(
            site,
            lambda: cancel(order=sealed, reason="误发", with_parts=True, by=site.manager),
            answers,
        ),
        inside(
            site,
            lambda: restart_part(
                order=sealed, place=floor, reason="x", request_key="part-key-part", by=site.manager
            ),
            answers,
        ),
    )
    assert all(isinstance(one, Refused) for one in errors)
    with site.open():
        assert SealOrder.objects.in_force().count() == 0
        assert SealOrder.objects.count() == 2 - len(errors)


def test_confirming_a_draft_twice_at_once_makes_one_order(site: Site) -> None:
    with site.open():
        keep(site)
    answers: list[Any] = []
    errors = at_once(*[inside(site, lambda: seal_place(site, key=KEY, steps=[]), answers)] * 2)
    assert errors == []
    with site.open():
        order = SealOrder.objects.get()
        assert (order.number, order.state) == (1, OrderState.IN_FORCE)
        assert place_of(order).key == order.place_key
