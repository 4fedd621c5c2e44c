"""Which disinfection a rubbish window waits for.

The two parts of a plan start in any order, each in its own transaction, so a window may be
written before the round it waits for is there. The link is therefore set by whichever part comes
last, and looked up again when the window moves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta, tzinfo

from django.db.models import Q

from compounds.work import WorkQuerySet
from waste.models import DisinfectionRound, RubbishWindow, Scheme


def waits_until(window: RubbishWindow) -> datetime | None:
    """The latest moment at which the round it waits for may be due; None when it waits for none."""
    match window.scheme:
        case Scheme.DISINFECT_FIRST:
            return window.put_out_at
        case Scheme.BAG_THEN_DISINFECT:
            return window.due_at
        case _:
            return None


def choose_gate(
    window: RubbishWindow, rounds: Iterable[DisinfectionRound], tz: tzinfo, *, pace: int = 1
) -> DisinfectionRound | None:
    """The latest round of the window's unit on that day that is due in time.

    In a practice compound's fast clock a day of the plan is short and knows no midnight.
    """
    limit = waits_until(window)
    if limit is None:
        return None
    day = limit.astimezone(tz).date()
    shortened = timedelta(days=1) / pace
    fitting = [
        one
        for one in rounds
        if one.unit_id == window.unit_id
        and one.cancelled_at is None
        and one.due_at <= limit
        and (
            one.due_at.astimezone(tz).date() == day if pace == 1 else limit - one.due_at < shortened
        )
    ]
    return max(fitting, key=lambda one: one.due_at, default=None)


def gate_of(window: RubbishWindow, tz: tzinfo) -> DisinfectionRound | None:
    """The window's round as things stand now; one query, or none when it waits for none."""
    limit = waits_until(window)
    if limit is None:
        return None
    if window.gate_id is not None:
        kept = _rounds().filter(pk=window.gate_id, cancelled_at=None).first()
        if kept is not None:
            return kept
    near = _rounds().filter(
        unit_id=window.unit_id, due_at__gt=limit - timedelta(hours=25), due_at__lte=limit
    )
    return choose_gate(window, near, tz, pace=window.compound.pace)


def _rounds() -> WorkQuerySet:
    return DisinfectionRound.objects.select_related("compound")


def link_gates(unit_ids: Collection[int], tz: tzinfo, *, pace: int = 1) -> int:
    """Give every open window of these units without a valid gate the one it waits for."""
    without = Q(gate=None) | Q(gate__cancelled_at__isnull=False)
    windows = list(
        RubbishWindow.objects.open()
        .filter(without, unit_id__in=unit_ids)
        .exclude(scheme=Scheme.BOX_AT_DOOR)
    )
    if not windows:
        return 0
    first = min(one.put_out_at for one in windows) - timedelta(hours=25)
    by_unit: dict[int, list[DisinfectionRound]] = defaultdict(list)
    for row in DisinfectionRound.objects.filter(
        unit_id__in=unit_ids, cancelled_at=None, due_at__gte=first
    ):
        by_unit[row.unit_id].append(row)
    linked = []
    for window in windows:
        gate = choose_gate(window, by_unit[window.unit_id], tz, pace=pace)
        if gate is not None and gate.pk != window.gate_id:
            window.gate = gate
            linked.append(window)
    RubbishWindow.objects.bulk_update(linked, ["gate"], batch_size=1000)
    return len(linked)
