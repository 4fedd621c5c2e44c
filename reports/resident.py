"""What one household sees: its situation, what to do now, what comes today, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.models import Compound, Home
from households.bar import home_label, whose
from households.models import Household, Proxy
from lockdown.kernel.masking import mask_name
from notices.queries import HomeNotice
from reports import rows
from reports.asks import asked_for
from reports.days import DaySpan
from reports.home_buys import AT_DOOR, Due, bags_at_door, buy_item, due_of
from reports.household import names_of, notices_of, relatives_of, today_of
from reports.orders import orders_in_force
from reports.rows import Row
from reports.words import LEVEL_RULES, clock, day_name, when
from seals.models import Level, SealOrder
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
    url: str = ""
    deed: str = ""


@dataclass(frozen=True)
class HomeDay:
    label: str
    note: str
    situation: Situation
    now: NowBlock
    today: list[dict[str, Any]]
    notices: list[HomeNotice]
    is_sealed: bool
    ways: list[dict[str, str]]
    is_relatives: bool = False  # the page of a relative outside, who passes things on


def home_day(
    compound: Compound, household: Household, home: Home, now: datetime, proxy: Proxy | None = None
) -> HomeDay:
    """One household's page, to itself or to a relative who acts for it; seven queries."""
    span = DaySpan.of(compound, compound.today(now))
    order = strictest(one for one in orders_in_force(compound) if covers(one, home))
    notices = notices_of(household.pk, now, relative=proxy is not None)
    relatives = [] if proxy else relatives_of(household.pk)
    rubbish = rubbish_now(home.unit_id, now) if order else None
    found = today_of(household.pk, home.unit_id, span)
    asks = [row for row in found if row.kind == rows.ASK]
    today = _today([row for row in found if row.kind != rows.ASK], order, span, now)
    today += [_ask_item(row, now) for row in asks]
    due = due_of(household.pk, now)
    return HomeDay(
        label=home_label(home, proxy),
        note=_acting(proxy) if proxy else _family(household),
        situation=_situation(order, now, whose(proxy) if proxy else ""),
        now=_to_pass_on(notices, rubbish, today)
        if proxy
        else _now_block(notices, rubbish, today, relatives, due),
        today=today + [buy_item(one, theirs=proxy is not None) for one in due],
        notices=notices,
        is_sealed=order is not None,
        ways=_ways(len(asks), relatives, proxy),
        is_relatives=proxy is not None,
    )


def _acting(proxy: Proxy) -> str:
    """You act as 儿子 李**"""
    return _("you act as %(who)s") % {"who": proxy.label}


def _ways(
    asks: int, relatives: list[tuple[str, bool]], proxy: Proxy | None
) -> list[dict[str, str]]:
    """What can be done here beyond reading."""
    note = _("medicine, food, a repair")
    if asks:
        note = ngettext("%(n)s under way", "%(n)s under way", asks) % {"n": asks}
    acting = _("what you may do here")
    if proxy is None:
        names = _(", ").join(name for name, may_act in relatives if may_act)
        acting = names or _("let a child elsewhere act for you")
    buys = {"label": _("Group-buys"), "note": _("order food to your door"), "icon": "supplies"}
    return [
        buys | {"url": reverse("supplies:home-rounds")},
        {"label": _("Ask for help"), "note": note, "url": reverse("volunteers:home-asks"),
         "icon": "bag"},
        {"label": _("Relatives"), "note": acting, "url": reverse("households:home-proxies"),
         "icon": "person"},
    ]  # fmt: skip


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
THEIR_PLACES = {
    "building": lambda: _("Their building"),
    "unit": lambda: _("Their stair"),
    "floor": lambda: _("Their floor"),
}
LEVELS = {
    "sealed": lambda: _("%(place)s is sealed now"),
    "controlled": lambda: _("%(place)s is controlled now"),
    "guarded": lambda: _("%(place)s is guarded now"),
}


def _situation(order: SealOrder | None, now: datetime, theirs: str = "") -> Situation:
    """`theirs` names the home to somebody who does not live there: your mother's home."""
    if order is None:
        return Situation(
            _("Not sealed"),
            _("They come and go as usual") if theirs else _("Come and go as usual"),
            _("If that changes, it is said here first."),
        )
    place = theirs if theirs and order.place_kind == "home" else PLACES[order.place_kind]()
    if theirs and order.place_kind in {"unit", "floor", "building"}:
        place = THEIR_PLACES[order.place_kind]()
    over = LEVELS[order.level]() % {"place": place}
    over = f"{over} · {LEVEL_RULES[order.level]}"
    end = {"day": day_name(order.ends_at), "time": clock(order.ends_at)}
    if order.starts_at > now:
        title = _("From %(time)s") % {"time": when(order.starts_at)}
        return Situation(over, title, _("Until %(day)s %(time)s") % end)
    day, days = order.day_of(now), order.days
    until = _then(order, now) % (end | {"level": _next_level(order)})
    title = _("Day %(day)s of %(days)s") % {"day": min(day, days), "days": days}
    return Situation(over, title, until, min(day, days), days)


