"""The figures of a drill: data, all of them our own defaults, to be set to what one measures."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as N_

DAY_MINUTES = 24 * 60  # a drill is one day of the plan
MOST_HOMES = 1500
MOST_RUNNING = 3  # drills of one compound at the same time

# Minutes of the plan that one item takes a person, with the way to it.
COSTS = {
    "call": 2,
    "knock": 3,
    "verify": 2,
    "recall": 3,
    "care": 5,
    "round": 40,
    "put_out": 2,
    "collecting": 5,
    "closed": 25,
    "task": 10,
}
# How long before it is due an item may be begun; what is not here, at any time.
EARLY = {"care": 120, "round": 60, "put_out": 0, "collecting": 40, "closed": 40, "task": 240}
# Minutes until a call or a knock that nobody answered is tried again, and a refused step.
AGAIN = {"call": 20, "knock": 45, "verify": 45, "recall": 30, "care": 20, "refused": 10}
SWEEP_EVERY = 10  # minutes of the plan between two looks at pages not opened and work missed
RUSH = 300  # how busy each is shows in these first minutes, when everybody is told and verified
KNOCKS_BEFORE_CALL = 2  # a door that stays shut so often is verified by telephone, if there is one


@dataclass(frozen=True)
class Target:
    """A line of the scorecard and by which minute of the plan it is to be reached."""

    key: str
    label: str  # a msgid
    minutes: int | None  # None: the time at which the plan has it due
    is_editable: bool = False


TARGETS = (
    Target("started", N_("Everything started"), 1),
    Target("first_read", N_("First household has read it"), 15),
    Target("told_half", N_("Half of the households told"), 30),
    Target("told_most", N_("90 % of the households told"), 60),
    Target("told_all", N_("Every household told"), 180, True),
    Target("verified_all", N_("Every household verified"), 300, True),
    Target("round_first", N_("First disinfection done"), None),
    Target("rubbish_first", N_("First rubbish collected"), None),
    Target("elder_first", N_("First elder living alone called"), None),
    Target("elder_all", N_("Every elder living alone called"), 150, True),
    Target("recalls", N_("Everybody who was out is settled"), 240, True),
)
TARGET_OF = {one.key: one for one in TARGETS}
# These count from the moment the plan has the work due, not from the order.
FROM_DUE = ("elder_all",)


def default_targets() -> dict[str, int]:
    return {one.key: one.minutes for one in TARGETS if one.minutes is not None}
