"""Which row holds the column titles, and which column is what."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from households.roster.messages import Unreadable
from households.roster.reading import Cell, Page

SEARCHED_ROWS = 15
LONGEST_TITLE = 24  # characters; a longer cell is a sentence, not a column title

SYNONYMS: dict[str, str] = {
    "serial": "序号 编号 序 no # sn serial",
    "building": "楼号 楼栋 楼栋号 栋 栋号 楼 幢 幢号 楼座 座 座号 楼宇 building block tower bldg",
    "unit": "单元 单元号 门栋 梯 unit entrance stair",
    "floor": "楼层 层 层数 所在楼层 floor",
    "door": "房号 室号 门牌 门牌号 门牌号码 房间号 房间 户号 房屋 房屋号 室 住址 地址 "
    "详细地址 家庭住址 楼室号 房室号 门号 door doornumber doorno room roomno roomnumber home "
    "flat apartment address",
    "head": "户主 户主姓名 业主 业主姓名 head householder headofhousehold",
    "name": "姓名 名字 居民姓名 住户姓名 成员姓名 人员姓名 家庭成员 住户 居民 "
    "name fullname resident",
    "relation": "与户主关系 关系 与业主关系 户主关系 relation relationship relationtohead",
    "sex": "性别 sex gender",
    "age": "年龄 岁数 周岁 age",
    "birth": "出生日期 出生年月 生日 出生 出生年月日 birth birthday dateofbirth dob",
    "identity": "身份证 身份证号 身份证号码 证件号 证件号码 公民身份号码 "
    "idnumber identitynumber idno",
    "relative_phone": "紧急联系人 紧急联系电话 紧急联系人电话 子女电话 亲属电话 家属电话 "
    "子女联系电话 relativephone emergencycontact emergencyphone",
    "phone": "联系电话 手机 电话 手机号 手机号码 电话号码 联系方式 联系号码 本人电话 固定电话 座机 "
    "phone phonenumber mobile tel telephone contact",
    "lone_elder": "独居老人 是否独居老人 loneelder",
    "alone": "独居 是否独居 livesalone alone",
    "presence": "是否在家 在家 状态 在楼状态 是否在楼 在住情况 居住状态 现状 人员状态 目前状态 "
    "presence athome status",
    "declared": "人口 人数 户籍人口 家庭人口 家庭人数 常住人口 常住人数 人口数 people persons "
    "peopleinhousehold householdsize",
    "pregnant": "孕妇 是否孕妇 pregnant",
    "infant": "婴儿 婴幼儿 infant",
    "dialysis": "透析 dialysis",
    "chronic": "慢性病 慢病 基础疾病 chronic chronicillness",
    "disabled": "残疾 残疾人 行动不便 disabled",
    "note": "备注 说明 情况说明 特殊情况 其他 其它 注 特殊需求 note notes remark remarks comment",
}
EXACT = {word: field for field, words in SYNONYMS.items() for word in words.split()}
CONTAINED: tuple[tuple[str, str], ...] = (
    ("身份证", "identity"), ("证件", "identity"), ("独居老人", "lone_elder"), ("独居", "alone"),
    ("紧急", "relative_phone"), ("子女", "relative_phone"), ("亲属", "relative_phone"),
    ("电话", "phone"), ("手机", "phone"), ("联系方式", "phone"), ("关系", "relation"),
    ("姓名", "name"), ("户主", "head"), ("房号", "door"), ("室号", "door"), ("门牌", "door"),
    ("房间", "door"), ("住址", "door"), ("单元", "unit"), ("栋", "building"), ("楼号", "building"),
    ("出生", "birth"), ("年龄", "age"), ("性别", "sex"), ("在家", "presence"), ("在楼", "presence"),
    ("人口", "declared"), ("人数", "declared"), ("孕", "pregnant"), ("备注", "note"),
    ("说明", "note"), ("特殊", "note"),
)  # fmt: skip
SEVERAL = frozenset({"phone", "note", "relative_phone"})


@dataclass(frozen=True)
class Header:
    """`row` is zero-based. `columns` maps a field to its columns; `titles` are as written."""

    row: int
    columns: dict[str, list[int]]
    titles: dict[int, str]

    @property
    def is_complete(self) -> bool:
        """Whether it says both where people live and who they are."""
        return "door" in self.columns and ("name" in self.columns or "head" in self.columns)

    def unknown_titles(self) -> list[str]:
        """Titles that mean nothing to the parser, as written."""
        known = {column for columns in self.columns.values() for column in columns}
        return [title for column, title in self.titles.items() if column not in known]


def find_header(page: Page) -> Header | None:
    """The most complete row of titles among the first fifteen, or None."""
    found = [read_header(row, index) for index, row in enumerate(page.rows[:SEARCHED_ROWS])]
    usable = [header for header in found if len(header.columns) >= 2]
    if not usable:
        return None
    return max(usable, key=lambda h: (h.is_complete, len(h.columns), -h.row))


def read_header(row: list[Cell], index: int) -> Header:
    """What each cell of a row would mean as a title; the first of equal titles wins."""
    columns: dict[str, list[int]] = {}
    titles: dict[int, str] = {}
    for column, cell in enumerate(row):
        if not isinstance(cell, str) or not cell.strip():
            continue
        titles[column] = cell.strip()
        field = field_of(cell)
        if field and (field not in columns or field in SEVERAL):
            columns.setdefault(field, []).append(column)
    return Header(index, columns, titles)


def refuse_incomplete(header: Header | None) -> Unreadable:
    """The sentence for a file in which no page has a usable header."""
    if header is None:
        return Unreadable("no_header", limit=SEARCHED_ROWS)
    code = "no_name_column" if "door" in header.columns else "no_door_column"
    found = "、".join(list(header.titles.values())[:12])
    return Unreadable(code, row=header.row + 1, found=found)


@lru_cache(maxsize=4096)
def field_of(title: str) -> str | None:
    """The field a title names, or None: `联系电话(必填)` → phone."""
    plain = unicodedata.normalize("NFKC", title).lower()
    plain = re.sub(r"\(.*?\)|\[.*?\]|[\s*::_.\-/、,??'\"]+", "", plain)
    if not plain or len(plain) > LONGEST_TITLE:
        return None
    if plain in EXACT:
        return EXACT[plain]
    if len(plain) > 10:
        return None
    return next((field for part, field in CONTAINED if part in plain), None)
