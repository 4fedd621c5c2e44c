"""What the page of one round shows, from rows to words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lockdown.kernel.wording import daytime, fen
from supplies.buys.checks import checks_of, is_complete, thresholds_in_words
from supplies.buys.course import COMING, FAILED, is_closing, is_late, steps_of, tag_of, turn_of
from supplies.buys.links import Links
from supplies.buys.result import Sums, result_of, sums_of
from supplies.buys.rules import SAYS
from supplies.buys.track import track_of
from supplies.models import Allocation, BuyState, GroupBuy, OfferLine, OrderLine, ShortageRule
from supplies.queries import Progress

S = BuyState


def round_context(
    buy: GroupBuy, links: Links, now: datetime, found: Progress | None = None
) -> dict[str, Any]:
    """`found` is how an open round stands, with its items."""
    lines = [one.line for one in found.lines] if found else list(with_sums(buy))
    edit_url = links.of("round-edit", buy) if buy.state == S.DRAFT else ""
    checks = checks_of(buy, lines, edit_url, now) if buy.state == S.DRAFT else []
    may_organise, sums = bool(links.of("round-deed", buy)), sums_of(buy)
    return {
        "buy": buy,
        "lines": goods_rows(buy, lines),
        "steps": steps_of(buy),
        "turn": turn_of(buy, links, now),
        "tag": tag_of(buy, now),
        "is_late": is_late(buy, now),
        "checks": checks,
        "may_submit": is_complete(checks) and may_organise,
        "may_organise": may_organise,
        "edit_url": edit_url,
        "terms": terms_of(buy),
        "track": track_of(buy, sums),
        "ways": ways(buy, links, sums, now),
        "deeds": deeds(buy, links, now),
        "is_closing": is_closing(buy, now),
        "result": result_of(buy, sums),
        "is_coming": buy.state in COMING,
        "has_failed": buy.state in FAILED,
    }


def goods_rows(buy: GroupBuy, lines: list[OfferLine]) -> list[dict[str, Any]]:
    """Each item with what was bought and given, where `with_sums` read it; no query."""
    rows = []
    for line in lines:
        bought, given = getattr(line, "bought", 0), getattr(line, "given", 0)
        rows.append(
            {
                "line": line,
                "ordered": line.ordered,
                "bought": bought if buy.locked_at else None,
                "given": given if buy.allocated_at else None,
                "short": bought - given,
                "marks": marks(line),
            }
        )
    return rows


def with_sums(buy: GroupBuy) -> QuerySet[OfferLine]:
    """The items with `bought` and `given` over all households, in pieces; one query."""

    def sums(rows: QuerySet, what: str) -> Coalesce:
        of_line = rows.filter(line=OuterRef("pk")).order_by().values("line")
        return Coalesce(Subquery(of_line.annotate(n=Sum(what)).values("n")), 0)

    return OfferLine.objects.filter(buy=buy).annotate(
        bought=sums(OrderLine.objects.all(), "locked"),
        given=sums(Allocation.objects.all(), "allocated"),
    )


def marks(line: OfferLine) -> str:
    """The terms of an item in a few words."""
    parts = []
    if line.case_size > 1:
        parts.append(_("%(count)s a case") % {"count": line.case_size})
    if line.minimum > 1:
        parts.append(_("at least %(count)s") % {"count": line.minimum})
    if line.cap_household:
        parts.append(_("at most %(count)s a home") % {"count": line.cap_household})
    if line.cap_total:
        parts.append(_("%(count)s in all") % {"count": line.cap_total})
    if line.tolerance:
        parts.append(_("“up to” allowed"))
    if line.essential:
        parts.append(_("essential"))
    if line.perishable:
        parts.append(_("fresh"))
    return " · ".join(parts)


def terms_of(buy: GroupBuy) -> list[dict[str, str]]:
    """For components/choices.html."""
    when = f"{daytime(buy.opens_at)} – {daytime(buy.closes_at)}"
    terms = [
        {"label": _("For which homes"), "value": buy.place_label},
        {
            "label": _("Open for orders"),
            "value": when,
            "note": _("every week") if buy.repeats_weekly else "",
        },
        {"label": _("Forms"), "value": thresholds_in_words(buy), "note": _if_short(buy)},
        {
            "label": _("When too little arrives"),
            "value": str(buy.get_rule_display()),
            "note": SAYS[ShortageRule(buy.rule)](),
        },
        {"label": _("Delivery fee"), "value": _fee(buy)},
    ]
    if buy.deliver_from:
        until = f" – {daytime(buy.deliver_until)}" if buy.deliver_until else ""
        terms.insert(2, {"label": _("Delivery"), "value": daytime(buy.deliver_from) + until})
    if buy.reserve_percent:
        terms.append({"label": _("Held for care marks"), "value": f"{buy.reserve_percent}%"})
    return terms


def _if_short(buy: GroupBuy) -> str:
    if buy.extend_hours:
        return _("if short, extended once by %(hours)s h") % {"hours": buy.extend_hours}
    return _("if short, it does not form")


def _fee(buy: GroupBuy) -> str:
    if not buy.fee_fen:
        return _("no fee")
    return f"{fen(buy.fee_fen)} · {buy.get_fee_split_display()}"


LONG = ("labels", "runs-print")  # sheets of every household of the round


def ways(buy: GroupBuy, links: Links, sums: Sums, now: datetime) -> list[dict[str, str]]:
    """Where the rest of the work is done; only what is there at this stage, and may be opened."""
    takes_orders = buy.state == S.OPEN and not is_closing(buy, now)
    asked: list[tuple[str, str, bool]] = [
        (_("Order for a home"), "order-for", takes_orders),
        (_("Paste a chat list"), "paste", takes_orders),
        (_("Text for the group"), "round-chat", bool(buy.opened_at) and buy.state != S.OPEN),
        (_("Purchase order"), "purchase-order", bool(buy.locked_at)),
        (_("At the gate"), "arrival", bool(buy.ordered_at)),
        (_("Shares"), "allocation", bool(buy.counted_at)),
        (_("Packing sheets"), "packing", bool(buy.allocated_at)),
        (_("Labels"), "labels", bool(buy.allocated_at)),
        (_("Run sheets"), "runs-print", bool(buy.delivering_at)),
        (_("Settle"), "settle", bool(buy.locked_at)),
    ]
    plain: list[tuple[str, str, bool]] = [
        (_("Deliveries"), "run-list", bool(buy.delivering_at)),
        (_("Claims"), "claim-list", bool(buy.delivering_at)),
    ]
    words = ngettext("Preparing %(count)s home…", "Preparing %(count)s homes…", sums.served)
    busy = words % {"count": sums.served}
    found = [
        {"label": label, "url": links.of(name, buy), "busy": busy if name in LONG else ""}
        for label, name, there in asked
        if there
    ]
    found += [{"label": label, "url": links.to(name)} for label, name, there in plain if there]
    return [one for one in found if one["url"]]


def deeds(buy: GroupBuy, links: Links, now: datetime) -> dict[str, str]:
    """The pages that change a round, each where it may be done at all. While the clock cuts it off
    nobody has to; only when that is late somebody may do it instead."""
    closing, before = is_closing(buy, now), buy.may_become(S.CANCELLED)
    open_ = buy.state == S.OPEN and not closing
    may_close = open_ or (closing and is_late(buy, now))
    asked = {
        "deed": links.of("round-deed", buy),
        "close": links.of("round-close", buy) if may_close else "",
        "extend": links.of("round-extend", buy) if open_ and not buy.extended_at else "",
        "cancel": links.of("round-cancel", buy) if before else "",
        "chat": links.of("round-chat", buy) if open_ else "",
        "review": links.of("round-review", buy) if buy.state == S.IN_REVIEW else "",
    }
    back = buy.state in (S.IN_REVIEW, S.REJECTED, S.APPROVED)
    return asked | {"take_back": asked["deed"] if back else ""}
