"""Things of this room for tests, on fixed days so that the clock on the wall does not matter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from compounds.models import Member
from compounds.places import Place, find_place
from seals.actions import seal
from seals.builtin import BUILT_IN, BuiltIn, find_builtin
from seals.models import Level, SealOrder
from tests.cast import Site
from waste.models import DisinfectionRound, Phase, RubbishWindow, Scheme

TZ = ZoneInfo("Asia/Shanghai")
YUJINGWAN = BUILT_IN[0]


def at(day: int, clock: str, month: int = 8) -> datetime:
    """A moment of the summer of 2021 in the compound's zone."""
    hours, minutes = clock.split(":")
    return datetime(2021, month, day, int(hours), int(minutes), tzinfo=TZ)


START, END = at(31, "15:00", 7), at(7, "12:00")


def template(slug: str) -> BuiltIn:
    found = find_builtin(slug)
    assert found is not None
    return found


def seal_place(
    site: Site,
    *,
    place: Place | None = None,
    plan: BuiltIn = YUJINGWAN,
    starts_at: datetime = START,
    ends_at: datetime = END,
    key: str = "k" * 16,
) -> SealOrder:
    """Put an order in force; its plan starts when the caller's on-commit callbacks run."""
    place = place or find_place(site.compound, "unit", row=site.unit().pk)
    return seal(
        compound=site.compound,
        place=place,
        level=Level.SEALED,
        template_name=plan.name,
        steps=plan.steps,
        starts_at=starts_at,
        ends_at=ends_at,
        request_key=key,
        by=site.manager,
    )


def make_round(site: Site, due: datetime, **fields: Any) -> DisinfectionRound:
    return DisinfectionRound.objects.create(
        compound=site.compound,
        unit=fields.pop("unit", None) or site.unit(),
        due_at=due,
        assignee=fields.pop("assignee", site.cleaner),
        **fields,
    )


def make_window(
    site: Site, due: datetime, scheme: str = Scheme.DISINFECT_FIRST, **fields: Any
) -> RubbishWindow:
    return RubbishWindow.objects.create(
        compound=site.compound,
        unit=fields.pop("unit", None) or site.unit(),
        due_at=due,
        put_out_at=fields.pop("put_out_at", due - timedelta(hours=1)),
        scheme=scheme,
        phase=fields.pop("phase", Phase.KEEP_IN),
        assignee=fields.pop("assignee", site.cleaner),
        **fields,
    )


def used(by: Member) -> dict[str, Any]:
    """What a cleaner records."""
    return {"agent": "chlorine", "mg_per_litre": 1000, "contact_minutes": 30, "by": by}
