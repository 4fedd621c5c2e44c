"""Pinyin of names, where surnames read unlike the words they are also part of."""

import pytest

from households.pinyin import full, initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("单雄信", "shanxiongxin"),
        ("仇建梓", "qiujianzi"),
        ("曾静", "zengjing"),
        ("解娟秀", "xiejuanxiu"),
        ("查强", "zhaqiang"),
        ("区小明", "ouxiaoming"),
        ("任平", "renping"),
        ("朴海", "piaohai"),
        ("覃伟怡", "qinweiyi"),
        ("尉迟霞梓", "yuchixiazi"),
        ("单于磊轩", "chanyuleixuan"),
        ("吕丽", "lvli"),
        ("张𬭚", "zhangchun"),
    ],
)
def test_a_surname_is_read_as_a_surname(name: str, expected: str) -> None:
    assert full(name) == expected


def test_initials_take_one_letter_of_each_character() -> None:
    assert initials("尉迟霞梓") == "ycxz"
    assert initials("张𬭚") == "zc"


def test_latin_names_keep_their_letters() -> None:
    assert full("Tom 李") == "tomli"
    assert initials("Anna Smith") == "as"


def test_an_empty_or_odd_name_gives_what_there_is() -> None:
    assert full("") == ""
    assert initials("··") == ""
    assert full("𠮷") != ""
