"""The rule of a door in words: which orders are over it, which one wins and why."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lockdown.kernel.wording import daytime
from seals.history import what_then
from seals.means import household_lines, level_text
from seals.models import STRICTNESS, Level, SealOrder
from seals.rules import DoorRule
from seals.words import said


def rule_context(rule: DoorRule) -> dict[str, Any]:
    order = rule.order
    return {
        "rule": rule,
        "home": rule.home,
        "order": order,
        "level": level_text(order.level) if order else "",
        "day": order.day_of(rule.now) if order else 0,
        "days": order.days if order else 0,
        "since": rule.since,
        "why": why(rule),
        "means": household_lines(order),
        "lines": [line(rule, one) for one in (*rule.begun, *rule.ahead)],
        "next": coming(rule),
        "now": rule.now,
    }


def why(rule: DoorRule) -> str:
    """Strictest; then the one that binds longest; then the older one."""
    order, rival = rule.order, rule.after
    if order is None:
        return _("No order is in force for this door.")
    if rival is None:
        return _("It is the only order over this door.")
    data = {
        "level": Level(order.level).label,
        "number": rival.number,
        "place": rival.place_label,
        "end": daytime(order.ends_at),
        "count": len(rule.begun),
    }
    if STRICTNESS[Level(order.level)] > STRICTNESS[Level(rival.level)]:
        return _("Of the %(count)s orders over this door it is the strictest: %(level)s.") % data
    if order.ends_at > rival.ends_at:
        return (
            _("As strict as order %(number)s (%(place)s), and it binds longer: until %(end)s.")
            % data
        )
    return _("As strict and as long as order %(number)s (%(place)s); it was issued first.") % data


def line(rule: DoorRule, order: SealOrder) -> dict[str, Any]:
    """One order over the door, and whether it rules."""
    if order == rule.order:
        state, tag = "now", _("rules this door")
    elif order in rule.ahead:
        state, tag = "next", _("begins later")
    else:
        state, tag = "wait", _("behind order %(number)s") % {"number": rule.order.number}  # type: ignore[union-attr]
    return {
        "order": order,
        "level": level_text(order.level),
        "template": said(order.template_name),
        "start": daytime(order.starts_at),
        "end": daytime(order.ends_at),
        "state": state,
        "tag": tag,
    }


def coming(rule: DoorRule) -> list[dict[str, str]]:
    """What comes next for this door, in order of time."""
    items = [(one.starts_at, _begins(rule, one), "wait") for one in rule.ahead]
    order = rule.order
    if order is not None:
        state = "now" if order.ends_at <= rule.now else "wait"
        items.append((order.ends_at, what_then(order, rule.now), state))
        if rule.after is not None:
            items.append((order.ends_at, _left(rule.after), "wait"))
    items.sort(key=lambda item: item[0])
    return [
        {"time": daytime(moment), "text": text, "state": state} for moment, text, state in items
    ]


def _begins(rule: DoorRule, order: SealOrder) -> str:
    data = {"number": order.number, "level": Level(order.level).label, "place": order.place_label}
    present = STRICTNESS[rule.level] if rule.level else 0
    if STRICTNESS[Level(order.level)] > present:
        return _("Order %(number)s begins (%(place)s): then it is %(level)s") % data
    return _("Order %(number)s begins (%(place)s, %(level)s); the rule here stays as it is") % data


def _left(order: SealOrder) -> str:
    return _("If it ends, order %(number)s still stands: %(level)s") % {
        "number": order.number,
        "level": level_text(order.level),
    }
