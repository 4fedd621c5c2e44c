"""What a drill measured, from the practice compound's own rows. Minutes are those of the plan.

The card is plain data without words, so that it can be frozen and read in any language. Four
queries, whatever the size of the drill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from compounds.models import Compound, Member
from compounds.sweeps import work_models
from compounds.work import Work
from drills.figures import DAY_MINUTES, FROM_DUE, RUSH
from drills.models import Drill
from households.models import CareFlag, CareKind, Household, Resident, Verification
from lockdown.kernel.packed import how_many, packed, together, unpacked
from notices.models import NoticeKind, Receipt
from seals.models import PlanPart, Recall
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, RubbishWindow

Card = dict[str, Any]
MOST_DOORS = 40


class Did(NamedTuple):
    """One piece of work: when it was done, when it was due, at which door, for whom."""

    finished: datetime | None
    due: datetime
    door: str = ""
    who: int = 0


def scorecard(drill: Drill, now: datetime) -> Card:
    """Measured up to `now`, within the practice compound's scope."""
    measure = _Measure(drill, round(min(drill.minute(now), float(DAY_MINUTES)), 1))
    small = _small(drill)
    receipts = list(_receipts(drill))
    told = [Did(finished, due, door) for finished, due, door, _read, _sent in receipts]
    work, traces = _work(drill), _traces()
    lines = [
        measure.started([part.started_at for part in unpacked(PlanPart, small["parts"])]),
        measure.first_read([read for *_some, read, sent in receipts if sent], receipts),
        *(measure.share(key, told, part) for key, part in _TELLING),
        measure.share("verified_all", work["verify"]),
        measure.first("round_first", work["round"]),
        measure.first("rubbish_first", work["window"]),
        measure.first("elder_first", work["care"]),
        measure.share("elder_all", work["care"]),
        measure.share("recalls", work["recall"]),
    ]
    return {
        "minute": measure.minute,
        "lines": lines,
        "met": sum(line["state"] == "met" for line in lines),
        "not_met": sum(line["state"] == "not_met" for line in lines),
        "people": {
            "households": small["households"],
            "people": small["people"],
            "elders": small["elders"],
            "out": len(work["recall"]),
        },
        "unreached": _open_doors(told),
        "unverified": _open_doors(work["verify"]),
        "missed": _missed(traces),
        "staff": _staff(drill, measure.minute, unpacked(Member, small["members"]), traces),
    }


_TELLING = (("told_half", 0.5), ("told_most", 0.9), ("told_all", 1.0))


class _Measure:
    """Lines of one drill at one minute."""

    def __init__(self, drill: Drill, minute: float) -> None:
        self.drill, self.minute = drill, minute

    def line(self, key: str, value: float | None, target: float | None, **more: Any) -> Card:
        """`state`: met, not_met, waiting (its time has not passed), none (nothing to measure)."""
        if more.get("total") == 0:
            state = "none"
        elif value is not None:
            state = "met" if target is None or value <= target else "not_met"
        else:
            state = "waiting" if target is not None and self.minute <= target else "not_met"
        rounded = None if value is None else round(value, 1)
        aim = None if target is None else round(target, 1)
        return {"key": key, "value": rounded, "target": aim, "state": state} | more

    def started(self, starts: Sequence[datetime | None]) -> Card:
        """In real seconds: how fast the system is has nothing to do with the drill's pace."""
        done = [one for one in starts if one is not None]
        last = max(done) if starts and len(done) == len(starts) else None
        seconds = None if last is None else (last - self.drill.started_at).total_seconds()
        value = None if seconds is None else seconds / 60
        target = self.drill.targets.get("started")
        line = self.line("started", value, target, done=len(done), total=len(starts))
        return line | {"seconds": None if seconds is None else round(seconds, 1)}

    def first_read(self, reads: Sequence[datetime | None], receipts: Sequence[Any]) -> Card:
        first = min((one for one in reads if one is not None), default=None)
        value = None if first is None else self.drill.minute(first)
        return self.line(
            "first_read", value, self.drill.targets.get("first_read"), total=len(reads)
        )

    def share(self, key: str, work: Sequence[Did], share: float = 1.0) -> Card:
        """When so large a share of it was done."""
        done = sorted(self.drill.minute(one.finished) for one in work if one.finished is not None)
        wanted = ceil(len(work) * share)
        value = done[wanted - 1] if 0 < wanted <= len(done) else None
        target = self.drill.targets.get(key)
        if key in FROM_DUE and target is not None and work:
            target += max(0.0, min(self.drill.minute(one.due) for one in work))
        return self.line(key, value, target, done=len(done), total=len(work))

    def first(self, key: str, work: Sequence[Did]) -> Card:
        """When the first was done, against the time at which the plan has the first one due."""
        done = [self.drill.minute(one.finished) for one in work if one.finished is not None]
        target = min((self.drill.minute(one.due) for one in work), default=None)
        return self.line(key, min(done, default=None), target, done=len(done), total=len(work))


