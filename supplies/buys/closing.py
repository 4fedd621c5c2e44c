"""What a cut-off would do now, in lines, before anybody presses the button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from lockdown.kernel.wording import daytime, fen
from supplies.actions.locking import missing, split_fee
from supplies.forming import Locked
from supplies.models import GroupBuy, OfferLine
from supplies.queries import orders_of


@dataclass
class Closing:
    title: str
    deed: str
    is_good: bool
    lines: list[dict[str, object]] = field(default_factory=list)
    homes: int = 0
    keeps_open: bool = False


def what_closing_does(buy: GroupBuy, lines: Sequence[OfferLine], locked: Locked) -> Closing:
    homes = orders_of(buy).count()
    if locked.formed:
        return _forms(buy, lines, locked, homes)
    short = missing(locked.short) or _("nobody ordered")
    if buy.extend_hours and not buy.extended_at:
        until = max(buy.closes_at, timezone.now()) + timedelta(hours=buy.extend_hours)
        title = _("It is short: %(short)s") % {"short": short}
        stays = _("It stays open until %(at)s, once.") % {"at": daytime(until)}
        kept = _("All orders are kept, and everybody who ordered is told.")
        plan: list[dict[str, object]] = [
            {"title": stays},
            {"title": kept, "count": homes, "unit": _("homes")},
        ]
        return Closing(title, _("Extend it"), False, plan, homes, keeps_open=True)
    title = _("It does not form: %(short)s") % {"short": short}
    plan = [
        {"title": _("Nobody is charged."), "text": _("All orders end.")},
        {"title": _("Everybody who ordered is told why."), "count": homes, "unit": _("homes")},
    ]
    return Closing(title, _("Close it: not formed"), False, plan, homes)


def _forms(buy: GroupBuy, lines: Sequence[OfferLine], locked: Locked, homes: int) -> Closing:
    bought = {line.pk: 0 for line in lines}
    for (_number, key), quantity in locked.quantities.items():
        bought[key] += quantity
    plan: list[dict[str, object]] = []
    for line in lines:
        if line.ordered or bought[line.pk]:
            plan.append(_item(line, bought[line.pk]))
    goods = goods_by_order(lines, locked)
    fees = split_fee(buy, goods)
    amount = sum(goods.values())
    plan.append(
        {
            "title": _("%(homes)s homes are charged %(amount)s for goods.")
            % {"homes": len(goods), "amount": fen(amount)},
            "text": _("and %(fee)s for delivery") % {"fee": fen(sum(fees.values()))}
            if fees
            else "",
        }
    )
    title = _("It forms: %(homes)s homes, %(amount)s") % {
        "homes": len(goods),
        "amount": fen(amount),
    }
    deed = _("Cut off now, %(homes)s homes") % {"homes": len(goods)}
    return Closing(title, deed, True, plan, homes)


def goods_by_order(lines: Sequence[OfferLine], locked: Locked) -> dict[int, int]:
    """Order number to fen of what is bought for it."""
    price = {line.pk: line.price_fen for line in lines}
    goods: dict[int, int] = {}
    for (number, line), quantity in locked.quantities.items():
        if quantity:
            goods[number] = goods.get(number, 0) + quantity * price[line]
    return goods


def _item(line: OfferLine, bought: int) -> dict[str, object]:
    more = bought - line.ordered
    text = ""
    if more > 0:
        text = _("%(count)s more than ordered, by “up to”, to fill a case or to form.") % {
            "count": more
        }
    elif more < 0:
        text = _("%(count)s are left out: the last case is not full.") % {"count": -more}
    return {"title": line.name, "text": text, "count": bought, "unit": line.unit}
