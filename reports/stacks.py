"""The stacking plan of a unit through one lens: what each home's colour and letter mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports import rows
from reports.homes import Door
from reports.rows import Row
from reports.stacking import Cell, Floor, Stack
from reports.words import unit_name

Look = tuple[str, str, Any]  # status, letter, words

LENSES = {
    "verify": gettext_lazy("Verify"),
    "tell": gettext_lazy("Notices"),
    "care": gettext_lazy("Care"),
    "rubbish": gettext_lazy("Rubbish"),
    "recall": gettext_lazy("Recall"),
}
NOTHING: Look = ("wait", "", "")
ELDER = "elder"
# For each lens, what a home can look like. The first that fits is taken; worst first.
VERIFY_LOOKS: dict[str, Look] = {
    "disputed": ("late", "异", gettext_lazy("differs from the roster")),
    "unreachable": ("late", "无", gettext_lazy("nobody reached")),
    "late": ("late", "未", gettext_lazy("not verified in time")),
    "now": ("now", "核", gettext_lazy("to be verified now")),
    "wait": ("wait", "", gettext_lazy("not verified yet")),
    "done": ("done", "✓", gettext_lazy("verified")),
}
TELL_LOOKS: dict[str, Look] = {
    "late": ("late", "未", gettext_lazy("not told in time")),
    "knock": ("now", "敲", gettext_lazy("knock on the door")),
    "call": ("now", "电", gettext_lazy("telephone")),
    "relative": ("next", "亲", gettext_lazy("on a relative's page, not passed on yet")),
    "app": ("next", "发", gettext_lazy("sent, not read yet")),
    "done": ("done", "✓", gettext_lazy("told")),
}
CARE_LOOKS: dict[str, Look] = {
    "no_answer": ("late", "无", gettext_lazy("no answer")),
    "late": ("late", "未", gettext_lazy("not called in time")),
    "needs": ("now", "需", gettext_lazy("needs something")),
    "now": ("now", "问", gettext_lazy("to be called now")),
    "wait": ("next", "问", gettext_lazy("to be called today")),
    "done": ("done", "✓", gettext_lazy("is well")),
}
RUBBISH_LOOKS: dict[str, Look] = {
    "late": ("late", "迟", gettext_lazy("collection is late")),
    "put_out": ("now", "放", gettext_lazy("put out now")),
    "collecting": ("now", "收", gettext_lazy("being collected")),
    "keep_in": ("next", "存", gettext_lazy("keep in")),
    "done": ("done", "✓", gettext_lazy("collected")),
}
RECALL_LOOKS: dict[str, Look] = {
    "no_answer": ("late", "无", gettext_lazy("no answer")),
    "late": ("late", "未", gettext_lazy("not called in time")),
    "waiting": ("now", "召", gettext_lazy("to be called now")),
    "coming": ("next", "途", gettext_lazy("on the way back")),
    "stays_away": ("done", "外", gettext_lazy("stays elsewhere, registered")),
    "done": ("done", "✓", gettext_lazy("is back")),
}
LOOKS: dict[str, dict[str, Look]] = {
    "verify": VERIFY_LOOKS,
    "tell": TELL_LOOKS,
    "care": CARE_LOOKS,
    "rubbish": RUBBISH_LOOKS,
    "recall": RECALL_LOOKS,
}


@dataclass(frozen=True)
class Lens:
    """One lens over a compound: the look of each home, and how many are settled."""

    key: str
    looks: Mapping[int, str] = field(default_factory=dict)  # home id → key within LOOKS

    def look(self, home_id: int) -> Look:
        name = self.looks.get(home_id)
        return LOOKS[self.key][name] if name else NOTHING


def look_through(key: str, work: Iterable[Row], doors: Iterable[Door], now: datetime) -> Lens:
    """Each home's look; where several rows concern one home, the worst shows."""
    order = {name: place for place, name in enumerate(LOOKS[key])}
    looks: dict[int, str] = {}
    for home_id, name in _named(key, work, doors, now):
        if home_id not in looks or order[name] < order[looks[home_id]]:
            looks[home_id] = name
    return Lens(key, looks)


def _named(
    key: str, work: Iterable[Row], doors: Iterable[Door], now: datetime
) -> Iterable[tuple[int, str]]:
    if key == "rubbish":
        yield from _by_unit(work, doors, now)
        return
    name_of = NAMES[key]
    kind = {"verify": rows.VERIFY, "tell": rows.TELL, "care": rows.CARE, "recall": rows.RECALL}[key]
    for row in work:
        if row.kind == kind and row.home_id is not None:
            yield row.home_id, name_of(row, now)


