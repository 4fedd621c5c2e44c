"""The pages of lodging, barriers and handovers, and where they show: board, lists, phones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Member, Unit
from households.access import SESSION_KEY, new_secret
from households.keeping import keepers
from households.models import Access, Presence, Resident
from journal.models import Entry
from notices.models import Notice, Receipt
from notices.queries import on_lists
from reports.board import board
from reports.my_work import my_list
from seals.duty import finish_point
from seals.guests import guest_gone
from seals.lodging import answer, propose
from seals.models import (
    Barrier,
    DutyKind,
    DutyPlan,
    DutyTask,
    Gone,
    Guest,
    Handover,
    LodgingOffer,
    Side,
    Stay,
)
from tests.cast import Cast, Site
from tests.households.queries import asked
from tests.seals.lodgers import FREE, OPENER, barrier, guest, offer
from tests.seals.scene import person
from tests.seals.test_handover import opened, word


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


@pytest.fixture
def desk(cast: Cast, site: Site) -> Client:
    return cast.client(site.manager)


def url(name: str, site: Site, *args: Any) -> str:
    return reverse(f"duty:{name}", args=[site.slug, *args])


def phone_of(site: Site, number: str) -> Client:
    """A phone that may open this home's page."""
    client = Client()
    secret, digest = new_secret()
    with site.open():
        Access.objects.create(
            compound=site.compound,
            household=site.household(number),
            said_name="陈玉",
            digest=digest,
            granted_at=timezone.now(),
        )
    session = client.session
    session[SESSION_KEY] = {"compound": site.compound.pk, "secret": secret}
    session.save()
    return client


def guest_form(site: Site, **more: Any) -> dict[str, Any]:
    with site.open():
        unit = site.unit().pk
    return {
        "name": "吴桂枝",
        "phone": "137 0000 0001",
        "sex": "f",
        "kind": "cleaner",
        "unit": unit,
        "door": "",
        "spot": "一楼门厅",
        "needs": ["bed", "meals"],
    } | more


def barrier_form(**more: Any) -> dict[str, Any]:
    yes = {"lane": "yes", "door": "yes", "gate": "yes"}
    return {"kind": "fence", "unit": "", "spot": "东门", "order": ""} | OPENER | yes | more


def test_a_guest_is_registered_and_gets_a_bed_from_the_pages(site: Site, desk: Client) -> None:
    with site.open():
        where = offer(site)
        person(site, "302", "陈玉")
    answer = desk.post(url("guest-new", site), guest_form(site))
    with site.open():
        one = Guest.objects.get()
    assert answer["Location"] == url("guest", site, one.pk)
    assert "同一单元" in desk.get(answer["Location"]).content.decode()
    desk.post(url("stay-propose", site, one.pk), {"offer": where.pk})
    with site.open():
        stay = Stay.objects.get()
    for side in ("guest", "host"):
        desk.post(url("stay-answer", site, stay.pk), {"side": side, "agrees": "yes"})
    page = desk.get(url("guest", site, one.pk)).content.decode()
    assert "已入住 1-1-302" in page
    desk.post(url("stay-move-in", site, stay.pk))
    with site.open():
        found = Resident.objects.get(name="吴桂枝")
        assert (found.household, found.presence) == (site.household("302"), Presence.TEMPORARY)
        shown = board(site.compound, site.manager, timezone.now())
        assert shown.inside == 2  # everybody of the 302, where nothing is sealed
    assert "还没有住处" not in desk.get(url("lodging", site)).content.decode()
    desk.post(url("stay-end", site, stay.pk))
    assert "还没有住处" in desk.get(url("lodging", site)).content.decode()


