"""The figures of one day: what should be done, what was, what passed its time limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compounds.limits import touching
from compounds.models import Compound, Member, Unit
from households.models import INSIDE, Household, Presence, Resident
from households.presence import people_at
from lockdown.kernel.masking import mask_name
from lockdown.kernel.packed import how_many
from reports import rows
from reports.days import DaySpan
from reports.models import DayComment
from reports.parts import narrowed
from reports.rows import Row, with_stairs, work_rows
from reports.tally import TALLIED, Tally, past_limit, tallies
from reports.words import KINDS, clock, late_by, place_of, spread
from seals.models import OrderState, SealOrder
from seals.words import said

LABELS = {
    rows.VERIFY: gettext_lazy("Households verified"),
    rows.TELL: gettext_lazy("Seal notice reached"),
    rows.CARE: gettext_lazy("Elders called"),
    rows.ROUND: gettext_lazy("Disinfection"),
    rows.WINDOW: gettext_lazy("Rubbish collected"),
    rows.RECALL: gettext_lazy("People recalled"),
    rows.TASK: gettext_lazy("Other tasks"),
}
PEOPLE = (rows.VERIFY, rows.TELL, rows.CARE)
WORK = (rows.ROUND, rows.WINDOW, rows.RECALL, rows.TASK)
# The page that lists the rows behind a figure.
BEHIND = {
    rows.VERIFY: "households:list",
    rows.TELL: "notices:reach",
    rows.CARE: "volunteers:care-list",
    rows.ROUND: "waste:day",
    rows.WINDOW: "waste:day",
    rows.RECALL: "seals:order-list",
    rows.TASK: "seals:order-list",
}


@dataclass(frozen=True)
class Figure:
    """One line of the report. `before` is the value of the day before; `page` the rows behind."""

    key: str
    label: str
    should: int
    done: int
    before: int
    late: int
    page: str


@dataclass(frozen=True)
class PastLimit:
    """Something that passed its time limit: the place, what, by how much, who has it."""

    place: str
    what: str
    late: str
    who: str
    done: bool


@dataclass(frozen=True)
class Coming:
    time: str
    what: str
    who: str


@dataclass(frozen=True)
class DayFigures:
    compound: Compound
    day: date
    at: datetime  # the moment that the figures show: now, or the end of a past day
    orders: list[SealOrder]
    households: int
    inside: int  # at that moment
    away: int
    people: list[Figure]
    work: list[Figure]
    rounds_so_far: int  # disinfections done under the orders in force
    late: list[PastLimit]
    tomorrow: list[Coming]
    comments: list[DayComment]
    is_today: bool

    @property
    def late_total(self) -> int:
        """How many things passed their limit, counted as on the list of compounds."""
        return sum(figure.late for figure in (*self.people, *self.work))


def day_figures(
    compound: Compound, day: date, now: datetime, member: Member | None = None
) -> DayFigures:
    """The day of the scope's compound, or of a member's part; seven queries at any size."""
    span = DaySpan.of(compound, day)
    at = min(now, span.end)
    counted = tallies({compound.pk: span}, now, member).get(compound.pk, {})
    found = work_rows(narrowed(_wanted(span, at), member), cancelled=True)
    households, stairs = _size(compound, member)
    found = with_stairs(found) if stairs > 1 else found
    is_today = span.begin <= now < span.end
    inside, away = _presence(None if is_today else at, member)
    return DayFigures(
        compound=compound,
        day=day,
        at=at,
        orders=_orders(span, member),
        households=households,
        inside=inside,
        away=away,
        people=[_figure(key, counted) for key in PEOPLE],
        work=[_figure(key, counted) for key in WORK],
        rounds_so_far=counted.get("rounds", Tally()).done,
        late=_past_limit(found, span, at),
        tomorrow=_tomorrow(found, span),
        comments=list(DayComment.objects.filter(day=day).select_related("by")),
        is_today=is_today,
    )


def _figure(key: str, counted: dict[str, Tally]) -> Figure:
    found = counted.get(key, Tally())
    return Figure(
        key, str(LABELS[key]), found.should, found.done, found.before, found.late, BEHIND[key]
    )


def _orders(span: DaySpan, member: Member | None) -> list[SealOrder]:
    """Orders that stood at any time of the day, newest first."""
    return list(
        SealOrder.objects.filter(
            Q(lifted_at=None) | Q(lifted_at__gte=span.begin),
            Q() if member is None else touching(member),
            starts_at__lt=span.end,
            state__in=(OrderState.IN_FORCE, OrderState.LIFTED),
        ).select_related("compound")
    )


def _size(compound: Compound, member: Member | None) -> tuple[int, int]:
    """(households of the member's part, stairs of the compound); one query."""
    files = Household.objects.filter((member or Member()).within("home__"), closed_at=None)
    here = Compound.objects.filter(pk=compound.pk)
    return here.values_list(how_many(files), how_many(Unit.objects.all())).get()


def _presence(at: datetime | None, member: Member | None) -> tuple[int, int]:
    """(people inside, people out) now, or at a past moment."""
    near = member or Member()
    if at is None:
        people = Resident.objects.filter(moved_out_at=None, household__closed_at=None)
        name = "presence__in"
    else:
        people, name = people_at(at), "presence_then__in"
    living = people.filter(near.within("household__home__")).aggregate(
        inside=Count("id", filter=Q(**{name: INSIDE})),
        away=Count("id", filter=Q(**{name: (Presence.AWAY, Presence.RECALLED)})),
    )
    return living["inside"], living["away"]


def _wanted(span: DaySpan, at: datetime) -> dict[str, Q]:
    """What passed its limit by `at` and was not done before the day, and what comes next day."""
    late = past_limit(span, at)
    coming = Q(due_at__gte=span.end, due_at__lt=span.after_next, cancelled_at=None)
    wanted = dict.fromkeys(TALLIED, late)
    for kind in (rows.ROUND, rows.WINDOW, rows.TASK, rows.CARE):
        wanted[kind] = late | coming
    return wanted


def _past_limit(found: Iterable[Row], span: DaySpan, at: datetime) -> list[PastLimit]:
    """Doors of one kind on one list make one line that names them."""
    late = [row for row in found if row.due_at < at]
    late.sort(key=lambda row: (row.due_at, row.floor or 0, row.door))
    groups: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    lines = []
    for row in late:
        if row.door:
            groups[row.kind, row.who].append(row)
        else:
            lines.append(_limit_line(row, at))
    return lines + [_limit_group(group, at) for group in groups.values()]


def _limit_line(row: Row, at: datetime) -> PastLimit:
    what = said(row.title) if row.kind == rows.TASK else str(KINDS[row.kind])
    done = row.finished_at is not None and row.finished_at < at
    return PastLimit(
        place_of(row),
        _("%(what)s of %(time)s") % {"what": what, "time": clock(row.due_at)},
        _("missed, done later") if done else late_by(row, at),
        row.who or "",
        done,
    )


def _limit_group(group: list[Row], at: datetime) -> PastLimit:
    first, count = group[0], len(group)
    if count == 1 and first.kind in (rows.CARE, rows.RECALL):
        what = f"{KINDS[first.kind]} {mask_name(first.title)}"
    else:
        what = _("%(what)s, %(n)s doors") % {"what": KINDS[first.kind], "n": count}
    return PastLimit(_places(group), what, late_by(first, at), first.who or "", False)


def _places(group: list[Row]) -> str:
    """The doors by name; when there are many, their floors."""
    if len(group) <= 4:
        return _(", ").join(dict.fromkeys(row.door for row in group))
    return spread(group)


def _tomorrow(found: Iterable[Row], span: DaySpan) -> list[Coming]:
    groups: dict[tuple[datetime, str, str], list[Row]] = defaultdict(list)
    for row in found:
        if row.due_at >= span.end:
            name = said(row.title) if row.kind == rows.TASK else str(KINDS[row.kind])
            groups[row.due_at, row.kind, name].append(row)
    return [_coming(due, name, group) for (due, _kind, name), group in sorted(groups.items())]


def _coming(due: datetime, name: str, group: list[Row]) -> Coming:
    people = list(dict.fromkeys(row.who for row in group if row.who))
    who = _(", ").join(people[:2]) + (" …" if len(people) > 2 else "")
    return Coming(clock(due), f"{name} × {len(group)}" if len(group) > 1 else name, who)


def day_before(day: date) -> date:
    return day - timedelta(days=1)
