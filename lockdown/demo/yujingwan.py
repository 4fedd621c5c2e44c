"""御景湾, block 1 unit 1: sealed at 15:00 on the first day; what was done until the sixth.

Source: a local press account of August 2021. Six days, one disinfection missed on the first
evening and five done, two screening rounds, two deliveries to each door, everybody verified and
told. What is true and what is invented: docs/story.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from compounds.models import Unit
from compounds.roles import Role
from households.sweeps import How
from lockdown.demo import carrying, deeds, deliveries, doors, duty, files, ordering, relatives
from lockdown.demo.clock import at
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from seals.models import RecallOutcome, SealOrder
from waste.models import Phase


@dataclass(frozen=True)
class Scene:
    """A deed on a day of the order (1 is the first) at a clock time of the compound."""

    day: int
    clock: str
    deed: Callable[[Site], object]


def _daily(day: int, bags: int) -> list[Scene]:
    """What the cleaner does every evening, in the order that the template asks for."""
    return [
        Scene(day, "17:05", deeds.disinfect),
        Scene(day, "17:40", lambda site: deeds.move_rubbish(site, Phase.PUT_OUT)),
        Scene(day, "18:05", lambda site: deeds.move_rubbish(site, Phase.COLLECTING)),
        Scene(day, "18:25", lambda site: deeds.move_rubbish(site, Phase.CLOSED, bags=bags)),
    ]


def _calls(day: int) -> list[Scene]:
    return [Scene(day, "18:40", lambda site: deeds.call_elders(site, day))]


SCENES = (
    Scene(1, "14:20", lambda site: deeds.import_roster(site, "yujingwan-roster.xlsx")),
    Scene(
        1,
        "15:00",
        lambda site: deeds.seal_place(
            site, "yujingwan", row=_unit(site), source="区防控办 2021-17 号通知"
        ),
    ),
    Scene(1, "15:20", lambda site: deeds.do_tasks(site, "gate")),
    Scene(1, "15:50", lambda site: deeds.tell_next(site, 30)),
    Scene(1, "16:20", lambda site: deeds.print_sheet(site, 18)),
    Scene(1, "16:30", lambda site: deeds.verify_next(site, 20)),
    Scene(1, "17:20", lambda site: deeds.settle_recalls(site, 2, RecallOutcome.COMING)),
    Scene(1, "18:10", lambda site: deeds.verify_next(site, 22)),
    Scene(
        1,
        "18:50",
        lambda site: deeds.call_elders(site, 1, skip=1, needs={2: "降压药只够两天", 7: "没有米了"}),
    ),
    Scene(1, "19:20", lambda site: deeds.try_in_vain(site, 3)),
    Scene(1, "19:30", lambda site: deeds.call_elders(site, 1)),
    # Nobody came to disinfect on the first evening; the rubbish stayed in.
    Scene(1, "21:00", lambda site: deeds.sweep()),
    Scene(2, "09:30", lambda site: deeds.verify_next(site, 28, how=How.NEIGHBOUR)),
    Scene(2, "10:30", lambda site: deeds.settle_recalls(site, 5, RecallOutcome.RETURNED)),
    Scene(2, "11:00", lambda site: deeds.do_tasks(site, "gas")),
    Scene(2, "14:00", lambda site: deeds.verify_next(site, 16, how=How.CALL)),
    *_daily(2, 88),
    *_calls(2),
    Scene(3, "09:00", lambda site: deeds.verify_next(site, 4, how=How.RELATIVE)),
    Scene(3, "10:00", lambda site: deeds.tell_next(site, 90, how="door")),
    Scene(3, "14:30", lambda site: deeds.do_tasks(site, "screening")),
    Scene(3, "15:10", lambda site: deeds.settle_recalls(site, 20, RecallOutcome.STAYS_AWAY)),
    *_daily(3, 61),
    *_calls(3),
    *_daily(4, 57),
    *_calls(4),
    *_daily(5, 59),
    *_calls(5),
    Scene(6, "14:40", lambda site: deeds.do_tasks(site, "screening")),
    *_daily(6, 63),
    *_calls(6),
    Scene(6, "19:55", lambda site: deeds.sweep()),
)


def _ordered(day: int, first: bool, **ways: str) -> list[Scene]:
    """Each way of ordering at its hour."""
    return [
        Scene(day, hour, partial(ordering.order, way=way, first=first))
        for way, hour in ways.items()
    ]


def _step(day: int, hour: str, deed: Callable[..., None], *, first: bool, **more: Any) -> Scene:
    return Scene(day, hour, partial(deed, first=first, **more))


def _carried(day: int, first: bool, *hours: str) -> list[Scene]:
    """To the clean doors, to the one where nobody opened, at last to the isolated home."""
    clean, again, isolated, ring = hours
    return [
        _step(day, clean, carrying.carry, first=first),
        _step(day, again, carrying.call_the_shut, first=first),
        _step(day, isolated, carrying.carry, first=first, isolated=True),
        Scene(day, ring, deliveries.by_the_clock),
        _step(day, ring, carrying.ring_doors, first=first),
    ]


# Bought together and carried to each door, twice: the volunteers began on the third day.
DELIVERIES = (
    Scene(2, "10:00", deliveries.isolate),
    Scene(3, "10:30", deliveries.draft_first),
    Scene(3, "10:50", lambda site: deeds.do_tasks(site, "food")),
    Scene(3, "11:00", deliveries.agree),
    *_ordered(3, True, own="11:20", relative="12:40", call="13:30", chat="13:50"),
    Scene(3, "14:10", deliveries.by_the_clock),
    Scene(3, "16:00", deliveries.by_the_clock),
    Scene(3, "16:10", ordering.call_the_hungry),
    Scene(3, "16:40", ordering.let_in_late),
    _step(3, "17:20", carrying.buy_it, first=True, hours=16),
    _step(4, "09:30", carrying.count_it, first=True, broken=3, missing=2),
    _step(4, "10:10", carrying.share_out, first=True),
    *_carried(4, True, "10:30", "11:20", "11:40", "12:10"),
    _step(4, "15:00", carrying.collect, first=True),
    Scene(4, "19:00", deliveries.tell_all),
    _step(4, "19:30", carrying.settle_it, first=True),
    Scene(5, "08:30", deliveries.draft_second),
    Scene(5, "08:50", deliveries.agree),
    *_ordered(5, False, own="09:00", relative="10:30", call="11:10", chat="11:30"),
    Scene(5, "12:10", deliveries.by_the_clock),
    Scene(5, "14:00", deliveries.by_the_clock),
    _step(5, "14:30", carrying.buy_it, first=False, hours=18),
    _step(6, "08:40", carrying.count_it, first=False),
    _step(6, "09:10", carrying.share_out, first=False),
    *_carried(6, False, "09:30", "10:20", "10:40", "11:10"),
    Scene(6, "12:20", lambda site: carrying.claim_spoiled(site, item="牛奶")),
    Scene(6, "13:10", carrying.decide_claims),
    _step(6, "15:00", carrying.collect, first=False),
    _step(6, "17:00", carrying.settle_it, first=False),
    Scene(6, "17:20", deliveries.by_the_clock),
    Scene(6, "17:40", deliveries.tell_all),
)
STORY = (*SCENES, *DELIVERIES)


def _unit(site: Site) -> int:
    with scope([site.compound.pk]):
        return Unit.objects.values_list("id", flat=True).order_by("position")[0]


# The demo's third day is not over: four doors stay shut, and somebody has them on a list.
UNFINISHED = (
    Scene(2, "09:00", files.deepen),
    Scene(2, "11:00", lambda site: deeds.do_tasks(site, "food")),
    *(scene for scene in SCENES if (scene.day, scene.clock) not in {(3, "09:00"), (3, "10:00")}),
    Scene(3, "08:00", lambda site: deeds.knock_in_vain(site, 2)),
    # A lone elder without a phone; her son in another city acts for her.
    Scene(1, "17:00", lambda site: relatives.let_son_in(site)),
    Scene(1, "17:20", lambda site: relatives.pass_on(site)),
    Scene(2, "08:30", lambda site: relatives.ask_for_medicine(site)),
    Scene(2, "11:40", lambda site: relatives.bring_medicine(site)),
    Scene(2, "20:10", lambda site: relatives.ask_by_phone(site)),
    Scene(3, "08:10", lambda site: deeds.ask_neighbours(site)),
    Scene(1, "15:40", lambda site: duty.put_up(site)),
    Scene(1, "17:10", lambda site: duty.caught(site, "吴桂枝", "13700000161", **duty.CLEANER)),
    Scene(1, "18:00", lambda site: duty.offered(site, 62, "陈玉", "13700000302", meals=True)),
    Scene(1, "19:40", lambda site: duty.match(site, "吴桂枝")),
    Scene(
        1,
        "20:50",
        lambda site: duty.hand(
            site,
            Role.GUARD,
            Role.TECHNICIAN,
            "出口已改为只进不出，南侧围挡钥匙在前台 3 号柜。",
            point="地下车库侧门的液压剪要补一把",
        ),
    ),
    Scene(2, "08:30", lambda site: duty.look(site)),
    Scene(
        2,
        "13:50",
        lambda site: duty.hand(
            site,
            Role.GUARD,
            Role.CAPTAIN,
            "上午送菜车 9 点 40 到，已登记；1205 老人要的降压药下午到。",
            question="降压药放在哪个架子上？",
        ),
    ),
    Scene(2, "16:20", lambda site: duty.caught(site, "周大海", "13700000162", **duty.COURIER)),
    Scene(2, "17:00", lambda site: duty.offered(site, 30, "林岚", "13700000303", for_whom="women")),
    Scene(2, "18:45", lambda site: duty.offered(site, 20, "唐宁", "13700000304", quiet=True)),
    Scene(2, "19:00", lambda site: duty.asked(site, "周大海", 20)),
    Scene(2, "20:30", lambda site: duty.look(site, blocked="南侧花坛围挡", leave=1)),
    Scene(2, "16:40", doors.order_greens),
    Scene(1, "20:00", doors.keep_stock),
    Scene(2, "19:50", doors.buy_greens),
)


def replay(
    site: Site, first_day: date, *, until: datetime, scenes: tuple[Scene, ...] = SCENES
) -> SealOrder | None:
    """Act the scenes up to `until`, in order of time; the order, once it is there."""
    for scene in sorted(scenes, key=lambda one: (one.day, one.clock)):
        moment = moment_of(site, first_day, scene)
        if moment > until:
            break
        with at(moment):
            scene.deed(site)
    with scope([site.compound.pk]):
        return SealOrder.objects.filter(parent=None).order_by("-number").first()


def moment_of(site: Site, first_day: date, scene: Scene) -> datetime:
    hours, minutes = scene.clock.split(":")
    day = first_day + timedelta(days=scene.day - 1)
    return datetime.combine(day, time(int(hours), int(minutes)), tzinfo=site.compound.tz)


def last_moment(site: Site, first_day: date) -> datetime:
    return moment_of(site, first_day, SCENES[-1]) + timedelta(minutes=5)


def started_days_ago(site: Site, days: int) -> date:
    return site.compound.today(timezone.now()) - timedelta(days=days)
