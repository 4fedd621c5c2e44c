"""Telephone numbers as they stand in rosters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households.phones import Bad, Phone, last_four, mask, normalise


def numbers(raw: object) -> list[str]:
    return [phone.number for phone in normalise(raw) if isinstance(phone, Phone)]


@pytest.mark.parametrize(
    "raw",
    [
        13800000002.0,
        13800000002,
        "13800000002",
        "13800000002.0",
        "138 0000 0002",
        "138-0000-0002",
        "+86 138 0000 0002",
        "0086-13800000002",
        "8613800000002",
        "１３８０００００００２",
        "138OOOO0002",
        "13800000002、13800000002",
    ],
)
def test_one_mobile_number_is_found_in_every_spelling(raw: object) -> None:
    assert numbers(raw) == ["13800000002"]


@pytest.mark.parametrize("separator", ["/", "、", ",", "\uff0c", ";", "\uff1b", "\n", " ", " 或 "])
def test_two_numbers_in_a_cell_are_two(separator: str) -> None:
    assert numbers(f"13800000053{separator}13800009026") == ["13800000053", "13800009026"]


@pytest.mark.parametrize("raw", ["010-62345678", "0311-8234567", "62345678", "400-800-1234"])
def test_fixed_lines_are_taken(raw: str) -> None:
    assert numbers(raw) == [raw]


def test_a_number_a_digit_short_is_kept_apart_with_its_digits() -> None:
    assert normalise("1380000000") == [Bad(raw="1380000000", digits=10)]


def test_a_label_beside_a_number_is_kept() -> None:
    assert normalise("13800000001\uff08儿子\uff09") == [Phone("13800000001", "mobile", "儿子")]


@pytest.mark.parametrize("raw", ["", None, "无", "-", True])
def test_nothing_is_nothing(raw: object) -> None:
    assert normalise(raw) == []


def test_a_phone_is_masked_and_its_last_four_digits_are_told() -> None:
    assert mask("13800138000") == "138****8000"
    assert mask("010-62345678") == "****5678"
    assert mask("12") == "****"
    assert last_four("13800138000") == "8000"


@given(st.text() | st.floats() | st.integers() | st.none())
def test_no_cell_breaks_it_and_its_own_answer_reads_the_same(raw: object) -> None:
    for phone in normalise(raw):
        if isinstance(phone, Phone):
            assert numbers(phone.number) == [phone.number]
            assert "\n" not in mask(phone.number)
