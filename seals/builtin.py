"""The built-in plan templates: data, with the source of each figure.

The figures are historical defaults from published guidance of 2020-2022, mostly read through
reposts and press. Every one is shown with its source and "check your local order". A compound
copies a template and edits its own copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as N_

from seals import builtin_steps as steps
from seals.models import Level
from seals.planning import Stage, Step

BEIJING = N_("as done in Beijing, May 2022 (press)")
XIAN = N_("as done in Xi'an, December 2021 (press)")
EIGHTH = N_("prevention plan, 8th edition (repost)")
TWENTY = N_("rules of November 2022 (repost)")


@dataclass(frozen=True)
class BuiltIn:
    slug: str
    name: str
    about: str
    level: str
    days: int
    hours: int  # when above 0 the order ends after so many hours, not days
    lifts_when: str
    source: str
    steps: tuple[Step, ...]
    easing: tuple[Stage, ...] = ()  # later stages, each confirmed by a person


BUILT_IN = (
    BuiltIn(
        "yujingwan",
        N_("Unit sealed, 7 days"),
        N_("One unit closed, everything to the door. Rubbish stays in until disinfected."),
        Level.SEALED,
        7,
        0,
        N_("day 7 all negative and no new case for 7 days"),
        steps.STORY,
        (
            steps.notice(),
            steps.gate(),
            steps.recall(),
            steps.verify(),
            steps.care(),
            steps.disinfect("17:00", source=steps.DISINFECTION),
            steps.rubbish("disinfect_first", "17:30", "18:30", steps.STORY),
            steps.food(),
            steps.gas(),
            steps.screening(3, 6, source=steps.STORY),
        ),
    ),
    BuiltIn(
        "48-hours",
        N_("Building closed for 48 hours"),
        N_("Verify and screen everybody at once; lift when all are negative."),
        Level.SEALED,
        2,
        48,
        N_("everybody inside is negative"),
        steps.STORY_48,
        (
            steps.notice(),
            steps.gate(),
            steps.recall(),
            steps.verify(180),
            steps.care(),
            steps.disinfect("09:00", "17:00", source=steps.TWICE),
            steps.rubbish("disinfect_first", "17:30", "18:30", steps.OWN),
            steps.food(),
            steps.screening(1, 2, source=steps.STORY_48),
        ),
    ),
    BuiltIn(
        "high-risk-9",
        N_("High-risk zone, 9th edition"),
        N_("Homes closed, service to the door, 7 days and a screening on day 7."),
        Level.SEALED,
        7,
        0,
        N_("7 days without a new case and the round of day 7 all negative"),
        steps.NINTH,
        (
            steps.notice(),
            steps.gate(),
            steps.recall(),
            steps.verify(),
            steps.care(),
            steps.disinfect("09:00", "17:00", source=steps.TWICE),
            steps.rubbish(
                "bag_then_disinfect",
                "09:00",
                "11:00",
                N_("bag out by 10:00, disinfect, collect, as in Dandong (local rule)"),
            ),
            steps.food(),
            steps.gas(),
            steps.health(),
            steps.screening(1, 3, 5, 7, source=steps.OWN),
        ),
        (
            # Lowered to a middle-risk zone, then 3 days more to low.
            Stage(Level.CONTROLLED, 3, steps.controlled(3, source=steps.NINTH), steps.NINTH),
        ),
    ),
    BuiltIn(
        "december-2022",
        N_("High-risk zone, December 2022"),
        N_("A building, unit, floor or home; sealed fast, lifted fast, 5 days."),
        Level.SEALED,
        5,
        0,
        N_("5 days without a new case; strictly isolated positives may be exempt"),
        steps.TEN,
        (
            steps.notice(),
            steps.gate(),
            steps.recall(),
            steps.verify(),
            steps.care(),
            steps.disinfect("17:00", source=steps.DISINFECTION),
            steps.rubbish(
                "box_at_door",
                "06:00",
                "06:30",
                N_("boxes collected at 06:30, as in Tianchang (local rule)"),
            ),
            steps.food(),
            steps.screening(5, source=steps.TEN),
        ),
    ),
    BuiltIn(
        "beijing-2022",
        N_("Sealed 10 days, then controlled 4"),
        N_("The days are counted from the end of the terminal disinfection."),
        Level.SEALED,
        10,
        0,
        N_("all negative and the last contact gone for at least 4 days"),
        BEIJING,
        (
            steps.notice(),
            steps.gate(),
            steps.recall(),
            steps.verify(),
            steps.care(),
            steps.disinfect("09:00", "17:00", source=steps.TWICE),
            steps.rubbish("disinfect_first", "17:30", "18:30", steps.OWN),
            steps.food(),
            steps.gas(),
            steps.health(),
            steps.screening(1, 3, 5, 7, 10, source=BEIJING),
        ),
        (Stage(Level.CONTROLLED, 4, steps.controlled(4, source=steps.OWN), BEIJING),),
    ),
    BuiltIn(
        "xian-2021",
        N_("Stepwise: sealed 7 days, then controlled 7"),
        N_("A building, a unit or a single point, opened in two steps."),
        Level.SEALED,
        7,
        0,
        N_("each step ends without a new case"),
        XIAN,
        (
            steps.notice(),
            steps.gate(),
            steps.recall(),
            steps.verify(),
            steps.care(),
            steps.disinfect("09:00", "17:00", source=steps.TWICE),
            steps.rubbish("disinfect_first", "17:30", "18:30", steps.OWN),
            steps.food(),
            steps.gas(),
            steps.screening(1, 3, 5, 7, source=steps.OWN),
        ),
        (
            Stage(
                Level.CONTROLLED, 7, steps.controlled(1, 4, 7, source=steps.CONTROLLED_DAYS), XIAN
            ),
        ),
    ),
    BuiltIn(
        "sealed-8",
        N_("Sealed area, 8th edition"),
        N_("Homes closed, service to the door, 14 days; may be cut down to a building or unit."),
        Level.SEALED,
        14,
        0,
        N_(
            "no new case and last contact out for 14 days; "
            "everybody negative within the last 2 days"
        ),
        EIGHTH,
        (
            steps.notice(),
            steps.gate(),
            steps.recall(),
            steps.verify(),
            steps.care(),
            steps.disinfect("09:00", "17:00", source=steps.TWICE),
            steps.rubbish("disinfect_first", "17:30", "18:30", steps.OWN),
            steps.food(),
            steps.gas(),
            steps.health(),
            steps.screening(1, 4, 7, 13, source=steps.OWN),
        ),
    ),
    BuiltIn(
        "controlled-8",
        N_("Controlled area, 8th edition"),
        N_("Nobody leaves the area, no gatherings; a positive inside makes it sealed at once."),
        Level.CONTROLLED,
        14,
        0,
        N_(
            "no new case and last contact out for 14 days; "
            "everybody negative within the last 2 days"
        ),
        EIGHTH,
        (
            steps.notice(),
            steps.recall(),
            steps.verify(),
            *steps.controlled(1, 4, 7, source=steps.CONTROLLED_DAYS),
        ),
    ),
    BuiltIn(
        "november-2022",
        N_("High-risk zone, November 2022"),
        N_("Normally one unit or building, 5 days and a screening on day 5."),
        Level.SEALED,
        5,
        0,
        N_("5 days without a new case and the round of day 5 all negative"),
        TWENTY,
        (
            steps.notice(),
            steps.gate(),
            steps.recall(),
            steps.verify(),
            steps.care(),
            steps.disinfect("17:00", source=steps.DISINFECTION),
            steps.rubbish("box_at_door", "18:00", "18:30", steps.OWN),
            steps.food(),
            steps.screening(1, 3, 5, source=steps.OWN),
        ),
    ),
)


def find_builtin(slug: str) -> BuiltIn | None:
    return next((one for one in BUILT_IN if one.slug == slug), None)


def steps_json(builtin: BuiltIn) -> list[dict[str, Any]]:
    return [step.as_json() for step in builtin.steps]


def easing_json(builtin: BuiltIn) -> list[dict[str, Any]]:
    return [stage.as_json() for stage in builtin.easing]
