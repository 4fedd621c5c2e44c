"""Recording the calls to people who were out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from households.models import Presence, Resident, Why
from households.presence import set_presence
from journal.actions import record
from lockdown.kernel.errors import Refused
from lockdown.kernel.masking import mask_name
from seals.models import RECALL_SETTLED, Recall, RecallOutcome
from seals.words import msgid

WRITTEN = ["outcome", "attempts", "expected_at", "note", "finished_at", "finished_by"]


@transaction.atomic
def record_recall(
    *,
    recall: Recall,
    outcome: RecallOutcome,
    expected_at: datetime | None = None,
    note: str = "",
    by: Member,
) -> Recall:
    """What the call to somebody who was out came to; their presence follows.

    No answer keeps it open and counts; so does "on the way back" until they are back. Refused:
    a cancelled recall, an outcome that is none. A settled recall stays as it is.
    """
    recall = (
        Recall.objects.select_for_update(of=("self",))
        .select_related("resident", "home")
        .get(pk=recall.pk)
    )
    if recall.finished_at:
        return recall
    if recall.cancelled_at:
        raise Refused(_("This recall was cancelled with its order."), code="cancelled")
    if outcome == RecallOutcome.WAITING:
        raise Refused(_("Say what the call came to."), field="outcome")
    now = timezone.now()
    recall.outcome, recall.attempts = outcome, recall.attempts + 1
    recall.expected_at = expected_at if outcome == RecallOutcome.COMING else None
    recall.note = note.strip()[:300] or recall.note
    if outcome in RECALL_SETTLED:
        recall.finished_at, recall.finished_by = now, by
    recall.save(update_fields=WRITTEN)
    _follow(recall.resident, outcome, by)
    _tell(recall, by)
    return recall


def _tell(recall: Recall, by: Member) -> None:
    record(
        "PersonRecalled",
        compound=recall.compound_id,
        by=by,
        household=recall.household_id,
        order=recall.order_id,
        data={
            "door": recall.home.label,
            "name": mask_name(recall.resident.name),
            "outcome": msgid(RecallOutcome(recall.outcome).label),
        },
    )


def _follow(resident: Resident, outcome: RecallOutcome, by: Member) -> None:
    """The roster of those inside follows what the recall found out."""
    presence = {
        RecallOutcome.RETURNED: Presence.INSIDE,
        RecallOutcome.COMING: Presence.RECALLED,
    }.get(outcome)
    if presence is not None:
        set_presence(resident=resident, presence=presence, why=Why.RECALL, by=by)
