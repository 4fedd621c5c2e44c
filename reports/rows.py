"""Every kind of work in one shape and one query.

Boards, lists and figures read the work of all rooms at once: a UNION ALL of lean tuples, so that
the number of queries is the same for two homes and for two thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast
from django_scopes import get_scope, scopes_disabled
from django_scopes.exceptions import ScopeError

from compounds.work import SOON
from households.models import Verification
from notices.models import Receipt
from seals.models import DutyTask, PlanPart, PlanTask, Recall
from volunteers.models import Ask, CareVisit
from waste.models import DisinfectionRound, RubbishWindow

VERIFY, TELL, RECALL, CARE = "verify", "tell", "recall", "care"
TASK, ROUND, WINDOW, PART = "task", "round", "window", "part"
ASK = "ask"
DUTY = "duty"


class Row(NamedTuple):
    """One item of work. What `code`, `at` and `cause` mean depends on the kind:

    verify: outcome, last try, sweep · tell: route, put on their page, notice · recall: outcome,
    expected back, order · care: outcome, last try, order · task: key, -, order · round: -, begun,
    order · window: phase, planned put-out, gate round · part: step kind, -, order (finished_at is
    its start and missed_at its failure) · ask: kind, under way since, - (tries is 1 when urgent;
    its words stay with it) · duty: kind, -, -. `title` is a person, a task, a part, a notice, or
    where a barrier stands.
    """

    kind: str
    compound_id: int
    id: int
    household_id: int | None
    home_id: int | None
    floor: int | None
    door: str
    unit_id: int | None
    unit: str
    building: str
    who_id: int | None
    who: str | None
    due_at: datetime
    finished_at: datetime | None
    missed_at: datetime | None
    finished_by_id: int | None
    code: str
    at: datetime | None
    tries: int
    cause: int | None
    title: str

    @property
    def is_done(self) -> bool:
        return self.finished_at is not None

    def is_late(self, now: datetime) -> bool:
        """Open and past its time; missed work is late too."""
        return self.finished_at is None and self.due_at < now

    def mark(self, now: datetime) -> str:
        """One of the five marks."""
        if self.is_done:
            return "done"
        if self.is_late(now):
            return "late"
        return "now" if self.due_at - now <= SOON else "wait"


NO_ID = Cast(Value(None), BigIntegerField())
NO_TIME = Cast(Value(None), DateTimeField())
NONE = Value("", output_field=CharField())
ZERO = Value(0)
URGENT = Cast("is_urgent", IntegerField())
DOOR = (
    F("household_id"),
    F("home_id"),
    F("home__floor"),
    F("home__number"),
    F("home__unit_id"),
    F("home__unit__number"),
    F("home__unit__building__number"),
)
STAIR = (
    NO_ID,
    NO_ID,
    NO_ID,
    NONE,
    F("unit_id"),
    F("unit__number"),
    F("unit__building__number"),
)
# A duty's place is words, "1栋1单元 一楼门厅", and stands where the building's number does.
SPOT = (NO_ID, NO_ID, NO_ID, NONE, F("unit_id"), NONE, F("place"))
# A task has no door: the order's place stands where the building's number does.
PLACE = (NO_ID, NO_ID, NO_ID, NONE, NO_ID, NONE, F("order__place_label"))
HANDS = (
    F("assignee_id"),
    F("assignee__name"),
    F("due_at"),
    F("finished_at"),
    F("missed_at"),
    F("finished_by_id"),
)
NOBODY = (
    NO_ID,
    NONE,
    F("order__starts_at"),
    F("started_at"),
    F("failed_at"),
    NO_ID,
)

ARMS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    VERIFY: (
        Verification,
        (*DOOR, *HANDS, F("outcome"), F("tried_at"), F("attempts"), F("sweep_id"), NONE),
    ),
    TELL: (
        Receipt,
        (
            *DOOR,
            *HANDS,
            F("route"),
            F("sent_at"),
            F("attempts"),
            F("notice_id"),
            F("notice__title"),
        ),
    ),
    RECALL: (
        Recall,
        (
            *DOOR,
            *HANDS,
            F("outcome"),
            F("expected_at"),
            F("attempts"),
            F("order_id"),
            F("resident__name"),
        ),
    ),
    CARE: (
        CareVisit,
        (
            *DOOR,
            *HANDS,
            F("outcome"),
            F("tried_at"),
            F("attempts"),
            F("order_id"),
            F("resident__name"),
        ),
    ),
    TASK: (PlanTask, (*PLACE, *HANDS, F("key"), NO_TIME, ZERO, F("order_id"), F("title"))),
    ROUND: (DisinfectionRound, (*STAIR, *HANDS, NONE, F("started_at"), ZERO, F("order_id"), NONE)),
    WINDOW: (
        RubbishWindow,
        (*STAIR, *HANDS, F("phase"), F("put_out_at"), ZERO, F("gate_id"), NONE),
    ),
    PART: (
        PlanPart,
        (*PLACE, *NOBODY, F("kind"), NO_TIME, F("attempts"), F("order_id"), F("title")),
    ),
    ASK: (
        Ask,
        (*DOOR, *HANDS, F("kind"), F("started_at"), URGENT, NO_ID, NONE),
    ),
    DUTY: (DutyTask, (*SPOT, *HANDS, F("kind"), NO_TIME, ZERO, NO_ID, F("title"))),
}


def work_rows(wanted: Mapping[str, Q], *, cancelled: bool = False) -> list[Row]:
    """The work of these kinds under these conditions, in one query, in no order.

    Cancelled work is left out unless `cancelled` leaves that to the conditions.
    """
    return [Row._make(values) for values in work_query(wanted, cancelled=cancelled)]


def work_query(wanted: Mapping[str, Q], *, cancelled: bool = False) -> QuerySet:
    """The query behind `work_rows`: values in the order of `Row`."""
    first, *rest = [_arm(kind, where, cancelled) for kind, where in wanted.items()]
    return first.union(*rest, all=True)


def _arm(kind: str, where: Q, cancelled: bool) -> QuerySet:
    compounds = get_scope().get("compound")
    if not compounds:
        raise ScopeError("Work is read inside a scope.")
    found = _whole(kind).filter(where, compound_id__in=compounds)
    return found if cancelled or kind == PART else found.filter(cancelled_at=None)


@cache
def _whole(kind: str) -> QuerySet:
    """All rows of a kind, never evaluated: resolving the columns takes longer than the query.

    It is made once for every compound, so `_arm` names the compounds of the scope itself.
    """
    model, columns = ARMS[kind]
    kind_column = Value(kind, output_field=CharField())
    with scopes_disabled():
        rows = model.objects.order_by()
        return rows.values_list(kind_column, F("compound_id"), F("id"), *columns)


def is_open() -> Q:
    return Q(finished_at=None)


def due_within(begin: datetime, end: datetime) -> Q:
    return Q(due_at__gte=begin, due_at__lt=end)


def with_stairs(found: Iterable[Row]) -> list[Row]:
    """Doors by their whole name, 3-1-502, for a compound of more than one stair."""
    return [
        row._replace(door=f"{row.building}-{row.unit}-{row.door}") if row.door else row
        for row in found
    ]
