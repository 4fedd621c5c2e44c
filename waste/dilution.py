"""How much stock and how much water give the strength that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lockdown.kernel.errors import Refused

MG_PER_LITRE_IN_PERCENT = 10_000  # 1 % of active agent by weight and volume is 10 g in a litre
MOST_LITRES = Decimal(1000)


@dataclass(frozen=True)
class Mix:
    """Millilitres of stock, and litres of water to the millilitre."""

    stock_ml: int
    water_litres: Decimal

    @property
    def water(self) -> str:
        """Litres without needless noughts: 9.8."""
        return f"{self.water_litres.normalize():f}"


def mg_per_litre_of_percent(percent: Decimal) -> Decimal:
    """5 % is 50,000 mg/L."""
    return percent * MG_PER_LITRE_IN_PERCENT


def dilute(*, stock_mg_per_litre: Decimal, target_mg_per_litre: Decimal, litres: Decimal) -> Mix:
    """Stock and water for so many litres at the target strength.

    C1 V1 = C2 V2, volumes taken as adding up. Refused: figures of nothing, a stock weaker than
    the target, more than 1,000 litres.
    """
    if min(stock_mg_per_litre, target_mg_per_litre, litres) <= 0 or litres > MOST_LITRES:
        raise Refused(_("Write figures above 0, and at most 1,000 litres."))
    if stock_mg_per_litre < target_mg_per_litre:
        raise Refused(_("The stock is weaker than what is wanted. Check both figures."))
    exact = litres * 1000 * target_mg_per_litre / stock_mg_per_litre
    stock_ml = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    water = litres - Decimal(stock_ml) / 1000
    return Mix(stock_ml, water.quantize(Decimal("0.001"), ROUND_HALF_UP))
