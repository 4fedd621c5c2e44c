"""A draft: from nothing, a round or a template, in steps, to the committee and back."""

from __future__ import annotations

import pytest

from supplies.actions.rounds import reject, submit
from supplies.models import BuyTemplate, GroupBuy, OfferLine, ShortageRule
from tests.cast import Cast
from tests.supplies import things
from tests.supplies.desk import BASE, S, keeper, made, opened, state

# A new one.


def test_a_round_from_nothing_becomes_a_draft_to_go_on_with(cast: Cast) -> None:
    answer = keeper(cast).post(f"{BASE}new/", {"from": "blank", "title": "蔬菜团"})
    with cast.yujingwan.open():
        buy = GroupBuy.objects.get()
        assert (buy.title, buy.state) == ("蔬菜团", S.DRAFT)
    assert answer["Location"] == f"{BASE}{buy.pk}/edit/"


def test_a_round_without_a_title_is_refused_beside_the_field(cast: Cast) -> None:
    answer = keeper(cast).post(f"{BASE}new/", {"from": "blank", "title": " "})
    assert answer.status_code == 422
    assert 'id="title-error"' in answer.content.decode()


def test_an_earlier_round_starts_a_new_one_with_one_tap(cast: Cast) -> None:
    site = cast.yujingwan
    before = opened(site, min_households=3)
    page = keeper(cast).get(f"{BASE}new/").content.decode()
    assert f'value="round:{before.pk}"' in page
    keeper(cast).post(f"{BASE}new/", {"from": f"round:{before.pk}"})
    with site.open():
        again = GroupBuy.objects.get(source=before)
        assert [line.name for line in again.lines.all()] == ["鸡蛋", "大米"]
        assert again.min_households == 3


def test_a_template_starts_a_round_and_a_round_becomes_a_template(cast: Cast) -> None:
    site = cast.yujingwan
    buy = made(site)
    keeper(cast).post(f"{BASE}{buy.pk}/deed/", {"deed": "template", "name": "每周鸡蛋"})
    with site.open():
        template = BuyTemplate.objects.get(name="每周鸡蛋")
    keeper(cast).post(f"{BASE}new/", {"from": f"template:{template.pk}"})
    with site.open():
        assert GroupBuy.objects.filter(title="每周鸡蛋", state=S.DRAFT).exists()


def test_another_compounds_round_starts_nothing(cast: Cast) -> None:
    with cast.huaidong.open():
        other = things.open_round(cast.huaidong)
    answer = keeper(cast).post(f"{BASE}new/", {"from": f"round:{other.pk}"})
    assert answer.status_code == 404


# The steps of a draft.


