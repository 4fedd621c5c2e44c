"""Presence: the one way in which it changes, and who was inside at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from households.models import INSIDE, Presence, PresenceChange, Resident, Why
from journal.actions import Actor, record
from journal.events import plain
from lockdown.kernel.errors import Refused
from lockdown.kernel.masking import mask_name

BATCH = 2000


@transaction.atomic
def set_presence(
    *, resident: Resident, presence: Presence, why: Why = Why.FILE, note: str = "", by: Actor
) -> Resident:
    """Where a person is, and why that is known. The same presence again changes nothing."""
    locked = Resident.objects.select_for_update(of=("self",)).select_related("household__home")
    resident = locked.get(pk=resident.pk)
    if resident.merged_into_id is not None:
        raise Refused(_("This entry was merged with another of the same person. Open that one."))
    if resident.presence == presence:
        return resident
    old, resident.presence = resident.presence, presence
    resident.save(update_fields=["presence"])
    keep_changes([(resident, old)], why=why, note=note, by=by)
    record(
        "PresenceChanged",
        compound=resident.compound_id,
        by=by,
        household=resident.household_id,
        data={
            "door": resident.household.home.label,
            "name": mask_name(resident.name),
            "presence": plain(Presence(presence).label),
            "code": str(presence),
            "why": str(why),
        },
    )
    return resident


def keep_changes(
    changes: Iterable[tuple[Resident, str]], *, why: Why, note: str = "", by: Actor
) -> None:
    """Rows for presences that the caller has written: (resident, the presence before).

    An empty presence before says that the person begins here.
    """
    now = timezone.now()
    rows = [
        PresenceChange(
            compound_id=resident.compound_id,
            resident=resident,
            old=old,
            new=resident.presence,
            at=now,
            by=by.actor_label[:80],
            why=why,
            note=note[:200],
        )
        for resident, old in changes
        if old != resident.presence
    ]
    PresenceChange.objects.bulk_create(rows, batch_size=BATCH)


def people_at(moment: datetime) -> QuerySet[Resident]:
    """Everybody who belonged to a home at this moment, with `presence_then`; one query.

    The last change before the moment says it; else the first one after it says what was before;
    somebody who never changed is as now. An empty `presence_then`: not on the roster yet.
    """
    before, after = Q(presences__at__lte=moment), Q(presences__at__gt=moment)
    return (
        Resident.objects.filter(
            Q(moved_out_at=None) | Q(moved_out_at__gt=moment),
            Q(household__closed_at=None) | Q(household__closed_at__gt=moment),
        )
        .annotate(
            became=ArrayAgg(
                "presences__new", filter=before, order_by=("-presences__at", "-presences__id")
            ),
            had_been=ArrayAgg(
                "presences__old", filter=after, order_by=("presences__at", "presences__id")
            ),
        )
        # One join and one grouping: a look-up per person would be slow where statistics are young.
        .annotate(presence_then=Coalesce(F("became__0"), F("had_been__0"), F("presence")))
        .exclude(presence_then="")
    )


def inside_at(moment: datetime) -> QuerySet[Resident]:
    """Who was inside at this moment; one query."""
    return people_at(moment).filter(presence_then__in=INSIDE)  # type: ignore[misc]
