"""What a level means for a household, in plain sentences."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from seals.models import Level, SealOrder

MEANING = {
    Level.SEALED: lambda: _("nobody leaves the home"),
    Level.CONTROLLED: lambda: _("nobody leaves the area"),
    Level.GUARDED: lambda: _("no gatherings, ordinary care"),
}


def level_text(level: str) -> str:
    """ "封控 · 足不出户"."""
    return f"{Level(level).label} · {MEANING[Level(level)]()}"


HOME: dict[Level | None, Callable[[], str]] = {
    Level.SEALED: lambda: _("No. Medicine, dialysis, a birth or pain: ring the duty desk first."),
    Level.CONTROLLED: lambda: _("Yes, within the compound, with a mask and at set times."),
    Level.GUARDED: lambda: _("Yes. Keep apart and do not gather."),
    None: lambda: _("Yes."),
}
COMPOUND: dict[Level | None, Callable[[], str]] = {
    Level.SEALED: lambda: _("No. Medical trips are arranged from door to door."),
    Level.CONTROLLED: lambda: _("No, unless you hold a pass."),
    Level.GUARDED: lambda: _("Yes, by the rules of the gate."),
    None: lambda: _("Yes."),
}
GOODS: dict[Level | None, Callable[[], str]] = {
    Level.SEALED: lambda: _("Brought to your door and left there. Open when the carrier is gone."),
    Level.CONTROLLED: lambda: _("Fetch them at the gate at your set time, or have them brought."),
    Level.GUARDED: lambda: _("As usual, fetched at the gate."),
    None: lambda: _("As usual."),
}
RUBBISH = {
    "disinfect_first": lambda: _(
        "Keep it in, tied up. After the disinfection you are told to put it outside the door."
    ),
    "bag_then_disinfect": lambda: _("Put it outside the door, tied up, from %(time)s."),
    "box_at_door": lambda: _("Put it outside the door, tied up, from %(time)s."),
}


def household_lines(order: SealOrder | None) -> list[dict[str, str]]:
    """The four questions that every household asks, answered for the order that rules it."""
    level = Level(order.level) if order else None
    return [
        {"ask": _("Leave the home?"), "answer": HOME[level]()},
        {"ask": _("Leave the compound?"), "answer": COMPOUND[level]()},
        {"ask": _("Food and parcels?"), "answer": GOODS[level]()},
        {"ask": _("Rubbish?"), "answer": _rubbish(order)},
    ]


def _rubbish(order: SealOrder | None) -> str:
    """By the order's own plan: the three official orders of steps differ."""
    steps = [step for step in order.steps if step["kind"] == "rubbish"] if order else []
    if steps:
        params = steps[0].get("params", {})
        words = RUBBISH.get(params.get("scheme", ""))
        if words is not None:
            return words() % {"time": params.get("put_out") or "–"}
    if order is not None and order.level == Level.SEALED:
        return _("Keep it in, tied up, until you are told to put it outside the door.")
    return _("To the bins as usual, tied up.")
