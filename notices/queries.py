"""Reading notices: what a household sees, who is reached, and who has whom on their list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member, Unit
from compounds.work import WorkQuerySet
from households.models import Household
from notices.models import ON_A_PAGE, Notice, NoticeKind, Receipt, Route
from seals.models import SealOrder

SHOWN_FOR = timedelta(days=14)  # how long a notice stays on the resident's page
RUBBISH_FOR = timedelta(hours=12)  # "put it out now" is old news by tomorrow
MOST_SHOWN = 20


@dataclass(frozen=True)
class HomeNotice:
    """A notice as a household sees it; `id` is the notice's, for `notices:acknowledge`."""

    id: int
    kind: str
    title: str
    body: str
    sent_at: datetime
    is_emergency: bool
    needs_ack: bool
    acknowledged_at: datetime | None
    read_at: datetime | None
    finished_at: datetime | None = None  # the household knows it, in whatever way
    told_how: str = ""


def home_notices(household: Household, now: datetime) -> list[HomeNotice]:
    """What stands on this household's page, newest first; one query."""
    receipts = (
        Receipt.objects.filter(
            household=household,
            cancelled_at=None,
            notice__cancelled_at=None,
            notice__sent_at__gt=now - SHOWN_FOR,
        )
        .exclude(notice__kind=NoticeKind.RUBBISH, notice__sent_at__lt=now - RUBBISH_FOR)
        .select_related("notice")
        .order_by("-notice__sent_at", "-notice_id")[:MOST_SHOWN]
    )
    return [_home_notice(receipt, receipt.notice) for receipt in receipts]


def _home_notice(receipt: Receipt, notice: Notice) -> HomeNotice:
    return HomeNotice(
        id=notice.pk,
        kind=notice.kind,
        title=notice.title,
        body=notice.body,
        sent_at=notice.sent_at or notice.send_at,
        is_emergency=notice.is_emergency,
        needs_ack=notice.needs_acknowledging,
        acknowledged_at=receipt.acknowledged_at,
        read_at=receipt.read_at,
        finished_at=receipt.finished_at,
        told_how=receipt.told_how,
    )


@dataclass(frozen=True)
class Reach:
    """Households of a notice. reached = read, acknowledged or told; the rest is unreached.

    `waiting` of the unreached have it on their phone page, or a relative has it on his, and it
    was not opened or passed on yet; the others are on somebody's list.
    """

    total: int
    reached: int
    read: int
    acknowledged: int
    unreached: int
    waiting: int = 0


_FIGURES = {
    "total": Count("pk"),
    "reached": Count("pk", filter=Q(finished_at__isnull=False)),
    "read": Count("pk", filter=Q(read_at__isnull=False)),
    "acknowledged": Count("pk", filter=Q(acknowledged_at__isnull=False)),
    "waiting": Count("pk", filter=Q(finished_at=None, route__in=ON_A_PAGE)),
}


def _reach(row: dict[str, int]) -> Reach:
    return Reach(
        total=row["total"],
        reached=row["reached"],
        read=row["read"],
        acknowledged=row["acknowledged"],
        unreached=row["total"] - row["reached"],
        waiting=row["waiting"],
    )


def reach_counts(order_id: int | None = None, *, member: Member | None = None) -> Reach:
    """How far the seal notice of this order, or of all orders in force, has come; one query."""
    seal = Q(cancelled_at=None, notice__kind=NoticeKind.SEAL)
    rows = Receipt.objects.filter(seal & _near(member))
    if order_id is None:
        in_force = SealOrder.objects.in_force().values("pk")
        rows = rows.filter(notice__order_id__in=in_force)
    else:
        rows = rows.filter(notice__order_id=order_id)
    return _reach(rows.aggregate(**_FIGURES))


def notice_reach(notice_ids: Iterable[int], *, member: Member | None = None) -> dict[int, Reach]:
    """The same for each notice of a list; one query."""
    rows = (
        Receipt.objects.filter(_near(member), notice_id__in=list(notice_ids), cancelled_at=None)
        .values("notice_id")
        .annotate(**_FIGURES)
    )
    return {row["notice_id"]: _reach(row) for row in rows}


@dataclass(frozen=True)
class UnreachedLine:
    """One household not told yet and who has it. `label` is 1-1-502, `number` 502."""

    receipt_id: int
    home_id: int
    label: str
    number: str
    floor: int
    route: str
    reason: str
    assignee_name: str
    due_at: datetime
    attempts: int
    title: str = ""
    notice_id: int = 0
    is_late: bool = False


