"""A compound's calendar day as a span of moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from compounds.models import Compound


@dataclass(frozen=True)
class DaySpan:
    """From the compound's own midnight to the next."""

    day: date
    begin: datetime
    end: datetime

    @classmethod
    def of(cls, compound: Compound, day: date) -> DaySpan:
        begin = datetime.combine(day, time(), tzinfo=compound.tz)
        end = datetime.combine(day + timedelta(days=1), time(), tzinfo=compound.tz)
        return cls(day, begin, end)

    @property
    def previous(self) -> datetime:
        """The beginning of the day before."""
        day = self.day - timedelta(days=1)
        return datetime.combine(day, time(), tzinfo=self.begin.tzinfo)

    @property
    def after_next(self) -> datetime:
        """The end of the following day."""
        next_day = self.day + timedelta(days=2)
        return datetime.combine(next_day, time(), tzinfo=self.begin.tzinfo)


EARLIEST = date(2020, 1, 1)


def day_of(compound: Compound, text: str) -> date | None:
    """The day asked for, today when none is; None for a day that has not come or is no day."""
    today = compound.today()
    if not text:
        return today
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return None
    return chosen if EARLIEST <= chosen <= today else None
