"""Asking somebody to reach a shut door."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from households.models import Household, How, ReachTry, Relative, Verification
from households.sweep_log import SAME_TAP
from households.sweeps import lock_doors
from journal.actions import record
from journal.events import plain
from lockdown.kernel.errors import Refused


@transaction.atomic
def ask_to_reach(
    *,
    verification: Verification,
    how: How,
    household: Household | None = None,
    relative: Relative | None = None,
    member: Member | None = None,
    by: Member,
) -> ReachTry:
    """Ask somebody to reach a shut door within half an hour. The same again is one try.

    Refused for a door that is verified, or whose sweep has ended.
    """
    now = timezone.now()
    row = lock_doors(verification.sweep, [verification.pk], by).get(verification.pk)
    if row is None or row.cancelled_at is not None or row.sweep.closed_at is not None:
        raise Refused(_("This sweep has ended; there is nothing left to verify here."))
    if row.finished_at is not None:
        raise Refused(_("%(door)s is verified already.") % {"door": row.home.label})
    last = ReachTry.objects.filter(verification=row).first()
    whom = {"household": household, "relative": relative}
    follower = member or row.assignee or by
    if last and now - last.asked_at < SAME_TAP and _whom(last) == (household, relative, follower):
        return last
    made = ReachTry.objects.create(
        compound_id=row.compound_id,
        verification=row,
        how=how,
        member=follower,
        due_at=now + ReachTry.AFTER,
        asked_at=now,
        asked_by=by,
        **whom,
    )
    _record_ask(row, made, by)
    return made


def _whom(one: ReachTry) -> tuple[Household | None, Relative | None, Member | None]:
    return one.household, one.relative, one.member


def _record_ask(row: Verification, made: ReachTry, by: Member) -> None:
    record(
        "DoorAsked",
        compound=row.compound_id,
        by=by,
        household=row.household_id,
        order=row.sweep.cause,
        data={
            "door": row.home.label,
            "how": plain(How(made.how).label),
            "until": made.due_at.isoformat(),
        },
    )
