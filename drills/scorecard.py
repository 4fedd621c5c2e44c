"""What a drill measured, from the practice compound's own rows. Minutes are those of the plan.

The card is plain data without words, so that it can be frozen and read in any language.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any

from django.db.models import QuerySet

from compounds.models import Member
from compounds.sweeps import work_models
from compounds.work import Work
from drills.figures import FROM_DUE, TARGETS
from drills.models import Drill
from households.models import CareFlag, CareKind, Household, Resident, Verification
from notices.models import NoticeKind, Receipt
from seals.models import PlanPart, Recall
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow

Card = dict[str, Any]
Span = tuple[datetime | None, datetime]  # finished, due
MOST_DOORS = 40


def scorecard(drill: Drill, now: datetime) -> Card:
    """Measured up to `now`, within the practice compound's scope."""
    minute = round(min(drill.minute(now), 24 * 60.0), 1)
    receipts, checks = _receipts(drill), _checks(drill)
    visits = _elder_calls(drill)
    lines = [
        _started(drill, minute),
        *_telling(drill, receipts, minute),
        _every(drill, "verified_all", _spans(checks), minute),
        _first(drill, "round_first", _spans(DisinfectionRound.objects.filter(order=drill.order_id)), minute),
        _first(drill, "rubbish_first", _spans(RubbishWindow.objects.filter(order=drill.order_id)), minute),
        _first(drill, "elder_first", visits, minute),
        _every(drill, "elder_all", visits, minute),
        _every(drill, "recalls", _spans(Recall.objects.filter(order=drill.order_id)), minute),
    ]
    return {
        "minute": minute,
        "lines": lines,
        "met": sum(line["state"] == "met" for line in lines),
        "not_met": sum(line["state"] == "not_met" for line in lines),
        "people": _people(),
        "unreached": _doors(receipts),
        "unverified": _doors(checks),
        "missed": _missed(drill),
        "staff": _staff(drill, minute),
    }


def _receipts(drill: Drill) -> QuerySet[Receipt]:
    return Receipt.objects.filter(
        notice__order_id=drill.order_id, notice__kind=NoticeKind.SEAL, cancelled_at=None
    )


def _checks(drill: Drill) -> QuerySet[Verification]:
    return Verification.objects.filter(sweep__cause=drill.order_id, cancelled_at=None)


def _spans(rows: QuerySet) -> list[Span]:
    found = rows.filter(cancelled_at=None).order_by("due_at", "pk")
    return list(found.values_list("finished_at", "due_at"))


def _elder_calls(drill: Drill) -> list[Span]:
    """The first call of each elder living alone."""
    elders = CareFlag.objects.filter(kind=CareKind.LONE_ELDER, ended_at=None)
    rows = CareVisit.objects.filter(
        order=drill.order_id, cancelled_at=None, household__in=elders.values("household")
    ).order_by("resident_id", "due_at")
    return list(rows.distinct("resident_id").values_list("finished_at", "due_at"))


def _line(
    drill: Drill, key: str, value: float | None, target: float | None, minute: float, **more: Any
) -> Card:
    """`state`: met, not_met, waiting (its time has not passed), or none (nothing to measure)."""
    if more.get("total") == 0:
        state = "none"
    elif value is not None:
        state = "met" if target is None or value <= target else "not_met"
    else:
        state = "waiting" if target is not None and minute <= target else "not_met"
    rounded = None if value is None else round(value, 1)
    aim = None if target is None else round(target, 1)
    return {"key": key, "value": rounded, "target": aim, "state": state} | more


def _started(drill: Drill, minute: float) -> Card:
    """In real seconds as well: how fast the system is has nothing to do with the drill's pace."""
    starts = list(PlanPart.objects.filter(order=drill.order_id).values_list("started_at", flat=True))
    done = [one for one in starts if one is not None]
    last = max(done) if starts and len(done) == len(starts) else None
    seconds = None if last is None else (last - drill.started_at).total_seconds()
    value = None if seconds is None else seconds / 60
    target = drill.targets.get("started")
    line = _line(drill, "started", value, target, minute, done=len(done), total=len(starts))
    return line | {"seconds": None if seconds is None else round(seconds, 1)}


