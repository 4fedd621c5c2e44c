"""What orders keep about a household: the calls to its people who were out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from households.keeping import Section
from households.models import Household
from seals.models import Recall, RecallOutcome


class RecallKeeper:
    name = "seals"

    def export(self, household: Household) -> list[Section]:
        rows = Recall.objects.filter(household=household).select_related("resident", "finished_by")
        columns: tuple[object, ...] = (
            _("Name"),
            _("To be called by"),
            _("Outcome"),
            _("Tries"),
            _("Expected"),
        )
        columns = (*columns, _("Settled"), _("By"), _("note"))
        lines: list[tuple[object, ...]] = [
            (
                row.resident.name,
                row.due_at,
                RecallOutcome(row.outcome).label,
                row.attempts,
                row.expected_at,
                row.finished_at,
                row.finished_by or "",
                row.note,
            )
            for row in rows.order_by("due_at", "id")
        ]
        return [Section(_("Recall calls"), columns, lines)]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """What was said of where somebody was; that there was a call, and its outcome, stays."""
        rows = Recall.objects.filter(household__in=households, due_at__lt=before)
        told = rows.exclude(Q(note="") & Q(expected_at=None))
        return told.order_by().update(note="", expected_at=None)
