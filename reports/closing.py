"""The whole course of an order, counted as of its lift and frozen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from compounds.places import Place
from compounds.work import Work
from households.models import Outcome, Verification
from journal.actions import SYSTEM, record
from journal.handlers import subscribe
from journal.models import Delivery
from notices.models import NoticeKind, Receipt
from reports import rows
from reports.models import ClosingReport
from seals.lift import named, with_head
from seals.models import OrderChange, PlanTask, Recall, RecallOutcome, SealOrder
from seals.planning import place_of
from seals.queries import PLACE
from volunteers.models import CareOutcome, CareVisit
from waste.models import DisinfectionRound, RubbishWindow

MOST_OPEN = 60  # doors named of each kind; the rest is a number
VERSION = 1


def connect() -> None:
    subscribe("OrderLifted", "reports.order_lifted", order_lifted)


def order_lifted(delivery: Delivery) -> None:
    """Freeze the report of the order. Twice is once: the first one stands, however data moved."""
    entry = delivery.entry
    order = SealOrder.objects.select_related(*PLACE, "issued_by", "lifted_by").get(
        pk=entry.order_id
    )
    if order.lifted_at is None:
        return
    _report, made = ClosingReport.objects.get_or_create(
        compound_id=order.compound_id,
        order=order,
        defaults={
            "lifted_at": order.lifted_at,
            "made_at": timezone.now(),
            "data": course(order, entry.data),
        },
    )
    if made:
        data = {"place": order.place_label}
        record(
            "ClosingReportFrozen", compound=order.compound_id, by=SYSTEM, order=order.pk, data=data
        )


def course(order: SealOrder, people: dict[str, Any]) -> dict[str, Any]:
    """Plain values only; codes and message ids where a reader's language decides the word.

    `people` is what the lift counted: presence is known for now only.
    """
    at = order.lifted_at or timezone.now()
    work = _Work(order, at)
    return {
        "version": VERSION,
        "order": _order(order),
        "people": {name: people.get(name) for name in PEOPLE},
        "figures": [_figure(kind, found, at) for kind, found in work.all().items()],
        "told": _told(work.receipts, at),
        "recalls": _outcomes(work.recalls, RecallOutcome.WAITING, at),
        "care": _outcomes(work.visits, CareOutcome.WAITING, at),
        "bags": sum(row[1] or 0 for row in work.closed_windows()),
        "days": _days(order, work, at),
        "changes": [_change(one) for one in _changes(order)],
        "statements": order.lift_statement or [],
        "open": _open(order, work, at),
    }


PEOPLE = ("homes", "households", "inside", "out", "elsewhere")


class _Work:
    """The work of one order until a moment. Rounds and windows are those of its stairs, calls
    those of its doors: another order over the same place may have taken them over since."""

    def __init__(self, order: SealOrder, at: datetime) -> None:
        place: Place = place_of(order)
        self.at = at
        span = Q(due_at__gte=order.starts_at, due_at__lte=at)
        stairs = {"unit__in": place.units}
        # What an overlapping order's list found out about these doors counts here as well.
        since = order.issued_at or order.starts_at
        found = Q(finished_at__gte=since, finished_at__lte=at, **place.filter("home__"))
        doors = Verification.objects.filter(sweep__cause=order.pk)
        elsewhere = Verification.objects.filter(found, sweep__cause__isnull=False).exclude(
            household__in=doors.values("household")
        )
        both = Q(pk__in=doors.values("pk")) | Q(pk__in=elsewhere.values("pk"))
        self.verifications = self._stood(Verification.objects.filter(both))
        self.receipts = self._stood(
            Receipt.objects.filter(notice__order_id=order.pk, notice__kind=NoticeKind.SEAL)
        )
        own = Recall.objects.filter(order=order)
        others = Recall.objects.filter(found).exclude(resident__in=own.values("resident"))
        both = Q(pk__in=own.order_by().values("pk")) | Q(pk__in=others.order_by().values("pk"))
        self.recalls = self._stood(Recall.objects.filter(both))
        self.visits = self._stood(CareVisit.objects.filter(span, **place.filter("home__")))
        self.rounds = self._stood(DisinfectionRound.objects.filter(span, **stairs))
        self.windows = self._stood(RubbishWindow.objects.filter(span, **stairs))
        self.tasks = self._stood(PlanTask.objects.filter(order=order, due_at__lte=at))

    def _stood(self, found: QuerySet) -> QuerySet:
        """What was cancelled by the lift itself stood until then."""
        return found.filter(Q(cancelled_at=None) | Q(cancelled_at__gte=self.at)).order_by()

    def all(self) -> dict[str, QuerySet]:
        return {
            rows.VERIFY: self.verifications,
            rows.TELL: self.receipts,
            rows.CARE: self.visits,
            rows.RECALL: self.recalls,
            rows.ROUND: self.rounds,
            rows.WINDOW: self.windows,
            rows.TASK: self.tasks,
        }

    def closed_windows(self) -> list[tuple[datetime, int | None]]:
        return list(self.windows.filter(_done(self.at)).values_list("finished_at", "bags"))


def _done(at: datetime) -> Q:
    return Q(finished_at__isnull=False, finished_at__lte=at)


def _figure(kind: str, found: QuerySet, at: datetime) -> dict[str, Any]:
    done = _done(at)
    counted = found.aggregate(
        should=Count("id"),
        done=Count("id", filter=done),
        missed=Count("id", filter=Q(missed_at__isnull=False, missed_at__lte=at)),
    )
    return {"kind": kind, **counted}


def _order(order: SealOrder) -> dict[str, Any]:
    at = order.lifted_at or timezone.now()
    return {
        "number": order.number,
        "place": order.place_label,
        "level": order.level,
        "template": order.template_name,
        "issuer": order.issuer,
        "legal_source": order.legal_source,
        "starts_at": order.starts_at.isoformat(),
        "planned_end": order.ends_at.isoformat(),
        "lifted_at": at.isoformat(),
        "days": order.day_of(at),
        "planned_days": order.days,
        "issued_by": str(order.issued_by or ""),
        "lifted_by": str(order.lifted_by or ""),
    }


def _told(receipts: QuerySet, at: datetime) -> dict[str, int]:
    """How many households by the way that reached them first; "" was not reached."""
    ways: Counter[str] = Counter()
    for done, how, acknowledged, read in receipts.values_list(
        "finished_at", "told_how", "acknowledged_at", "read_at"
    ):
        if done is None or done > at:
            ways[""] += 1
        elif how:
            ways[how] += 1
        else:
            ways["acknowledged" if acknowledged else "read" if read else "page"] += 1
    return dict(ways)


def _outcomes(found: QuerySet, waiting: str, at: datetime) -> dict[str, int]:
    """How many by outcome; what was not settled by then counts as it stood: tried, or waiting."""
    ways: Counter[str] = Counter()
    for outcome, done in found.values_list("outcome", "finished_at"):
        late = done is not None and done > at
        ways[str(waiting) if late else outcome] += 1
    return dict(ways)


def _days(order: SealOrder, work: _Work, at: datetime) -> list[dict[str, Any]]:
    """Each calendar day of the order: what was to be done on it, and what was."""
    tz = order.compound.tz
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def day(moment: datetime) -> str:
        return moment.astimezone(tz).date().isoformat()

    for name, kept in (("rounds", work.rounds), ("windows", work.windows), ("care", work.visits)):
        for due, done in kept.values_list("due_at", "finished_at"):
            found[day(due)][name] += 1
            found[day(due)][f"{name}_done"] += done is not None and done <= at
    for closed, bags in work.closed_windows():
        found[day(closed)]["bags"] += bags or 0
    for done in work.verifications.filter(_done(at)).values_list("finished_at", flat=True):
        found[day(done)]["verified"] += 1
    first, last = order.starts_at.astimezone(tz).date(), at.astimezone(tz).date()
    names = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    return [{"day": name, **found[name]} for name in names]


def _changes(order: SealOrder) -> QuerySet[OrderChange]:
    return OrderChange.objects.filter(order=order).select_related("by").order_by("at", "id")


def _change(one: OrderChange) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "kind": str(one.kind),
        "old_end": one.old_end.isoformat(),
        "new_end": one.new_end.isoformat(),
        "reason": one.reason,
        "by": one.by.name,
    }


def _open(order: SealOrder, work: _Work, at: datetime) -> list[dict[str, Any]]:
    """Who was still open at the lift, by name: masked, with the door and who had it."""
    left = ~_done(at)
    people = work.recalls.filter(left).select_related("home", "assignee", "resident")
    calls = work.visits.filter(left, day=order.compound.today(at))
    calls = calls.select_related("home", "assignee", "resident")
    homes = with_head(work.verifications.filter(left))
    told = with_head(work.receipts.filter(left))
    return [
        group
        for group in (
            _group(rows.VERIFY, order, homes, lambda row: row.head),
            _group(rows.RECALL, order, people, lambda row: row.resident.name),
            _group(rows.CARE, order, calls, lambda row: row.resident.name),
            _group(rows.TELL, order, told, lambda row: row.head),
        )
        if group["count"]
    ]


def _group(kind: str, order: SealOrder, found: QuerySet, name: Any) -> dict[str, Any]:
    first: Iterable[Any] = found.order_by("home__position", "id")[:MOST_OPEN]
    return {
        "kind": kind,
        "count": found.count(),
        "doors": [
            {"label": named(order, row.home, name(row)), "who": _who(row), "note": _note(row)}
            for row in first
        ],
    }


def _who(row: Work) -> str:
    return row.assignee.name if row.assignee is not None else ""


def _note(row: Any) -> str:
    """The outcome's code, when something was tried."""
    outcome = getattr(row, "outcome", "")
    return "" if outcome in (Outcome.UNVERIFIED, RecallOutcome.WAITING, "") else str(outcome)