def test_a_bad_guest_form_keeps_what_was_typed(site: Site, desk: Client) -> None:
    answer = desk.post(url("guest-new", site), guest_form(site, phone="12", door="999"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "吴桂枝" in page
    assert "没有这个房号" in page
    answer = desk.post(url("guest-new", site), guest_form(site, phone="12"))
    assert answer.status_code == 422
    with site.open():
        assert not Guest.objects.exists()


def test_a_temporary_resident_gets_a_file_with_one_tap(site: Site, desk: Client) -> None:
    with site.open():
        visitor = person(site, "101", "何苗", presence=Presence.TEMPORARY)
    page = desk.get(url("lodging", site)).content.decode()
    assert f"?resident={visitor.pk}" in page
    form = guest_form(site, name="何苗", door="101", needs=[])
    desk.post(url("guest-new", site) + f"?resident={visitor.pk}", form)
    with site.open():
        assert Guest.objects.get().resident == visitor
    assert f"?resident={visitor.pk}" not in desk.get(url("lodging", site)).content.decode()


def test_a_step_that_is_refused_says_why(site: Site, desk: Client) -> None:
    with site.open():
        one = guest(site, sex="m")
        where = offer(site, for_whom="women")
    answer = desk.post(url("stay-propose", site, one.pk), {"offer": where.pk})
    assert answer.status_code == 422
    assert "只接待女士" in answer.content.decode()


def test_the_number_is_masked_until_a_reason_is_given(site: Site, desk: Client) -> None:
    with site.open():
        one = guest(site)
    assert "13700000001" not in desk.get(url("guest", site, one.pk)).content.decode()
    assert desk.post(url("guest-phone", site, one.pk), {"reason": ""}).status_code == 422
    page = desk.post(url("guest-phone", site, one.pk), {"reason": "送药"}).content.decode()
    assert "13700000001" in page
    with site.open():
        assert Entry.objects.filter(event="PhoneRevealed").count() == 1


def test_a_file_is_corrected_and_closed(site: Site, desk: Client) -> None:
    with site.open():
        one = guest(site)
    form = guest_form(site, needs=[], needs_note="要降压药")
    assert desk.post(url("guest-edit", site, one.pk), form).status_code == 302
    assert desk.post(url("guest-gone", site, one.pk), {}).status_code == 422
    desk.post(url("guest-gone", site, one.pk), {"how": "left"})
    with site.open():
        one.refresh_from_db()
        assert (one.needs, one.gone_how) == ([], Gone.LEFT)
    assert "吴桂枝" in desk.get(url("lodging", site) + "?show=gone").content.decode()


def test_an_offer_is_entered_for_a_door_and_taken_back(site: Site, desk: Client) -> None:
    today = site.compound.today(timezone.now())
    with site.open():
        unit = site.unit().pk
    form = {"unit": unit, "door": "201", "beds": 2, "for_whom": "anyone"}
    form |= {"first_night": f"{today:%F}", "last_night": f"{today:%F}"}
    assert desk.post(url("offer-new", site), form | {"door": "999"}).status_code == 422
    assert desk.post(url("offer-new", site), form | {"beds": 0}).status_code == 422
    assert desk.post(url("offer-new", site), form).status_code == 302
    with site.open():
        one = LodgingOffer.objects.get()
        assert one.household == site.household("201")
    desk.post(url("offer-withdraw", site, one.pk))
    with site.open():
        assert not LodgingOffer.objects.standing().exists()


def test_lodging_is_for_managers_and_captains(cast: Cast, site: Site) -> None:
    with site.open():
        one = guest(site)
    for role, status in (("captain", 200), ("guard", 404), ("volunteer", 404)):
        client = cast.client(site.members[role])
        assert client.get(url("guest", site, one.pk)).status_code == status
    assert cast.client(cast.huaidong.manager).get(url("guest", site, one.pk)).status_code == 404


def test_a_captain_of_one_stair_sees_its_guests_and_beds_alone(cast: Cast, site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 2, 2)], by=site.manager)
        mine, other = site.unit(), Unit.objects.get(number="2")
        Member.objects.filter(pk=site.captain.pk).update(unit=mine)
        theirs = guest(site, "周大海", unit=other, phone="13700000009")
        own, stand = guest(site), barrier(site, unit=other, spot="西侧")
        far = barrier(site, unit=None, spot="大门")
    client = cast.client(site.captain)
    page = client.get(url("lodging", site)).content.decode()
    assert "吴桂枝" in page
    assert "周大海" not in page
    assert client.get(url("guest", site, own.pk)).status_code == 200
    assert client.get(url("guest", site, theirs.pk)).status_code == 404
    assert client.get(url("barrier", site, stand.pk)).status_code == 404
    assert client.get(url("barrier", site, far.pk)).status_code == 200
    with site.open():
        tasks = {task.guest_id: task for task in DutyTask.objects.filter(kind=DutyKind.BED)}
    assert client.get(url("task", site, tasks[theirs.pk].pk)).status_code == 404
    assert client.get(url("task", site, tasks[own.pk].pk)).status_code == 302


