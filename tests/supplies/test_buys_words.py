"""The words of the pages, without a page: the step line, the examples, the text for the group."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from supplies.actions.rounds import cancel
from supplies.buys import chat
from supplies.buys.course import due_of, in_order, is_late, steps_of
from supplies.buys.fields import YuanField, plain_number
from supplies.buys.rules import CAME, DOORS, worked
from supplies.models import BuyState, GroupBuy, Order, ShortageRule
from supplies.queries import orders_of, progress
from tests.cast import Cast
from tests.supplies import things


def states(buy: GroupBuy) -> list[str]:
    return [str(step["state"]) for step in steps_of(buy)]


def test_the_step_line_stands_where_the_round_stands(cast: Cast) -> None:
    with cast.yujingwan.open():
        buy = things.locked_round(cast.yujingwan, {"101": {"鸡蛋": 1}})
    assert states(buy) == ["done"] * 3 + ["now"] + ["wait"] * 5
    buy.state = BuyState.SETTLED
    assert states(buy) == ["done"] * 9


def test_a_round_that_ended_early_stops_where_it_did(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        draft = cancel(buy=things.draft(site), reason="不办了", by=site.warehouse)
        open_ = cancel(buy=things.open_round(site), reason="不办了", by=site.warehouse)
    assert states(draft) == ["late"]
    assert states(open_) == ["done", "done", "late"]


@pytest.mark.parametrize("state", list(BuyState))
def test_every_state_has_its_due_time_or_is_over(cast: Cast, state: BuyState) -> None:
    now = timezone.now()
    with cast.yujingwan.open():
        buy = things.draft(cast.yujingwan)
    buy.state = state
    buy.deliver_from = now - timedelta(hours=2)
    buy.deliver_until = now - timedelta(hours=1)
    due = due_of(buy)
    over = state in (
        BuyState.SETTLED,
        BuyState.NOT_FORMED,
        BuyState.CANCELLED,
        BuyState.SUPPLIER_FAILED,
    )
    assert (due is None) == over
    if over:
        assert not is_late(buy, now)


def test_late_rounds_come_first_then_the_next_due(cast: Cast) -> None:
    now, site = timezone.now(), cast.yujingwan
    with site.open():
        rows = [things.draft(site, opens_at=now + timedelta(hours=hours)) for hours in (3, -1, 2)]
    assert [one.number for one in in_order(rows, now)] == [2, 3, 1]


@pytest.mark.parametrize("rule", list(ShortageRule))
def test_the_worked_example_gives_out_exactly_what_came(rule: ShortageRule) -> None:
    with translation.override("en"):
        text = worked(rule)
    counts = [int(part.rsplit(" ", 1)[1]) for part in text.replace("，", ", ").split(", ")]
    assert (len(counts), sum(counts)) == (len(DOORS), CAME)


@given(st.integers(min_value=1, max_value=10_000_000))
def test_any_price_reads_back_as_it_is_shown(fen: int) -> None:
    field = YuanField(required=False)
    assert field.clean(field.prepare_value(fen)) == fen


def test_a_number_is_read_through_its_decorations() -> None:
    assert plain_number("￥１，２８０．５０ 元") == "1280.50"


# The text for the group.


def test_the_text_for_the_group_names_nobody_in_full(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site, min_households=5)
        things.order(site, buy, "101", 鸡蛋=2)
        orders = list(orders_of(buy))
        whole = "\n".join([chat.summary(buy, progress(buy)), *chat.list_parts(buy, orders)])
    assert "1. 1-1-101" in whole
    assert "2板鸡蛋" in whole
    assert site.captain.name not in whole


def test_a_resident_is_named_by_the_family_name_alone(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        household = site.household("101")
        household.residents.create(compound=site.compound, name="欧阳小明", is_head=True)
        buy = things.open_round(site)
        things.order(site, buy, "101", 鸡蛋=1)
        text = chat.list_parts(buy, list(Order.objects.select_related("home__unit__building")))[0]
    assert "小明" not in text
    assert "**" in text


@given(
    st.lists(st.text(alphabet="鸡蛋大米1-01张* ", min_size=1, max_size=900), max_size=60),
)
def test_no_part_is_longer_than_a_message_and_no_row_is_lost(rows: list[str]) -> None:
    parts = chat.in_parts("【鸡蛋团】今天 20:00 截团", rows)
    assert all(len(part.encode()) <= chat.MOST_BYTES for part in parts)
    assert sum(part.count("\n") for part in parts) == len(rows)


def test_the_summary_fits_however_many_items_there_are(cast: Cast) -> None:
    site = cast.yujingwan
    items = [things.Item(f"很长名字的商品{number}" * 5, "箱", 100) for number in range(40)]
    with site.open():
        buy = things.open_round(site, [things.Item(**vars(one)) for one in items])
        text = chat.summary(buy, progress(buy))
    assert len(text.encode()) <= chat.MOST_BYTES
