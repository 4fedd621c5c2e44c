"""The calculator against figures worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lockdown.kernel.errors import Refused
from waste.dilution import dilute, mg_per_litre_of_percent


@pytest.mark.parametrize(
    ("stock", "target", "litres", "ml", "water"),
    [
        ("50000", "1000", "10", 200, "9.8"),  # 5 % to 1,000 mg/L: 1 in 50
        ("50000", "500", "10", 100, "9.9"),  # 1 in 100
        ("50000", "5000", "20", 2000, "18"),  # soiling: 1 in 10
        ("55000", "1000", "5", 91, "4.909"),  # 5.5 %: 90.909 ml
        ("120000", "1000", "15", 125, "14.875"),  # 12 %: 1 in 120
        ("1000", "1000", "3", 3000, "0"),  # ready for use
        ("750000", "590000", "1", 787, "0.213"),
    ],
)
def test_stock_and_water_as_worked_out_by_hand(
    stock: str, target: str, litres: str, ml: int, water: str
) -> None:
    mix = dilute(
        stock_mg_per_litre=Decimal(stock),
        target_mg_per_litre=Decimal(target),
        litres=Decimal(litres),
    )
    assert (mix.stock_ml, mix.water) == (ml, water)
    assert Decimal(mix.stock_ml) / 1000 + mix.water_litres == Decimal(litres)


def test_five_percent_is_fifty_thousand_milligrams_in_a_litre() -> None:
    assert mg_per_litre_of_percent(Decimal(5)) == 50_000


@pytest.mark.parametrize(
    ("stock", "target", "litres"),
    [("500", "1000", "10"), ("0", "1000", "10"), ("50000", "0", "10"), ("50000", "1000", "1001")],
)
def test_what_cannot_be_mixed_is_refused(stock: str, target: str, litres: str) -> None:
    with pytest.raises(Refused):
        dilute(
            stock_mg_per_litre=Decimal(stock),
            target_mg_per_litre=Decimal(target),
            litres=Decimal(litres),
        )
