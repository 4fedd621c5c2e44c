"""What the pages of drills show, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drills import words
from drills.figures import DAY_MINUTES, TARGET_OF
from drills.models import Drill, Mode, Pace
from drills.queries import Situation
from seals.words import said

# The lines by which drills are compared.
DOORS_WHILE_RUNNING = 12
COMPARED = ("told_all", "verified_all", "round_first", "elder_all", "recalls")


def first_choices(data: Mapping[str, str]) -> dict[str, Any]:
    return {"mode": Mode.PEOPLE, "pace": Pace.FAST, "place": data.get("place", "")}


def columns() -> list[str]:
    return [said(TARGET_OF[key].label) for key in COMPARED]


def title(drill: Drill) -> str:
    return _("Drill %(number)s · %(place)s") % {
        "number": drill.number,
        "place": drill.place_label,
    }


def running_row(drill: Drill, now: datetime) -> dict[str, Any]:
    minute = min(drill.minute(now), float(DAY_MINUTES))
    return {
        "drill": drill,
        "title": title(drill),
        "template": said(drill.template_name),
        "clock": words.clock_of(drill, minute),
    }


def past_row(drill: Drill) -> dict[str, Any]:
    """One drill as a line of the comparison."""
    card = drill.figures()
    found = {one["key"]: one for one in words.lines(drill, card)}
    missed = sum(one["count"] for one in card["missed"])
    hands = sum(one["busy"] > 0 or one["done"] > 0 for one in card["staff"])
    return {
        "drill": drill,
        "title": title(drill),
        "note": _note(drill, card),
        "hands": hands,
        "cells": [dict(found[key], name=found[key]["label"]) for key in COMPARED],
        "missed": missed,
    }


def _note(drill: Drill, card: dict[str, Any]) -> str:
    parts = [
        ngettext("%(count)s household", "%(count)s households", card["people"]["households"])
        % {"count": card["people"]["households"]},
        _("played") if drill.mode == Mode.PLAYED else _("by our people"),
    ]
    if drill.helpers:
        parts.append(_("%(count)s volunteers more") % {"count": drill.helpers})
    return " · ".join(parts)


def drill_context(drill: Drill, card: dict[str, Any], now: datetime) -> dict[str, Any]:
    minute = card["minute"]
    found = words.lines(drill, card)
    return {
        "drill": drill,
        "title": title(drill),
        "template": said(drill.template_name),
        "verdict": words.verdict(drill, card),
        "is_good": not card["not_met"],
        "clock": words.clock_of(drill, minute),
        "minute": round(minute),
        "day_minutes": DAY_MINUTES,
        "lines": found,
        "facts": _facts(card),
        "staff": words.staff(card),
        "is_played": drill.mode == Mode.PLAYED,
        "missed": words.missed(card),
        "unreached": _left(drill, card, "unreached", "told_all"),
        "unverified": _left(drill, card, "unverified", "verified_all"),
    }


def _left(drill: Drill, card: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    """The doors that are left: the first few while it runs, as many as are kept at the end."""
    line = next(one for one in card["lines"] if one["key"] == key)
    doors = card[name][:DOORS_WHILE_RUNNING] if drill.is_running else card[name]
    left = line["total"] - line["done"]
    return {"doors": doors, "count": left, "more": left - len(doors)}


def _facts(card: dict[str, Any]) -> list[dict[str, Any]]:
    people = card["people"]
    measured = sum(line["state"] != "none" for line in card["lines"])
    return [
        {
            "label": _("Aims met"),
            "value": f"{card['met']} / {measured}",
            "tone": "late" if card["not_met"] else "done",
        },
        {"label": _("Households"), "value": people["households"]},
        {"label": _("People"), "value": people["people"]},
        {"label": _("Elders alone"), "value": people["elders"]},
        {"label": _("Were out"), "value": people["out"]},
    ]


def floors(found: Iterable[Situation]) -> list[dict[str, Any]]:
    """The situation sheet: floor by floor, each door with what the household answers."""
    by_floor: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for one in found:
        stair = one.label.rpartition("-")[0]
        by_floor.setdefault((stair, one.floor), []).append(_door(one))
    return [
        {"name": _("%(stair)s, floor %(floor)s") % {"stair": stair, "floor": floor}, "doors": doors}
        for (stair, floor), doors in by_floor.items()
    ]


def _door(one: Situation) -> dict[str, Any]:
    return {
        "label": one.label,
        "people": "、".join(f"{person.name} {person.age}" for person in one.people),
        "flags": "、".join(str(flag.get_kind_display()) for flag in one.flags),
        "answers": _answers(one),
    }


def _answers(one: Situation) -> list[str]:
    script = one.script
    told = [
        _telephone(one, script.get("call", 0)),
        _knocking(script.get("knock", 0)),
    ]
    if script.get("page"):
        told.append(_("Reads the page after %(minutes)s min") % {"minutes": script["page"]})
    if script.get("differs"):
        told.append(_("At first says that somebody else lives here too; then it is put right"))
    if script.get("need"):
        told.append(_("Needs: %(need)s") % {"need": script["need"]})
    if one.away:
        told.append(_out(one))
    return told


def _telephone(one: Situation, times: Any) -> str:
    if not one.has_phone:
        return _("No telephone")
    if not times:
        return _("Telephone: rings out")
    return _("Telephone: answers at call %(times)s") % {"times": times}


def _knocking(times: Any) -> str:
    return _("Door: opens at knock %(times)s") % {"times": times} if times else _("Door stays shut")


def _out(one: Situation) -> str:
    names = "、".join(person.name for person in one.away)
    minutes = one.script.get("back", 0)
    if minutes:
        return _("Out: %(names)s, back %(minutes)s min after being rung") % {
            "names": names,
            "minutes": minutes,
        }
    return _("Out: %(names)s, stays where they are") % {"names": names}
