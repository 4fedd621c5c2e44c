"""Drafting, review by the committee, opening, extending, giving up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compounds.places import find_place
from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.actions.rounds import (
    Item,
    approve,
    cancel,
    change_draft,
    draft_again,
    extend,
    keep_as_template,
    open_buy,
    reject,
    set_items,
    submit,
    supplier_failed,
    take_back,
)
from supplies.actions.suppliers import add_supplier, retire_supplier
from supplies.ledger import total
from supplies.models import BuyState, BuyTemplate, EntryKind, GroupBuy, OfferLine, Supplier
from tests.cast import Cast
from tests.supplies import things


def events(name: str) -> list[Entry]:
    return list(Entry.objects.filter(event=name))


def test_a_draft_has_a_number_of_its_own_and_its_items(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        first, second = things.draft(site), things.draft(site, title="第二团")
        assert (first.number, second.number, first.state) == (1, 2, BuyState.DRAFT)
        assert [line.name for line in first.lines.all()] == ["鸡蛋", "大米"]
        assert things.line(first).left == 20
        assert things.line(first, "大米").left is None


@pytest.mark.parametrize(
    "item",
    [
        Item("", "袋", 100),
        Item("大米", "", 100),
        Item("大米", "袋", -1),
        Item("大米", "袋", 100, case_size=0),
        Item("大米", "袋", 100, minimum=3, cap_household=2),
        Item("大米", "袋", 100, cap_total=0),
        Item("大米", "袋", 100, cap_total=5, case_size=6),
    ],
)
def test_items_that_contradict_themselves_are_refused(cast: Cast, item: Item) -> None:
    site = cast.yujingwan
    with site.open():
        with pytest.raises(Refused):
            things.draft(site, [item])
        assert not OfferLine.objects.exists()


def test_two_items_of_one_name_are_refused(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused, match="鸡蛋"):
        things.draft(site, [things.EGGS, things.EGGS])


@pytest.mark.parametrize(
    "terms",
    [
        {"closes_at": timezone.now() - timedelta(hours=1)},
        {"title": " "},
        {"reserve_percent": 90},
        {"extend_hours": 100},
        {"deliver_from": timezone.now(), "deliver_until": timezone.now() - timedelta(hours=1)},
    ],
)
def test_terms_that_cannot_be_are_refused(cast: Cast, terms: dict) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        things.draft(site, **terms)


def test_only_a_draft_is_changed(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.draft(site)
        place = find_place(site.compound, "unit", row=site.unit().pk)
        change_draft(buy=buy, title="蔬菜团", place=place, fee_fen=500, by=site.warehouse)
        set_items(buy=buy, items=[things.VEG], by=site.warehouse)
        buy = submit(buy=buy, by=site.warehouse)
        assert (buy.title, buy.place_kind, buy.fee_fen) == ("蔬菜团", "unit", 500)
        assert [line.name for line in buy.lines.all()] == ["蔬菜包"]
        with pytest.raises(Refused):
            set_items(buy=buy, items=[things.EGGS], by=site.warehouse)
        with pytest.raises(Refused):
            change_draft(buy=buy, title="x", by=site.warehouse)


def test_the_committee_gets_nothing_unfinished(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        unpriced = things.draft(site, [Item("大米", "袋", 0)])
        empty = things.draft(site, [])
        nobody = things.draft(site)
        GroupBuy.objects.filter(pk=nobody.pk).update(supplier=None)
        unlicensed = things.draft(site)
        GroupBuy.objects.filter(pk=unlicensed.pk).update(
            supplier=add_supplier(compound=site.compound, name="路边摊", by=site.warehouse)
        )
        late = things.draft(site)
        past = timezone.now() - timedelta(days=1)
        GroupBuy.objects.filter(pk=late.pk).update(
            opens_at=past, closes_at=past + timedelta(hours=1)
        )
        for buy in (unpriced, empty, nobody, unlicensed, late):
            with pytest.raises(Refused):
                submit(buy=buy, by=site.warehouse)


def test_a_licence_that_ran_out_is_none(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.draft(site)
        yesterday = site.compound.today() - timedelta(days=1)
        Supplier.objects.update(licence_until=yesterday)
        with pytest.raises(Refused, match="湘北生鲜"):
            submit(buy=buy, by=site.warehouse)


def test_approved_before_its_time_it_opens_later(cast: Cast) -> None:
    site = cast.yujingwan
    later = timezone.now() + timedelta(hours=2)
    with site.open():
        buy = submit(buy=things.draft(site, opens_at=later), by=site.warehouse)
        buy = approve(buy=buy, note="同意", by=site.reviewer)
        assert (buy.state, buy.reviewed_by, buy.review_note) == (
            BuyState.APPROVED,
            site.reviewer,
            "同意",
        )
        assert events("GroupBuyOpened") == []
        buy = open_buy(buy=buy, by=site.warehouse)
        assert buy.state == BuyState.OPEN
        assert len(events("GroupBuyOpened")) == 1
        open_buy(buy=buy, by=site.warehouse)
        assert len(events("GroupBuyOpened")) == 1


def test_a_rejected_round_is_changed_and_sent_again(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = submit(buy=things.draft(site), by=site.warehouse)
        with pytest.raises(Refused):
            reject(buy=buy, reason=" ", by=site.reviewer)
        buy = reject(buy=buy, reason="价格过高", by=site.reviewer)
        assert buy.review_note == "价格过高"
        buy = take_back(buy=buy, by=site.warehouse)
        change_draft(buy=buy, title="再来一次", by=site.warehouse)
        assert submit(buy=buy, by=site.warehouse).state == BuyState.IN_REVIEW


def test_it_is_extended_once_and_only_to_later(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.open_round(site)
        with pytest.raises(Refused):
            extend(buy=buy, closes_at=buy.closes_at - timedelta(hours=1), by=site.warehouse)
        later = buy.closes_at + timedelta(hours=3)
        buy = extend(buy=buy, closes_at=later, by=site.warehouse)
        assert buy.closes_at == later
        assert extend(buy=buy, closes_at=later, by=site.warehouse).extended_at == buy.extended_at
        with pytest.raises(Refused):
            extend(buy=buy, closes_at=later + timedelta(hours=1), by=site.warehouse)
        assert len(events("GroupBuyExtended")) == 1


@pytest.mark.parametrize(
    ("give_up", "state", "event"),
    [
        (cancel, BuyState.CANCELLED, "GroupBuyCancelled"),
        (supplier_failed, BuyState.SUPPLIER_FAILED, "SupplierFailed"),
    ],
)
def test_given_up_after_the_cut_off_everything_is_paid_back(
    cast: Cast, give_up, state: BuyState, event: str
) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, {"101": {"鸡蛋": 2}, "102": {"大米": 1}}, fee_fen=501)
        assert total(buy, EntryKind.CHARGE, EntryKind.FEE) == 2 * 2800 + 3590 + 501
        for _time in range(2):
            buy = give_up(buy=buy, reason="封路", by=site.warehouse)
        assert (buy.state, buy.end_reason) == (state, "封路")
        assert total(buy) == 0
        assert len(events(event)) == 1
        assert events(event)[0].data["reason"] == "封路"


def test_a_round_is_made_again_from_the_last_one(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        old = things.draft(site, fee_fen=800, reserve_percent=20, rule="lottery")
        opens_at = timezone.now() + timedelta(days=1)
        new = draft_again(source=old, opens_at=opens_at, by=site.warehouse)
        assert (new.state, new.source, new.fee_fen, new.rule) == (
            BuyState.DRAFT,
            old,
            800,
            "lottery",
        )
        assert new.closes_at - new.opens_at == old.closes_at - old.opens_at
        assert new.seed != old.seed
        assert [(one.name, one.price_fen) for one in new.lines.all()] == [
            ("鸡蛋", 2800),
            ("大米", 3590),
        ]


def test_a_template_keeps_everything_but_the_dates(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        old = things.draft(site, min_households=5)
        for _time in range(2):
            template = keep_as_template(buy=old, name="周末鸡蛋", by=site.warehouse)
        assert BuyTemplate.objects.count() == 1
        new = draft_again(source=template, opens_at=timezone.now(), by=site.warehouse)
        assert (new.title, new.min_households, new.supplier) == ("周末鸡蛋", 5, old.supplier)
        assert new.closes_at - new.opens_at == timedelta(hours=5)
        assert things.line(new).cap_household == 4


def test_a_seal_order_has_one_draft(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        assert things.draft(site, cause=7) == things.draft(site, cause=7)


def test_a_supplier_with_a_round_under_way_stays(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.draft(site)
        with pytest.raises(Refused):
            retire_supplier(supplier=buy.supplier, by=site.warehouse)
        cancel(buy=buy, reason="不要了", by=site.warehouse)
        assert retire_supplier(supplier=buy.supplier, by=site.warehouse).retired_at
        with pytest.raises(Refused):
            add_supplier(compound=site.compound, name="", by=site.warehouse)
