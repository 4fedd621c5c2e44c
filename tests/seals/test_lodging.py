"""Guests, offers, matching, and a bed that two want at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from compounds.actions import UnitPattern, build_homes
from compounds.models import Unit
from compounds.places import find_place
from households.actions import open_missing_files
from households.models import INSIDE, Access, Presence, Resident
from journal.models import Entry
from lockdown.kernel.errors import Refused
from seals.actions import extend
from seals.guests import change_guest, guest_gone, reveal_guest_phone, tonight
from seals.lodging import answer, end_stay, move_in, offer_bed, propose, withdraw_offer
from seals.matching import suggestions
from seals.models import BedNight, DutyKind, DutyTask, Gone, Guest, Level, Need, Side, Stay
from tests.cast import Cast, Site, make_cast
from tests.seals.lodgers import guest, offer
from tests.seals.scene import at, away, person, seal_place


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def agreed(site: Site, one: Guest, where: object) -> Stay:
    stay = propose(guest=one, offer=where, by=site.captain)
    answer(stay=stay, side=Side.GUEST, agrees=True, by=site.captain)
    return answer(stay=stay, side=Side.HOST, agrees=True, by=site.captain)


def moved_in(site: Site, one: Guest, where: object) -> Stay:
    return move_in(stay=agreed(site, one, where), by=site.captain)


def against(one: Guest) -> list[tuple[str, ...]]:
    return [line.against for line in suggestions(one, timezone.now())]


def test_registering_a_guest_owes_them_a_bed_by_nine(site: Site) -> None:
    with site.open():
        one = guest(site)
        task = DutyTask.objects.get(guest=one, kind=DutyKind.BED)
        assert task.assignee == site.captain
        assert task.due_at >= one.registered_at
        assert task.title == "吴**"
        entry = Entry.objects.get(event="GuestRegistered")
        assert "吴桂枝" not in str(entry.data)
        assert "1370000" not in str(entry.data)


def test_the_bed_is_owed_by_nine_in_the_evening(site: Site, monkeypatch) -> None:
    noon = at(site, "2022-03-05T12:00")
    monkeypatch.setattr(timezone, "now", lambda: noon)
    with site.open():
        task = DutyTask.objects.get(guest=guest(site), kind=DutyKind.BED)
        assert task.due_at == at(site, "2022-03-05T21:00")
        assert task.missed_data()["what"] == "A bed for tonight"


def test_before_six_it_is_still_last_night(site: Site) -> None:
    assert tonight(site.compound, at(site, "2022-03-06T05:59")).day == 5
    assert tonight(site.compound, at(site, "2022-03-06T06:00")).day == 6


def test_the_same_guest_twice_is_one_file(site: Site) -> None:
    with site.open():
        assert guest(site) == guest(site)
        assert guest(site, phone="13700000009") != guest(site)
        assert DutyTask.objects.filter(kind=DutyKind.BED).count() == 2


def test_a_phone_that_is_none_is_refused(site: Site) -> None:
    with site.open(), pytest.raises(Refused) as refusal:
        guest(site, phone="12")
    assert refusal.value.field == "phone"


def test_who_no_longer_wants_a_bed_is_owed_none(site: Site) -> None:
    with site.open():
        one = guest(site)
        change_guest(guest=one, fields={"needs": [Need.MEALS]}, by=site.captain)
        assert not DutyTask.objects.filter(kind=DutyKind.BED).open().exists()
        assert not Guest.objects.without_bed().exists()


def test_the_full_number_is_shown_for_a_reason(site: Site) -> None:
    with site.open():
        one = guest(site)
        with pytest.raises(Refused):
            reveal_guest_phone(guest=one, reason=" ", by=site.captain)
        number = reveal_guest_phone(guest=one, reason="问她吃了没有", by=site.captain)
        assert number == "13700000001"
        data = Entry.objects.get(event="PhoneRevealed").data
        assert data["reason"] == "问她吃了没有"
        assert data["last_four"] == "0001"


def test_a_bed_of_the_same_stair_comes_first(site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 2, 2)], by=site.manager)
        other = Unit.objects.get(number="2")
        open_missing_files(compound=site.compound, homes=other.homes.all())
        one = guest(site, unit=other)
        offer(site, "302")
        there = other.homes.get(number="102")
        household = there.households.get()
        near = offer_bed(
            household=household,
            fields={
                "first_night": tonight(site.compound, timezone.now()),
                "last_night": tonight(site.compound, timezone.now()),
            },
            by=site.captain,
        )
        found = suggestions(one, timezone.now())
        assert found[0].offer == near
        assert found[0].score > found[1].score


def test_nobody_crosses_a_seal(site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 2, 2)], by=site.manager)
        seal_place(site)
        outside = guest(site, unit=Unit.objects.get(number="2"))
        where = offer(site, "302")
        assert "1栋1单元" in against(outside)[0][0]
        with pytest.raises(Refused, match="1栋1单元"):
            propose(guest=outside, offer=where, by=site.captain)


def test_a_guarded_place_parts_nobody(site: Site) -> None:
    with site.open():
        build_homes(compound=site.compound, patterns=[UnitPattern("1", "2", 2, 2)], by=site.manager)
        seal_place(site, level=Level.GUARDED)
        offer(site, "302")
        assert against(guest(site, unit=Unit.objects.get(number="2"))) == [()]


def test_a_home_in_isolation_takes_nobody(site: Site) -> None:
    with site.open():
        offer(site, "302")
        person(site, "302", "陈玉", presence=Presence.TRANSFERRED)
        assert len(against(guest(site))[0]) == 1
        place = find_place(site.compound, "home", row=site.home("201").pk)
        seal_place(site, place)
        offer(site, "201")
        reasons = {
            line.offer.home.number: line for line in suggestions(guest(site), timezone.now())
        }
        assert len(reasons["201"].against) == 2  # across its seal, and in isolation


def test_women_only_is_kept_from_both_sides(site: Site) -> None:
    with site.open():
        where = offer(site, "302", for_whom="women")
        man = guest(site, "周大海", phone="13700000007", sex="m")
        with pytest.raises(Refused):
            propose(guest=man, offer=where, by=site.captain)
        offer(site, "201")
        asks = guest(site, needs=[Need.BED, Need.WOMEN])
        possible = [x.offer for x in suggestions(asks, timezone.now()) if x.is_possible]
        assert possible == [where]


def test_an_offer_that_ends_before_the_seal_does_not_suit(site: Site) -> None:
    with site.open():
        order = seal_place(site)
        one = guest(site)
        night = tonight(site.compound, timezone.now())
        offer(site, "302", last_night=night + timedelta(days=1))
        offer(site, "301", first_night=night + timedelta(days=1))
        long = offer(site, "201", last_night=site.compound.today(order.ends_at))
        possible = [x.offer for x in suggestions(one, timezone.now()) if x.is_possible]
        assert possible == [long]


def test_a_proposal_holds_the_bed_for_every_night_of_the_seal(site: Site) -> None:
    with site.open():
        order = seal_place(site)
        where = offer(site)
        stay = propose(guest=guest(site), offer=where, by=site.captain)
        nights = list(stay.nights.order_by("night").values_list("night", flat=True))
        assert nights[0] == tonight(site.compound, timezone.now())
        assert nights[-1] == site.compound.today(order.ends_at) - timedelta(days=1)
        assert propose(guest=stay.guest, offer=where, by=site.captain) == stay
        second = guest(site, "何苗", phone="13700000002")
        with pytest.raises(Refused):
            propose(guest=second, offer=where, by=site.captain)
        assert DutyTask.objects.filter(kind=DutyKind.ASK).open().count() == 1


def test_a_refusal_returns_both_to_the_list_without_blame(site: Site) -> None:
    with site.open():
        one, where = guest(site), offer(site)
        stay = propose(guest=one, offer=where, by=site.captain)
        answer(stay=stay, side=Side.HOST, agrees=False, by=site.captain)
        assert BedNight.objects.count() == 0
        assert suggestions(one, timezone.now())[0].is_possible
        assert DutyTask.objects.filter(kind=DutyKind.BED, guest=one).open().count() == 1
        assert not DutyTask.objects.filter(kind=DutyKind.ASK).open().exists()
        data = Entry.objects.get(event="StayRefused").data
        assert "side" not in data
        again = propose(guest=one, offer=where, by=site.captain)
        assert again != stay


def test_nobody_moves_in_before_both_agree(site: Site) -> None:
    with site.open():
        stay = propose(guest=guest(site), offer=offer(site), by=site.captain)
        answer(stay=stay, side=Side.GUEST, agrees=True, by=site.captain)
        with pytest.raises(Refused):
            move_in(stay=stay, by=site.captain)
        assert Entry.objects.filter(event="StayAgreed").count() == 0


def test_moved_in_they_are_inside_the_hosts_home(site: Site) -> None:
    with site.open():
        person(site, "302", "陈玉")
        stay = moved_in(site, guest(site), offer(site))
        one = Guest.objects.get()
        assert one.resident.household == site.household("302")
        assert one.resident.presence == Presence.TEMPORARY
        inside = Resident.objects.filter(household=site.household("302"), presence__in=INSIDE)
        assert inside.count() == 2
        assert not Guest.objects.without_bed().exists()
        assert not DutyTask.objects.open().exists()
        assert move_in(stay=stay, by=site.captain).moved_in_at == stay.moved_in_at
        assert Entry.objects.filter(event="StayBegun").count() == 1


def test_a_temporary_resident_moves_from_one_file_to_the_other(site: Site) -> None:
    with site.open():
        visitor = person(site, "101", "何苗", presence=Presence.TEMPORARY)
        one = guest(site, "何苗", resident=visitor, home=site.home("101"))
        moved_in(site, one, offer(site))
        visitor.refresh_from_db()
        assert visitor.moved_out_at is not None
        assert Guest.objects.get().resident.household == site.household("302")


def test_a_stay_that_ends_owes_another_bed(site: Site) -> None:
    with site.open():
        stay = moved_in(site, guest(site), offer(site))
        end_stay(stay=stay, by=site.captain)
        one = Guest.objects.get()
        assert one.resident is None
        assert Guest.objects.without_bed().get() == one
        assert DutyTask.objects.filter(kind=DutyKind.BED).open().count() == 1
        assert BedNight.objects.count() == 0
        assert Resident.objects.get(name="吴桂枝").moved_out_at is not None


def test_whoever_sleeps_there_sleeps_on_when_the_seal_is_longer(site: Site) -> None:
    with site.open():
        order = seal_place(site)
        moved_in(site, guest(site), offer(site, last_night=site.compound.today(order.ends_at)))
        BedNight.objects.update(night=F("night") - timedelta(days=30))  # they have passed
        extend(order=order, ends_at=order.ends_at + timedelta(days=1), reason="续", by=site.manager)
        second = guest(site, "何苗", phone="13700000002")
        assert all(not line.is_possible for line in suggestions(second, timezone.now()))


def test_gone_gives_the_bed_back_and_leaves_the_file(site: Site) -> None:
    with site.open():
        moved_in(site, guest(site), offer(site))
        one = guest_gone(guest=Guest.objects.get(), how=Gone.LEFT, by=site.captain)
        assert guest_gone(guest=one, how=Gone.TRANSFERRED, by=site.captain).gone_how == Gone.LEFT
        assert BedNight.objects.count() == 0
        assert Resident.objects.get(name="吴桂枝").moved_out_at is not None
        assert Entry.objects.filter(event="GuestGone").count() == 1


def test_registered_they_become_an_ordinary_member(site: Site) -> None:
    with site.open():
        alone = guest(site, "路过", phone="")
        with pytest.raises(Refused):
            guest_gone(guest=alone, how=Gone.REGISTERED, by=site.captain)
        moved_in(site, guest(site), offer(site))
        guest_gone(guest=Guest.objects.get(name="吴桂枝"), how=Gone.REGISTERED, by=site.captain)
        assert Resident.objects.get(name="吴桂枝").presence == Presence.INSIDE


def test_an_offer_in_use_cannot_be_taken_back(site: Site) -> None:
    with site.open():
        where = offer(site)
        stay = agreed(site, guest(site), where)
        with pytest.raises(Refused):
            withdraw_offer(offer=where, by=site.captain)
        end_stay(stay=stay, by=site.captain)
        withdraw_offer(offer=where, by=site.captain)
        assert suggestions(guest(site), timezone.now()) == []


def test_an_offer_taken_back_while_it_is_asked_about_returns_the_guest(site: Site) -> None:
    with site.open():
        where = offer(site)
        stay = propose(guest=guest(site), offer=where, by=site.captain)
        withdraw_offer(offer=where, by=site.captain)
        stay.refresh_from_db()
        assert stay.refused_by == Side.HOST
        with pytest.raises(Refused):
            propose(guest=stay.guest, offer=where, by=site.captain)


def test_the_household_may_answer_from_its_page(site: Site) -> None:
    with site.open():
        stay = propose(guest=guest(site), offer=offer(site), by=site.captain)
        access = Access.objects.create(
            compound=site.compound,
            household=site.household("302"),
            said_name="陈玉",
            digest="x" * 64,
            granted_at=timezone.now(),
        )
        answer(stay=stay, side=Side.HOST, agrees=True, by=access)
        answer(stay=stay, side=Side.GUEST, agrees=True, by=site.captain)
        assert Entry.objects.get(event="StayAgreed").household_id == access.household_id


def test_dates_and_beds_that_make_no_sense_are_refused(site: Site) -> None:
    today = site.compound.today(timezone.now())
    with site.open():
        with pytest.raises(Refused):
            offer(site, last_night=today - timedelta(days=3))
        with pytest.raises(Refused):
            offer(site, last_night=today + timedelta(days=90))
        with pytest.raises(Refused):
            offer(site, phone="abc")
        assert offer(site) == offer(site)


def test_one_bed_and_night_hold_one_guest_in_the_database(site: Site) -> None:
    with site.open():
        where = offer(site)
        stay = propose(guest=guest(site), offer=where, by=site.captain)
        other = Stay.objects.create(
            compound=site.compound,
            guest=guest(site, "何苗", phone="13700000002"),
            offer=where,
            bed=1,
            first_night=stay.first_night,
            last_night=stay.last_night,
            proposed_by=site.captain,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            BedNight.objects.create(
                compound=site.compound, stay=other, offer=where, bed=1, night=stay.first_night
            )


@pytest.mark.django_db(transaction=True)
def test_two_guests_for_one_bed_at_the_same_moment() -> None:
    site = make_cast().yujingwan
    with site.open():
        away(site, "101")
        where = offer(site)
        both = [guest(site), guest(site, "何苗", phone="13700000002")]
    barrier = threading.Barrier(2)
    answers: list[object] = []

    def ask(one: Guest) -> None:
        try:
            with site.open():
                barrier.wait(10)
                answers.append(propose(guest=one, offer=where, by=site.captain))
        except Refused as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[one]) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(type(one).__name__ for one in answers) == ["Refused", "Stay"]
    with site.open():
        assert Stay.objects.count() == 1
        assert BedNight.objects.count() == 1
