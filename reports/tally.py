"""Counting a day's work in SQL, for one compound or for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Q, QuerySet, Value

from compounds.models import Member
from compounds.work import Work
from households.models import Verification
from notices.models import Receipt
from reports import rows
from reports.days import DaySpan
from reports.parts import near
from seals.models import OrderState, PlanTask, Recall, SealOrder
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow

TALLIED = (
    rows.VERIFY,
    rows.TELL,
    rows.CARE,
    rows.ROUND,
    rows.WINDOW,
    rows.RECALL,
    rows.TASK,
)


class Tally(NamedTuple):
    """`before` is what was done by the end of the day before, or for calls, on that day."""

    should: int = 0
    done: int = 0
    before: int = 0
    late: int = 0


def tallies(
    spans: Mapping[int, DaySpan], now: datetime, member: Member | None = None
) -> dict[int, dict[str, Tally]]:
    """Compound id → kind → tally of its day. One query for all compounds of one time zone.

    With a member, of the member's part of the one compound.
    """
    by_span: dict[DaySpan, list[int]] = defaultdict(list)
    for compound, span in spans.items():
        by_span[span].append(compound)
    found: dict[int, dict[str, Tally]] = defaultdict(dict)
    for span, compounds in by_span.items():
        first, *rest = _arms(compounds, span, min(now, span.end), member)
        for what, compound, *numbers in first.union(*rest, all=True):
            found[compound][what] = Tally(*numbers)
    return found


def _arms(
    compounds: list[int], span: DaySpan, at: datetime, member: Member | None
) -> list[QuerySet]:
    here = Q(compound_id__in=compounds)
    sweeps = Q(sweep__started_at__lt=span.end) & (
        Q(sweep__closed_at=None) | Q(sweep__closed_at__gte=span.begin)
    )
    standing = SealOrder.objects.filter(
        Q(lifted_at=None) | Q(lifted_at__gte=span.begin),
        here,
        starts_at__lt=span.end,
        state__in=(OrderState.IN_FORCE, OrderState.LIFTED),
    ).values("pk")
    sealing = Q(notice__kind="seal", notice__order_id__in=standing, notice__sent_at__lt=span.end)
    home, stair, order = (here & near(kind, member) for kind in (rows.CARE, rows.ROUND, rows.TASK))
    return [
        _whole(rows.VERIFY, Verification, home & sweeps, span, at),
        _whole(rows.TELL, Receipt, home & sealing, span, at),
        _due(rows.CARE, CareVisit, home, span, at),
        _due(rows.ROUND, DisinfectionRound, stair, span, at),
        _due(rows.WINDOW, RubbishWindow, stair, span, at),
        _due(rows.TASK, PlanTask, order, span, at),
        _whole(rows.RECALL, Recall, home & Q(order__in=standing), span, at),
        _rounds_so_far(stair & Q(order__in=standing), at),
    ]


def _stands(at: datetime) -> Q:
    """Missed work stays a fact after its order was lifted and what remained was cancelled."""
    return Q(cancelled_at=None) | Q(missed_at__isnull=False, cancelled_at__gt=at)


def _done(at: datetime) -> Q:
    return Q(finished_at__isnull=False, finished_at__lt=at)


def past_limit(span: DaySpan, at: datetime) -> Q:
    """Open after its time at that moment, or missed on this day though done later."""
    open_then = Q(finished_at=None) | Q(finished_at__gte=at)
    missed = Q(missed_at__isnull=False, due_at__gte=span.begin)
    return Q(due_at__lt=at) & _stands(at) & (open_then | missed)


def _tally(what: str, found: QuerySet, **counts: Any) -> QuerySet:
    name = Value(what, output_field=CharField())
    grouped = found.order_by().values("compound_id").annotate(what=name, **counts)
    return grouped.values_list("what", "compound_id", "should", "done", "before", "late")


def _whole(what: str, model: type[Work], where: Q, span: DaySpan, at: datetime) -> QuerySet:
    """Work that runs over days until it is complete: all of it, and what is done so far."""
    return _tally(
        what,
        model.objects.filter(where).filter(_stands(at)),
        should=Count("id"),
        done=Count("id", filter=_done(at)),
        before=Count("id", filter=Q(finished_at__lt=span.begin)),
        late=Count("id", filter=past_limit(span, at)),
    )


def _due(what: str, model: type[Work], where: Q, span: DaySpan, at: datetime) -> QuerySet:
    """Work of the day. `late` also counts what earlier days left open."""
    today = Q(due_at__gte=span.begin, due_at__lt=span.end)
    yesterday = Q(due_at__gte=span.previous, due_at__lt=span.begin)
    late = past_limit(span, at)
    return _tally(
        what,
        model.objects.filter(where).filter(_stands(at)).filter(today | yesterday | late),
        should=Count("id", filter=today),
        done=Count("id", filter=today & _done(at)),
        before=Count("id", filter=yesterday & Q(finished_at__isnull=False)),
        late=Count("id", filter=late),
    )


def _rounds_so_far(where: Q, at: datetime) -> QuerySet:
    """Disinfections done since the orders began."""
    return _tally(
        "rounds",
        DisinfectionRound.objects.filter(where).filter(_done(at)),
        should=Count("id"),
        done=Count("id"),
        before=Count("id"),
        late=Count("missed_at"),
    )
