"""The style guide: every component in every state, with sample data and invented people."""

# ruff: noqa: E501

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from compounds.access import public_page
from lockdown.templatetags.icons import ICONS
from reports.stacking import Cell, Floor, Stack

LEGEND = (
    ("now", "叫", "正在下楼"),
    ("next", "备", "请准备"),
    ("done", "✓", "已采"),
    ("late", "缺", "未到，已派人"),
    ("iso", "隔", "上门"),
    ("care", "", "独居老人"),
)
LETTERS = {"now": "叫", "next": "备", "done": "✓", "late": "缺", "wait": ""}
WORDS = {"now": "正在下楼", "next": "请准备", "done": "已采", "late": "未到", "wait": "未轮到"}


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="姓名", max_length=40, help_text="按身份证写。")
    phone = forms.CharField(label="手机", required=False)
    kind = forms.ChoiceField(label="关系", choices=[("owner", "业主"), ("tenant", "租客")])
    needs = forms.MultipleChoiceField(
        label="需要照顾",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("alone", "独居老人"), ("dialysis", "透析"), ("baby", "婴幼儿")],
    )
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    agreed = forms.BooleanField(label="本人已同意登记")


class FilterForm(forms.Form):
    q = forms.CharField(label="找", required=False)
    floor = forms.ChoiceField(label="楼层", required=False, choices=[("", "全部"), ("5", "5 层")])


def _status(floor: int, door: int, called: int) -> str:
    if (floor * 7 + door * 3) % 41 == 0 and floor < called:
        return "late"
    if floor < called:
        return "done"
    if floor == called:
        return "now"
    return "next" if floor <= called + 2 else "wait"


def sample_stack(title: str, floors: int, doors: int, called: int) -> Stack:
    """A unit being called down floor by floor; `called` is the floor that is now on its way."""
    return Stack(
        title=title,
        floors=[_sample_floor(number, doors, called) for number in range(1, floors + 1)],
        legend=LEGEND,
        caption="大门 · 只进不出 06:00–21:00 值守 李建国",
        url="#",
    )


def _sample_floor(number: int, doors: int, called: int) -> Floor:
    cells = []
    for place in range(1, doors + 1):
        status = _status(number, place, called)
        care = (number * 5 + place * 3) % 13 == 0
        cells.append(
            Cell(
                door=f"{number}{place:02d}",
                status=status,
                letter=LETTERS[status],
                mark_care=care,
                mark_isolated=(number, place) == (14, 2),
                label=f"{'独居老人 ' if care else ''}{WORDS[status]}",
                url=f"#home-{number}{place:02d}",
            )
        )
    return Floor(number=number, cells=cells, url=f"#floor-{number}", is_now=number == called)


def _at(hour: int, minute: int = 0) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0)


def _day() -> list[dict[str, Any]]:
    return [
        {"start": _at(7), "end": _at(8), "label": "楼道消杀", "state": "done", "url": "#"},
        {"start": _at(9, 30), "label": "蔬菜包送到门口", "state": "done", "url": "#"},
        {"start": _at(11), "label": "3 层补采 迟 20 分", "state": "late", "url": "#"},
        {"start": _at(14, 10), "end": _at(16, 40), "label": "核酸 5 层", "state": "now"},
        {"start": _at(16), "label": "6、7 层备", "state": "next"},
        {"start": _at(17), "label": "楼道消杀 17:00"},
        {"start": _at(17, 30), "label": "收垃圾 17:30"},
        {"start": _at(20), "label": "团购截止 20:00"},
        {"start": _at(21, 30), "label": "门岗换班 21:30"},
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {"place": "402", "fact": "核酸未到，电话无人接", "note": "已派 4 层志愿者敲门 · 6 分钟前", "who": "王敏", "status": "late", "tag": "迟 12 分", "url": "#", "drawer": True},
        {"place": "1501", "fact": "赵奶奶今日未问候", "note": "独居 · 儿子在杭州可代接", "who": "李芳", "status": "care", "url": "#"},
        {"place": "1103", "fact": "厨房漏水，影响 1003", "note": "师傅已到楼下，需防护入户", "who": "赵师傅", "status": "now", "tag": "处理中", "url": "#"},
        {"place": "807", "fact": "燃气余额 2.1 m³", "note": "卡已收，随下批 8 户代充", "who": "欧阳慕容司徒诸葛", "status": "next", "tag": "今天", "url": "#"},
    ]  # fmt: skip


def _plan() -> list[dict[str, Any]]:
    return [
        {"time": "15:30", "title": "通知全体", "text": "封控告知，含“今天怎么过”。短信、群文本、门口张贴", "count": 90, "unit": "户", "note": "9 户转敲门，已有人"},
        {"time": "15:30", "title": "门岗改为只进不出", "text": "大门、消防梯。火警钥匙在值守岗，不得上锁堵死", "count": 2, "unit": "处", "note": "李建国、王强"},
        {"time": "20:00 前", "title": "问候独居老人", "text": "药够几天，吃了没有，孩子电话", "count": 12, "unit": "位", "note": "志愿者 6 人"},
    ]  # fmt: skip


def _today() -> list[dict[str, Any]]:
    return [
        {"time": "09:00", "text": "楼道消杀", "state": "done", "tag": "已完成"},
        {"time": "15:20", "text": "核酸 · 5 层", "note": "约 12 分钟", "state": "now", "tag": "现在"},
        {"time": "17:30", "text": "垃圾：先放家里", "note": "消杀后会通知放到门口", "state": "wait", "tag": "等通知"},
        {"time": "20:00", "text": "鸡蛋、牛奶团购截止", "note": "还差 6 份成团", "state": "next", "tag": "可下单"},
    ]  # fmt: skip


