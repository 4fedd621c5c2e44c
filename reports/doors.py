"""A fact is a door: links to the rows behind it, for those who may open them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse

from compounds.models import Member
from compounds.roles import Permission as P

# The pages of the rooms that a board or list leads to, and what they ask for.
NEEDS = {
    "households:file": P.HOUSEHOLD_SEE,
    "households:list": P.HOUSEHOLD_SEE,
    "households:sweep": P.HOUSEHOLD_SEE,
    "households:import-new": P.ROSTER_IMPORT,
    "households:access-list": P.ACCESS_DECIDE,
    "seals:order": P.ORDER_SEE,
    "seals:order-list": P.ORDER_SEE,
    "seals:order-new": P.ORDER_SEAL,
    "seals:recall-record": P.WORK_DO,
    "seals:task-done": P.WORK_DO,
    "volunteers:care-list": P.CARE_SEE,
    "volunteers:care-record": P.CARE_SEE,
    "waste:day": P.BOARD_SEE,
    "waste:round": P.BOARD_SEE,
    "waste:window": P.BOARD_SEE,
    "notices:list": P.NOTICE_SEE,
    "notices:notice": P.NOTICE_SEE,
    "notices:reach": P.NOTICE_SEE,
    "notices:new": P.NOTICE_SEND,
    "volunteers:ask-list": P.ASK_SEE,
    "volunteers:ask": P.ASK_SEE,
    "volunteers:medical-list": P.MEDICAL_SEE,
    "volunteers:medical": P.MEDICAL_SEE,
    "compounds:settings": P.MEMBER_EDIT,
    "reports:board": P.BOARD_SEE,
    "reports:day": P.REPORT_SEE,
    "reports:my-list": P.WORK_DO,
    "duty:task": P.WORK_DO,
}
# These stand in for a compound and for ids while a pattern is made.
SLUG, FIRST_ID = "slug-of-a-compound", 7_300_000_001


@dataclass(frozen=True)
class Doors:
    """Links for one member within one compound; an empty text where the way is closed."""

    member: Member
    slug: str

    def to(self, name: str, *args: object) -> str:
        if not self.member.may(NEEDS[name]):
            return ""
        return _pattern(name, len(args)).format(self.slug, *args)


@cache
def _pattern(name: str, ids: int) -> str:
    """The page's address with {0} for the compound and {1}… for ids; empty where there is none."""
    try:
        address = reverse(name, args=[SLUG, *(FIRST_ID + place for place in range(ids))])
    except NoReverseMatch:
        return ""
    for place in range(ids):
        address = address.replace(str(FIRST_ID + place), f"{{{place + 1}}}")
    return address.replace(SLUG, "{0}")