def test_both_are_told_by_the_notices_of_their_homes(
    site: Site, desk: Client, django_capture_on_commit_callbacks
) -> None:
    with site.open():
        visitor = person(site, "101", "何苗", presence=Presence.TEMPORARY)
        one = guest(site, "何苗", resident=visitor, home=site.home("101"))
        where = offer(site)
    with django_capture_on_commit_callbacks(execute=True), site.open():
        stay = propose(guest=one, offer=where, by=site.captain)
    with site.open():
        asked_homes = set(Receipt.objects.values_list("home__number", flat=True))
        assert asked_homes == {"101", "302"}
        assert all(receipt.assignee for receipt in Receipt.objects.all())
        assert not Notice.objects.filter(body__contains="何苗").exists()
    with django_capture_on_commit_callbacks(execute=True), site.open():
        answer(stay=stay, side=Side.GUEST, agrees=True, by=site.captain)
        answer(stay=stay, side=Side.HOST, agrees=True, by=site.captain)
    with site.open():
        # The question is withdrawn from every list; the page alone says that it is agreed.
        assert Notice.objects.filter(cancelled_at=None).count() == 2
        assert not on_lists().exists()


def test_the_household_offers_and_answers_on_its_phone(site: Site) -> None:
    client = phone_of(site, "302")
    page = reverse("duty:home-lodging")
    today = site.compound.today(timezone.now()) - timedelta(days=1)
    form = {"beds": 1, "for_whom": "anyone", "first_night": f"{today:%F}"}
    assert client.post(page, form).status_code == 422
    later = today + timedelta(days=3)
    assert client.post(page, form | {"last_night": f"{later:%F}"}).status_code == 302
    with site.open():
        where = LodgingOffer.objects.get()
        assert where.household == site.household("302")
        stay = propose(guest=guest(site), offer=where, by=site.captain)
    shown = client.get(page).content.decode()
    assert "吴**" in shown
    assert "吴桂枝" not in shown
    other = phone_of(site, "101")
    assert (
        other.post(reverse("duty:home-stay", args=[stay.pk]), {"agrees": "yes"}).status_code == 404
    )
    assert other.post(reverse("duty:home-offer", args=[where.pk])).status_code == 404
    client.post(reverse("duty:home-stay", args=[stay.pk]), {"agrees": "no"})
    with site.open():
        stay.refresh_from_db()
        assert stay.refused_by == Side.HOST
    client.post(reverse("duty:home-offer", args=[where.pk]))
    with site.open():
        assert not LodgingOffer.objects.standing().exists()


