"""The clock of retention: started by a lift, stopped by another seal, ended by the purge.

Orders belong to the room above: it starts and stops clocks, and registers a ruler that tells
which homes are under an order in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compounds.models import Compound, Member
from compounds.retention import MOST_DAYS
from households.models import Household, Retention
from journal.actions import record
from lockdown.kernel.errors import Refused

# Homes (as rows with compound, unit, building, floor) to the ids of those under an order.
Ruler = Callable[[Sequence[Retention]], set[int]]
_rulers: list[Ruler] = []


def register_ruler(ruler: Ruler) -> None:
    """Which of these retentions' homes are under an order in force, by home id."""
    if ruler not in _rulers:
        _rulers.append(ruler)


def under_order(rows: Sequence[Retention]) -> set[int]:
    """The ids of the homes, of these rows, that an order in force covers."""
    return {home for ruler in _rulers for home in ruler(rows)}


def start_clocks(
    *, compound: Compound, cause: int, label: str, files: Iterable[Household], lifted_at: datetime
) -> int:
    """A clock for each of these files, from the lift on. Twice for one cause is once.

    A clock of an earlier lift that still runs gives way to the new one.
    """
    files = list(files)
    due = lifted_at + timedelta(days=compound.retention_days)
    waiting = Retention.objects.waiting().filter(
        household__in=[one.pk for one in files], starts_at__lt=lifted_at
    )
    waiting.exclude(cause=cause).update(cancelled_at=timezone.now())
    made = Retention.objects.bulk_create(
        [
            Retention(
                compound=compound,
                household=one,
                home_id=one.home_id,
                cause=cause,
                cause_label=label,
                starts_at=lifted_at,
                due_at=due,
                next_at=due,
            )
            for one in files
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
    return len(made)


def stop_clocks(*, homes: QuerySet, before: datetime) -> int:
    """Sealed again: clocks of these homes that began before this moment are cancelled."""
    rows = Retention.objects.waiting().filter(home__in=homes, starts_at__lte=before)
    return rows.update(cancelled_at=timezone.now())


@transaction.atomic
def put_off(
    *, cause: int, due_at: datetime, reason: str, by: Member, household: int | None = None
) -> int:
    """A later date for one household, or for all of a lift that are not cleared yet.

    Refused: no reason, a date that is not later, more than a year after the lift. The same date
    again changes nothing. A purge that is clearing these rows now is waited for: it wins.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why it must be kept longer."), field="reason")
    wanted = Retention.objects.waiting().filter(by.within("home__"), cause=cause)
    if household is not None:
        wanted = wanted.filter(household=household)
    rows = list(wanted.select_for_update(of=("self",)).select_related("home").order_by("pk"))
    if not rows:
        raise Refused(_("Nothing of this is kept any more."), code="nothing_kept")
    if all(row.due_at == due_at for row in rows):
        return 0
    if any(row.due_at > due_at for row in rows):
        raise Refused(_("Choose a later day than the one that stands."), field="until")
    if any(due_at > row.starts_at + timedelta(days=MOST_DAYS + 1) for row in rows):
        raise Refused(
            _("Nothing is kept longer than %(most)s days after the lift.") % {"most": MOST_DAYS},
            field="until",
        )
    now = timezone.now()
    Retention.objects.filter(pk__in=[row.pk for row in rows]).update(
        due_at=due_at, next_at=due_at, extended_at=now, extended_by=by, reason=reason[:200]
    )
    _tell(rows, due_at, reason, by, household)
    return len(rows)


def _tell(
    rows: Sequence[Retention], due_at: datetime, reason: str, by: Member, household: int | None
) -> None:
    first = rows[0]
    until = date_format(due_at.astimezone(by.compound.tz), "Y-m-d")
    place = first.home.label if household is not None else first.cause_label
    record(
        "RetentionExtended",
        compound=first.compound_id,
        by=by,
        household=household,
        order=first.cause,
        data={"place": place, "until": until, "reason": reason[:200], "homes": len(rows)},
    )


def clock_of(household: Household) -> Retention | None:
    """The clock that runs for this household, if one does."""
    return Retention.objects.waiting().filter(household=household).first()


def all_files(homes: QuerySet, since: datetime) -> QuerySet[Household]:
    """The files of these homes, also those closed since that moment."""
    return Household.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=since), home__in=homes
    ).order_by("pk")
