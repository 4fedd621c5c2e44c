"""A household's list of group-buys: its account in one line, and what may still be claimed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from households.models import Access
from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.accounts import goods_of
from supplies.actions.claims import claim, decide
from supplies.models import (
    BuyState,
    Claim,
    ClaimKind,
    Decision,
    GroupBuy,
    LedgerEntry,
    Stop,
    StopOutcome,
)
from supplies.queries import balance
from tests.cast import Cast, Site
from tests.households.relatives import acting, let_in
from tests.supplies import things
from tests.supplies.phones import phone
from tests.supplies.test_home_pages import order_page, text

LIST = "/home/buys/"
ACCOUNT = reverse("supplies:home-account")
CLAIMS = reverse("supplies:home-claims")
TELL = "少了、坏了？告诉我们"


@pytest.fixture
def site(cast: Cast) -> Site:
    return cast.yujingwan


def claim_page(buy: GroupBuy) -> str:
    return reverse("supplies:home-claim", args=[buy.number])


def spoiled(site: Site, buy: GroupBuy, door: str = "101") -> Claim:
    got = goods_of(buy, site.household(door))[0]
    by = things.access(site, door)
    return claim(allocation=got.allocation, kind=ClaimKind.SPOILED, quantity=1, by=by)


def test_the_account_stands_in_one_line_and_leads_to_its_page(site: Site) -> None:
    with site.open():
        things.delivered_round(site, {"101": {"鸡蛋": 2}}, {"鸡蛋": 1})
        assert balance(site.household("101")) == 2800
    page = text(phone(site, "101"), LIST)
    assert f'href="{ACCOUNT}"' in page
    assert "应付 ¥28" in page
    other = text(phone(site, "201"), LIST)
    assert ACCOUNT not in other
    assert CLAIMS not in other


def test_money_that_comes_back_is_said_without_a_minus(site: Site) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
        household = site.household("101")
        LedgerEntry.objects.create(
            compound=site.compound, household=household, buy=buy, kind="payment",
            amount_fen=-7000, cause="payment:test", by="王芳",
        )  # fmt: skip
        assert balance(household) == -1400
    client = phone(site, "101")
    for page in (text(client, LIST), text(client, ACCOUNT)):
        assert "应退给您 ¥14" in page
        assert "应退给您 −" not in page


def test_what_came_can_be_claimed_from_the_list_and_the_order_for_a_day(site: Site) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
    client = phone(site, "101")
    for path in (LIST, order_page(buy)):
        page = text(client, path)
        assert TELL in page
        assert f'href="{claim_page(buy)}"' in page
    with site.open():
        Stop.objects.update(at=timezone.now() - timedelta(hours=24, minutes=1))
    for path in (LIST, order_page(buy)):
        assert TELL not in text(client, path)
    assert f'href="{CLAIMS}"' in text(client, LIST)


@pytest.mark.parametrize("outcome", [StopOutcome.REFUSED, StopOutcome.NO_ANSWER])
def test_what_did_not_come_in_is_not_claimed(site: Site, outcome: StopOutcome) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}}, outcome=outcome)
    client = phone(site, "101")
    assert TELL not in text(client, LIST)
    assert TELL not in text(client, order_page(buy))


def test_a_settled_round_is_not_claimed_any_more(site: Site) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
        GroupBuy.objects.update(state=BuyState.SETTLED)
    client = phone(site, "101")
    assert TELL not in text(client, LIST)
    assert TELL not in text(client, order_page(buy))


def test_a_claim_shows_with_its_answer(site: Site) -> None:
    with site.open():
        made = spoiled(site, things.delivered_round(site, {"101": {"鸡蛋": 2}}))
    client = phone(site, "101")
    page = text(client, LIST)
    assert "1 件等答复" in page
    assert "鸡蛋 1 板：损坏" in page
    with site.open():
        decide(claim=made, decision=Decision.REFUND, by=site.manager)
    page = text(client, LIST)
    assert "已退 ¥28" in page
    assert "等答复" not in page


def test_a_relative_reads_whose_account_it_is(site: Site) -> None:
    with site.open():
        things.delivered_round(site, {"101": {"鸡蛋": 2}})
        client = acting(site, "101")
    page = text(client, LIST)
    assert "这户的账" in page
    assert "我的账" not in page


def test_a_claim_of_a_relative_is_told_to_the_household_once(site: Site) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
        got = goods_of(buy, site.household("101"))[0].allocation.pk
        client = acting(site, "101")
    fields = {"item": got, "kind": "missing", "quantity": "1", "share": "100"}
    for _twice in range(2):
        assert client.post(claim_page(buy), fields).status_code == 302
    with site.open():
        assert Claim.objects.count() == 1
        told = Entry.objects.filter(event="ActedForHousehold")
        assert [one.household_id for one in told] == [site.household("101").pk]


def test_a_relative_whose_right_has_ended_claims_nothing(site: Site) -> None:
    with site.open():
        buy = things.delivered_round(site, {"101": {"鸡蛋": 2}})
        got = goods_of(buy, site.household("101"))[0].allocation
        access = let_in(site, "101")
        Access.objects.filter(pk=access.pk).update(ended_at=timezone.now())
        with pytest.raises(Refused):
            claim(allocation=got, kind=ClaimKind.MISSING, quantity=1, by=access)
        assert not Claim.objects.exists()
