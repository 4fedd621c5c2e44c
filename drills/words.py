"""A scorecard in words, for pages, paper and the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compounds.roles import Role
from compounds.sweeps import work_models
from drills.figures import TARGET_OF
from drills.models import Drill
from seals.words import said

MARKS = {"met": "done", "not_met": "late", "waiting": "next", "none": "wait"}


def clock_of(drill: Drill, minute: float) -> str:
    """The clock time of the plan, with the day when it is the next one."""
    tz = drill.practice.tz
    moment: datetime = drill.plan_clock(minute + 0.5).astimezone(tz)  # to the nearest minute
    first = drill.started_at.astimezone(tz).date()
    text = date_format(moment, "H:i")
    return text if moment.date() == first else _("next day %(time)s") % {"time": text}


def span(minutes: float) -> str:
    """A length of time as people say it."""
    whole = round(minutes)
    hours, rest = divmod(whole, 60)
    if not hours:
        return ngettext("%(count)s minute", "%(count)s minutes", rest) % {"count": rest}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def lines(drill: Drill, card: dict[str, Any]) -> list[dict[str, Any]]:
    """Each line of the card: its name, what was measured, the aim, and whether it was met."""
    return [_line(drill, one) for one in card["lines"]]


def _line(drill: Drill, one: dict[str, Any]) -> dict[str, Any]:
    state = one["state"]
    return {
        "key": one["key"],
        "label": said(TARGET_OF[one["key"]].label),
        "value": _value(drill, one),
        "clock": "" if one["value"] is None else clock_of(drill, one["value"]),
        "target": "" if one["target"] is None else _aim(drill, one),
        "state": MARKS[state],
        "tag": _tag(one),
    }


def _value(drill: Drill, one: dict[str, Any]) -> str:
    if one["state"] == "none":
        return _("nothing to do")
    if one.get("seconds") is not None:
        return _("%(seconds)s s") % {"seconds": one["seconds"]}
    if one["value"] is not None:
        return _("after %(span)s") % {"span": span(one["value"])}
    if "done" in one:
        return f"{one['done']} / {one['total']}"
    return _("not yet")


def _aim(drill: Drill, one: dict[str, Any]) -> str:
    if one["key"] == "started":
        return _("%(seconds)s s") % {"seconds": round(one["target"] * 60)}
    return _("by %(time)s") % {"time": clock_of(drill, one["target"])}


def _tag(one: dict[str, Any]) -> str:
    words = {"met": _("met"), "waiting": _("under way"), "none": _("none")}
    if one["state"] in words:
        return words[one["state"]]
    if one["value"] is None:
        return _("not done")
    late = one["value"] - one["target"]
    return _("%(span)s late") % {"span": span(max(late, 1))}


def verdict(drill: Drill, card: dict[str, Any]) -> str:
    """One calm sentence: how it came out with the verification, the last thing to be complete."""
    found = {one["key"]: one for one in card["lines"]}
    one = found["verified_all"]
    if one["state"] == "none":
        return _("This plan verifies nobody.")
    if one["value"] is None:
        left = one["total"] - one["done"]
        return ngettext(
            "%(time)s: %(count)s household is not verified yet.",
            "%(time)s: %(count)s households are not verified yet.",
            left,
        ) % {"time": clock_of(drill, card["minute"]), "count": left}
    words = {"time": clock_of(drill, one["value"])}
    spare = (one["target"] or one["value"]) - one["value"]
    if abs(spare) < 1:
        return _("Every household verified at %(time)s, just in time.") % words
    words["span"] = span(abs(spare))
    if spare > 0:
        return _("Every household verified at %(time)s, %(span)s earlier than asked.") % words
    return _("Every household verified at %(time)s, %(span)s later than asked.") % words


def missed(card: dict[str, Any]) -> list[dict[str, Any]]:
    """What passed its grace, by kind of work."""
    names = {model._meta.model_name: str(model._meta.verbose_name) for model in work_models()}
    return [
        {
            "what": names.get(one["what"], one["what"]),
            "count": one["count"],
            "open": one["open"],
            "doors": "、".join(one["doors"]),
        }
        for one in card["missed"]
    ]


def staff(card: dict[str, Any]) -> list[dict[str, Any]]:
    """Those who did something first, the busiest on top; then the rest."""
    rows = [
        one | {"role": str(Role(one["role"]).label), "span": span(one["busy"])}
        for one in card["staff"]
    ]
    return sorted(rows, key=lambda one: (-one["busy"], -one["done"]))


def card_table(drill: Drill) -> list[str]:
    """The scorecard as lines of text."""
    card = drill.figures()
    people = card["people"]
    text = [
        f"{drill.practice.name} {drill.place_label}",
        _("%(households)s households, %(people)s people, %(elders)s elders alone, %(out)s out")
        % people,
        verdict(drill, card),
        "",
    ]
    for one in lines(drill, card):
        measured = f"{one['value']} ({one['clock']})" if one["clock"] else one["value"]
        text.append(f"{one['tag']:12} {one['label']:24} {measured:24} {one['target']}")
    text.append("")
    for one in staff(card):
        text.append(
            f"{one['name']:8} {one['role']:10} {one['done']:4} {one['helped']:4} {one['share']:4} %"
        )
    for name in ("unreached", "unverified"):
        text.append(f"{name}: {'、'.join(card[name]) or '–'}")
    text += [f"{one['what']}: {one['count']} ({one['doors']})" for one in missed(card)]
    return text
