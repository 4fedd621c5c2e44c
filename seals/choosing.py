"""A plan being chosen, and an order about to be confirmed, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lockdown.kernel.wording import daytime
from seals.forms import Draft
from seals.library import PlanChoice
from seals.means import level_text
from seals.models import Level
from seals.planning import Stage
from seals.preview import Preview, figures_of
from seals.sheets import step_line
from seals.words import said


def deed(draft: Draft, seen: Preview) -> str:
    """The button says the deed: "封控 1栋1单元 90 户"."""
    data = {"place": draft.place.label, "count": seen.homes}
    if draft.level == Level.CONTROLLED:
        return _("Control %(place)s, %(count)s homes") % data
    if draft.level == Level.GUARDED:
        return _("Guard %(place)s, %(count)s homes") % data
    return _("Seal %(place)s, %(count)s homes") % data


def choices(draft: Draft, seen: Preview, back: str) -> list[dict[str, str]]:
    """The left column: each choice with its own way to change it."""
    end = _("%(end)s, lifted by checklist") % {"end": daytime(draft.ends_at)}
    if draft.choice.lifts_when:
        end = _("%(end)s: %(condition)s") % {
            "end": daytime(draft.ends_at),
            "condition": said(draft.choice.lifts_when),
        }
    start = _("%(time)s (now)") if draft.starts_now else _("%(time)s on")
    return [
        {
            "label": _("Place"),
            "value": draft.place.label,
            "note": _("%(floors)s floors, %(homes)s homes · %(inside)s inside, %(out)s out")
            % {
                "floors": seen.floors,
                "homes": seen.homes,
                "inside": seen.inside,
                "out": seen.out,
            },
            "url": f"{back}#place",
        },
        {
            "label": _("Level and plan"),
            "value": " → ".join([level_text(draft.level), *map(stage_text, draft.choice.easing)]),
            "note": _("Template: %(name)s") % {"name": draft.choice.title},
            "url": f"{back}#plan",
        },
        {
            "label": _("From and to"),
            "value": start % {"time": daytime(draft.starts_at)},
            "note": end,
            "url": f"{back}#time",
        },
        {
            "label": _("Based on"),
            "value": draft.legal_source or _("not given"),
            "note": draft.issuer,
            "url": f"{back}#source",
        },
    ]


def stage_text(stage: Stage) -> str:
    """ "管控 4 天"."""
    text = ngettext("%(level)s %(count)s day", "%(level)s %(count)s days", stage.days)
    return text % {"level": Level(stage.level).label, "count": stage.days}


def choice_card(choice: PlanChoice) -> dict[str, Any]:
    """A plan as shown when choosing one: what it does, when it lifts, where it comes from."""
    if choice.hours:
        length = _("%(hours)s hours") % {"hours": choice.hours}
    else:
        length = ngettext("%(count)s day", "%(count)s days", choice.days) % {"count": choice.days}
    for stage in choice.easing:
        length += " → " + stage_text(stage)
    return {
        "choice": choice,
        "about": said(choice.about),
        "level": level_text(choice.level),
        "length": length,
        "lifts_when": said(choice.lifts_when),
        "source": said(choice.source),
        "lines": [
            step_line(step)
            | {"source": said(step.source), "figures": figures_of(step), "on": step.on}
            for step in choice.steps
        ],
    }