def goods(**first: str) -> dict[str, str]:
    """A posted table with one row and an empty one."""
    row = {"name": "鸡蛋", "unit": "板", "price_fen": "28", "case_size": "", "minimum": ""} | first
    head = {"i-TOTAL_FORMS": "2", "i-INITIAL_FORMS": "0", "step": "goods"}
    return head | {f"i-0-{name}": value for name, value in row.items()}


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("28", 2800), ("35.9", 3590), ("1,280.50", 128050), ("１２８０", 128000), ("¥28 元", 2800)],
)
def test_prices_are_read_as_people_write_them_and_shown_back(
    cast: Cast, typed: str, fen: int
) -> None:
    site = cast.yujingwan
    buy = made(site, items=[])
    answer = keeper(cast).post(f"{BASE}{buy.pk}/edit/", goods(price_fen=typed))
    assert answer["Location"] == f"{BASE}{buy.pk}/edit/?step=when"
    with site.open():
        assert OfferLine.objects.get(buy=buy).price_fen == fen
    yuan = f"{fen // 100}.{fen % 100:02d}".removesuffix(".00")
    assert (
        f'value="{yuan}"' in keeper(cast).get(f"{BASE}{buy.pk}/edit/?step=goods").content.decode()
    )


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("price_fen", "0"),
        ("price_fen", "-5"),
        ("price_fen", "二十八"),
        ("price_fen", "1.234"),
        ("case_size", "0"),
        ("minimum", "-1"),
        ("cap_household", "两"),
        ("cap_total", "0"),
        ("unit", ""),
    ],
)
def test_a_wrong_number_is_refused_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, field: str, typed: str
) -> None:
    buy = made(cast.yujingwan, items=[])
    data = goods(**{field: typed}) | {"i-1-name": "大米", "i-1-unit": "袋", "i-1-price_fen": "35"}
    answer = keeper(cast).post(f"{BASE}{buy.pk}/edit/", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_i-0-{field}_error"' in page
    assert 'value="大米"' in page
    if typed:
        assert f'value="{typed}"' in page
    with cast.yujingwan.open():
        assert not OfferLine.objects.filter(buy=buy).exists()


def test_contradicting_caps_and_equal_names_are_refused(cast: Cast) -> None:
    buy = made(cast.yujingwan, items=[])
    path = f"{BASE}{buy.pk}/edit/"
    assert keeper(cast).post(path, goods(minimum="3", cap_household="2")).status_code == 422
    assert keeper(cast).post(path, goods(case_size="6", cap_total="5")).status_code == 422
    twice = goods() | {"i-1-name": "鸡蛋", "i-1-unit": "盒", "i-1-price_fen": "3"}
    answer = keeper(cast).post(path, twice)
    assert (answer.status_code, "重名" in answer.content.decode()) == (422, True)


def test_more_rows_keep_what_is_typed_and_a_removed_row_goes(cast: Cast) -> None:
    buy = made(cast.yujingwan)
    path = f"{BASE}{buy.pk}/edit/"
    answer = keeper(cast).post(path, goods(price_fen="二十") | {"deed": "more"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="二十"' in page
    assert 'name="i-7-name"' in page
    keeper(cast).post(path, goods(price_fen="bad", gone="on"))
    with cast.yujingwan.open():
        assert not OfferLine.objects.filter(buy=buy).exists()


def test_when_for_whom_and_rules_are_saved(cast: Cast) -> None:
    site = cast.yujingwan
    buy = made(site)
    with site.open():
        unit = site.unit()
    path = f"{BASE}{buy.pk}/edit/"
    when = {"place": f"unit:{unit.pk}", "opens_at": "2031-03-01T10:00"}
    bad = keeper(cast).post(path, {"step": "when", "closes_at": "2031-03-01T09:00"} | when)
    assert bad.status_code == 422
    assert 'value="2031-03-01T09:00"' in bad.content.decode()
    keeper(cast).post(path, {"step": "when", "closes_at": "2031-03-01T20:00"} | when)
    rules = {
        "step": "rules",
        "min_amount_fen": "１，０００",
        "min_households": "20",
        "fee_fen": "30",
    }
    rules |= {"rule": "lottery", "fee_split": "equal", "reserve_percent": "20"}
    answer = keeper(cast).post(path, rules)
    assert answer["Location"] == f"{BASE}{buy.pk}/"
    with site.open():
        now = GroupBuy.objects.get(pk=buy.pk)
        assert (now.place_kind, now.unit_id) == ("unit", unit.pk)
        assert (now.min_amount_fen, now.min_households, now.fee_fen) == (100000, 20, 3000)
        assert (now.rule, now.reserve_percent) == (ShortageRule.LOTTERY, 20)


def test_each_rule_stands_with_its_sentence_and_worked_example(cast: Cast) -> None:
    buy = made(cast.yujingwan)
    page = keeper(cast).get(f"{BASE}{buy.pk}/edit/?step=rules").content.decode()
    assert "101 得 2、102 得 2、103 得 1" in page
    assert "101 得 2、102 得 1、103 得 2" in page
    assert "101 得 4、102 得 1、103 得 0" in page


def test_a_reserve_over_eighty_percent_is_refused(cast: Cast) -> None:
    buy = made(cast.yujingwan)
    rules = {"step": "rules", "rule": "rotation", "fee_split": "none", "reserve_percent": "90"}
    assert keeper(cast).post(f"{BASE}{buy.pk}/edit/", rules).status_code == 422


def test_a_round_that_is_no_draft_has_no_steps(cast: Cast) -> None:
    buy = opened(cast.yujingwan)
    answer = keeper(cast).get(f"{BASE}{buy.pk}/edit/")
    assert answer["Location"] == f"{BASE}{buy.pk}/"


# From the check list to the committee and back.


def test_an_incomplete_draft_says_what_is_missing_and_cannot_be_sent(cast: Cast) -> None:
    site = cast.yujingwan
    buy = made(site, items=[])
    client = keeper(cast)
    page = client.get(f"{BASE}{buy.pk}/").content.decode()
    assert "还没有商品" in page
    assert 'value="submit" disabled' in page
    client.post(f"{BASE}{buy.pk}/deed/", {"deed": "submit"})
    assert state(site, buy) == S.DRAFT


def test_a_complete_draft_is_sent_taken_back_and_sent_twice_is_once(cast: Cast) -> None:
    site, client = cast.yujingwan, keeper(cast)
    buy = made(site)
    for _time in range(2):
        client.post(f"{BASE}{buy.pk}/deed/", {"deed": "submit"})
    assert state(site, buy) == S.IN_REVIEW
    client.post(f"{BASE}{buy.pk}/deed/", {"deed": "take-back"})
    assert state(site, buy) == S.DRAFT


def test_a_rejected_round_shows_the_reason_and_the_way_back(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = submit(buy=things.draft(site), by=site.warehouse)
        reject(buy=buy, reason="价格偏高", by=things.reviewer(site))
    page = keeper(cast).get(f"{BASE}{buy.pk}/").content.decode()
    assert "价格偏高" in page
    assert 'value="take-back"' in page