def _telling(drill: Drill, receipts: QuerySet[Receipt], minute: float) -> list[Card]:
    reads = receipts.filter(read_at__isnull=False).order_by("read_at")
    first = reads.values_list("read_at", flat=True).first()
    spans = list(receipts.values_list("finished_at", "due_at"))
    value = None if first is None else drill.minute(first)
    pages = receipts.exclude(sent_at=None).count()
    target = drill.targets.get("first_read")
    return [
        _line(drill, "first_read", value, target, minute, total=pages),
        _share(drill, "told_half", spans, 0.5, minute),
        _share(drill, "told_most", spans, 0.9, minute),
        _share(drill, "told_all", spans, 1.0, minute),
    ]


def _share(drill: Drill, key: str, spans: Sequence[Span], share: float, minute: float) -> Card:
    """When so large a share was done."""
    done = sorted(drill.minute(finished) for finished, _due in spans if finished is not None)
    wanted = ceil(len(spans) * share)
    value = done[wanted - 1] if 0 < wanted <= len(done) else None
    target = drill.targets.get(key)
    if key in FROM_DUE and target is not None and spans:
        target += max(0.0, min(drill.minute(due) for _done, due in spans))
    return _line(drill, key, value, target, minute, done=len(done), total=len(spans))


def _every(drill: Drill, key: str, spans: Sequence[Span], minute: float) -> Card:
    return _share(drill, key, spans, 1.0, minute)


def _first(drill: Drill, key: str, spans: Sequence[Span], minute: float) -> Card:
    """When the first was done, against the time at which the plan has the first one due."""
    done = [drill.minute(finished) for finished, _due in spans if finished is not None]
    dues = [drill.minute(due) for _finished, due in spans]
    value, target = min(done, default=None), min(dues, default=None)
    return _line(drill, key, value, target, minute, done=len(done), total=len(spans))


def _people() -> Card:
    """How large the drill was."""
    elders = CareFlag.objects.filter(kind=CareKind.LONE_ELDER, ended_at=None)
    return {
        "households": Household.objects.filter(closed_at=None).count(),
        "people": Resident.objects.filter(moved_out_at=None).count(),
        "elders": elders.count(),
        "out": Recall.objects.count(),
    }


def _doors(rows: QuerySet) -> list[str]:
    """The doors at which it is still open, by walking order."""
    waiting = rows.filter(finished_at=None).order_by("home__position")
    return list(waiting.values_list("home__label", flat=True)[:MOST_DOORS])


def _missed(drill: Drill) -> list[Card]:
    """Each kind of work of which something passed its grace, and how much of it is still open."""
    found = []
    for model in work_models():
        rows = model.objects.filter(missed_at__isnull=False, cancelled_at=None)
        late = rows.count()
        if late:
            found.append(
                {
                    "what": model._meta.model_name,
                    "count": late,
                    "open": rows.filter(finished_at=None).count(),
                    "doors": _where(model, rows),
                }
            )
    return found


def _where(model: type[Work], rows: QuerySet) -> list[str]:
    names = {field.name for field in model._meta.get_fields()}
    if "home" in names:
        return list(rows.order_by("home__position").values_list("home__label", flat=True)[:10])
    if "unit" in names:
        found = rows.select_related("unit__building")[:10]
        return [f"{row.unit.building.number}-{row.unit.number}" for row in found]
    return []


def _staff(drill: Drill, minute: float) -> list[Card]:
    """What each did: as played, and as their name stands at finished work."""
    books = drill.state.get("people", {})
    finished = _finished_by()
    found = []
    for member in Member.objects.order_by("pk"):
        book = books.get(str(member.pk), {})
        busy = float(book.get("busy", 0))
        found.append(
            {
                "name": member.name,
                "role": member.role,
                "done": finished.get(member.pk, 0),
                "tried": int(book.get("done", 0)) + int(book.get("helped", 0)),
                "helped": int(book.get("helped", 0)),
                "busy": round(busy),
                "share": round(100 * busy / minute) if minute else 0,
            }
        )
    return found


def _finished_by() -> dict[int, int]:
    counts: dict[int, int] = {}
    for model in work_models():
        rows = model.objects.filter(finished_by__isnull=False).order_by()
        for member in rows.values_list("finished_by_id", flat=True):
            counts[member] = counts.get(member, 0) + 1
    return counts
