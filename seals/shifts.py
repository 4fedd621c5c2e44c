"""The shifts and posts of a compound, and which shift a moment belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from compounds.models import Compound, Member
from journal.actions import record
from lockdown.kernel.errors import Refused
from seals.models import DutyPlan
from seals.words import said

# Our defaults; a compound edits its own.
SHIFTS = (
    {"name": N_("Early shift"), "begins": "06:00", "ends": "14:00"},
    {"name": N_("Late shift"), "begins": "14:00", "ends": "21:00"},
    {"name": N_("Night shift"), "begins": "21:00", "ends": "06:00"},
)
POSTS = (N_("Front desk"),)
MOST_SHIFTS = MOST_POSTS = 6
LATE_AFTER = timedelta(hours=1)  # our default: a handover is missing an hour after its shift


@dataclass(frozen=True)
class Shift:
    """One shift on one day, named by the day on which it begins."""

    name: str
    begins_at: datetime
    ends_at: datetime

    @property
    def label(self) -> str:
        return said(self.name)


@dataclass(frozen=True)
class Duty:
    """A compound's shifts and posts as they hold now."""

    compound: Compound
    shifts: tuple[dict[str, str], ...]
    posts: tuple[str, ...]

    def on(self, day: date) -> list[Shift]:
        """The shifts that begin on this day, by time."""
        return sorted(
            (self._shift(data, day) for data in self.shifts), key=lambda one: one.begins_at
        )

    def _shift(self, data: dict[str, str], day: date) -> Shift:
        begins, ends = _clock(data["begins"]), _clock(data["ends"])
        last = day if ends > begins else day + timedelta(days=1)
        tz = self.compound.tz
        return Shift(
            data["name"],
            datetime.combine(day, begins, tzinfo=tz),
            datetime.combine(last, ends, tzinfo=tz),
        )

    def around(self, now: datetime, days: int = 1) -> list[Shift]:
        """The shifts from `days` days ago until tomorrow, by time."""
        today = self.compound.today(now)
        return [
            shift for number in range(-days, 2) for shift in self.on(today + timedelta(days=number))
        ]

    def at(self, now: datetime) -> Shift:
        """The shift that runs now; between two shifts the one that ended last."""
        begun = [shift for shift in self.around(now, days=2) if shift.begins_at <= now]
        return max(begun, key=lambda one: one.begins_at)

    def after(self, shift: Shift) -> Shift:
        """The shift that follows this one."""
        later = [one for one in self.around(shift.ends_at, 1) if one.begins_at >= shift.ends_at]
        return min(later, key=lambda one: one.begins_at)


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))


def duty_of(compound: Compound) -> Duty:
    """The compound's own plan, else the defaults; one query."""
    own = DutyPlan.objects.filter(compound=compound).first()
    if own is None:
        return Duty(compound, SHIFTS, POSTS)
    return Duty(compound, tuple(own.shifts), tuple(own.posts))


@transaction.atomic
def set_duty(
    *, compound: Compound, shifts: Sequence[dict[str, str]], posts: Sequence[str], by: Member
) -> DutyPlan:
    """The compound's own shifts and posts. Nothing different changes nothing.

    Refused: none, more than six, a name twice, a shift without length, two that overlap.
    """
    shifts = sorted(shifts, key=lambda one: one["begins"])
    posts = list(dict.fromkeys(one.strip() for one in posts if one.strip()))
    _refuse_unusable(shifts, posts)
    wanted: dict[str, Any] = {"shifts": shifts, "posts": posts}
    # Two managers at once: the compound's row is the queue, the later one holds.
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    plan = DutyPlan.objects.filter(compound=compound).first()
    if plan is not None and (plan.shifts, plan.posts) == (shifts, posts):
        return plan
    wanted |= {"changed_at": timezone.now(), "changed_by": by}
    plan, _made = DutyPlan.objects.update_or_create(compound=compound, defaults=wanted)
    record("ShiftsChanged", compound=compound.pk, by=by, data={"shifts": len(shifts)})
    return plan


def _refuse_unusable(shifts: Sequence[dict[str, str]], posts: Sequence[str]) -> None:
    if not shifts or len(shifts) > MOST_SHIFTS:
        raise Refused(_("Name one to six shifts."), field="shifts")
    if not posts or len(posts) > MOST_POSTS:
        raise Refused(_("Name one to six posts."), field="posts")
    if len({one["name"] for one in shifts}) < len(shifts):
        raise Refused(_("Give every shift a name of its own."), field="shifts")
    minutes: set[int] = set()
    for one in shifts:
        covered = _minutes(one)
        if minutes & covered or not covered:
            text = _("%(name)s overlaps another shift or has no length. Correct its times.")
            raise Refused(text % {"name": said(one["name"])}, field="shifts")
        minutes |= covered


def _minutes(shift: dict[str, str]) -> set[int]:
    begins, ends = _clock(shift["begins"]), _clock(shift["ends"])
    first, last = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
    if first == last:
        return set()
    length = (last - first) % 1440
    return {(first + number) % 1440 for number in range(length)}
