"""小东门: 48 hours, lifted. 槐东: old compounds with many elders, controlled, twice a day."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from compounds.models import Unit
from compounds.places import find_place
from lockdown.demo import deeds, duty, files
from lockdown.demo.clock import at
from lockdown.demo.people import Site
from lockdown.kernel.tenancy import scope
from seals.drafts import save_draft
from seals.library import find_plan
from seals.lift import checklist
from seals.lifting import lift
from seals.models import Level, RecallOutcome, SealOrder
from seals.restarting import restart_part
from waste.models import Phase

STATEMENTS = {
    "no_new_case": "48 小时内无新增,以街道通报为准",
    "all_negative": "第 2 轮 151 人全部阴性,检测机构书面结果",
    "end": "全员阴性,按指挥部通知解封",
}
SURNAMES = "张王李赵刘陈杨黄周吴徐孙马朱胡郭何林高罗"
GIVEN = (
    "桂英",
    "建国",
    "秀兰",
    "志强",
    "玉梅",
    "国庆",
    "淑珍",
    "文华",
    "凤霞",
    "永福",
    "丽娟",
    "海生",
    "春花",
    "德明",
    "晓燕",
    "立新",
)


def _moment(site: Site, day: date, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return datetime.combine(day, time(int(hours), int(minutes)), tzinfo=site.compound.tz)


def xiaodongmen(site: Site, first_day: date, *, until: datetime) -> None:
    """Closed at noon, everybody verified and told, lifted at noon two days later."""
    day, third = first_day, first_day + timedelta(days=2)
    second = first_day + timedelta(days=1)
    scenes = [
        (day, "11:30", lambda: deeds.import_roster(site, "xiaodongmen-roster.csv")),
        (day, "12:00", lambda: deeds.seal_place(site, "48-hours", row=_first_unit(site))),
        (day, "12:30", lambda: deeds.do_tasks(site, "gate")),
        (day, "13:30", lambda: deeds.verify_next(site, 64)),
        (day, "14:20", lambda: deeds.do_tasks(site, "screening")),
        (day, "15:00", lambda: deeds.do_tasks(site, "food")),
        (day, "17:05", lambda: deeds.disinfect(site)),
        (day, "17:40", lambda: deeds.move_rubbish(site, Phase.PUT_OUT)),
        (day, "18:10", lambda: deeds.move_rubbish(site, Phase.COLLECTING)),
        (day, "18:30", lambda: deeds.move_rubbish(site, Phase.CLOSED, bags=58)),
        (second, "09:10", lambda: deeds.disinfect(site)),
        (second, "14:30", lambda: deeds.do_tasks(site, "screening")),
        (second, "17:05", lambda: deeds.disinfect(site)),
        (second, "17:40", lambda: deeds.move_rubbish(site, Phase.PUT_OUT)),
        (second, "18:10", lambda: deeds.move_rubbish(site, Phase.COLLECTING)),
        (second, "18:30", lambda: deeds.move_rubbish(site, Phase.CLOSED, bags=61)),
        (third, "09:10", lambda: deeds.disinfect(site)),
        (third, "09:40", lambda: deeds.tell_next(site, 64, how="door")),
        # The cleaner who only worked there by the hour, and the owner who offered her a room.
        (day, "13:00", lambda: duty.caught(site, "许春燕", "13700000261", **duty.CLEANER)),
        (day, "16:00", lambda: duty.offered(site, 20, "顾红", "13700000262", quiet=True)),
        (day, "17:20", lambda: duty.match(site, "许春燕")),
        (third, "11:30", lambda: duty.left(site, "许春燕")),
        (third, "12:00", lambda: _lift(site)),
        (third, "13:30", lambda: deeds.tell_next(site, 64)),
    ]
    _act(site, scenes, until)


def huaidong(site: Site, first_day: date, *, until: datetime) -> None:
    """Controlled: nobody leaves the area; corridors twice a day, elders called daily."""
    second = first_day + timedelta(days=1)
    scenes = [
        (first_day, "08:00", lambda: deeds.import_roster(site, "huaidong.csv", huaidong_roster())),
        (
            first_day,
            "08:30",
            lambda: deeds.seal_place(
                site,
                "high-risk-9",
                kind="compound",
                level=Level.CONTROLLED,
                source="街道办 2020-03 号",
            ),
        ),
        (first_day, "08:20", lambda: files.family_of_nine(site)),
        (first_day, "09:10", lambda: deeds.disinfect(site)),
        (first_day, "08:50", lambda: deeds.do_tasks(site, "gate", "health")),
        (first_day, "11:30", lambda: deeds.do_tasks(site, "food")),
        (first_day, "14:20", lambda: deeds.do_tasks(site, "screening")),
        (first_day, "18:10", lambda: deeds.do_tasks(site, "health")),
        (first_day, "11:00", lambda: deeds.verify_next(site, 60)),
        (first_day, "15:00", lambda: deeds.tell_next(site, 70)),
        (first_day, "16:00", lambda: deeds.settle_recalls(site, 3, RecallOutcome.RETURNED)),
        (first_day, "17:05", lambda: deeds.disinfect(site)),
        (first_day, "19:00", lambda: deeds.call_elders(site, 1, skip=2)),
        (second, "08:40", lambda: deeds.do_tasks(site, "health")),
        (second, "09:05", lambda: deeds.disinfect(site)),
        (second, "09:40", lambda: deeds.move_rubbish(site, Phase.PUT_OUT)),
        (second, "10:00", lambda: deeds.verify_next(site, 32)),
        (second, "10:10", lambda: deeds.do_tasks(site, "gas")),
        (second, "10:20", lambda: deeds.move_rubbish(site, Phase.COLLECTING)),
        (second, "10:50", lambda: deeds.move_rubbish(site, Phase.CLOSED, bags=7)),
        (first_day, "20:10", lambda: _new_positive(site)),
        (first_day, "20:30", lambda: _draft(site)),
    ]
    _act(site, scenes, until)


def _new_positive(site: Site) -> None:
    """A positive on one stair: its days are counted anew, the rest of the compound goes on."""
    with scope([site.compound.pk]):
        order = SealOrder.objects.in_force().select_related("compound").get()
        unit = Unit.objects.order_by("position").first()
        restart_part(
            order=order,
            place=find_place(site.compound, "unit", row=unit.pk if unit else None),
            reason="单元内新增 1 例,区指挥部研判该单元重新计天",
            request_key="demo-huaidong-new-positive",
            by=site.manager,
        )


def _draft(site: Site) -> None:
    """Prepared for the case that the street office asks for it; nothing has started."""
    plan = find_plan("xian-2021")
    with scope([site.compound.pk]):
        unit = Unit.objects.order_by("position").last()
        if plan is None or unit is None:
            return
        place = find_place(site.compound, "unit", row=unit.pk)
        begin = timezone.now()
        save_draft(
            compound=site.compound,
            place=place,
            level=plan.level,
            template_name=plan.name,
            steps=plan.steps,
            easing=plan.easing,
            starts_at=begin,
            ends_at=plan.end_after(site.compound, begin),
            typed={"place": place.key, "template": plan.key, "issuer": "街道办"},
            issuer="街道办",
            request_key="demo-huaidong-prepared",
            by=site.manager,
        )


def _act(site: Site, scenes: list, until: datetime) -> None:
    for day, clock, deed in sorted(scenes, key=lambda one: (one[0], one[1])):
        moment = _moment(site, day, clock)
        if moment > until:
            break
        with at(moment):
            deed()


def _lift(site: Site) -> None:
    with scope([site.compound.pk]):
        order = SealOrder.objects.in_force().get()
        findings = checklist(order, timezone.now())
        said = {one.key: STATEMENTS.get(one.key, "已逐项核实") for one in findings}
        lift(order=order, statements=said, by=site.manager)


def _first_unit(site: Site) -> int:
    with scope([site.compound.pk]):
        return Unit.objects.order_by("position").values_list("id", flat=True)[0]


def huaidong_roster() -> bytes:
    """An invented roster of 108 homes as a property office keeps it, many elders alone."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(["楼号", "单元", "房号", "姓名", "年龄", "手机", "独居老人", "是否在家", "备注"])
    number = 0
    for building in (1, 2, 3):
        for unit in (1, 2, 3):
            for floor in range(1, 7):
                for door in (1, 2):
                    number += 1
                    for row in _family(number, building, unit, floor * 100 + door):
                        sheet.writerow(row)
    return text.getvalue().encode("gb18030")


def _family(number: int, building: int, unit: int, door: int) -> list[list[object]]:
    surname = SURNAMES[number % len(SURNAMES)]
    place = [f"{building}号楼", f"{unit}单元", door]
    alone = number % 5 == 0
    head = [surname + GIVEN[number % len(GIVEN)], 74 + number % 15 if alone else 38 + number % 30]
    phone = "" if number % 17 == 0 else f"1390000{number:04d}"
    note = f"子女在外地,电话1391111{number:04d}" if alone else ""
    home = "外出" if number % 27 == 0 else "在家"
    rows: list[list[object]] = [[*place, *head, phone, "是" if alone else "", home, note]]
    if not alone:
        mate = SURNAMES[(number + 7) % len(SURNAMES)] + GIVEN[(number + 5) % len(GIVEN)]
        rows.append(["", "", "", mate, 36 + number % 30, f"1392222{number:04d}", "", "在家", ""])
    return rows
