"""What one household sees: its situation, what to do now, what comes today, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.models import Compound, Home
from households.models import Household
from lockdown.kernel.masking import mask_name
from notices.queries import HomeNotice
from reports import rows
from reports.days import DaySpan
from reports.household import names_of, notices_of, today_of
from reports.orders import orders_in_force
from reports.rows import Row
from reports.words import LEVEL_RULES, clock, day_name, unit_name, when
from seals.models import SealOrder
from seals.queries import covers, strictest
from waste.queries import RubbishNow, rubbish_now


@dataclass(frozen=True)
class Situation:
    """The status block: `day` of `days` is 0 when there is nothing to count."""

    over: str
    title: str
    until: str
    day: int = 0
    days: int = 0


@dataclass(frozen=True)
class NowBlock:
    """What to do now. `notice` is the one to acknowledge; at most one action in strong colour."""

    over: str
    title: str
    text: str
    calm: bool = True
    notice: HomeNotice | None = None


@dataclass(frozen=True)
class HomeDay:
    label: str
    note: str
    situation: Situation
    now: NowBlock
    today: list[dict[str, Any]]
    notices: list[HomeNotice]
    is_sealed: bool


def home_day(compound: Compound, household: Household, home: Home, now: datetime) -> HomeDay:
    """One household's page; five queries."""
    span = DaySpan.of(compound, compound.today(now))
    order = strictest(one for one in orders_in_force(compound) if covers(one, home))
    notices = notices_of(household.pk, now)
    rubbish = rubbish_now(home.unit_id, now) if order else None
    today = _today(today_of(household.pk, home.unit_id, span), order, span, now)
    return HomeDay(
        label=f"{unit_name(home.unit.building.number, home.unit.number)} {home.number}",
        note=_family(household),
        situation=_situation(order, now),
        now=_now_block(notices, rubbish, today),
        today=today,
        notices=notices,
        is_sealed=order is not None,
    )


def _family(household: Household) -> str:
    """张** 家 · 3 人"""
    names = names_of(household.pk)
    if not names:
        return ""
    count = len(names)
    people = ngettext("%(n)s person", "%(n)s people", count) % {"n": count}
    return _("home of %(name)s · %(people)s") % {"name": mask_name(names[0]), "people": people}


PLACES = {
    "compound": lambda: _("This compound"),
    "building": lambda: _("This building"),
    "unit": lambda: _("This stair"),
    "floor": lambda: _("This floor"),
    "home": lambda: _("Your home"),
}
LEVELS = {
    "sealed": lambda: _("%(place)s is sealed now"),
    "controlled": lambda: _("%(place)s is controlled now"),
    "guarded": lambda: _("%(place)s is guarded now"),
}


def _situation(order: SealOrder | None, now: datetime) -> Situation:
    if order is None:
        return Situation(
            _("Not sealed"),
            _("Come and go as usual"),
            _("If that changes, it is said here first."),
        )
    over = LEVELS[order.level]() % {"place": PLACES[order.place_kind]()}
    over = f"{over} · {LEVEL_RULES[order.level]}"
    end = {"day": day_name(order.ends_at), "time": clock(order.ends_at)}
    if order.starts_at > now:
        title = _("From %(time)s") % {"time": when(order.starts_at)}
        return Situation(over, title, _("Until %(day)s %(time)s") % end)
    day, days = order.day_of(now), order.days
    until = _("%(day)s %(time)s: decided whether to lift") % end
    if now > order.ends_at:
        until = _("Planned until %(day)s %(time)s. The decision to lift is told here.") % end
    title = _("Day %(day)s of %(days)s") % {"day": min(day, days), "days": days}
    return Situation(over, title, until, min(day, days), days)


def _now_block(
    notices: list[HomeNotice], rubbish: RubbishNow | None, today: list[dict[str, Any]]
) -> NowBlock:
    """Rubbish to put out comes before a notice to acknowledge; else what to keep in mind."""
    if rubbish is not None and rubbish.phase == "put_out":
        return NowBlock(_("Do this now"), rubbish.word, rubbish.detail, calm=False)
    waiting = next((one for one in notices if one.needs_ack and not one.acknowledged_at), None)
    if waiting is not None:
        return NowBlock(_("Please read"), waiting.title, waiting.body, calm=False, notice=waiting)
    if rubbish is not None and rubbish.phase in {"keep_in", "collecting"}:
        return NowBlock(_("Rubbish"), rubbish.word, rubbish.detail)
    coming = next((item for item in today if item["state"] != "done"), None)
    text = ""
    if coming is not None:
        text = _("Next: %(time)s %(what)s") % {"time": coming["time"], "what": coming["text"]}
    return NowBlock(_("Now"), _("Nothing to do"), text)


def _today(
    found: list[Row], order: SealOrder | None, span: DaySpan, now: datetime
) -> list[dict[str, Any]]:
    items = [(_moment(row), ITEMS[row.kind](row, now)) for row in found]
    if order is not None and span.begin <= order.ends_at < span.end:
        text = _("Decision whether to lift")
        state = "wait" if now < order.ends_at else "now"
        item = {"text": text, "state": state, "tag": _("to be told")}
        items.append((order.ends_at, item))
    items.sort(key=lambda pair: pair[0])
    return [{"time": clock(moment), **item} for moment, item in items]


def _moment(row: Row) -> datetime:
    """Rubbish shows when it is to be put out, until it is out; then when it is collected."""
    return row.at if row.kind == rows.WINDOW and row.code == "keep_in" and row.at else row.due_at


def _round_item(row: Row, now: datetime) -> dict[str, Any]:
    text = _("Disinfection of the stairs")
    if row.is_done:
        return {"text": text, "state": "done", "tag": _("done")}
    note = _("Keep door and windows to the stairs shut")
    if row.at:
        return {"text": text, "note": note, "state": "now", "tag": _("under way")}
    return {"text": text, "note": note, "state": "wait", "tag": _tag(row, now)}


def _window_item(row: Row, now: datetime) -> dict[str, Any]:
    if row.is_done or row.code == "closed":
        return {"text": _("Rubbish: collected"), "state": "done", "tag": _("done")}
    if row.code == "put_out":
        return {"text": _("Rubbish: put it outside your door"), "state": "now", "tag": _("now")}
    if row.code == "collecting":
        return {"text": _("Rubbish is being collected"), "state": "now", "tag": _("under way")}
    return {
        "text": _("Rubbish: keep it in for now"),
        "note": _("You are told when to put it outside the door"),
        "state": "wait",
        "tag": _("wait for word"),
    }


def _care_item(row: Row, now: datetime) -> dict[str, Any]:
    text = _("A volunteer calls to ask how you are")
    if row.is_done:
        return {"text": text, "state": "done", "tag": _("done")}
    note = _("If you need something, say so then")
    return {"text": text, "note": note, "state": "wait", "tag": _tag(row, now)}


def _tag(row: Row, now: datetime) -> str:
    return _("a little later") if row.is_late(now) else _("today")


ITEMS = {rows.ROUND: _round_item, rows.WINDOW: _window_item, rows.CARE: _care_item}
