"""One lock and one way from state to state for every action on a round."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.models import Compound
from journal.actions import Actor, record
from lockdown.kernel.errors import Refused
from supplies.models import BuyState, GroupBuy, Order

S = BuyState
PLACE = ("compound", "building", "unit__building", "home__unit__building")

# Where a round stands and what comes next, for whoever tries something else.
NEXT: dict[BuyState, Promise] = {
    S.DRAFT: gettext_lazy("It is a draft. Send it to the committee first."),
    S.IN_REVIEW: gettext_lazy("It is with the committee. Wait for the answer, or take it back."),
    S.REJECTED: gettext_lazy("The committee rejected it. Take it back and change it."),
    S.APPROVED: gettext_lazy("It is approved and opens at its time."),
    S.OPEN: gettext_lazy("It still takes orders. Close it first."),
    S.LOCKED: gettext_lazy("It is closed. Make the purchase order next."),
    S.ORDERED: gettext_lazy("It is ordered. Note the arrival at the gate next."),
    S.ARRIVED: gettext_lazy("The goods are at the gate. Count them next."),
    S.COUNTED: gettext_lazy("The goods are counted. Allocate them next."),
    S.ALLOCATED: gettext_lazy("The goods are allocated. Start the delivery next."),
    S.DELIVERING: gettext_lazy("It is being delivered. Record every door first."),
    S.DELIVERED: gettext_lazy("It is delivered. Settle it next."),
    S.SETTLED: gettext_lazy("It is settled and can no longer change."),
    S.NOT_FORMED: gettext_lazy("It did not form. Draft it again."),
    S.CANCELLED: gettext_lazy("It was cancelled. Draft it again."),
    S.SUPPLIER_FAILED: gettext_lazy("The supplier failed. Draft it again with another one."),
}


def lock_buy(buy: GroupBuy) -> GroupBuy:
    """The round as it is now, and nobody else changes it: also no order, which takes this row
    before its goods. Its place and supplier are read by those who need them."""
    rows = GroupBuy.objects.select_for_update(of=("self",)).select_related("compound")
    return rows.get(pk=buy.pk)


def refusal(buy: GroupBuy) -> Refused:
    """Says where the round stands and what comes next."""
    return Refused(
        _("“%(title)s”: %(next)s") % {"title": buy.title, "next": NEXT[BuyState(buy.state)]},
        code=f"buy_{buy.state}",
    )


def refuse_unless(buy: GroupBuy, *states: BuyState) -> None:
    if buy.state not in states:
        raise refusal(buy)


def become(buy: GroupBuy, state: BuyState, **written: Any) -> None:
    """The only place that sets a round's state; `written` are other fields that change with it."""
    if not buy.may_become(state):
        raise refusal(buy)
    buy.state = state
    for name, value in written.items():
        setattr(buy, name, value)
    buy.save(update_fields=["state", *written])


def tell(event: str, buy: GroupBuy, *, by: Actor, **data: object) -> None:
    """The fact about a round; `place` and its id let others tell those it is for."""
    told = {"buy": buy.pk, "title": buy.title, "place": buy.place_label} | data
    record(event, compound=buy.compound_id, by=by, at=timezone.now(), data=told)


def where(buy: GroupBuy) -> dict[str, object]:
    """The place of a round for those who tell it: kind, id of its row, floor."""
    row = {"building": buy.building_id, "unit": buy.unit_id, "home": buy.home_id}
    kind = buy.place_kind
    return {
        "where": {
            "kind": kind,
            "row": row.get("unit" if kind == "floor" else kind),
            "floor": buy.floor,
        }
    }


def buyers(buy: GroupBuy) -> list[int]:
    """The homes whose order stands, by id: those whom a fact about the round concerns."""
    standing = Order.objects.filter(buy=buy, withdrawn_at=None, number__isnull=False)
    return list(standing.order_by("home_id").values_list("home_id", flat=True))


def next_number(compound: Compound) -> int:
    """Counted within the compound, whose row is the queue of those who draft at once."""
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    most = GroupBuy.objects.filter(compound=compound).aggregate(most=Max("number"))["most"]
    return (most or 0) + 1


def reason_of(text: str, field: str = "reason") -> str:
    """A reason in words, at most 200 characters."""
    text = text.strip()[:200]
    if not text:
        raise Refused(_("Say why, so that everybody can understand it."), field=field)
    return text
