"""The goods are at the gate: the pass is used up, and everything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from lockdown.kernel.errors import Refused
from supplies.actions.purchasing import bought_lines, expect_vehicle
from supplies.machine import become, lock_buy, refuse_unless, tell
from supplies.models import Arrival, BuyState, Count, GroupBuy

S = BuyState
MOST = 1_000_000


@dataclass(frozen=True)
class Counted:
    good: int
    damaged: int = 0
    missing: int = 0
    note: str = ""


@transaction.atomic
def arrive(*, buy: GroupBuy, arrival: Arrival | None = None, by: Member) -> GroupBuy:
    """The vehicle is in the buffer zone; its pass is used up. Without one, an arrival is noted."""
    buy = lock_buy(buy)
    if buy.state == S.ARRIVED:
        return buy
    refuse_unless(buy, S.ORDERED)
    now = timezone.now()
    if arrival is None:
        waiting = Arrival.objects.filter(buy=buy, arrived_at=None).first()
        arrival = waiting or expect_vehicle(buy=buy, expected_at=now, by=by)
    arrival = Arrival.objects.select_for_update(of=("self",)).get(pk=arrival.pk)
    if arrival.buy_id != buy.pk or arrival.arrived_at:
        raise Refused(_("This vehicle pass was used already, or is for another group-buy."))
    arrival.arrived_at, arrival.received_by = now, by
    arrival.save(update_fields=["arrived_at", "received_by"])
    become(buy, S.ARRIVED, arrived_at=now)
    tell("SuppliesArrived", buy, by=by)
    return buy


@transaction.atomic
def record_count(*, buy: GroupBuy, counts: Mapping[int, Counted], by: Member) -> GroupBuy:
    """By line id; may be corrected until it is allocated. Refused: an item that is not of this
    round or that nobody bought, an item left out, a number below zero."""
    buy = lock_buy(buy)
    refuse_unless(buy, S.ARRIVED, S.COUNTED)
    lines = {one.line.pk: one.line for one in bought_lines(buy)}
    _check(lines, counts)
    now = timezone.now()
    arrival = Arrival.objects.filter(buy=buy, arrived_at__isnull=False).latest("arrived_at")
    for line, one in counts.items():
        Count.objects.update_or_create(
            compound_id=buy.compound_id,
            arrival=arrival,
            line_id=line,
            defaults={
                "good": one.good,
                "damaged": one.damaged,
                "missing": one.missing,
                "note": one.note.strip()[:120],
                "at": now,
                "by": by,
            },
        )
    if buy.state == S.ARRIVED:
        become(buy, S.COUNTED, counted_at=now)
    good = sum(one.good for one in counts.values())
    tell("SuppliesCounted", buy, by=by, good=good, bad=sum(c.damaged for c in counts.values()))
    return buy


def _check(lines: Mapping[int, object], counts: Mapping[int, Counted]) -> None:
    left_out = [line for pk, line in lines.items() if pk not in counts]
    if left_out:
        raise Refused(
            _("“%(item)s” is not counted yet. Write 0 when none came.") % {"item": left_out[0]}
        )
    if set(counts) - set(lines):
        raise Refused(_("One of the items was not ordered. Reload the page."), code="foreign_item")
    for line, one in counts.items():
        if min(one.good, one.damaged, one.missing) < 0 or one.good > MOST:
            raise Refused(_("“%(item)s”: write whole numbers, 0 or more.") % {"item": lines[line]})
