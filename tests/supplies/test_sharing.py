"""Sharing whole pieces and whole fen: nothing lost, nobody over, the same answer every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplies.models import ShortageRule
from supplies.sharing import Want, full_cases, largest_remainder, lot, share

RULES = ShortageRule.values
WANTS = st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30).map(
    lambda drawn: [Want(n, q, flagged) for n, (q, flagged) in enumerate(drawn, start=1)]
)


@given(st.integers(0, 10_000_00), st.lists(st.integers(0, 5000), min_size=1, max_size=60))
def test_a_fee_is_split_without_a_lost_fen(total: int, weights: list[int]) -> None:
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    whole = sum(weights) or len(weights)
    for part, weight in zip(parts, weights if any(weights) else [1] * len(weights), strict=True):
        assert abs(part - total * weight / whole) < 1


def test_splitting_among_nobody_gives_nothing() -> None:
    assert largest_remainder(100, []) == []


@pytest.mark.parametrize("rule", RULES)
@given(wants=WANTS, good=st.integers(0, 120), seed=st.integers(0, 99), turn=st.integers(0, 99))
def test_every_rule_gives_all_there_is_and_nobody_more_than_wanted(
    rule: str, wants: list[Want], good: int, seed: int, turn: int
) -> None:
    got = share(rule, wants, good, seed=seed, turn=turn)
    wanted = {want.order: want.quantity for want in wants}
    assert all(0 <= pieces <= wanted[order] for order, pieces in got.items())
    assert sum(got.values()) == min(good, sum(wanted.values()))


@pytest.mark.parametrize("rule", RULES)
@given(wants=WANTS, good=st.integers(0, 120), data=st.data())
def test_the_order_of_the_rows_does_not_matter(
    rule: str, wants: list[Want], good: int, data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(wants))
    assert share(rule, mixed, good, seed=7, turn=3) == share(rule, wants, good, seed=7, turn=3)


@given(wants=WANTS, good=st.integers(0, 120), turn=st.integers(0, 99))
def test_a_rotation_leaves_nobody_two_behind(wants: list[Want], good: int, turn: int) -> None:
    got = share("rotation", wants, good, turn=turn)
    waiting = [got.get(w.order, 0) for w in wants if got.get(w.order, 0) < w.quantity]
    assert max(waiting, default=0) - min(waiting, default=0) <= 1
    # Whoever is satisfied has no more than one above whoever still waits.
    if waiting:
        assert max(got.values()) <= min(waiting) + 1


@given(wants=WANTS, good=st.integers(0, 40))
def test_the_first_turn_goes_round(wants: list[Want], good: int) -> None:
    """With one piece, each of the households is once the one who gets it."""
    hungry = [want for want in wants if want.quantity]
    if len(hungry) < 2:
        return
    winners = [
        next(order for order, got in share("rotation", wants, 1, turn=turn).items() if got)
        for turn in range(len(hungry))
    ]
    assert sorted(winners) == [want.order for want in hungry]


@given(wants=WANTS, good=st.integers(0, 120))
def test_pro_rata_is_within_one_of_the_share(wants: list[Want], good: int) -> None:
    total = sum(want.quantity for want in wants)
    got = share("pro_rata", wants, good)
    for want in wants:
        if total > good:
            assert abs(got.get(want.order, 0) - good * want.quantity / total) < 1


@given(wants=WANTS, good=st.integers(0, 120))
def test_marked_homes_come_first(wants: list[Want], good: int) -> None:
    got = share("flagged_first", wants, good)
    flagged_short = any(got.get(w.order, 0) < w.quantity for w in wants if w.is_flagged)
    others_got = any(got.get(w.order, 0) for w in wants if not w.is_flagged)
    assert not (flagged_short and others_got)


@given(wants=WANTS, good=st.integers(0, 120))
def test_first_come_leaves_nothing_to_the_later_while_the_earlier_waits(
    wants: list[Want], good: int
) -> None:
    got = share("first_come", wants, good)
    short = [w.order for w in wants if got.get(w.order, 0) < w.quantity]
    if short:
        assert all(got.get(w.order, 0) == 0 for w in wants if w.order > short[0])


def test_another_seed_draws_other_lots() -> None:
    wants = [Want(number, 1) for number in range(1, 11)]
    drawn = {tuple(sorted(share("lottery", wants, 3, seed=seed).items())) for seed in range(20)}
    assert len(drawn) > 5


def test_a_lot_can_be_worked_out_by_anybody() -> None:
    wants = [Want(number, 1) for number in range(1, 6)]
    first = min(range(1, 6), key=lambda number: lot(42, number))
    assert share("lottery", wants, 1, seed=42)[first] == 1


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 8), st.none() | st.integers(0, 40))
def test_full_cases_are_as_many_pieces_as_can_be(
    quantities: list[int], case_size: int, most: int | None
) -> None:
    places = full_cases(quantities, case_size, most)
    got = sum(quantities[place] for place in places)
    assert got % case_size == 0
    sums = {0}
    for quantity in quantities:
        sums |= {one + quantity for one in sums}
    fitting = [one for one in sums if one % case_size == 0 and (most is None or one <= most)]
    assert got == max(fitting)
    assert sorted(set(places)) == places


def test_of_equal_sums_those_who_come_first() -> None:
    assert full_cases([2, 4, 4, 2], 6, 6) == [0, 1]
