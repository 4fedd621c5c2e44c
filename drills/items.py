"""What is on the lists of a practice compound, in one form for whoever plays its staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from compounds.work import Work
from drills.figures import EARLY
from drills.models import Drill
from households.models import Phone, Verification
from notices.models import Receipt, Route
from notices.queries import on_lists
from seals.models import PlanTask, Recall
from volunteers.models import CareVisit
from waste.models import DisinfectionRound, Phase, RubbishWindow


@dataclass
class Item:
    """One open item. `opens` is the minute of the plan from which it may be begun."""

    kind: str  # call, knock, verify, recall, care, round, put_out, collecting, closed, task
    duty: str  # as in compounds/rota.py: who does such work
    row: Any
    due: float
    opens: float

    @property
    def key(self) -> str:
        return f"{self.row._meta.model_name}:{self.row.pk}"

    @property
    def household(self) -> int:
        return int(self.row.household_id)

    @property
    def place(self) -> tuple[float, int, str, int]:
        """In due order; among those due together from the top floor down, as people walk."""
        home = getattr(self.row, "home", None)
        return (round(self.due, 3), -home.floor if home else 0, self.kind, self.row.pk)


def open_items(drill: Drill) -> list[Item]:
    """Everything open in the practice compound whose scope is in force; a query for each kind."""
    return [item for source in _SOURCES for item in source(drill)]


def fresh(drill: Drill, item: Item) -> Item | None:
    """The item as it stands now; None when it is done."""
    model, source = type(item.row), _SOURCE_OF[type(item.row)]
    found = list(source(drill, model.objects.filter(pk=item.row.pk)))
    return found[0] if found else None


def _item(drill: Drill, kind: str, duty: str, row: Work, *, opens: float | None = None) -> Item:
    due = drill.minute(row.due_at)
    early = due - EARLY[kind] if kind in EARLY else 0.0
    return Item(kind, duty, row, due, early if opens is None else opens)


def _receipts(drill: Drill, rows: Any = None) -> Iterator[Item]:
    found = on_lists() if rows is None else rows.open().filter(notice__cancelled_at=None)
    for row in found.select_related("home", "notice").exclude(
        route__in=(Route.APP, Route.RELATIVE)
    ):
        kind = "call" if row.route == Route.CALL else "knock"
        yield _item(drill, kind, "reach", row)


def _plain(model: type[Work], kind: str, duty: str, *related: str) -> Callable:
    def source(drill: Drill, rows: Any = None) -> Iterator[Item]:
        found = model.objects.all() if rows is None else rows
        for row in found.open().select_related(*related):
            yield _item(drill, kind, duty, row)

    return source


def _tasks(drill: Drill, rows: Any = None) -> Iterator[Item]:
    found = PlanTask.objects.all() if rows is None else rows
    duties = _duties(drill)
    for row in found.open():
        yield _item(drill, "task", duties.get(row.key, "manage"), row)


def _duties(drill: Drill) -> dict[str, str]:
    """Step key → who does it; the state keeps what the order's steps say."""
    return drill.state.get("duties", {})


def _windows(drill: Drill, rows: Any = None) -> Iterator[Item]:
    """The next step of each window; one behind a disinfection is there when that is done."""
    found = RubbishWindow.objects.all() if rows is None else rows
    for row in found.open().select_related("gate"):
        following = row.next_move
        if following is None:
            continue
        phase, waits = following
        if waits and (row.gate is None or row.gate.finished_at is None):
            continue
        opens = drill.minute(row.put_out_at) if phase == Phase.PUT_OUT else None
        item = _item(drill, phase, "rubbish", row, opens=opens)
        if phase == Phase.PUT_OUT:
            item.due = drill.minute(row.put_out_at)
        yield item


_SOURCE_OF: dict[type, Callable] = {
    Receipt: _receipts,
    Verification: _plain(Verification, "verify", "verify", "home"),
    Recall: _plain(Recall, "recall", "recall", "home"),
    CareVisit: _plain(CareVisit, "care", "care", "home"),
    DisinfectionRound: _plain(DisinfectionRound, "round", "disinfect"),
    RubbishWindow: _windows,
    PlanTask: _tasks,
}
_SOURCES = list(_SOURCE_OF.values())


def with_telephone() -> set[int]:
    """The households of the scope that have a number."""
    return set(Phone.objects.values_list("household_id", flat=True))
