"""A drill of the cast's stair, its clock stepped by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from compounds.places import find_place
from drills.actions import start
from drills.models import Drill, Mode
from drills.ticks import tick
from lockdown.demo.clock import at
from lockdown.kernel.tenancy import scope
from seals.library import find_plan
from tests.cast import Site


def three_oclock(site: Site) -> datetime:
    """Yesterday at 15:00 on the compound's clock, so that a whole drill is past."""
    day = site.compound.today(timezone.now()) - timedelta(days=1)
    return datetime.combine(day, time(15), tzinfo=site.compound.tz)


class Practised:
    """Starts drills and lets their time pass, with what commits hand over carried out."""

    def __init__(self, site: Site, capture: Any) -> None:
        self.site, self.capture = site, capture
        self.began = three_oclock(site)

    def start(self, key: str = "one", **more: Any) -> Drill:
        with at(self.began), self.capture(execute=True), self.site.open():
            fields: dict[str, Any] = {
                "place": find_place(self.site.compound, "unit", row=self.site.unit().pk),
                "choice": find_plan("yujingwan"),
                "pace": 60,
                "mode": Mode.PLAYED,
                "seed": 7,
                "by": self.site.manager,
            } | more
            return start(compound=self.site.compound, request_key=key, **fields)

    def tick(self, drill: Drill, minute: float) -> bool:
        now = self.began + timedelta(minutes=minute) / drill.pace
        with at(now), self.capture(execute=True):
            return tick(self.site.compound.pk, drill.pk, now=now)

    def play(self, drill: Drill, until: int, step: int = 10) -> Drill:
        for minute in range(step, until + step, step):
            if not self.tick(drill, minute):
                break
        return self.fresh(drill)

    def fresh(self, drill: Drill) -> Drill:
        with self.site.open():
            return Drill.objects.select_related("practice").get(pk=drill.pk)

    @contextmanager
    def inside(self, drill: Drill) -> Iterator[None]:
        with scope([drill.practice_id]):
            yield
