"""Links between the pages of a round; an empty text where this member may not go."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from compounds.limits import encloses
from compounds.models import Member
from compounds.roles import Permission as P
from supplies.models import GroupBuy

NEEDS = {
    "round-list": P.BUY_SEE,
    "round": P.BUY_SEE,
    "round-live": P.BUY_SEE,
    "round-chat": P.BUY_ORGANISE,
    "round-new": P.BUY_ORGANISE,
    "round-edit": P.BUY_ORGANISE,
    "round-deed": P.BUY_ORGANISE,
    "round-close": P.BUY_ORGANISE,
    "round-extend": P.BUY_ORGANISE,
    "round-cancel": P.BUY_ORGANISE,
    "round-review": P.BUY_REVIEW,
    "supplier": P.BUY_ORGANISE,
    "supplier-list": P.BUY_ORGANISE,
    "supplier-new": P.BUY_ORGANISE,
    "paper": P.BUY_ORGANISE,
    "purchase-order": P.BUY_ORGANISE,
    "purchase-sheet": P.BUY_ORGANISE,
    "purchase-print": P.BUY_ORGANISE,
    "arrival": P.BUY_SEE,
    "allocation": P.BUY_ORGANISE,
    "waiting-list": P.BUY_ORGANISE,
    "take-out": P.BUY_ORGANISE,
    "order-for": P.BUY_ORDER_FOR,
    "claim-for": P.BUY_ORDER_FOR,
    "paste": P.BUY_ORDER_FOR,
    "packing": P.BUY_SEE,
    "labels": P.BUY_SEE,
    "runs-print": P.BUY_SEE,
    "run-list": P.BUY_SEE,
    "claim-list": P.BUY_ORGANISE,
    "money": P.MONEY_RECORD,
    "settle": P.MONEY_RECORD,
    "stock": P.BUY_SEE,
}


# What is done or decided here concerns every household of the round.
WHOLE = {
    "round-edit",
    "round-deed",
    "round-close",
    "round-extend",
    "round-cancel",
    "purchase-order",
    "take-out",
    "allocation",
    "bags",
    "delivery-start",
    "settle",
    "closing",
}


@dataclass(frozen=True)
class Links:
    member: Member
    slug: str

    def to(self, name: str, *args: object) -> str:
        """Pages that an installation does not have are closed ways, too."""
        if not self.member.may(NEEDS[name]):
            return ""
        try:
            return reverse(f"supplies:{name}", args=[self.slug, *args])
        except NoReverseMatch:
            return ""

    def of(self, name: str, buy: GroupBuy, *args: object) -> str:
        """The page of this round; closed where the round reaches beyond the member's part."""
        if name in WHOLE and not encloses(self.member, buy):
            return ""
        return self.to(name, buy.pk, *args)