def on_lists(member: Member | None = None) -> WorkQuerySet:
    """Receipts that a person has to carry: by phone or at the door, still open."""
    open_rows = Receipt.objects.open().exclude(route__in=ON_A_PAGE)
    return open_rows.filter(_near(member), notice__cancelled_at=None)


def _near(member: Member | None) -> Q:
    """The homes that a member may see; every home for the system."""
    return Q() if member is None else member.within("home__")


def unreached(
    limit: int = 50, *, notice: int | None = None, member: Member | None = None
) -> list[UnreachedLine]:
    """Who is not told, the latest due first, each with its person; one query."""
    rows = on_lists(member) if notice is None else on_lists(member).filter(notice_id=notice)
    rows = rows.select_related("home", "assignee", "notice").order_by("due_at", "home__position")
    now = timezone.now()
    return [_line(row, now) for row in rows[:limit]]


def unreached_count(member: Member | None = None) -> int:
    return on_lists(member).count()


def _line(row: Receipt, now: datetime) -> UnreachedLine:
    return UnreachedLine(
        receipt_id=row.pk,
        home_id=row.home_id,
        label=row.home.label,
        number=row.home.number,
        floor=row.home.floor,
        route=row.route,
        reason=row.reason,
        assignee_name=row.assignee.name if row.assignee else "",
        due_at=row.due_at,
        attempts=row.attempts,
        title=row.notice.title,
        notice_id=row.notice_id,
        is_late=row.due_at < now,
    )


# For the stacking plan's lens: what stands between a home and its seal notice.
DONE, WAITING, CALL, KNOCK, LATE = "done", "waiting", "call", "knock", "late"
RELATIVE = "relative"


def seal_notice_states(
    home_ids: Iterable[int], order_id: int, now: datetime | None = None
) -> dict[int, str]:
    """For each home with a receipt of the order's seal notice: done (read, acknowledged or told),
    waiting (on the phone page, not opened), relative (on a relative's page, not passed on), call or
    knock (on somebody's list), late (past due).
    """
    now = now or timezone.now()
    rows = Receipt.objects.filter(
        home_id__in=list(home_ids),
        notice__order_id=order_id,
        notice__kind=NoticeKind.SEAL,
        cancelled_at=None,
    ).values_list("home_id", "route", "finished_at", "due_at")
    return {home: _state(route, done, due, now) for home, route, done, due in rows}


def _state(route: str, finished_at: datetime | None, due_at: datetime, now: datetime) -> str:
    if finished_at:
        return DONE
    if due_at < now:
        return LATE
    names = {Route.APP: WAITING, Route.RELATIVE: RELATIVE, Route.CALL: CALL}
    return names.get(Route(route), KNOCK)


@dataclass(frozen=True)
class Line:
    """One row of a notice's figures: a way of telling, or a floor or unit."""

    name: str
    reach: Reach
    key: str = ""


@dataclass(frozen=True)
class Figures:
    """A notice's delivery by route, and by floor, or by unit where there are several."""

    whole: Reach
    by_route: list[Line]
    by_place: list[Line]


def figures(notice: Notice, member: Member | None = None) -> Figures:
    """Two queries, whatever the number of households."""
    rows = list(
        Receipt.objects.filter(_near(member), notice=notice, cancelled_at=None)
        .values("route", "home__unit_id", "home__floor")
        .annotate(**_FIGURES)
    )
    units = {row["home__unit_id"] for row in rows}
    names = {unit.pk: unit for unit in Unit.objects.filter(pk__in=units).select_related("building")}
    order = {pk: place for place, pk in enumerate(names)}
    routes = [
        Line(str(route.label), _sum(row for row in rows if row["route"] == route), route.value)
        for route in Route
    ]
    if len(units) > 1:
        places = [
            Line(str(names[pk]), _sum(row for row in rows if row["home__unit_id"] == pk))
            for pk in sorted(units, key=lambda one: order[one])
        ]
    else:
        floors = sorted({row["home__floor"] for row in rows}, reverse=True)
        places = [
            Line(
                _("floor %(floor)s") % {"floor": floor},
                _sum(row for row in rows if row["home__floor"] == floor),
            )
            for floor in floors
        ]
    return Figures(_sum(rows), [line for line in routes if line.reach.total], places)


def _sum(rows: Iterable[dict[str, int]]) -> Reach:
    total: Counter[str] = Counter()
    for row in rows:
        total.update({name: row[name] for name in _FIGURES})
    return _reach({name: total[name] for name in _FIGURES})
