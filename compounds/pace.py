"""The fast clock of a practice compound: how many minutes of a plan pass in one real minute.

Nothing changes the clock itself. A plan is worked out in its own time, and each of its moments is
then brought nearer to the start; spans (grace, patience) become as much shorter. With a pace of 1,
that of every compound that is no practice, both are the same moment.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Q

from compounds.models import Compound


def plan_time(compound: Compound, start: datetime, moment: datetime) -> datetime:
    """What a real moment is on the clock of a plan that began at `start`."""
    return start + (moment - start) * compound.pace


def real_time(compound: Compound, start: datetime, moment: datetime) -> datetime:
    """When a moment of a plan that began at `start` comes."""
    return start + (moment - start) / compound.pace


def quickened() -> dict[int, list[int]]:
    """Pace → ids of the practice compounds that run at it; one query, mostly without a row."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Compound.objects.filter(practice_of__isnull=False, pace__gt=1)
    for key, pace in rows.values_list("pk", "pace"):
        found[pace].append(key)
    return dict(found)


def longer_ago(field: str, span: timedelta, now: datetime, paces: dict[int, list[int]]) -> Q:
    """The condition on rows whose `field` lies more than `span` of their plan's time before now.

    One arm for all compounds, one more for each pace that is in use; each can use its index.
    """
    wanted = Q(**{f"{field}__lt": now - span})
    for pace, compounds in paces.items():
        wanted |= Q(**{f"{field}__lt": now - span / pace}, compound_id__in=compounds)
    return wanted
