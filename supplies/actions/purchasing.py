"""The purchase order to the supplier, and the vehicle that is expected."""

from __future__ import annotations

from datetime import datetime

from compounds.models import Member
from supplies.models import Arrival, GroupBuy, PurchaseOrder


def order_from_supplier(*, buy: GroupBuy, by: Member) -> PurchaseOrder:
    """Number and freeze what is bought; twice gives the one that is there."""
    raise NotImplementedError


def expect_vehicle(
    *,
    buy: GroupBuy,
    expected_at: datetime,
    plate: str = "",
    driver: str = "",
    drop_zone: str = "",
    by: Member,
) -> Arrival:
    """A pass for one vehicle, good once."""
    raise NotImplementedError