def _next_level(order: SealOrder) -> str:
    """What the order is eased to when a person confirms its next stage; empty at the last one."""
    level = order.next_level  # type: ignore[attr-defined]
    return str(Level(level).label) if level else ""


def _then(order: SealOrder, now: datetime) -> str:
    """What comes at the planned end: a looser level, or the lift after the last stage. Neither
    comes by itself; a person decides. With places for day, time and level."""
    is_over = now > order.ends_at
    if _next_level(order):
        if is_over:
            return _(
                "Planned until %(day)s %(time)s. The decision to ease to %(level)s is told here."
            )
        return _("%(day)s %(time)s: decided whether to ease to %(level)s")
    if is_over:
        return _("Planned until %(day)s %(time)s. The decision to lift is told here.")
    return _("%(day)s %(time)s: decided whether to lift")


def _to_pass_on(
    notices: list[HomeNotice], rubbish: RubbishNow | None, today: list[dict[str, Any]]
) -> NowBlock:
    """What the household does not know yet, the newest first; else what it has in mind."""
    waiting = next((one for one in notices if one.finished_at is None), None)
    if waiting is not None:
        return NowBlock(
            _("Please tell them"), waiting.title, waiting.body, calm=False, notice=waiting
        )
    if rubbish is not None and rubbish.phase in {"keep_in", "put_out", "collecting"}:
        return NowBlock(_("Rubbish"), rubbish.word, rubbish.detail)
    return _nothing(today, _("Nothing to pass on"))


def _now_block(
    notices: list[HomeNotice],
    rubbish: RubbishNow | None,
    today: list[dict[str, Any]],
    relatives: list[tuple[str, bool]],
    due: list[Due],
) -> NowBlock:
    """Rubbish to put out comes before a notice to acknowledge, then a relative who asks to act,
    then goods outside the door; else what to keep in mind.
    """
    if rubbish is not None and rubbish.phase == "put_out":
        return NowBlock(_("Do this now"), rubbish.word, rubbish.detail, calm=False)
    waiting = next((one for one in notices if one.needs_ack and not one.acknowledged_at), None)
    if waiting is not None:
        return NowBlock(_("Please read"), waiting.title, waiting.body, calm=False, notice=waiting)
    asking = next((name for name, may_act in relatives if not may_act), None)
    if asking is not None:
        return NowBlock(
            _("Is it really them"),
            _("%(who)s asks to act for you") % {"who": asking},
            _("Then they receive your notices and ask for help in your name."),
            calm=False,
            url=reverse("households:home-proxies"),
            deed=_("Look and decide"),
        )
    bags = next((one for one in due if one.kind == AT_DOOR), None)
    if bags is not None:
        return _take_in(bags)
    if rubbish is not None and rubbish.phase in {"keep_in", "collecting"}:
        return NowBlock(_("Rubbish"), rubbish.word, rubbish.detail)
    return _nothing(today, _("Nothing to do"))


def _take_in(bags: Due) -> NowBlock:
    return NowBlock(
        bags.title,
        bags_at_door(bags),
        _("Take it in when the volunteer has gone, and wash your hands."),
        calm=False,
        url=reverse("supplies:order", args=[bags.number]),
        deed=_("See what came"),
    )


def _nothing(today: list[dict[str, Any]], title: str) -> NowBlock:
    """Nothing to do now, and what comes next."""
    coming = next((item for item in today if item["state"] != "done"), None)
    text = ""
    if coming is not None:
        text = _("Next: %(time)s %(what)s") % {"time": coming["time"], "what": coming["text"]}
    return NowBlock(_("Now"), title, text)


def _today(
    found: list[Row], order: SealOrder | None, span: DaySpan, now: datetime
) -> list[dict[str, Any]]:
    items = [(_moment(row), ITEMS[row.kind](row, now)) for row in found]
    if order is not None and span.begin <= order.ends_at < span.end:
        level = _next_level(order)
        text = _("Decision whether to lift")
        if level:
            text = _("Decision whether to ease to %(level)s") % {"level": level}
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


def _ask_item(row: Row, now: datetime) -> dict[str, Any]:
    """A request that waits or is under way: it leads to its own page."""
    words = _("being done") if row.at else _("%(who)s has it") % {"who": row.who or "–"}
    return {
        "time": when(row.due_at).split(" ")[0],  # another day by its name alone
        "text": asked_for(row),
        "state": "now" if row.at else "wait",
        "tag": words,
        "url": reverse("volunteers:home-ask", args=[row.id]),
    }


def _tag(row: Row, now: datetime) -> str:
    return _("a little later") if row.is_late(now) else _("today")


ITEMS = {rows.ROUND: _round_item, rows.WINDOW: _window_item, rows.CARE: _care_item}
