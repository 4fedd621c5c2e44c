"""What became of a round: bought, added, left out, carried; or whom it told otherwise."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _

from lockdown.kernel.wording import fen
from supplies.models import BuyState, GroupBuy, Order, OrderLine, Stop, StopOutcome

S = BuyState


def result_of(buy: GroupBuy) -> list[dict[str, Any]]:
    """What the cut-off made of the orders; three facts, or what the doors say."""
    if buy.locked_at:
        return _locked_facts(buy)
    if buy.state == S.NOT_FORMED:
        told = Order.objects.filter(buy=buy, withdrawn_at=None, number__isnull=False).count()
        return [
            {"label": _("Told that it did not form"), "value": told, "unit": _("homes")},
            {"label": _("Missing"), "value": buy.end_reason, "tone": "late"},
        ]
    return []


def _locked_facts(buy: GroupBuy) -> list[dict[str, Any]]:
    # An order taken out was not left out for want of a full case.
    rows = OrderLine.objects.filter(order__buy=buy, order__withdrawn_at=None)
    sums = rows.aggregate(
        bought=Sum("locked"),
        amount=Sum(F("locked") * F("line__price_fen")),
        homes=Count("order", filter=Q(locked__gt=0), distinct=True),
        added=Sum(F("locked") - F("quantity"), filter=Q(locked__gt=F("quantity"))),
        less=Sum(F("quantity") - F("locked"), filter=Q(locked__lt=F("quantity"))),
    )
    facts: list[dict[str, Any]] = [
        {"label": _("Bought for"), "value": sums["homes"], "unit": _("homes")},
        {"label": _("Bought"), "value": sums["bought"] or 0, "unit": _("pieces")},
        {"label": _("Goods"), "value": fen(sums["amount"] or 0)},
    ]
    if sums["added"]:
        facts.append({"label": _("Added by “up to”"), "value": sums["added"], "unit": _("pieces")})
    if sums["less"]:
        facts.append(
            {
                "label": _("Left out, no full case"),
                "value": sums["less"],
                "unit": _("pieces"),
                "tone": "now",
            }
        )
    return facts + _doors(buy)


def _doors(buy: GroupBuy) -> list[dict[str, Any]]:
    if not buy.delivering_at:
        return []
    stops = Stop.objects.filter(run__buy=buy)
    sums = stops.aggregate(all=Count("pk"), left=Count("pk", filter=Q(outcome=StopOutcome.WAITING)))
    done = sums["all"] - sums["left"]
    unit = _("of %(count)s doors") % {"count": sums["all"]}
    return [{"label": _("Carried"), "value": done, "unit": unit}]
