"""Taking back an order entered by mistake: what ends with it, what stays, who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from compounds.places import find_place
from households.models import Sweep, Verification
from journal.models import Entry
from lockdown.kernel.errors import Refused
from notices.actions import told
from notices.models import Notice, NoticeKind, Receipt
from seals.actions import extend
from seals.cancelling import cancel
from seals.lift import checklist
from seals.lifting import lift
from seals.models import OrderState, PlanTask, Recall, SealOrder
from seals.queries import rule_for_home
from tests.cast import Cast, Site
from tests.seals.scene import WORDS, away, seal_place
from tests.seals.test_pages import url
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def sealed(site: Site, commits: Any) -> SealOrder:
    with commits(), site.open():
        away(site, "201")
        return seal_place(site)


def part_of(site: Site, floor: int = 3, key: str = "part-key-part-key", **more: Any) -> SealOrder:
    place = find_place(site.compound, "floor", row=site.unit().pk, floor=floor)
    return seal_place(site, place, key=key, **more)


def test_everything_it_started_is_cancelled(site: Site, sealed: SealOrder, commits: Any) -> None:
    with commits(), site.open():
        cancel(order=sealed, reason="选错了单元", by=site.manager)
    with site.open():
        order = SealOrder.objects.get()
        assert (order.state, order.cancelled_by) == (OrderState.CANCELLED, site.manager)
        assert order.cancel_reason == "选错了单元"
        for model in (PlanTask, Recall, Verification, DisinfectionRound, RubbishWindow, CareVisit):
            assert model.objects.open().count() == 0, model
        assert Sweep.objects.get().closed_at is not None
        assert rule_for_home(site.home("101"), timezone.now()) is None
        entry = Entry.objects.get(event="OrderCancelled")
        assert entry.data == {"place": "1栋1单元", "reason": "选错了单元"}


def test_whoever_was_told_is_told_and_nobody_else(
    site: Site, sealed: SealOrder, commits: Any
) -> None:
    with site.open():
        receipt = Receipt.objects.get(home__number="302")
        told(receipt=receipt, how="call", by=site.captain)
    with commits(), site.open():
        cancel(order=sealed, reason="选错了单元", by=site.manager)
    with site.open():
        notice = Notice.objects.get(kind=NoticeKind.CHANGE)
        assert "误发" in notice.body
        assert [one.home.number for one in notice.receipts.all()] == ["302"]
        assert Notice.objects.get(kind=NoticeKind.SEAL).cancelled_at is not None
        assert Receipt.objects.open().exclude(notice=notice).count() == 0


def test_nobody_was_told_so_nobody_is_troubled(site: Site, sealed: SealOrder, commits: Any) -> None:
    with commits(), site.open():
        cancel(order=sealed, reason="选错了单元", by=site.manager)
    with site.open():
        assert Notice.objects.exclude(kind=NoticeKind.SEAL).count() == 0


def test_cancelling_twice_is_once(site: Site, sealed: SealOrder) -> None:
    with site.open():
        for _again in range(2):
            cancel(order=sealed, reason="选错了单元", by=site.manager)
        assert Entry.objects.filter(event="OrderCancelled").count() == 1


def test_without_a_reason_or_after_lifting_it_is_refused(site: Site, sealed: SealOrder) -> None:
    with site.open():
        with pytest.raises(Refused) as refusal:
            cancel(order=sealed, reason="  ", by=site.manager)
        assert refusal.value.field == "reason"
        said = {one.key: "已落实" for one in checklist(sealed, timezone.now())} | WORDS
        lift(order=sealed, statements=said, by=site.manager)
        with pytest.raises(Refused) as refusal:
            cancel(order=sealed, reason="选错了", by=site.manager)
        assert refusal.value.code == "not_in_force"


def test_a_cancelled_order_changes_no_more(site: Site, sealed: SealOrder) -> None:
    with site.open():
        cancel(order=sealed, reason="选错了单元", by=site.manager)
        with pytest.raises(Refused):
            later = sealed.ends_at + timedelta(days=1)
            extend(order=sealed, ends_at=later, reason="", by=site.manager)
        assert seal_place(site, key="second-key-second").number == 2


def test_parts_stay_unless_the_person_says_so(site: Site, sealed: SealOrder) -> None:
    with site.open():
        part = part_of(site)
        assert part.parent_id == sealed.pk
        cancel(order=sealed, reason="选错了单元", by=site.manager)
        part.refresh_from_db()
        assert part.state == OrderState.IN_FORCE
        assert rule_for_home(site.home("301"), timezone.now()) == part
        assert rule_for_home(site.home("101"), timezone.now()) is None


def test_parts_go_when_the_person_says_so(site: Site, sealed: SealOrder) -> None:
    with site.open():
        part = part_of(site)
        place = find_place(site.compound, "home", row=site.home("301").pk)
        door = seal_place(site, place, key="door-key-door-key")
        cancel(order=sealed, reason="选错了单元", with_parts=True, by=site.manager)
        for one in (part, door):
            one.refresh_from_db()
            assert (one.state, one.cancel_reason) == (OrderState.CANCELLED, "选错了单元")
        assert Entry.objects.filter(event="OrderCancelled").count() == 3


def test_the_page_shows_what_ends_and_keeps_what_was_typed(
    cast: Cast, site: Site, sealed: SealOrder
) -> None:
    desk = cast.client(site.manager)
    with site.open():
        part_of(site)
    page = desk.get(url("order-cancel", site, sealed.pk)).content.decode()
    assert "1栋1单元 3 层" in page or "3层" in page
    assert desk.post(url("order-cancel", site, sealed.pk), {"reason": ""}).status_code == 422
    answer = desk.post(
        url("order-cancel", site, sealed.pk), {"reason": "选错了单元", "with_parts": "on"}
    )
    assert answer.status_code == 302
    with site.open():
        assert set(SealOrder.objects.values_list("state", flat=True)) == {"cancelled"}
    after = desk.get(url("order", site, sealed.pk)).content.decode()
    assert "选错了单元" in after


def test_a_guard_and_an_outsider_cannot_cancel(cast: Cast, site: Site, sealed: SealOrder) -> None:
    for member in (site.guard, cast.huaidong.manager):
        client = cast.client(member)
        answer = client.post(url("order-cancel", site, sealed.pk), {"reason": "误"})
        assert answer.status_code == 404