def _receipts(drill: Drill) -> QuerySet:
    rows = Receipt.objects.filter(
        notice__order_id=drill.order_id, notice__kind=NoticeKind.SEAL, cancelled_at=None
    ).order_by("home__position")
    return rows.values_list("finished_at", "due_at", "home__label", "read_at", "sent_at")


def _work(drill: Drill) -> dict[str, list[Did]]:
    """What the lines are measured from, by kind; one query. Of the calls, each elder's first."""
    order = drill.order_id
    alone = CareFlag.objects.filter(kind=CareKind.LONE_ELDER, ended_at=None)
    calls = CareVisit.objects.filter(order=order, household__in=alone.values("household"))
    arms = [
        _arm("verify", Verification.objects.filter(sweep__cause=order), "home__label"),
        _arm("recall", Recall.objects.filter(order=order), "home__label"),
        _arm("care", calls, "home__label", "resident_id"),
        _arm("round", DisinfectionRound.objects.filter(order=order), "unit__number"),
        _arm("window", RubbishWindow.objects.filter(order=order), "unit__number"),
    ]
    found: dict[str, list[Did]] = {name: [] for name in ("verify", "recall", "round", "window")}
    first_calls: dict[int, Did] = {}
    for what, *rest in arms[0].union(*arms[1:], all=True).order_by("due_at", "place"):
        did = Did(*rest[:4])
        if what == "care":
            first_calls.setdefault(did.who, did)
        else:
            found[what].append(did)
    return found | {"care": list(first_calls.values())}


def _arm(what: str, rows: QuerySet, door: str, who: str = "pk") -> QuerySet:
    place = F("home__position") if door.startswith("home") else F("unit__position")
    return (
        rows.filter(cancelled_at=None)
        .order_by()
        .annotate(
            what=Value(what, output_field=CharField()),
            door=F(door),
            who=Cast(F(who), BigIntegerField()),
            place=Cast(place, BigIntegerField()),
        )
        .values_list("what", "finished_at", "due_at", "door", "who", "place")
    )


def _small(drill: Drill) -> dict[str, Any]:
    """The parts of the plan, the staff, and how large the drill is, in one statement; every
    invented household has somebody in it."""
    living = Resident.objects.filter(moved_out_at=None)
    alone = CareFlag.objects.filter(kind=CareKind.LONE_ELDER, ended_at=None)
    return together(
        Compound.objects.filter(pk=drill.practice_id),
        {
            "parts": packed(PlanPart.objects.filter(order=drill.order_id)),
            "members": packed(Member.objects.order_by("pk")),
            "households": how_many(Household.objects.filter(pk__in=living.values("household"))),
            "people": how_many(living),
            "elders": how_many(living.filter(pk__in=alone.values("resident"))),
        },
    )


def _open_doors(work: Sequence[Did]) -> list[str]:
    """The doors at which it is still open."""
    return [one.door for one in work if one.finished is None][:MOST_DOORS]


class Trace(NamedTuple):
    """One piece of work that somebody finished, or that passed its grace."""

    what: str
    door: str
    finished: datetime | None
    by: int | None
    is_missed: bool


def _traces() -> list[Trace]:
    """By kind and door; one query."""
    arms = [_trace_arm(model) for model in work_models()]
    return [Trace(*row) for row in arms[0].union(*arms[1:], all=True).order_by("what", "door")]


def _trace_arm(model: type[Work]) -> QuerySet:
    names = {field.name for field in model._meta.get_fields()}
    missed = Q(missed_at__isnull=False, cancelled_at=None)
    rows = model.objects.filter(missed | Q(finished_by__isnull=False)).order_by()
    return rows.annotate(
        what=Value(model._meta.model_name, output_field=CharField()),
        door=F("home__label") if "home" in names else Value("", output_field=CharField()),
        is_missed=Case(When(missed, then=True), default=False),
    ).values_list("what", "door", "finished_at", "finished_by_id", "is_missed")


def _missed(traces: Sequence[Trace]) -> list[Card]:
    """Each kind of work of which something passed its grace."""
    found: dict[str, Card] = {}
    for what, door, finished, _by, is_missed in traces:
        if not is_missed:
            continue
        card = found.setdefault(what, {"what": what, "count": 0, "open": 0, "doors": []})
        card["count"] += 1
        card["open"] += finished is None
        if door and len(card["doors"]) < MOST_DOORS:
            card["doors"].append(door)
    return list(found.values())


def _staff(
    drill: Drill, minute: float, members: Sequence[Member], traces: Sequence[Trace]
) -> list[Card]:
    """What each did: finished work by their name and, when played, how busy they were."""
    books = drill.state.get("people", {})
    finished = Counter(one.by for one in traces)
    rush = min(minute, float(RUSH)) or 1.0
    found = []
    for member in members:
        book = books.get(str(member.pk), {})
        found.append(
            {
                "name": member.name,
                "role": member.role,
                "done": finished[member.pk],
                "tried": int(book.get("done", 0)) + int(book.get("helped", 0)),
                "helped": int(book.get("helped", 0)),
                "busy": round(float(book.get("busy", 0))),
                "share": round(100 * float(book.get("rush", 0)) / rush),
            }
        )
    return found
