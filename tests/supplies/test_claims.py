"""Claims within a day, decided once, paid back from what was allocated."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from journal.models import Entry
from lockdown.kernel.errors import Refused
from supplies.actions.claims import claim, decide, worth
from supplies.ledger import by_household, total
from supplies.models import Allocation, Claim, ClaimKind, Decision, EntryKind, Stop, StopOutcome
from tests.cast import Cast, Site
from tests.supplies import things

CARTS = {"101": {"鸡蛋": 3}, "102": {"鸡蛋": 2}}
K, D = ClaimKind, Decision


def allocation(door: str) -> Allocation:
    return Allocation.objects.select_related("buy").get(order__home__number=door)


def spoiled(site: Site, door: str = "101", quantity: int = 1, **more) -> Claim:
    more.setdefault("by", site.captain)
    return claim(allocation=allocation(door), kind=K.SPOILED, quantity=quantity, **more)


def test_the_first_spoiled_claim_tells_all_buyers_and_the_second_does_not(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, CARTS)
        spoiled(site, share=50, upload=things.photo())
        spoiled(site, "102")
        told = Entry.objects.get(event="SpoiledClaimed")
        assert told.data["line"] == things.line(buy).pk
        assert Claim.objects.filter(picture__isnull=False).count() == 1
        assert Entry.objects.filter(event="ClaimMade").count() == 2


def test_twice_is_once(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, CARTS)
        assert spoiled(site) == spoiled(site, quantity=2)
        assert Claim.objects.get().quantity == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": 4},
        {"share": 0},
        {"share": 101},
        {"upload": SimpleUploadedFile("a.jpg", b"GIF89a no")},
    ],
)
def test_what_cannot_be_claimed_is_refused(cast: Cast, wrong: dict) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, CARTS)
        with pytest.raises(Refused):
            spoiled(site, **wrong)
        assert not Claim.objects.exists()


def test_claims_together_are_not_more_than_came(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, CARTS)
        spoiled(site, quantity=2)
        row = allocation("101")
        with pytest.raises(Refused):
            claim(allocation=row, kind=K.MISSING, quantity=2, by=site.captain)
        assert claim(allocation=row, kind=K.MISSING, quantity=1, by=site.captain)


def test_after_a_day_it_is_too_late(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, CARTS)
        Stop.objects.update(at=timezone.now() - timedelta(hours=25))
        with pytest.raises(Refused) as refusal:
            spoiled(site)
        assert refusal.value.code == "late"


def test_nobody_claims_for_another_household(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, CARTS)
        with pytest.raises(Refused):
            spoiled(site, by=things.access(site, "102"))
        assert spoiled(site, by=things.access(site, "101"))


def test_goods_that_were_refused_are_not_claimed(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, CARTS, outcome=StopOutcome.REFUSED)
        with pytest.raises(Refused):
            spoiled(site)


def test_the_spoiled_share_is_paid_back(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, CARTS)
        one = spoiled(site, quantity=2, share=33)
        assert worth(one) == 1848
        for _time in range(2):
            one = decide(claim=one, decision=D.REFUND, by=site.manager)
        assert one.refund_fen == 1848
        assert by_household(buy, EntryKind.REFUND) == {one.household_id: -1848}
        with pytest.raises(Refused):
            decide(claim=one, decision=D.REPLACE, by=site.manager)


def test_never_more_than_it_cost(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, CARTS)
        one = spoiled(site, share=10)
        for wrong in (0, -5, 2801):
            with pytest.raises(Refused):
                decide(claim=one, decision=D.REFUND, refund_fen=wrong, by=site.manager)
        assert decide(claim=one, decision=D.REFUND, refund_fen=2800, by=site.manager)


@pytest.mark.parametrize("decision", [D.REPLACE, D.REFUSE])
def test_replaced_and_refused_pay_nothing(cast: Cast, decision: Decision) -> None:
    site = cast.yujingwan
    with site.open():
        buy = things.delivered_round(site, CARTS)
        one = spoiled(site)
        if decision == D.REFUSE:
            with pytest.raises(Refused):
                decide(claim=one, decision=decision, by=site.manager)
        decide(claim=one, decision=decision, reason="已协商", by=site.manager)
        assert total(buy, EntryKind.REFUND) == 0
