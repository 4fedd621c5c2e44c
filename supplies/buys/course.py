"""Where a round stands on its way, what it waits for, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from lockdown.kernel.wording import daytime
from supplies.buys.links import Links
from supplies.models import BuyState, GroupBuy

S = BuyState
# In this room's own words: "open" and the like mean other things elsewhere.
STATES: dict[BuyState, Promise] = {
    S.DRAFT: pgettext_lazy("group-buy", "draft"),
    S.IN_REVIEW: pgettext_lazy("group-buy", "with the committee"),
    S.REJECTED: pgettext_lazy("group-buy", "rejected"),
    S.APPROVED: pgettext_lazy("group-buy", "approved"),
    S.OPEN: pgettext_lazy("group-buy", "open for orders"),
    S.LOCKED: pgettext_lazy("group-buy", "formed"),
    S.ORDERED: pgettext_lazy("group-buy", "ordered"),
    S.ARRIVED: pgettext_lazy("group-buy", "at the gate"),
    S.COUNTED: pgettext_lazy("group-buy", "counted"),
    S.ALLOCATED: pgettext_lazy("group-buy", "shared out"),
    S.DELIVERING: pgettext_lazy("group-buy", "on the way"),
    S.DELIVERED: pgettext_lazy("group-buy", "delivered"),
    S.SETTLED: pgettext_lazy("group-buy", "settled"),
    S.NOT_FORMED: pgettext_lazy("group-buy", "not formed"),
    S.CANCELLED: pgettext_lazy("group-buy", "cancelled"),
    S.SUPPLIER_FAILED: pgettext_lazy("group-buy", "supplier failed"),
}
PATH: tuple[tuple[Promise, frozenset[BuyState]], ...] = (
    (pgettext_lazy("step of a group-buy", "Draft"), frozenset({S.DRAFT, S.REJECTED})),
    (pgettext_lazy("step of a group-buy", "Committee"), frozenset({S.IN_REVIEW})),
    (pgettext_lazy("step of a group-buy", "Ordering"), frozenset({S.APPROVED, S.OPEN})),
    (pgettext_lazy("step of a group-buy", "Purchase"), frozenset({S.LOCKED})),
    (pgettext_lazy("step of a group-buy", "Arrival"), frozenset({S.ORDERED})),
    (pgettext_lazy("step of a group-buy", "Count"), frozenset({S.ARRIVED})),
    (pgettext_lazy("step of a group-buy", "Share out"), frozenset({S.COUNTED})),
    (pgettext_lazy("step of a group-buy", "To the doors"), frozenset({S.ALLOCATED, S.DELIVERING})),
    (pgettext_lazy("step of a group-buy", "Settle"), frozenset({S.DELIVERED})),
)
COMING = (S.DRAFT, S.IN_REVIEW, S.REJECTED, S.APPROVED)
UNDER_WAY = (
    S.OPEN,
    S.LOCKED,
    S.ORDERED,
    S.ARRIVED,
    S.COUNTED,
    S.ALLOCATED,
    S.DELIVERING,
    S.DELIVERED,
)
OVER = (S.SETTLED, S.NOT_FORMED, S.CANCELLED, S.SUPPLIER_FAILED)
FAILED = (S.NOT_FORMED, S.CANCELLED, S.SUPPLIER_FAILED)
BUY_WITHIN = timedelta(hours=12)  # from the cut-off to the purchase order
SETTLE_WITHIN = timedelta(days=3)
CUT_OFF_WITHIN = timedelta(minutes=5)  # the clock does it within seconds; after that it is late


def steps_of(buy: GroupBuy) -> list[dict[str, object]]:
    """For components/steps.html; a round that ended early stops where it did."""
    here = _place(buy)
    steps: list[dict[str, object]] = []
    for place, (label, _states) in enumerate(PATH):
        state = "done" if place < here else "now" if place == here else "wait"
        steps.append({"label": label, "state": state})
    if buy.state in FAILED:
        ended = {"label": state_of(buy), "state": "late"}
        return [*steps[:here], ended]
    return steps


def state_of(buy: GroupBuy) -> Promise:
    return STATES[BuyState(buy.state)]


def _place(buy: GroupBuy) -> int:
    """The index of the step where it stands; past the last one when it is settled."""
    for place, (_label, states) in enumerate(PATH):
        if buy.state in states:
            return place
    if buy.state == S.SETTLED:
        return len(PATH)
    marks = (buy.submitted_at, buy.reviewed_at, buy.locked_at, buy.ordered_at)
    return 1 + max((place for place, mark in enumerate(marks) if mark), default=-1)


@dataclass(frozen=True)
class Turn:
    """What the round waits for, who does it, and the button for it where this member may."""

    waits: str
    who: str
    deed: str = ""
    url: str = ""
    is_late: bool = False

    @property
    def may(self) -> bool:
        return bool(self.url and self.deed)


def is_closing(buy: GroupBuy, now: datetime) -> bool:
    """The cut-off has come, and the clock has not done it yet."""
    return buy.state == S.OPEN and buy.closes_at <= now


def turn_of(buy: GroupBuy, links: Links, now: datetime) -> Turn:
    if is_closing(buy, now):
        return Turn(_("Cutting off…"), "", is_late=is_late(buy, now))
    waits, who, deed, page = WAITS[BuyState(buy.state)](buy)
    url = links.of(page, buy) if page else ""
    return Turn(waits, who, deed if url else "", url, is_late(buy, now))


Says = tuple[str, str, str, str]  # what it waits for, who, the deed, the page


def _organiser(buy: GroupBuy) -> str:
    return buy.drafted_by.name if buy.drafted_by else _("the organiser")


def _draft(buy: GroupBuy) -> Says:
    return _("To be completed and sent to the committee"), _organiser(buy), _("Go on"), "round-edit"


def _in_review(buy: GroupBuy) -> Says:
    return _("The committee looks at it"), _("the committee"), _("Review"), "round-review"


def _rejected(buy: GroupBuy) -> Says:
    waits = _("Rejected: %(reason)s") % {"reason": buy.review_note}
    return waits, _organiser(buy), _("Open the round"), "round"


def _approved(buy: GroupBuy) -> Says:
    return _("Opens by itself, %(at)s") % {"at": daytime(buy.opens_at)}, _("nobody"), "", ""


def _open(buy: GroupBuy) -> Says:
    waits = _("Households order until %(at)s") % {"at": daytime(buy.closes_at)}
    return waits, _("the households"), _("Look on"), "round"


def _locked(buy: GroupBuy) -> Says:
    return (
        _("To be ordered from the supplier"),
        _organiser(buy),
        _("Purchase order"),
        "purchase-order",
    )


def _ordered(buy: GroupBuy) -> Says:
    supplier = buy.supplier.name if buy.supplier else _("the supplier")
    return _("The goods are to come to the gate"), supplier, _("At the gate"), "arrival"


def _arrived(buy: GroupBuy) -> Says:
    return _("The goods are to be counted"), _organiser(buy), _("Count"), "arrival"


def _counted(buy: GroupBuy) -> Says:
    return _("The goods are to be shared out"), _organiser(buy), _("Share out"), "allocation"


def _allocated(buy: GroupBuy) -> Says:
    return _("To be packed and carried to the doors"), _organiser(buy), _("Pack"), "packing"


def _delivering(buy: GroupBuy) -> Says:
    return _("Being carried to the doors"), _("the carriers"), _("Look on"), "round"


def _delivered(buy: GroupBuy) -> Says:
    return _("To be settled"), _("whoever keeps the money"), _("Settle"), "settle"


def _over(buy: GroupBuy) -> Says:
    return buy.end_reason or _("Nothing more to do"), "", "", ""


WAITS: dict[BuyState, Callable[[GroupBuy], Says]] = {
    S.DRAFT: _draft,
    S.IN_REVIEW: _in_review,
    S.REJECTED: _rejected,
    S.APPROVED: _approved,
    S.OPEN: _open,
    S.LOCKED: _locked,
    S.ORDERED: _ordered,
    S.ARRIVED: _arrived,
    S.COUNTED: _counted,
    S.ALLOCATED: _allocated,
    S.DELIVERING: _delivering,
    S.DELIVERED: _delivered,
    **dict.fromkeys(OVER, _over),
}


def due_of(buy: GroupBuy) -> datetime | None:
    """By when the next step should be done; None when nobody waits."""
    match BuyState(buy.state):
        case S.DRAFT | S.IN_REVIEW | S.REJECTED | S.APPROVED:
            return buy.opens_at
        case S.OPEN:
            return buy.closes_at + CUT_OFF_WITHIN
        case S.LOCKED:
            return buy.deliver_from or (buy.locked_at or buy.closes_at) + BUY_WITHIN
        case S.ORDERED | S.ARRIVED:
            return buy.deliver_from
        case S.COUNTED | S.ALLOCATED | S.DELIVERING:
            return buy.deliver_until
        case S.DELIVERED:
            return (buy.delivered_at or buy.closes_at) + SETTLE_WITHIN
        case _over:
            return None


def is_late(buy: GroupBuy, now: datetime) -> bool:
    due = due_of(buy)
    return due is not None and due < now


def tag_of(buy: GroupBuy, now: datetime) -> str:
    """The status of components/tag.html for where it stands."""
    if is_late(buy, now) or buy.state in FAILED or buy.state == S.REJECTED:
        return "late"
    if buy.state == S.SETTLED:
        return "done"
    if buy.state in (S.DRAFT, S.APPROVED, S.IN_REVIEW):
        return "next" if buy.state == S.APPROVED else "wait"
    return "now"


def in_order(buys: list[GroupBuy], now: datetime) -> list[GroupBuy]:
    """Late ones first, then by when the next step is due."""
    return sorted(buys, key=lambda buy: (not is_late(buy, now), due_of(buy) or now, buy.number))
