"""The arithmetic of the benchmarks. Nothing here is timed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.measure import Result, alternate, at_least_of_limit, at_most, fact
from bench.record import as_record, keep, table

AT = datetime(2022, 4, 1, 8, tzinfo=UTC)


def record(result: Result) -> dict:
    return as_record(result, at=AT, machine="2 cores")


def test_the_value_is_the_median_of_the_rounds() -> None:
    result = Result("board", "pages/s", ((30.0, 50.0), (90.0, 60.0), (40.0, 80.0)))
    assert (result.value, result.limit) == (40.0, 60.0)


def test_the_ratio_is_the_median_of_each_rounds_own() -> None:
    # A slow second round slows both halves and leaves the ratio as it is.
    result = Result("board", "pages/s", ((60.0, 100.0), (6.0, 10.0), (62.0, 100.0)))
    assert result.ratio == pytest.approx(0.6)


def test_a_figure_without_a_limit_has_no_ratio() -> None:
    result = fact("queries", "queries", 11, at_most(12))
    assert (result.limit, result.ratio, result.met) == (None, None, True)


def test_a_limit_of_zero_gives_no_ratio() -> None:
    assert Result("start", "s", ((1.0, 0.0),)).ratio is None


@pytest.mark.parametrize(("value", "met"), [(0.29, True), (0.3, True), (0.31, False)])
def test_a_bound_on_the_value(value: float, met: bool) -> None:
    assert fact("preview", "s", value, at_most(0.3)).met is met


@pytest.mark.parametrize(("value", "met"), [(49.0, False), (50.0, True), (51.0, True)])
def test_a_bound_on_the_ratio(value: float, met: bool) -> None:
    assert Result("board", "pages/s", ((value, 100.0),), at_least_of_limit(0.5)).met is met


def test_a_ratio_that_was_not_measured_is_not_met() -> None:
    assert fact("board", "pages/s", 100, at_least_of_limit(0.5)).met is False


def test_a_figure_without_a_target_is_neither_met_nor_missed() -> None:
    assert fact("preview", "s", 0.2).met is None


def test_rounds_alternate_between_the_product_and_its_limit() -> None:
    order: list[str] = []
    numbers = iter(range(10))

    def measure(name: str) -> float:
        order.append(name)
        return float(next(numbers))

    pairs = alternate(lambda: measure("product"), lambda: measure("limit"), rounds=2)
    assert order == ["product", "limit", "product", "limit"]
    assert pairs == ((0.0, 1.0), (2.0, 3.0))


def test_a_record_says_everything_that_is_asked_of_it() -> None:
    pairs = ((61.0, 100.0), (59.0, 100.0), (60.0, 100.0))
    made = record(Result("board", "pages/s", pairs, at_least_of_limit(0.5), "stub"))
    assert (
        made
        | {
            "name": "board",
            "unit": "pages/s",
            "value": 60.0,
            "limit": 100.0,
            "ratio": 0.6,
            "target": "ratio ≥ 0.5",
            "met": True,
            "rounds": 3,
            "at": "2022-04-01T08:00:00+00:00",
            "machine": "2 cores",
        }
        == made
    )
    assert made["measured"] == [list(pair) for pair in pairs]


def test_measuring_one_again_replaces_it_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    keep([record(fact("board", "pages/s", 10)), record(fact("home", "pages/s", 20))], file)
    keep([record(fact("board", "pages/s", 11))], file)
    assert {one["name"]: one["value"] for one in json.loads(file.read_text())} == {
        "board": 11,
        "home": 20,
    }


def test_the_table_names_a_missed_target() -> None:
    lines = table([record(fact("import", "s", 12, at_most(10))), record(fact("home", "s", 2))])
    assert lines.splitlines()[1].split() == [
        "import", "12", "s", "–", "–", "value", "≤", "10", "NO", "1",
    ]  # fmt: skip
    assert " NO " not in lines.splitlines()[2]