def test_a_barrier_with_a_no_is_refused_then_recorded_as_a_hazard(cast: Cast, site: Site) -> None:
    guard = cast.client(site.guard)
    answer = guard.post(url("barrier-new", site), barrier_form(lane="no"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "严禁以各种方式封堵" in page
    assert "登记为隐患" in page
    assert 'value="东门"' in page
    assert guard.post(url("barrier-new", site), barrier_form(door="")).status_code == 422
    with site.open():
        assert not Barrier.objects.exists()
    guard.post(url("barrier-new", site), barrier_form(lane="no", stands="yes"))
    with site.open():
        one = Barrier.objects.get()
        shown = board(site.compound, site.manager, timezone.now())
        assert shown.todo[0].harm == "hazard"
        assert shown.todo[0].who == site.manager.name
        mine = my_list(site.compound, site.manager, timezone.now())
        assert [item.what for item in mine.late] == ["清通出口"]
    yes = {"lane": "yes", "door": "yes", "gate": "yes", "note": "挪开了"}
    assert guard.post(url("barrier", site, one.pk), {"lane": "yes"}).status_code == 422
    guard.post(url("barrier", site, one.pk), yes)
    with site.open():
        shown = board(site.compound, site.manager, timezone.now())
        assert [line for line in shown.todo if line.harm == "hazard"] == []


def test_a_barrier_is_changed_printed_and_taken_down(cast: Cast, site: Site) -> None:
    guard = cast.client(site.guard)
    with site.open():
        one = barrier(site)
    page = guard.get(url("barrier-sheet", site)).content.decode()
    for text in ("李建国", "13900000001", "赵师傅", "13900000002", "南门岗亭抽屉"):
        assert text in page
    edit = url("barrier-edit", site, one.pk)
    assert guard.post(edit, OPENER | {"opens_within": 99}).status_code == 422
    assert guard.post(edit, OPENER | {"key_place": "前台"}).status_code == 302
    assert cast.client(site.cleaner).get(url("barrier", site, one.pk)).status_code == 200
    assert cast.client(site.cleaner).post(url("barrier-remove", site, one.pk)).status_code == 404
    guard.post(url("barrier-remove", site, one.pk))
    assert "13900000001" not in guard.get(url("barrier-sheet", site)).content.decode()
    assert "南侧围挡" in guard.get(url("barrier-list", site) + "?show=down").content.decode()


def test_a_handover_is_written_handed_and_signed_on_the_pages(cast: Cast, site: Site) -> None:
    guard, captain = cast.client(site.guard), cast.client(site.captain)
    with site.open():
        one = opened(site)
        begins = one.begins_at.astimezone(site.compound.tz).isoformat()
    again = captain.post(url("handover-open", site), {"post": one.post, "begins": begins})
    assert again["Location"] == url("handover", site, one.pk)
    add = url("handover-word", site, one.pk)
    assert guard.post(add, {"kind": "note", "text": "", "request_key": "k"}).status_code == 422
    guard.post(add, {"kind": "note", "text": "钥匙在前台", "request_key": "k"})
    point = {"kind": "point", "text": "补液压剪", "request_key": "p", "assignee": site.manager.pk}
    guard.post(add, point)
    assert guard.post(url("handover-hand", site, one.pk), {}).status_code == 422
    guard.post(url("handover-hand", site, one.pk), {"to": site.captain.pk})
    assert "已接班" in captain.get(url("handover", site, one.pk)).content.decode()
    say = url("handover-say", site, one.pk)
    captain.post(say, {"text": "哪个柜？", "request_key": "q"})
    assert captain.post(url("handover-take", site, one.pk)).status_code == 422
    guard.post(say, {"text": "3 号柜", "request_key": "a"})
    assert captain.post(url("handover-take", site, one.pk)).status_code == 302
    with site.open():
        assert Handover.objects.get().taken_by == site.captain
        task = DutyTask.objects.get(kind=DutyKind.POINT)
        assert task.assignee == site.manager
    assert guard.post(add, {"kind": "note", "text": "晚", "request_key": "z"}).status_code == 422
    assert "3 号柜" in guard.get(url("handover-sheet", site, one.pk)).content.decode()
    assert "补液压剪" in cast.client(site.manager).get(url("hub", site)).content.decode()
    cast.client(site.manager).post(url("task", site, task.pk), {"note": "已补"})
    with site.open():
        task.refresh_from_db()
        assert task.finished_by == site.manager


def test_a_shift_that_is_none_is_404(site: Site, desk: Client) -> None:
    for data in ({}, {"post": "Front desk", "begins": "2020-01-01T00:00:00+08:00"}):
        assert desk.post(url("handover-open", site), data).status_code == 404


def test_the_shifts_are_edited(site: Site, desk: Client) -> None:
    page = desk.get(url("shifts", site)).content.decode()
    assert "早班" in page
    form = {"name_0": "白班", "begins_0": "08:00", "ends_0": "20:00", "posts": "南门\n北门"}
    assert desk.post(url("shifts", site), form | {"ends_0": ""}).status_code == 422
    assert desk.post(url("shifts", site), form | {"ends_0": "08:00"}).status_code == 422
    assert desk.post(url("shifts", site), form).status_code == 302
    with site.open():
        assert DutyPlan.objects.get().posts == ["南门", "北门"]
    assert "北门" in desk.get(url("handover-list", site)).content.decode()


def test_the_manager_alone_edits_the_shifts(cast: Cast, site: Site) -> None:
    assert cast.client(site.guard).get(url("shifts", site)).status_code == 404


def test_a_bed_that_is_late_is_on_the_board_and_on_the_list(site: Site) -> None:
    with site.open():
        guest(site)
        DutyTask.objects.update(due_at=timezone.now() - timedelta(minutes=30))
        shown = board(site.compound, site.manager, timezone.now())
        (line,) = shown.todo
        assert line.fact == "吴** 还没有住处"
        assert line.who == site.captain.name
        (item,) = my_list(site.compound, site.captain, timezone.now()).late
        assert item.what == "给 吴** 落实住处"


@pytest.mark.parametrize(
    "name", ["hub", "lodging", "barrier-list", "barrier-sheet", "handover-list"]
)
def test_the_lists_ask_the_same_for_two_rows_and_for_twenty(
    site: Site, desk: Client, name: str
) -> None:
    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            guest(site, f"张{number}", phone=f"139000001{number:02d}")
            offer(site, "302", conditions=f"第 {number}")
            barrier(site, f"第 {number} 处", answers=FREE)
            person(site, "101", f"李{number}", presence=Presence.TEMPORARY)

    counts = []
    for first, last in ((0, 2), (2, 20)):
        with site.open():
            fill(first, last)
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(url(name, site)).status_code == 200
        counts.append(asked(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 12


@pytest.mark.parametrize("name", ["guest", "handover"])
def test_one_record_asks_the_same_for_two_rows_and_for_twenty(
    site: Site, desk: Client, name: str
) -> None:
    with site.open():
        one = guest(site) if name == "guest" else opened(site)
    counts = []
    for first, last in ((0, 2), (2, 20)):
        with site.open():
            for number in range(first, last):
                offer(site, "302", conditions=f"第 {number}")
                barrier(site, f"第 {number} 处")
                if name == "handover":
                    word(site, one, f"第 {number} 条")
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(url(name, site, one.pk)).status_code == 200
        counts.append(asked(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= (12 if name == "guest" else 16)


def test_the_keeper_hands_out_and_purges(site: Site) -> None:
    keeper = next(one for one in keepers() if one.name == "lodging")
    with site.open():
        visitor = person(site, "101", "何苗", presence=Presence.TEMPORARY)
        inside = guest(site, "何苗", resident=visitor, home=site.home("101"))
        alone = guest(site, "周大海", phone="13700000008")
        here = guest(site)
        offer(site, "101")
        guests, offers = keeper.export(site.household("101"))
        assert [row[0] for row in guests.rows] == ["何苗"]
        assert len(offers.rows) == 1
        for one in (inside, alone):
            guest_gone(guest=one, how=Gone.LEFT, by=site.captain)
        now = timezone.now() + timedelta(days=40)
        own = [site.household("101").pk]
        assert keeper.redact(own, before=timezone.now() - timedelta(days=1)) == 0
        assert keeper.redact(own, before=now) == 3
        assert keeper.redact(own, before=now) == 0
        names = dict(Guest.objects.values_list("pk", "name"))
        assert names == {inside.pk: "", alone.pk: "", here.pk: "吴桂枝"}


def test_programs_read_guests_masked_and_barriers_whole(site: Site, desk: Client) -> None:
    with site.open():
        guest(site)
        barrier(site, answers=FREE | {"gate": False}, stands_already=True)
    base = f"/api/v1/compounds/{site.slug}/duty"
    (one,) = desk.get(f"{base}/guests/").json()
    assert (one["name"], one["phone"]) == ("吴**", "137****0001")
    (two,) = desk.get(f"{base}/barriers/").json()
    assert two["blocked"] == ["gate"]
    assert two["opener_phone"] == "13900000001"


def test_a_point_is_ticked_off_once(site: Site) -> None:
    with site.open():
        task = DutyTask.objects.get_or_create(
            compound=site.compound,
            kind=DutyKind.POINT,
            title="补液压剪",
            place="值班室",
            due_at=timezone.now(),
        )[0]
        finish_point(task=task, note="", by=site.guard)
        assert finish_point(task=task, note="", by=site.manager).finished_by == site.guard
        assert Entry.objects.filter(event="DutyTaskDone").count() == 1
