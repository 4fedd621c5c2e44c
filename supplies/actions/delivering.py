"""Packing, runs, and what happened at each door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compounds.models import Building, Member
from compounds.pictures import keep_picture
from compounds.rota import Rota, Spot, rota
from households.models import Access
from journal.actions import record
from journal.events import plain
from lockdown.kernel.columns import add_rows, set_column
from lockdown.kernel.errors import Refused
from supplies.isolation import isolated_homes
from supplies.machine import become, lock_buy, refuse_unless, tell
from supplies.models import Allocation, BuyState, DeliveryRun, GroupBuy, Order, Stop, StopOutcome

S = BuyState
FINAL = (StopOutcome.TAKEN, StopOutcome.REFUSED)
MOST_BAGS = 99
CARRY = ("warehouse", "volunteer", "manager")
RUNG, NOT_RUNG = gettext_noop("reached"), gettext_noop("no answer")


@transaction.atomic
def start_delivery(
    *, buy: GroupBuy, due_at: datetime, bags: Mapping[int, int] | None = None, by: Member
) -> GroupBuy:
    """Runs stair by stair with a carrier each, isolated homes last and by somebody else.

    `bags` by order id; one bag unless it says otherwise. Each stair's building is told once.
    Twice is once.
    """
    buy = lock_buy(buy)
    if buy.state == S.DELIVERING:
        return buy
    refuse_unless(buy, S.ALLOCATED)
    now = timezone.now()
    orders = _to_carry(buy)
    become(buy, S.DELIVERING, delivering_at=now)
    orders = _with_bags(buy, orders, bags or {})
    _make_runs(buy, orders, due_at)
    _tell_buildings(buy, orders, by)
    if not orders:
        _finish(buy, by)
    return buy


def _tell_buildings(buy: GroupBuy, orders: Sequence[Carried], by: Member) -> None:
    homes: dict[int, list[int]] = defaultdict(list)
    for one in orders:
        homes[one.building].append(one.home)
    names = Building.objects.in_bulk(homes)
    for building, there in homes.items():
        place = str(names[building])
        tell("SuppliesArriving", buy, by=by, place=place, building=building, homes=there)


class Carried(NamedTuple):
    """An order that gets something, with where it goes."""

    order: int
    household: int
    home: int
    unit: int
    building: int
    bags: int


def _to_carry(buy: GroupBuy) -> list[Carried]:
    """In walking order: stair by stair, from the top floor down."""
    rows = Order.objects.filter(buy=buy).order_by(
        *("home__building__position", "home__building_id"),
        *("home__unit__position", "home__unit_id"),
        *("-home__floor", "home__position", "home_id"),
    )
    columns = ("pk", "household_id", "home_id", "home__unit_id", "home__building_id", "bags")
    # Not by a join: rows that were written a moment ago may be planned as if there were one.
    given = Allocation.objects.filter(buy=buy, allocated__gt=0).order_by()
    served = set(given.values_list("order_id", flat=True).distinct())
    return [
        Carried(order, household, home, unit, building, bags or 1)
        for order, household, home, unit, building, bags in rows.values_list(*columns)
        if order in served
    ]


def _with_bags(buy: GroupBuy, orders: Sequence[Carried], bags: Mapping[int, int]) -> list[Carried]:
    """The orders with the bags they have now, which is written."""
    orders = [one._replace(bags=bags.get(one.order, one.bags)) for one in orders]
    if not all(1 <= one.bags <= MOST_BAGS for one in orders):
        raise Refused(_("Each household gets between 1 and 99 bags."), field="bags")
    set_column(Order, buy.compound_id, "bags", {one.order: one.bags for one in orders})
    return orders


def _make_runs(buy: GroupBuy, orders: Sequence[Carried], due_at: datetime) -> None:
    """First the stairs, then the isolated homes of each; no carrier has some of both."""
    apart = isolated_homes(one.home for one in orders)
    groups: dict[tuple[bool, int], list[Carried]] = defaultdict(list)
    for one in orders:
        groups[one.home in apart, one.unit].append(one)
    keys = sorted(groups, key=lambda key: key[0])  # stable: the walking order stays
    carriers = _carriers(keys)
    runs = DeliveryRun.objects.bulk_create(
        DeliveryRun(
            compound_id=buy.compound_id,
            buy=buy,
            unit_id=unit,
            is_isolated=isolated,
            position=position,
            due_at=due_at,
            assignee=carrier,
        )
        for position, ((isolated, unit), carrier) in enumerate(zip(keys, carriers, strict=True))
    )
    _make_stops(buy, [(run.pk, groups[key]) for run, key in zip(runs, keys, strict=True)])


def _make_stops(buy: GroupBuy, runs: Sequence[tuple[int, list[Carried]]]) -> None:
    doors = [(run, at, one) for run, group in runs for at, one in enumerate(group)]
    columns: dict[str, list[int]] = {
        "run_id": [run for run, _at, _one in doors],
        "position": [at for _run, at, _one in doors],
        "order_id": [one.order for _run, _at, one in doors],
        "household_id": [one.household for _run, _at, one in doors],
        "home_id": [one.home for _run, _at, one in doors],
        "bags": [one.bags for _run, _at, one in doors],
    }
    add_rows(Stop, columns, compound_id=buy.compound_id)


def _carriers(keys: Sequence[tuple[bool, int]]) -> list[Member]:
    """Isolated stairs go to somebody who carries nothing else of the round, if there is one."""
    whole = rota()
    isolated = [Spot(unit) for is_isolated, unit in keys if is_isolated]
    clean = [Spot(unit) for is_isolated, unit in keys if not is_isolated]
    apart = whole.share("supply", isolated[:1]) * len(isolated)
    rest = [one for one in whole.members if one not in apart]
    people = Rota(rest if apart and any(one.role in CARRY for one in rest) else whole.members)
    return [*people.share("supply", clean), *apart]


@transaction.atomic
def hand_run_to(*, run: DeliveryRun, member: Member, by: Member) -> DeliveryRun:
    """Another carrier. Refused: one who carries both clean and isolated stairs of the round."""
    buy = lock_buy(run.buy)
    refuse_unless(buy, S.DELIVERING)
    run = DeliveryRun.objects.select_related("unit__building").get(pk=run.pk)
    if run.assignee_id == member.pk:
        return run
    other = DeliveryRun.objects.filter(buy=buy, assignee=member, is_isolated=not run.is_isolated)
    if member.left_at or other.exists():
        raise Refused(
            _("%(name)s carries to the other side of this round. Clean and isolated stairs need "
              "different people.") % {"name": member.name}
        )  # fmt: skip
    run.assignee = member
    run.save(update_fields=["assignee"])
    data = {"place": str(run.unit), "name": member.name}
    record("RunHandedOver", compound=run.compound_id, by=by, data=data)
    return run


@transaction.atomic
def record_stop(
    *,
    stop: Stop,
    outcome: StopOutcome,
    bags_left: int | None = None,
    note: str = "",
    upload: UploadedFile | None = None,
    by: Member,
) -> Stop:
    """Left, taken, no answer, refused; "no answer" and "left" may be recorded again.

    When every door has its outcome the round is delivered. Refused: fewer bags than are to be
    left without a word why, a photo that is none, a door that was taken in or refused.
    """
    # The round's row is the queue: the last two doors at once must not both think they are not.
    buy = lock_buy(stop.run.buy)
    stop = (
        Stop.objects.select_for_update(of=("self",)).select_related("run", "home").get(pk=stop.pk)
    )
    if stop.outcome == outcome and stop.outcome in FINAL:
        return stop
    refuse_unless(buy, S.DELIVERING, S.DELIVERED)
    _check_stop(stop, outcome, bags_left, note)
    now = timezone.now()
    stop.outcome, stop.at, stop.by = outcome, now, by
    there = outcome in (StopOutcome.LEFT, StopOutcome.TAKEN)
    stop.bags_left = (stop.bags if bags_left is None else bags_left) if there else 0
    stop.note = note.strip()[:120] or stop.note
    stop.taken_at = now if outcome == StopOutcome.TAKEN else None
    stop.ring_at = None
    if upload is not None:
        stop.picture = keep_picture(
            upload=upload, compound=stop.compound_id, kind="supplies.stop", by=by
        )
    stop.save()
    data = {"door": stop.home.label, "outcome": plain(outcome.label), "buy": buy.pk}
    record("StopRecorded", compound=buy.compound_id, by=by, household=stop.household_id, data=data)
    _after_stop(buy, stop.run, by)
    return stop


def _check_stop(stop: Stop, outcome: StopOutcome, bags_left: int | None, note: str) -> None:
    if outcome == StopOutcome.WAITING:
        raise Refused(_("Say what happened at the door."), field="outcome")
    if stop.outcome in FINAL:
        raise Refused(
            _("%(door)s is recorded as %(outcome)s already.")
            % {"door": stop.home.label, "outcome": stop.get_outcome_display()},
            code="done",
        )
    if bags_left is not None and not 0 <= bags_left <= stop.bags:
        raise Refused(
            _("There are %(bags)s bags for this door.") % {"bags": stop.bags}, field="bags_left"
        )
    if bags_left is not None and bags_left < stop.bags and not note.strip():
        raise Refused(_("Fewer bags than packed: write where the rest is."), field="note")


def _after_stop(buy: GroupBuy, run: DeliveryRun, by: Member) -> None:
    now = timezone.now()
    waiting = Stop.objects.filter(run__buy=buy, outcome=StopOutcome.WAITING)
    open_here = waiting.filter(run=run).exists()
    if run.started_at is None:
        DeliveryRun.objects.filter(pk=run.pk).update(started_at=now)
    if not open_here:
        DeliveryRun.objects.filter(pk=run.pk, finished_at=None).update(
            finished_at=now, finished_by=by
        )
    if buy.state == S.DELIVERING and not open_here and not waiting.exists():
        _finish(buy, by)


def _finish(buy: GroupBuy, by: Member) -> None:
    become(buy, S.DELIVERED, delivered_at=timezone.now())
    tell("GroupBuyDelivered", buy, by=by)


@transaction.atomic
def take_in(*, stop: Stop, by: Access | Member) -> Stop:
    """The household has taken its bags in. Refused for goods that are not at the door."""
    stop = Stop.objects.select_for_update(of=("self",)).get(pk=stop.pk)
    if isinstance(by, Access) and by.household_id != stop.household_id:
        raise Refused(_("These goods are for another household."), code="other_household")
    if stop.taken_at:
        return stop
    if stop.outcome != StopOutcome.LEFT:
        raise Refused(_("The goods are not at the door yet."))
    stop.taken_at, stop.ring_at = timezone.now(), None
    stop.save(update_fields=["taken_at", "ring_at"])
    return stop


@transaction.atomic
def record_ring(*, stop: Stop, reached: bool, by: Member) -> Stop:
    """A perishable waits at the door: somebody rang the resident, then the relative.

    Reached ends the call; not reached keeps it open and counts. Twice is once when reached.
    """
    stop = Stop.objects.select_for_update(of=("self",)).select_related("home").get(pk=stop.pk)
    if stop.rung_at:
        return stop
    if stop.ring_at is None:
        raise Refused(_("Nothing of this household waits at the door."))
    stop.rings += 1
    if reached:
        stop.rung_at, stop.rung_by = timezone.now(), by
    stop.save(update_fields=["rings", "rung_at", "rung_by"])
    outcome = RUNG if reached else NOT_RUNG
    data: dict[str, object] = {"door": stop.home.label, "outcome": outcome, "try": stop.rings}
    record(
        "PerishableRung", compound=stop.compound_id, by=by, household=stop.household_id, data=data
    )
    return stop
