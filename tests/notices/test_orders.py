"""Notices of an order: its seal notice, its changes, its lift, and what verification tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compounds.places import find_place
from compounds.rota import rota
from households.models import Outcome, Verification
from households.sweeps import How, verify
from journal.actions import record
from lockdown.kernel.errors import Refused
from notices.models import Notice, NoticeKind, Receipt, Route, Told
from notices.planners import NoticePlanner
from seals.actions import extend, reduce, seal
from seals.builtin import BUILT_IN
from seals.lift import checklist
from seals.lifting import lift
from seals.models import Level, PlanPart, SealOrder
from seals.planning import Plan, steps_of
from tests.cast import Cast, Site
from tests.notices.people import give_phone, receipt, sign_in

STEP = next(step for step in BUILT_IN[0].steps if step.kind == "notice")


def draft(site: Site) -> Plan:
    now = timezone.now()
    return Plan(
        compound=site.compound,
        place=find_place(site.compound, "unit", row=site.unit().pk),
        level=Level.SEALED,
        starts_at=now,
        ends_at=now + timedelta(days=7),
        rota=rota(),
    )


def seal_unit(site: Site) -> SealOrder:
    plan = draft(site)
    return seal(
        compound=site.compound,
        place=plan.place,
        level=Level.SEALED,
        template_name=BUILT_IN[0].name,
        steps=BUILT_IN[0].steps,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        request_key="k" * 16,
        issuer="区防控办",
        by=site.manager,
    )


@pytest.fixture
def sealed(cast: Cast, django_capture_on_commit_callbacks) -> SealOrder:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        sign_in(site, "101")
        give_phone(site, "102")
        return seal_unit(site)


def notice_of(order: SealOrder) -> Notice:
    return Notice.objects.get(order_id=order.pk, kind=NoticeKind.SEAL)


def test_the_preview_says_how_many_are_told_by_which_way(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        sign_in(site, "101")
        give_phone(site, "102")
        planned = NoticePlanner().plan(draft(site), STEP)
        assert planned.count == 6
        assert len(planned.warnings) == 1 and "4" in planned.warnings[0]
        assert planned.who == site.captain.name
        assert Notice.objects.count() == 0


def test_what_starts_is_what_the_preview_showed(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with site.open():
        sign_in(site, "101")
        give_phone(site, "102")
        planned = dict(NoticePlanner().plan(draft(site), STEP).rows)
    with django_capture_on_commit_callbacks(execute=True), site.open():
        order = seal_unit(site)
    with site.open():
        written = Receipt.objects.filter(notice=notice_of(order))
        assert dict(written.values_list("home_id", "route")) == planned
        assert PlanPart.objects.get(order=order, key="notice").count == 6


def test_the_preview_of_a_place_costs_the_same_at_any_size(
    cast: Cast, django_assert_max_num_queries
) -> None:
    with cast.yujingwan.open():
        plan = draft(cast.yujingwan)
        with django_assert_max_num_queries(2):
            NoticePlanner().plan(plan, STEP)


def test_the_seal_notice_says_until_when_and_whom_to_ring(cast: Cast, sealed: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        notice = notice_of(sealed)
        assert notice.is_emergency and notice.sent_at
        until = sealed.ends_at.astimezone(site.compound.tz)
        for words in ("区防控办", f"{until:%H:%M}", "17:00", "17:30", site.compound.duty_phone):
            assert words in notice.body
        assert len(notice.body) < 1000


def test_starting_the_part_again_tells_nobody_twice(cast: Cast, sealed: SealOrder) -> None:
    site = cast.yujingwan
    with site.open():
        order = SealOrder.objects.select_related("compound", "unit__building").get(pk=sealed.pk)
        plan = Plan(
            compound=site.compound,
            place=draft(site).place,
            level=order.level,
            starts_at=order.starts_at,
            ends_at=order.ends_at,
            rota=rota(),
            order=order,
        )
        step = next(one for one in steps_of(order) if one.kind == "notice")
        assert NoticePlanner().start(plan, step) == 6
        assert Notice.objects.count() == 1
        assert Receipt.objects.count() == 6


def test_a_home_without_a_file_is_told_at_the_door(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        site.household("302").delete()
        order = seal_unit(site)
    with site.open():
        assert receipt(site, notice_of(order), "302").route == Route.KNOCK


def test_verifying_a_household_tells_it(
    cast: Cast, sealed: SealOrder, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with django_capture_on_commit_callbacks(execute=True), site.open():
        for number, outcome, how in (
            ("301", Outcome.VERIFIED, How.NEIGHBOUR),
            ("302", Outcome.UNREACHABLE, How.DOOR),
        ):
            row = Verification.objects.get(home__number=number)
            verify(verification=row, outcome=outcome, how=how, note="", by=site.volunteer)
    with site.open():
        row = receipt(site, notice_of(sealed), "301")
        assert (row.told_how, row.finished_by_id) == (Told.NEIGHBOUR, site.volunteer.pk)
        assert receipt(site, notice_of(sealed), "302").finished_at is None


def test_extending_and_shortening_each_tell_the_place(
    cast: Cast, sealed: SealOrder, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    for action, days in ((extend, 3), (reduce, -4)):
        with django_capture_on_commit_callbacks(execute=True), site.open():
            order = SealOrder.objects.get(pk=sealed.pk)
            until = order.ends_at + timedelta(days=days)
            action(order=order, ends_at=until, reason="新增一例", by=site.manager)
    with site.open():
        first, second = Notice.objects.filter(kind=NoticeKind.CHANGE).order_by("id")
        assert (first.is_emergency, second.is_emergency) == (True, False)
        assert "新增一例" in first.body
        assert first.receipts.count() == second.receipts.count() == 6


def test_lifting_tells_everybody_and_drops_what_was_open(
    cast: Cast, sealed: SealOrder, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with site.open():
        order = SealOrder.objects.select_related("compound").get(pk=sealed.pk)
        findings = checklist(order, timezone.now())
        told = next(one for one in findings if one.key == "told")
        assert (told.is_met, told.fact, len(told.behind)) == (True, "0 / 6", 6)
        statements = {one.key: "已核实" for one in findings}
    with django_capture_on_commit_callbacks(execute=True), site.open():
        lift(order=order, statements=statements, by=site.manager)
    with site.open():
        notice = Notice.objects.get(kind=NoticeKind.LIFT)
        assert not notice.is_emergency
        assert notice.receipts.filter(cancelled_at=None).count() == 6
        assert notice_of(sealed).receipts.filter(cancelled_at=None).count() == 0


def move(site: Site, phase: str) -> None:
    record(
        "WindowMoved",
        compound=site.compound.pk,
        by=site.cleaner,
        data={"place": "1-1", "unit": site.unit().pk, "phase": phase, "window": 5},
    )


def test_put_it_out_goes_to_phone_pages_only_and_is_withdrawn_after(
    cast: Cast, django_capture_on_commit_callbacks
) -> None:
    site = cast.yujingwan
    with site.open():
        sign_in(site, "101")
        give_phone(site, "102")
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True), site.open():
            move(site, "put_out")
    with site.open():
        notice = Notice.objects.get(kind=NoticeKind.RUBBISH)
        assert list(notice.receipts.values_list("home__number", "route")) == [("101", "app")]
    with django_capture_on_commit_callbacks(execute=True), site.open():
        move(site, "collecting")
    with site.open():
        assert Notice.objects.get(pk=notice.pk).cancelled_at is not None


def test_without_a_manager_the_plan_is_refused_not_left_to_nobody(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        plan = draft(site)
        plan.rota.members.clear()
        NoticePlanner().plan(plan, STEP)
