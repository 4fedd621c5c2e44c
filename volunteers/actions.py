"""Recording care calls."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Member
from journal.actions import record
from lockdown.kernel.errors import Refused
from seals.words import msgid
from volunteers.models import TO_KNOCK, CareOutcome, CareVisit

WRITTEN = ["outcome", "tried_at", "attempts", "needs", "note", "finished_at", "finished_by"]


@transaction.atomic
def record_call(
    *, visit: CareVisit, outcome: CareOutcome, needs: str = "", note: str = "", by: Member
) -> CareVisit:
    """The person is well, needs something, or did not answer.

    No answer keeps the call open; after two, somebody is to knock. Refused: a cancelled call, a
    need without words, an outcome that is none. A call that is done stays as it is.
    """
    visit = (
        CareVisit.objects.select_for_update(of=("self",)).select_related("home").get(pk=visit.pk)
    )
    if visit.finished_at:
        return visit
    if visit.cancelled_at:
        raise Refused(_("This call was cancelled with its order."), code="cancelled")
    if outcome == CareOutcome.WAITING:
        raise Refused(_("Say how the call went."), field="outcome")
    if outcome == CareOutcome.NEEDS and not needs.strip():
        raise Refused(_("Write down what is needed."), field="needs")
    now = timezone.now()
    visit.outcome, visit.tried_at, visit.attempts = outcome, now, visit.attempts + 1
    visit.needs = needs.strip()[:200] if outcome == CareOutcome.NEEDS else ""
    visit.note = note.strip()[:300] or visit.note
    if outcome != CareOutcome.NO_ANSWER:
        visit.finished_at, visit.finished_by = now, by
    visit.save(update_fields=WRITTEN)
    _tell(visit, by)
    return visit


def _tell(visit: CareVisit, by: Member) -> None:
    record(
        "CareCallRecorded",
        compound=visit.compound_id,
        by=by,
        household=visit.household_id,
        order=visit.order_id,
        data={"door": visit.home.label, "outcome": _told(visit)},
    )


def _told(visit: CareVisit) -> str:
    """The msgid of what the journal says; never the need itself, which is in the file."""
    if visit.needs_knock:
        return TO_KNOCK
    return msgid(CareOutcome(visit.outcome).label)
