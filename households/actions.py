"""Files, sweeps and presence. Imports are in `households/imports.py`, sign-in in `access.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from compounds.models import Compound, Home, Member
from households.models import Household, Sweep, Verification


def open_missing_files(*, compound: Compound, homes: Iterable[Home]) -> int:
    """An empty file for each home that has none; homes with a file stay as they are."""
    homes = list(homes)
    have = set(Household.objects.filter(closed_at=None).values_list("home_id", flat=True))
    new = [Household(compound=compound, home=home) for home in homes if home.pk not in have]
    Household.objects.bulk_create(new, ignore_conflicts=True, batch_size=2000)
    return len(new)


def start_sweep(
    *,
    compound: Compound,
    cause: int,
    title: str,
    assigned: Iterable[tuple[Home, Member]],
    due_at: datetime,
) -> Sweep:
    """A verification of these homes' households, each on a member's list. Once per cause."""
    sweep, _made = Sweep.objects.get_or_create(
        compound=compound, cause=cause, defaults={"title": title}
    )
    assigned = list(assigned)
    files = dict(
        Household.objects.filter(
            closed_at=None, home_id__in=[home.pk for home, _member in assigned]
        ).values_list("home_id", "id")
    )
    Verification.objects.bulk_create(
        [
            Verification(
                compound=compound,
                sweep=sweep,
                household_id=files[home.pk],
                home=home,
                assignee=member,
                due_at=due_at,
            )
            for home, member in assigned
            if home.pk in files
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
    return sweep