def _desk_samples() -> dict[str, Any]:
    facts = [
        {"label": "在楼", "value": 183, "unit": "人 / 90 户", "url": "#"},
        {"label": "已核对", "value": "96%", "unit": "差 4 户", "url": "#"},
        {"label": "通知已达", "value": 87, "unit": "/ 90 户", "url": "#", "tone": "now"},
        {"label": "今日采样", "value": 61, "unit": "/ 183 人", "url": "#"},
        {"label": "独居老人", "value": 11, "unit": "/ 12 已问候", "url": "#"},
        {"label": "垃圾", "value": "等消杀", "unit": "17:30", "url": "#", "tone": "late"},
        {"label": "48 小时无订单", "value": 3, "unit": "户", "url": "#"},
    ]
    lenses = ["核对", "通知", "核酸", "垃圾", "团购", "关爱"]
    feed = [
        {"time": "15:22", "text": "周强 登记 4 层采样 5 户 12 人，缺 402", "url": "#"},
        {"time": "15:18", "text": "系统 提醒 6、7 层：还有两层轮到你们", "url": "#"},
        {"time": "15:10", "text": "901 张** 告知 904 有人，手机停机，已派王敏", "url": "#"},
    ]
    return {
        "facts": facts,
        "lenses": [{"label": name, "url": "#", "active": name == "核酸"} for name in lenses],
        "feed": feed,
        "rows": _rows(),
        "events": _day(),
        "now": _at(15, 24),
        "plan": _plan(),
        "tall": sample_stack("1栋1单元", 18, 5, 5),
        "tower": sample_stack("8栋2单元", 34, 8, 12),
        "stacks": [sample_stack(f"{n}栋", 11 + n % 5 * 3, 2 + n % 4, n) for n in range(1, 10)],
    }


def _record_samples() -> dict[str, Any]:
    columns = [
        {"label": "房号"},
        {"label": "住户"},
        {"label": "电话"},
        {"label": "人数", "num": True},
        {"label": "核对"},
    ]
    table = [
        {
            "url": "#",
            "cells": ["1501", "赵**", "138****8000", 1, {"status": "done", "text": "已核对"}],
        },
        {
            "url": "#",
            "cells": ["1502", "欧阳慕容司徒诸葛", "–", 3, {"status": "late", "text": "无人应门"}],
        },
        {
            "url": "#",
            "cells": ["1503", "房客", "139****0011", 2, {"status": "wait", "text": "未核对"}],
        },
    ]
    return {
        "columns": columns,
        "table": table,
        "choices": [
            {"label": "范围", "value": "1栋1单元", "note": "18 层 90 户 · 在楼 183 人", "url": "#"},
            {"label": "依据", "value": "区防控办 2021-17 号通知", "url": "#", "more": "传文件"},
        ],
        "steps": [
            {"label": "已受理", "state": "done"},
            {"label": "已派单", "state": "done"},
            {"label": "处理中", "state": "now"},
            {"label": "已完成", "state": "wait"},
        ],
        "track": [
            {"time": "8月2日 14:02", "who": "502 住户", "text": "报修：厨房漏水"},
            {"time": "14:06", "who": "王芳", "text": "派给赵师傅"},
            {"time": "14:40", "who": "赵师傅", "text": "到场，等配件", "state": "now"},
        ],
        "checklist": [
            {"text": "全员阴性", "state": "done", "note": "183 人，8月7日 10:20"},
            {"text": "异常户清零", "state": "late", "why": "402 未采样，王敏在敲门", "url": "#", "tag": "差 1 户"},
            {"text": "终末消杀", "state": "wait"},
        ],
        "group_text": "【御景湾】5 层请下楼做核酸，戴好口罩，走东侧楼梯。\n1. 501 张**\n2. 502 李**",
        "page": Paginator(range(240), 20).page(2),
    }  # fmt: skip


@public_page("Sample data and invented people only; wired in development.")
def styleguide(request: HttpRequest) -> HttpResponse:
    """The guide; ?face=elder, ?theme=dark, ?part=phone|print|board show one face alone."""
    refused = SampleForm({"name": "", "kind": "x"})
    refused.is_valid()
    context = _desk_samples() | _record_samples()
    context |= {
        "compound_name": "御景湾",
        "nav_items": [
            {"label": name, "url": "#", "active": name == "值守台", "badge": badge}
            for name, badge in [("值守台", 0), ("我的活", 7), ("住户", 0), ("封控", 0), ("环卫", 2), ("通知", 0), ("日报", 0)]
        ],
        "search_url": "#",
        "form": SampleForm(),
        "refused": refused,
        "filters": FilterForm(),
        "today": _today(),
        "home_label": "1单元 502",
        "home_note": "张** 家 · 3 人",
        "duty_phone": "02100000000",
        "printed_by": "王芳",
        "printed_at": timezone.now() - timedelta(minutes=1),
        "icons": sorted(ICONS),
        "face": request.GET.get("face", "normal"),
        "theme": request.GET.get("theme", "auto"),
    }  # fmt: skip
    part = request.GET.get("part", "guide")
    known = {"guide", "phone", "print", "board", "labels"}
    return render(request, f"styleguide/{part if part in known else 'guide'}.html", context)
