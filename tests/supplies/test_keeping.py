"""What this room keeps of a household is handed out, and blanked when its time is over."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from compounds.models import Picture
from households.keeping import keepers
from supplies.actions.claims import claim
from supplies.models import Allocation, Claim, ClaimKind, LedgerEntry, Order
from tests.cast import Cast
from tests.supplies import things


def test_a_household_gets_all_that_is_kept(cast: Cast) -> None:
    site = cast.yujingwan
    with site.open():
        things.delivered_round(site, {"101": {"鸡蛋": 2}})
        row = Allocation.objects.get()
        claim(
            allocation=row,
            kind=ClaimKind.SPOILED,
            quantity=1,
            note="坏了",
            upload=things.photo(),
            by=site.captain,
        )
        keeper = next(one for one in keepers() if one.name == "supplies")
        sections = keeper.export(site.household("101"))
        counted = [len(section.rows) for section in sections]
        # orders, by whom, carts sent, waiting, at the door, account, payments, claims, given, free
        assert counted == [1, 1, 1, 0, 1, 1, 0, 1, 0, 0]
        assert "鸡蛋" in sections[0].rows[0]
        assert all(not section.rows for section in keeper.export(site.household("102")))

        mine = [site.household("101").pk]
        assert keeper.redact(mine, before=timezone.now() - timedelta(days=1)) == 0
        later = timezone.now() + timedelta(minutes=1)
        assert keeper.redact(mine, before=later) > 0
        assert keeper.redact(mine, before=later) == 0
        assert Claim.objects.get().note == ""
        assert not Picture.objects.exists()
        assert Order.objects.get().lines.count() == 1
        assert LedgerEntry.objects.exists()
