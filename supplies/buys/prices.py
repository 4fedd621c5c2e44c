"""What an item cost the last time, for the committee's eye."""

from __future__ import annotations

from collections.abc import Sequence

from supplies.models import GroupBuy, OfferLine


def last_prices(buy: GroupBuy, lines: Sequence[OfferLine]) -> dict[str, OfferLine]:
    """Item name to its line in the last round that closed well; one query."""
    rows = OfferLine.objects.filter(
        name__in={line.name for line in lines}, buy__locked_at__lt=buy.drafted_at
    ).select_related("buy")
    found: dict[str, OfferLine] = {}
    for line in rows.exclude(buy=buy).order_by("-buy__locked_at")[:200]:
        found.setdefault(line.name, line)
    return found
