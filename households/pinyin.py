"""Pinyin of people's names for sorting and for search by initials.

A surname often reads unlike the same character in a word (单 is Shàn, 仇 is Qiú), so the
surname comes from a table and only the given name from the dictionary.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

SURNAMES: dict[str, tuple[str, ...]] = {
    "万俟": ("mo", "qi"),
    "尉迟": ("yu", "chi"),
    "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"),
    "长孙": ("zhang", "sun"),
    "宰父": ("zai", "fu"),
    "令狐": ("ling", "hu"),
    "夏侯": ("xia", "hou"),
    "呼延": ("hu", "yan"),
    "鲜于": ("xian", "yu"),
    "亓官": ("qi", "guan"),
    "单": ("shan",),
    "仇": ("qiu",),
    "曾": ("zeng",),
    "解": ("xie",),
    "查": ("zha",),
    "区": ("ou",),
    "任": ("ren",),
    "朴": ("piao",),
    "覃": ("qin",),
    "盖": ("ge",),
    "翟": ("zhai",),
    "缪": ("miao",),
    "乐": ("yue",),
    "员": ("yun",),
    "洗": ("xian",),
    "冼": ("xian",),
    "秘": ("bi",),
    "逄": ("pang",),
    "召": ("shao",),
    "折": ("she",),
    "谌": ("chen",),
    "种": ("chong",),
    "重": ("chong",),
    "晁": ("chao",),
    "繁": ("po",),
    "隗": ("wei",),
    "郇": ("xun",),
    "郄": ("qie",),
    "黑": ("he",),
    "宓": ("mi",),
    "纪": ("ji",),
    "华": ("hua",),
    "燕": ("yan",),
    "宁": ("ning",),
    "应": ("ying",),
    "那": ("na",),
    "佴": ("nai",),
    "訾": ("zi",),
    "瞿": ("qu",),
    "尹": ("yin",),
    "牟": ("mu",),
    "卜": ("bu",),
    "柏": ("bai",),
    "贾": ("jia",),
    "过": ("guo",),
    "哈": ("ha",),
    "能": ("nai",),
    "车": ("che",),
    "沈": ("shen",),
    "薄": ("bo",),
    "鲍": ("bao",),
    "俞": ("yu",),
    "吕": ("lv",),
}


def full(name: str) -> str:
    """`zhangsan`: lower case, no tones, no spaces; ü is v. Latin letters and digits are kept."""
    return "".join(_syllables(name))


def initials(name: str) -> str:
    """`zs`: one letter for each character; a word in Latin letters gives its first letter."""
    return "".join(syllable[0] for syllable in _syllables(name))


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[str, ...]:
    text = re.sub(r"\s+", " ", name).strip()
    surname = next((text[:n] for n in (2, 1) if text[:n] in SURNAMES), "")
    given = lazy_pinyin(text[len(surname) :], errors=_words)  # type: ignore[arg-type]
    cleaned = (re.sub(r"[^\w]", "", part).lower() for part in given)
    return (*SURNAMES.get(surname, ()), *(part for part in cleaned if part))


def _words(text: str) -> list[str]:
    """Text the dictionary does not know: Latin words apart, other characters one by one."""
    return re.findall(r"[A-Za-z0-9]+|[^\sA-Za-z0-9]", text)
