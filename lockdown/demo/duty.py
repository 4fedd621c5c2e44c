"""Guests, barriers and handovers in the stories, each through the real action."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from compounds.models import Unit
from compounds.roles import Role
from households.models import Household
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from seals.barriers import check_lane, register_barrier, remove_barrier
from seals.guests import guest_gone, register_guest
from seals.handover import add_word, ask, hand_over, open_handover, take_over
from seals.lodging import answer, move_in, offer_bed, propose
from seals.matching import offers_standing
from seals.models import Barrier, BarrierKind, Gone, Guest, GuestKind, Need, SealOrder, Side
from seals.models import WordKind as Word
from seals.shifts import duty_of

FREE = {"lane": True, "door": True, "gate": True}
OPENERS = {
    "opener": "李建国",
    "opener_phone": "13907440001",
    "deputy": "赵海",
    "deputy_phone": "13907440002",
    "check_hours": 24,
}
YUJINGWAN = (
    (BarrierKind.FENCE, "南侧花坛围挡", "物业前台钥匙柜 3 号", 5),
    (BarrierKind.TAPE, "单元门口警戒带", "徒手可拆", 1),
    (BarrierKind.LOCK, "地下车库侧门", "岗亭抽屉，配液压剪", 8),
)


def put_up(site: Site, rows: tuple[tuple[BarrierKind, str, str, int], ...] = YUJINGWAN) -> None:
    """The barriers of the newest order, each with its opener."""
    with scope([site.compound.pk]):
        order = SealOrder.objects.latest("number")
        for kind, spot, key, minutes in rows:
            register_barrier(
                compound=site.compound,
                kind=kind,
                unit=_unit(),
                spot=spot,
                order=order,
                fields=OPENERS | {"key_place": key, "opens_within": minutes},
                answers=FREE,
                by=site.of(Role.GUARD),
            )


def look(site: Site, *, blocked: str = "", leave: int = 0) -> None:
    """The guard walks round; one way may be found blocked, the last ones are left out."""
    with scope([site.compound.pk]):
        rows = list(Barrier.objects.standing().order_by("id"))
        for row in rows[: len(rows) - leave]:
            bad = blocked and row.spot == blocked
            found = FREE | {"lane": not bad}
            note = "共享单车堆在围挡外侧，消防车过不去" if bad else ""
            check_lane(barrier=row, answers=found, note=note, by=site.of(Role.GUARD))


def take_down(site: Site) -> None:
    with scope([site.compound.pk]):
        for row in Barrier.objects.standing():
            remove_barrier(barrier=row, by=site.of(Role.GUARD))


def caught(site: Site, name: str, phone: str, **more: Any) -> None:
    """Somebody who does not live here cannot leave."""
    fields = {"name": name, "phone": phone, "needs": [Need.BED]} | more
    with scope([site.compound.pk]):
        register_guest(
            compound=site.compound,
            unit=_unit(),
            home=None,
            fields=fields,
            by=site.of(Role.CAPTAIN),
        )


CLEANER: dict[str, Any] = {
    "kind": GuestKind.CLEANER,
    "sex": "f",
    "employer": "洁家家政",
    "with_whom": "上门钟点工",
    "needs": [Need.BED, Need.MEALS],
    "needs_note": "降压药只剩一天",
    "spot": "一楼门厅",
}
COURIER: dict[str, Any] = {
    "kind": GuestKind.COURIER,
    "sex": "m",
    "employer": "速达快递",
    "spot": "岗亭旁",
}


def offered(site: Site, place: int, contact: str, phone: str, **more: Any) -> None:
    """The household at this place of the walking order offers a bed until the seal ends."""
    with scope([site.compound.pk]):
        order = SealOrder.objects.latest("number")
        today = site.compound.today(timezone.now())
        fields = {
            "beds": 1,
            "for_whom": "anyone",
            "first_night": today,
            "last_night": site.compound.today(order.ends_at) + timedelta(days=1),
            "contact": contact,
            "phone": phone,
        } | more
        files = Household.objects.filter(closed_at=None).order_by("home__position")
        offer_bed(household=files[place], fields=fields, by=site.of(Role.CAPTAIN))


def match(site: Site, name: str) -> None:
    """The guest is asked, the household is asked, both agree, the guest moves in."""
    by = site.of(Role.CAPTAIN)
    with scope([site.compound.pk]):
        guest = Guest.objects.here().select_related("unit").get(name=name)
        stay = propose(guest=guest, offer=offers_standing()[0], by=by)
        answer(stay=stay, side=Side.GUEST, agrees=True, by=by)
        answer(stay=stay, side=Side.HOST, agrees=True, by=by)
        move_in(stay=stay, by=by)


def asked(site: Site, name: str, place: int) -> None:
    """The guest and the household at this place are being asked."""
    with scope([site.compound.pk]):
        guest = Guest.objects.here().select_related("unit").get(name=name)
        files = Household.objects.filter(closed_at=None).order_by("home__position")
        offer = next(one for one in offers_standing() if one.household_id == files[place].pk)
        propose(guest=guest, offer=offer, by=site.of(Role.CAPTAIN))


def left(site: Site, name: str) -> None:
    with scope([site.compound.pk]):
        guest = Guest.objects.here().get(name=name)
        guest_gone(guest=guest, how=Gone.LEFT, by=site.of(Role.CAPTAIN))


def hand(
    site: Site,
    giver: Role,
    taker: Role,
    note: str,
    *,
    point: str = "",
    question: str = "",
    signed: bool = True,
) -> None:
    """The shift that runs now is handed over."""
    outgoing, incoming = site.of(giver), site.of(taker)
    with scope([site.compound.pk]):
        duty = duty_of(site.compound)
        shift = duty.at(timezone.now())
        handover = open_handover(
            compound=site.compound, post=duty.posts[0], shift=shift, by=outgoing
        )
        _say(handover, Word.NOTE, note, by=outgoing)
        if point:
            _say(handover, Word.POINT, point, assignee=incoming, by=outgoing)
        hand_over(handover=handover, duty=duty, to=incoming, by=outgoing)
        if question:
            ask(handover=handover, text=question, request_key="q" * 12, by=incoming)
        elif signed:
            take_over(handover=handover, by=incoming)


def _say(handover: Any, kind: Word, text: str, **more: Any) -> None:
    add_word(handover=handover, kind=kind, text=text, request_key=f"{kind}-demo", **more)


def _unit() -> Unit:
    return Unit.objects.select_related("building").order_by("position", "id")[0]
