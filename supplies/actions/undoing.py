"""A thumb that slipped: the outcome of a door is taken back within a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member, Picture
from journal.actions import record
from lockdown.kernel.errors import Refused
from supplies.machine import lock_buy, refuse_unless
from supplies.models import BuyState, DeliveryRun, Stop, StopOutcome

UNDO = timedelta(minutes=1)


def may_undo(stop: Stop, member: Member, now: datetime) -> bool:
    """By whoever recorded it, within a minute."""
    return stop.at is not None and stop.by_id == member.pk and now - stop.at <= UNDO


@transaction.atomic
def take_back(*, stop: Stop, by: Member) -> Stop:
    """The door waits again, as if nobody had been there; its photo goes. Twice is once.

    A round that was delivered by this door stays delivered, and cannot be settled until the door
    has its outcome. Refused: after a minute, for a door that somebody else recorded.
    """
    buy = lock_buy(stop.run.buy)
    stop = (
        Stop.objects.select_for_update(of=("self",)).select_related("run", "home").get(pk=stop.pk)
    )
    if stop.outcome == StopOutcome.WAITING:
        return stop
    refuse_unless(buy, BuyState.DELIVERING, BuyState.DELIVERED)
    if not may_undo(stop, by, timezone.now()):
        raise Refused(
            _("This can be taken back within a minute, by whoever recorded it. Record the door "
              "again instead, or tell the property office.")
        )  # fmt: skip
    picture = stop.picture_id
    stop.outcome, stop.at, stop.by, stop.bags_left = StopOutcome.WAITING, None, None, None
    stop.taken_at, stop.ring_at, stop.picture = None, None, None
    stop.save()
    Picture.objects.filter(pk=picture).delete()
    DeliveryRun.objects.filter(pk=stop.run_id).update(finished_at=None, finished_by=None)
    data: dict[str, object] = {"door": stop.home.label, "buy": buy.pk}
    record("StopTakenBack", compound=buy.compound_id, by=by, household=stop.household_id, data=data)
    return stop
