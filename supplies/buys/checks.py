"""What a draft still needs before the committee gets it; the same facts that `submit` asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lockdown.kernel.wording import daytime, fen
from supplies.models import GroupBuy, OfferLine


def checks_of(
    buy: GroupBuy, lines: Sequence[OfferLine], edit_url: str, now: datetime
) -> list[dict[str, Any]]:
    """For components/checklist.html; each line leads to its step."""
    found = [_supplier(buy, now), _items(lines), _prices(lines), _times(buy, now), _delivery(buy)]
    steps = ("what", "goods", "goods", "when", "when")
    lines_ = [
        one | {"url": f"{edit_url}?step={step}" if edit_url else ""}
        for one, step in zip(found, steps, strict=True)
    ]
    return [*lines_, _forms(buy) | {"url": f"{edit_url}?step=rules" if edit_url else ""}]


def is_complete(checks: Sequence[dict[str, Any]]) -> bool:
    return not any(one["state"] == "late" for one in checks)


def _supplier(buy: GroupBuy, now: datetime) -> dict[str, Any]:
    supplier, text = buy.supplier, _("Supplier with a valid licence")
    if supplier is None:
        return _missing(text, _("No supplier is chosen."))
    if not supplier.licence_number:
        return _missing(text, _("%(name)s: no licence number.") % {"name": supplier.name})
    if not supplier.is_licensed(buy.compound.today(now)):
        return _missing(text, _("%(name)s: the licence has run out.") % {"name": supplier.name})
    return _done(text, f"{supplier.name} · {supplier.licence_number}")


def _items(lines: Sequence[OfferLine]) -> dict[str, Any]:
    text = _("Goods")
    if not lines:
        return _missing(text, _("No item yet."))
    names = _(", ").join(line.name for line in lines[:4])
    more = _(" and %(count)s more") % {"count": len(lines) - 4} if len(lines) > 4 else ""
    return _done(text, names + more)


def _prices(lines: Sequence[OfferLine]) -> dict[str, Any]:
    text = _("A price for each item")
    unpriced = [line.name for line in lines if line.price_fen == 0]
    if unpriced:
        return _missing(text, _("No price: %(items)s") % {"items": _(", ").join(unpriced[:4])})
    if not lines:
        return _missing(text, _("No item yet."))
    return _done(text, f"{fen(min(_p(lines)))} – {fen(max(_p(lines)))}")


def _p(lines: Sequence[OfferLine]) -> list[int]:
    return [line.price_fen for line in lines]


def _times(buy: GroupBuy, now: datetime) -> dict[str, Any]:
    text = _("Closes in the future")
    if buy.closes_at <= now:
        return _missing(text, _("%(at)s has passed.") % {"at": daytime(buy.closes_at)})
    return _done(text, f"{daytime(buy.opens_at)} – {daytime(buy.closes_at)}")


def _delivery(buy: GroupBuy) -> dict[str, Any]:
    text = _("Delivery to the doors")
    if buy.deliver_from is None:
        note = _("No time yet; people like to know.")
        return {"text": text, "note": note, "state": "wait", "tag": _("may follow")}
    until = f" – {daytime(buy.deliver_until)}" if buy.deliver_until else ""
    return _done(text, daytime(buy.deliver_from) + until)


def _forms(buy: GroupBuy) -> dict[str, Any]:
    return _done(_("When it forms, and the rule for a shortage"), rules_in_words(buy))


def thresholds_in_words(buy: GroupBuy) -> str:
    parts = []
    if buy.min_amount_fen:
        parts.append(_("%(amount)s together") % {"amount": fen(buy.min_amount_fen)})
    if buy.min_units:
        parts.append(_("%(count)s pieces") % {"count": buy.min_units})
    if buy.min_households:
        parts.append(_("%(count)s homes") % {"count": buy.min_households})
    if not parts:
        return _("with the first order")
    return _("from %(least)s") % {"least": _(", ").join(parts)}


def rules_in_words(buy: GroupBuy) -> str:
    """ "Forms from ¥500, 20 homes; one each in turn; fee ¥30, the same for each household"."""
    parts = [_("forms %(when)s") % {"when": thresholds_in_words(buy)}, buy.get_rule_display()]
    if buy.fee_fen:
        parts.append(
            _("fee %(amount)s, %(split)s")
            % {"amount": fen(buy.fee_fen), "split": buy.get_fee_split_display()}
        )
    if buy.reserve_percent:
        parts.append(_("%(percent)s %% held for care marks") % {"percent": buy.reserve_percent})
    return _("; ").join(parts)


def _missing(text: str, why: str) -> dict[str, Any]:
    return {"text": text, "why": why, "state": "late", "tag": _("missing")}


def _done(text: str, note: str) -> dict[str, Any]:
    return {"text": text, "note": note, "state": "done", "tag": _("in place")}
