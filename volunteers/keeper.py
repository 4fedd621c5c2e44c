"""What care keeps about a household: calls, and what was needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from households.keeping import Section
from households.models import Household
from volunteers.models import CareOutcome, CareVisit


class CareKeeper:
    name = "volunteers"

    def export(self, household: Household) -> list[Section]:
        rows = CareVisit.objects.filter(household=household)
        columns: tuple[object, ...] = (
            _("Day"),
            _("Name"),
            _("Outcome"),
            _("what is needed"),
            _("Tries"),
            _("Done"),
        )
        columns = (*columns, _("By"), _("note"))
        lines: list[tuple[object, ...]] = [
            (
                row.day,
                row.resident.name,
                CareOutcome(row.outcome).label,
                row.needs,
                row.attempts,
                row.finished_at,
                row.finished_by or "",
                row.note,
            )
            for row in rows.select_related("resident", "finished_by").order_by("day", "id")
        ]
        return [Section(_("Care calls"), columns, lines)]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """What was needed and noted; that somebody called, and the outcome, stays as a number."""
        rows = CareVisit.objects.filter(household__in=households, due_at__lt=before)
        return rows.exclude(Q(needs="") & Q(note="")).order_by().update(needs="", note="")
