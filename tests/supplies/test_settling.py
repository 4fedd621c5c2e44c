"""Payments once a request, sums that close, and a difference that has a name."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from lockdown.kernel.errors import Refused
from supplies.actions.claims import claim, decide
from supplies.actions.settling import adjust, record_payment, settle
from supplies.figures import sums_of
from supplies.models import (
    Allocation,
    BuyState,
    ClaimKind,
    Decision,
    LedgerEntry,
    Payment,
    PaymentMethod,
    Settlement,
    StopOutcome,
)
from supplies.queries import accounts, balance
from tests.cast import Cast, Site
from tests.supplies import things

CARTS = {"101": {"鸡蛋": 3}, "102": {"鸡蛋": 2}}
M = PaymentMethod


def pay(site: Site, buy, door: str, amount: int, **more) -> Payment:
    more = {"method": M.CASH, "request_key": things.key()} | more
    household = site.household(door)
    return record_payment(buy=buy, household=household, amount_fen=amount, by=site.manager, **more)


def test_a_payment_is_recorded_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, CARTS)
        key = things.key()
        one = pay(site, buy, "101", 8400, request_key=key)
        assert pay(site, buy, "101", 8400, request_key=key) == one
        assert balance(site.household("101")) == 0
        assert balance(site.household("102")) == 5600


@pytest.mark.parametrize("wrong", [("101", 0), ("101", 10**12), ("201", 100)])
def test_a_wrong_payment_is_refused(cast: Cast, wrong: tuple[str, int]) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, CARTS)
        with pytest.raises(Refused):
            pay(site, buy, *wrong)
        assert not Payment.objects.exists()


def test_a_slip_is_not_typed_in_twice(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, CARTS)
        slip = {"method": M.CHAT_PAY, "reference": "4200001234"}
        pay(site, buy, "101", 8400, **slip)
        with pytest.raises(Refused, match="1-1-101"):
            pay(site, buy, "102", 5600, **slip)
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.filter(pk=pay(site, buy, "102", 5600).pk).update(**slip)


def test_money_goes_back_below_zero(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, CARTS)
        pay(site, buy, "101", 10_000)
        pay(site, buy, "101", -1600)
        assert balance(site.household("101")) == 0


@pytest.mark.parametrize("statement", ["UPDATE {} SET amount_fen = 0", "DELETE FROM {}"])
def test_the_ledger_is_only_added_to(cast: Cast, statement: str) -> None:
    site = cast.yujingwan
    with site.open():
        things.locked_round(site, CARTS)
        assert LedgerEntry.objects.exists()
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format("supplies_ledgerentry"))


def test_a_correction_has_its_reason_and_counts_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.locked_round(site, CARTS)
        household, key = site.household("101"), things.key()
        common = {"buy": buy, "household": household, "by": site.manager, "request_key": key}
        with pytest.raises(Refused):
            adjust(amount_fen=-100, reason="", **common)
        for _time in range(2):
            adjust(amount_fen=-100, reason="抹零", **common)
        assert balance(household) == 8300


def test_paid_in_full_it_settles_without_a_word(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, CARTS, {"鸡蛋": 4}, fee_fen=300)
        for account in accounts(buy):
            pay(site, buy, account.door.rpartition("-")[2], account.owes)
        for _time in range(2):
            done = settle(buy=buy, invoice_fen=4 * 2800, by=site.manager)
        assert (done.difference_fen, done.unpaid_fen) == (0, 0)
        assert (done.charges_fen, done.refunds_fen, done.fees_fen) == (14_000, -2800, 300)
        assert done.figures["fill"] == 80.0
        buy.refresh_from_db()
        assert buy.state == BuyState.SETTLED


def test_a_difference_is_named_to_the_fen_and_needs_a_reason(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, CARTS)
        pay(site, buy, "101", 8400)
        pay(site, buy, "102", 5600)
        with pytest.raises(Refused, match=r"0\.01") as refusal:
            settle(buy=buy, invoice_fen=13_999, by=site.manager)
        assert refusal.value.code == "difference"
        done = settle(buy=buy, invoice_fen=13_999, reason="抹零", by=site.manager)
        assert done.difference_fen == 1


def test_what_households_owe_is_named(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, CARTS)
        pay(site, buy, "101", 8400)
        with pytest.raises(Refused, match="56"):
            settle(buy=buy, invoice_fen=14_000, by=site.manager)
        done = settle(buy=buy, invoice_fen=14_000, reason="102 下周付", by=site.manager)
        assert done.unpaid_fen == 5600
        pay(site, buy, "102", 5600)  # a settled round still takes what is owed
        assert sums_of(buy, invoice_fen=14_000).unpaid_fen == 0


def test_an_open_claim_keeps_the_round_open(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, CARTS)
        row = Allocation.objects.get(order__number=1)
        one = claim(allocation=row, kind=ClaimKind.MISSING, quantity=1, by=site.captain)
        with pytest.raises(Refused, match="1"):
            settle(buy=buy, invoice_fen=0, reason="x", by=site.manager)
        decide(claim=one, decision=Decision.REFUND, by=site.manager)
        assert settle(buy=buy, invoice_fen=0, reason="x", by=site.manager)


def test_the_database_itself_wants_a_reason_for_a_difference(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, CARTS, outcome=StopOutcome.TAKEN)
        settle(buy=buy, invoice_fen=0, reason="试", by=site.manager)
        with pytest.raises(IntegrityError), transaction.atomic():
            Settlement.objects.update(reason="")


def test_nothing_is_paid_for_a_draft(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open(), pytest.raises(Refused):
        pay(site, things.draft(site), "101", 100)
