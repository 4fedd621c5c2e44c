"""The desk's board."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.access import MemberRequest, member_page
from compounds.roles import Permission
from journal.queries import Line as Entry
from lockdown.kernel.wording import percent
from reports import rows
from reports.board import Board, board, order_pill
from reports.doors import Doors
from reports.kept import Drawn, kept
from reports.panels import answer, draw, etag, named, poll_element
from reports.stacks import LENSES, mini_stack, unit_stack
from reports.words import clock, day_name, unit_name

EVERY = 15  # seconds between two polls
MOST = 8  # lines of "now to do" before "all"
PANELS = {
    "board-pills": "reports/board_pills.html",
    "board-facts": "reports/board_facts.html",
    "board-plan": "reports/board_plan.html",
    "board-minis": "reports/board_minis.html",
    "board-day": "reports/board_day.html",
    "board-todo": "reports/board_todo.html",
    "board-untold": "reports/board_untold.html",
    "board-feed": "reports/board_feed.html",
}


@member_page(Permission.BOARD_SEE)
def board_page(request: MemberRequest) -> HttpResponse:
    drawn = _drawn(request)
    doors = Doors(request.member, request.compound.slug)
    context = {
        "has_homes": drawn.facts["has_homes"],
        "compound_name": request.compound.name,
        "compound_url": doors.to("reports:board"),
        "seal_url": doors.to("seals:order-new"),
        "homes_url": doors.to("compounds:settings"),
        "panel": named(drawn.panels),
        "poll": poll_element("board-poll", drawn.facts["live_url"], etag(drawn.panels), EVERY),
    }
    return render(request, "reports/board.html", context)


@member_page(Permission.BOARD_SEE)
def board_live(request: MemberRequest) -> HttpResponse:
    """The panels that changed since the ETag that the page sends; 304 when none did."""
    drawn = _drawn(request)
    return answer(request, drawn.panels, "board-poll", drawn.facts["live_url"], EVERY)


def _drawn(request: MemberRequest) -> Drawn:
    """The panels, which members who may see the same things share for some seconds."""
    now, member = timezone.now(), request.member
    asked = request.GET.get("unit", "")
    unit = int(asked) if asked.isdecimal() and len(asked) < 15 else None
    lens, whole = request.GET.get("lens", ""), "all" in request.GET
    lens = lens if lens in LENSES else ""

    def draw_now() -> Drawn:
        shown = board(request.compound, member, now, lens=lens, unit=unit)
        context = _context(request, shown)
        facts = {"live_url": context["live_url"], "has_homes": bool(shown.units)}
        return Drawn(draw(PANELS, context), facts)

    may = tuple(permission.value for permission in Permission if member.may(permission))
    sees = (may, member.unit_id, tuple(sorted(member.buildings)), lens, unit, whole)
    return kept("board", request.compound, now, sees, draw_now)


def _context(request: MemberRequest, shown: Board) -> dict[str, Any]:
    doors = Doors(request.member, request.compound.slug)
    todo = shown.todo if "all" in request.GET else shown.todo[:MOST]
    return {
        "board": shown,
        "now": shown.now,
        "live_url": _url(request, "reports:board-live", shown),
        "seal_url": doors.to("seals:order-new"),
        "orders": _orders(shown, doors),
        "facts": _facts(shown, doors),
        "lenses": _lenses(request, shown),
        "stack": _stack(shown, doors),
        "plan_note": _plan_note(shown),
        "minis": _minis(request, shown),
        "units": _units(shown),
        "order_list_url": doors.to("seals:order-list"),
        "events": shown.events,
        "day_note": f"{day_name(shown.now)} {_weekday(shown)}",
        "todo": todo,
        "todo_more": len(shown.todo) - len(todo),
        "all_url": _url(request, "reports:board", shown, all="1"),
        "untold": shown.untold[:6],
        "untold_more": max(0, len(shown.untold) - 6),
        "reach_url": doors.to("notices:reach"),
        "feed": _feed(shown, doors),
        "import_url": doors.to("households:import-new"),
    }


def _weekday(shown: Board) -> str:
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return names[shown.span.day.weekday()]


def _url(request: MemberRequest, name: str, shown: Board, **changes: str) -> str:
    """A page of this board with the unit and lens that are chosen."""
    chosen = QueryDict(mutable=True)
    chosen["lens"] = shown.lens.key
    if shown.unit_id:
        chosen["unit"] = str(shown.unit_id)
    if "all" in request.GET:
        chosen["all"] = "1"
    for key, value in changes.items():
        chosen[key] = value
    return f"{reverse(name, args=[request.compound.slug])}?{chosen.urlencode()}"


def _orders(shown: Board, doors: Doors) -> list[dict[str, str]]:
    return [
        {"text": order_pill(order, shown.now), "url": doors.to("seals:order", order.pk)}
        for order in shown.orders
    ]


def _facts(shown: Board, doors: Doors) -> list[dict[str, Any]]:
    facts = [
        {
            "label": _("Inside now"),
            "value": shown.inside,
            "unit": _("people / %(n)s homes") % {"n": shown.households},
            "url": doors.to("households:list"),
        }
    ]
    if shown.is_sealed or shown.totals[rows.VERIFY][1]:
        facts += [_verified(shown, doors), _told(shown, doors)]
    if "care" in shown.lenses:
        facts.append(_called(shown, doors))
    facts += _sanitation(shown, doors)
    if shown.waiting and (url := doors.to("households:access-list")):
        unit = _("residents")
        label = _("Wait for sign-in")
        facts.append(
            {"label": label, "value": shown.waiting, "unit": unit, "url": url, "tone": "now"}
        )
    return facts


def _verified(shown: Board, doors: Doors) -> dict[str, Any]:
    done, total = shown.totals[rows.VERIFY]
    left = total - done
    unit = _("%(n)s homes to go") % {"n": left} if left else _("%(n)s homes") % {"n": total}
    url = doors.to("households:sweep", shown.sweep_id) if shown.sweep_id else ""
    value = f"{percent(done, total)}%" if total else "–"
    return {"label": _("Verified"), "value": value, "unit": unit if total else "", "url": url}


def _told(shown: Board, doors: Doors) -> dict[str, Any]:
    done, total = shown.totals[rows.TELL]
    return {
        "label": _("Told"),
        "value": done if total else "–",
        "unit": _("/ %(n)s homes") % {"n": total} if total else _("no notice yet"),
        "url": doors.to("notices:reach"),
        "tone": "now" if done < total else "",
    }


def _called(shown: Board, doors: Doors) -> dict[str, Any]:
    done, total = shown.totals[rows.CARE]
    late = any(line.harm == "care" and line.status == "late" for line in shown.todo)
    return {
        "label": _("Elders living alone"),
        "value": done if total else "–",
        "unit": _("/ %(n)s called") % {"n": total} if total else _("no calls today"),
        "url": doors.to("volunteers:care-list"),
        "tone": "late" if late else "",
    }


def _sanitation(shown: Board, doors: Doors) -> list[dict[str, Any]]:
    done, total = shown.totals[rows.ROUND]
    word, small, tone = shown.rubbish
    url = doors.to("waste:day")
    return [
        {"label": _("Rubbish"), "value": word, "unit": small, "url": url, "tone": tone},
        {
            "label": _("Disinfection"),
            "value": done if total else "–",
            "unit": _("/ %(n)s rounds") % {"n": total} if total else _("no round today"),
            "url": url,
        },
    ]


def _lenses(request: MemberRequest, shown: Board) -> list[dict[str, Any]]:
    return [
        {
            "label": LENSES[key],
            "url": _url(request, "reports:board", shown, lens=key),
            "active": key == shown.lens.key,
        }
        for key in shown.lenses
    ]


def _stack(shown: Board, doors: Doors) -> Any:
    if not shown.doors:
        return None
    return unit_stack(
        shown.doors,
        shown.lens,
        shown.people.lone_elders,
        file_url=doors.to("households:file", 0),
    )


def _plan_note(shown: Board) -> str:
    """What the lens shows of this unit, in numbers."""
    looks = [shown.lens.look(door.home_id)[0] for door in shown.doors]
    seen = sum(door.home_id in shown.lens.looks for door in shown.doors)
    if not seen:
        return _("%(n)s homes") % {"n": len(looks)}
    return _("%(done)s of %(n)s settled") % {"done": looks.count("done"), "n": seen}


def _minis(request: MemberRequest, shown: Board) -> list[Any]:
    if len(shown.units) < 2:
        return []
    return [
        mini_stack(
            doors,
            shown.lens,
            url=_url(request, "reports:board", shown, unit=str(unit_id)),
            title=unit_name(doors[0].building, doors[0].unit),
        )
        for unit_id, doors in shown.units.items()
    ]


def _units(shown: Board) -> list[dict[str, Any]]:
    """For the choice of a stair."""
    if len(shown.units) < 2:
        return []
    return [
        {
            "id": unit_id,
            "name": unit_name(doors[0].building, doors[0].unit),
            "chosen": unit_id == shown.unit_id,
        }
        for unit_id, doors in shown.units.items()
    ]


# What an entry without a household or an order is about.
PAGES = {
    "Round": "waste:day",
    "Window": "waste:day",
    "Notice": "notices:list",
    "Day": "reports:day",
    "Roster": "households:list",
    "Access": "households:access-list",
    "Homes": "compounds:settings",
    "Ask": "volunteers:ask-list",
    "Proxy": "households:access-list",
}


def _record(entry: Entry, doors: Doors) -> str:
    """The record that a line of the feed opens."""
    for begin, page in PAGES.items():
        if entry.event.startswith(begin) and (url := doors.to(page)):
            return url
    if entry.household_id:
        return doors.to("households:file", entry.household_id)
    return doors.to("seals:order", entry.order_id) if entry.order_id else ""


def _feed(shown: Board, doors: Doors) -> list[dict[str, str]]:
    lines = []
    for entry in shown.feed:
        url = _record(entry, doors)
        by = _("system") if entry.by == "system" else entry.by
        same_day = shown.span.begin <= entry.at
        time = clock(entry.at) if same_day else day_name(entry.at)
        lines.append({"time": time, "text": f"{by} {entry.text}", "url": url})
    return lines