def _by_unit(
    work: Iterable[Row], doors: Iterable[Door], now: datetime
) -> Iterable[tuple[int, str]]:
    by_unit: dict[int, str] = {}
    for row in sorted(work, key=lambda one: one.due_at, reverse=True):
        if row.kind == rows.WINDOW and row.unit_id is not None:
            if row.is_done and row.unit_id in by_unit:
                continue
            by_unit[row.unit_id] = _rubbish(row, now)
    for door in doors:
        if door.unit_id in by_unit:
            yield door.home_id, by_unit[door.unit_id]


def _verify(row: Row, now: datetime) -> str:
    return row.code if row.code in {"disputed", "unreachable"} else row.mark(now)


def _tell(row: Row, now: datetime) -> str:
    if row.is_done:
        return "done"
    return "late" if row.is_late(now) else row.code


def _care(row: Row, now: datetime) -> str:
    if row.is_done:
        return "needs" if row.code == "needs" else "done"
    return "no_answer" if row.code == "no_answer" else row.mark(now)


def _recall(row: Row, now: datetime) -> str:
    if row.is_done:
        return "stays_away" if row.code == "stays_away" else "done"
    if row.code in {"no_answer", "coming"}:
        return row.code
    return "late" if row.is_late(now) else "waiting"


def _rubbish(row: Row, now: datetime) -> str:
    if row.is_done or row.code == "closed":
        return "done"
    return "late" if row.is_late(now) else row.code


NAMES: dict[str, Callable[[Row, datetime], str]] = {
    "verify": _verify,
    "tell": _tell,
    "care": _care,
    "recall": _recall,
}


def unit_stack(
    doors: list[Door], lens: Lens, elders: set[int], *, file_url: str = "", caption: str = ""
) -> Stack:
    """One unit drawn. `file_url` is the address of household 0; empty: homes are not links."""
    first = doors[0]
    return Stack(
        title=unit_name(first.building, first.unit),
        floors=_floors(doors, lens, elders, file_url),
        legend=_legend(lens, doors, elders),
        caption=caption,
    )


def mini_stack(doors: list[Door], lens: Lens, *, url: str, title: str = "") -> Stack:
    """One unit of the small multiples; its figure counts the homes that the lens has settled."""
    first = doors[0]
    looks = [lens.look(door.home_id)[0] for door in doors if door.home_id in lens.looks]
    figure = f"{looks.count('done')}/{len(looks)}" if looks else "–"
    name = title or unit_name(first.building, first.unit)
    return Stack(title=name, floors=_floors(doors, lens, set(), ""), figure=figure, url=url)


def _floors(doors: list[Door], lens: Lens, elders: set[int], file_url: str) -> list[Floor]:
    looks = _spoken_looks(lens.key)
    by_floor: dict[int, list[Cell]] = defaultdict(list)
    for door in doors:
        by_floor[door.floor].append(_cell(door, lens, looks, elders, file_url))
    return [Floor(number=number, cells=cells) for number, cells in by_floor.items()]


def _spoken_looks(key: str) -> dict[str, Look]:
    """The lens's looks with words in the reader's language, translated once for all homes."""
    looks = {name: (*look[:2], str(look[2])) for name, look in LOOKS[key].items()}
    return looks | {"": NOTHING, ELDER: ("", "", _("elder living alone"))}


def _cell(
    door: Door, lens: Lens, looks: Mapping[str, Look], elders: set[int], file_url: str
) -> Cell:
    status, letter, said = looks[lens.looks.get(door.home_id, "")]
    care = door.household_id in elders
    if care:
        said = f"{looks[ELDER][2]} {said}"
    url = file_url.replace("/0/", f"/{door.household_id}/") if door.household_id else ""
    return Cell(door=door.number, status=status, letter=letter, mark_care=care, label=said, url=url)


def _legend(lens: Lens, doors: list[Door], elders: set[int]) -> list[tuple[str, str, str]]:
    """Only what the drawing shows, in the order of the lens."""
    shown = {lens.looks.get(door.home_id) for door in doors}
    legend = [
        (status, letter, str(words))
        for name, (status, letter, words) in reversed(LOOKS[lens.key].items())
        if name in shown
    ]
    if any(door.household_id in elders for door in doors):
        legend.append(("care", "", _("elder living alone")))
    return legend
