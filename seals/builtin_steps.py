"""The steps that the built-in plans are made of, each figure with its source."""

from __future__ import annotations

from django.utils.translation import gettext_noop as N_

from seals.planning import Step

STORY = N_("as done in 御景湾, August 2021 (press account)")
STORY_48 = N_("as done in 小东门, March 2022 (press account)")
NINTH = N_("prevention plan, 9th edition, June 2022 (repost)")
TEN = N_("ten measures of December 2022 (press)")
OWN = N_("our default; set locally")
DISINFECTION = N_("floors and walls 1,000 mg/L for at least 30 min (repost of national guidance)")
TWICE = N_("corridors twice a day, as done in 槐东, 2020 (press account)")
HEALTH = N_("health check morning and evening in sealed areas (repost)")


QUOTA = N_("one person per household every 2-3 days, at most 2 hours, with a pass (repost, press)")
CONTROLLED_DAYS = N_("controlled areas are screened on days 1, 4 and 7 (repost, press)")


def notice() -> Step:
    return Step(
        "notice",
        "notice",
        N_("Tell every household"),
        N_("Seal notice with what happens today; phone page, calls, doors"),
        params={"template": "seal"},
        source=OWN,
    )


def gate() -> Step:
    return Step(
        "gate",
        "task",
        N_("Change the exits to entry only"),
        N_("Post a guard; emergency keys stay at the post; fire lanes and unit doors stay free"),
        within_minutes=30,
        params={"who": "gate"},
        source=N_("blocking fire lanes, unit doors or gates is forbidden (press, December 2022)"),
    )


def recall() -> Step:
    return Step(
        "recall",
        "recall",
        N_("Recall people who are out"),
        N_("Ring, ask when they will be back; register those who stay away"),
        within_minutes=120,
        source=STORY_48,
    )


def verify(minutes: int = 300) -> Step:
    return Step(
        "verify",
        "verify",
        N_("Verify every household, floor by floor"),
        N_("From the top floor down; ask neighbours about doors that stay shut"),
        within_minutes=minutes,
        source=STORY,
    )


def care() -> Step:
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


def disinfect(*at: str, source: str) -> Step:
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


def rubbish(scheme: str, put_out: str, collect: str, source: str) -> Step:
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


def food() -> Step:
    return Step(
        "food",
        "food",
        N_("Open the first food order"),
        N_("Name the supplier, the goods and the prices; take elders' orders by phone"),
        within_minutes=180,
        params={"who": "supply"},
        source=N_("food ran short first (press account of 御景湾, 2021)"),
    )


def screening(*days: int, source: str) -> Step:
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


def gas() -> Step:
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


def health() -> Step:
    return Step(
        "health",
        "task",
        N_("Ask everybody's health"),
        N_("Temperature and symptoms, morning and evening"),
        repeat="daily",
        at=("08:30", "18:00"),
        params={"who": "manage"},
        source=HEALTH,
    )


def gate_controlled() -> Step:
    return Step(
        "gate",
        "task",
        N_("Change the exits: nobody leaves the area"),
        N_("Doors of homes are open, the gate stays closed; passes as the local order allows"),
        within_minutes=30,
        params={"who": "gate"},
        source=QUOTA,
    )


def controlled(*days: int, source: str) -> tuple[Step, ...]:
    """What is done while nobody leaves the area: the plan of an eased stage."""
    return (
        gate_controlled(),
        care(),
        disinfect("17:00", source=DISINFECTION),
        rubbish("box_at_door", "18:00", "18:30", OWN),
        screening(*days, source=source),
    )
