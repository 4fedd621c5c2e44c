"""The built-in plan templates: data, with the source of each figure.

The figures are historical defaults from published guidance of 2020-2022, mostly read through
reposts and press. Every one is shown with its source and "check your local order". A compound
copies a template and edits its own copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as N_

from seals.models import Level
from seals.planning import Step

STORY = N_("as done in 御景湾, August 2021 (press account)")
STORY_48 = N_("as done in 小东门, March 2022 (press account)")
NINTH = N_("prevention plan, 9th edition, June 2022 (repost)")
TEN = N_("ten measures of December 2022 (press)")
OWN = N_("our default; set locally")
DISINFECTION = N_("floors and walls 1,000 mg/L for at least 30 min (repost of national guidance)")
TWICE = N_("corridors twice a day, as done in 槐东, 2020 (press account)")
HEALTH = N_("health check morning and evening in sealed areas (repost)")


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


def _notice() -> Step:
    return Step(
        "notice",
        "notice",
        N_("Tell every household"),
        N_("Seal notice with what happens today; phone page, calls, doors"),
        params={"template": "seal"},
        source=OWN,
    )


def _gate() -> Step:
    return Step(
        "gate",
        "task",
        N_("Change the exits to entry only"),
        N_("Post a guard; emergency keys stay at the post; fire lanes and unit doors stay free"),
        within_minutes=30,
        params={"who": "gate"},
        source=N_("blocking fire lanes, unit doors or gates is forbidden (press, December 2022)"),
    )


def _recall() -> Step:
    return Step(
        "recall",
        "recall",
        N_("Recall people who are out"),
        N_("Ring, ask when they will be back; register those who stay away"),
        within_minutes=120,
        source=STORY_48,
    )


def _verify(minutes: int = 300) -> Step:
    return Step(
        "verify",
        "verify",
        N_("Verify every household, floor by floor"),
        N_("From the top floor down; ask neighbours about doors that stay shut"),
        within_minutes=minutes,
        source=STORY,
    )


def _care() -> Step:
    return Step(
        "care",
        "care",
        N_("Call elders living alone"),
        N_("Medicine for how many days, meals, the children's number"),
        repeat="daily",
        at=("19:30",),
        params={"flags": ["lone_elder"]},
        source=OWN,
    )


def _disinfect(*at: str, source: str) -> Step:
    return Step(
        "disinfect",
        "disinfect",
        N_("Disinfect the stairs"),
        N_("Stairs, unit door, lift buttons, window handles"),
        repeat="daily",
        at=at,
        params={"agent": "chlorine", "mg_per_litre": 1000, "contact_minutes": 30},
        source=source,
    )


def _rubbish(scheme: str, put_out: str, collect: str, source: str) -> Step:
    return Step(
        "rubbish",
        "rubbish",
        N_("Collect the rubbish"),
        {
            "disinfect_first": N_("Keep in, disinfect, put out, collect"),
            "bag_then_disinfect": N_("Put out, disinfect, collect"),
            "box_at_door": N_("Put out, collect"),
        }[scheme],
        repeat="daily",
        at=(collect,),
        params={"scheme": scheme, "put_out": put_out},
        source=source,
    )


def _food() -> Step:
    return Step(
        "food",
        "food",
        N_("Open the first food order"),
        N_("Name the supplier, the goods and the prices; take elders' orders by phone"),
        within_minutes=180,
        params={"who": "supply"},
        source=N_("food ran short first (press account of 御景湾, 2021)"),
    )


def _screening(*days: int, source: str) -> Step:
    return Step(
        "screening",
        "task",
        N_("Screening of everybody"),
        N_("By floor, from the list of those inside; agree the hour with the station"),
        repeat="days",
        at=("14:00",),
        days=days,
        params={"who": "manage"},
        source=source,
    )


def _gas() -> Step:
    return Step(
        "gas",
        "task",
        N_("Ask who is short of gas or power"),
        N_("Collect balance, cards and money for one top-up run"),
        repeat="days",
        at=("10:00",),
        days=(2,),
        params={"who": "supply"},
        source=STORY,
    )


BUILT_IN = (
    BuiltIn(
        "yujingwan",
        N_("Unit sealed, 7 days"),
        N_("One unit closed, everything to the door. Rubbish stays in until disinfected."),
        Level.SEALED,
        7,
        0,
        N_("day 7 all negative and no new case for 7 days"),
        STORY,
        (
            _notice(),
            _gate(),
            _recall(),
            _verify(),
            _care(),
            _disinfect("17:00", source=DISINFECTION),
            _rubbish("disinfect_first", "17:30", "18:30", STORY),
            _food(),
            _gas(),
            _screening(3, 6, source=STORY),
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
        STORY_48,
        (
            _notice(),
            _gate(),
            _recall(),
            _verify(180),
            _care(),
            _disinfect("09:00", "17:00", source=TWICE),
            _rubbish("disinfect_first", "17:30", "18:30", OWN),
            _food(),
            _screening(1, 2, source=STORY_48),
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
        NINTH,
        (
            _notice(),
            _gate(),
            _recall(),
            _verify(),
            _care(),
            _disinfect("09:00", "17:00", source=TWICE),
            _rubbish(
                "bag_then_disinfect",
                "09:00",
                "11:00",
                N_("bag out by 10:00, disinfect, collect, as in Dandong (local rule)"),
            ),
            _food(),
            _gas(),
            Step(
                "health",
                "task",
                N_("Ask everybody's health"),
                N_("Temperature and symptoms, morning and evening"),
                repeat="daily",
                at=("08:30", "18:00"),
                params={"who": "manage"},
                source=HEALTH,
            ),
            _screening(1, 3, 5, 7, source=OWN),
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
        TEN,
        (
            _notice(),
            _gate(),
            _recall(),
            _verify(),
            _care(),
            _disinfect("17:00", source=DISINFECTION),
            _rubbish(
                "box_at_door",
                "06:00",
                "06:30",
                N_("boxes collected at 06:30, as in Tianchang (local rule)"),
            ),
            _food(),
            _screening(5, source=TEN),
        ),
    ),
)


def find_builtin(slug: str) -> BuiltIn | None:
    return next((one for one in BUILT_IN if one.slug == slug), None)


def steps_json(builtin: BuiltIn) -> list[dict[str, Any]]:
    return [step.as_json() for step in builtin.steps]
