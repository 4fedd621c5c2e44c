"""What notices keep about a household: what it was told, and how it was reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from households.keeping import Section
from households.models import Household
from notices.models import Receipt, Route, Told


class ReceiptKeeper:
    name = "notices"

    def export(self, household: Household) -> list[Section]:
        rows = Receipt.objects.filter(household=household).select_related("notice", "finished_by")
        columns: tuple[object, ...] = (
            _("Notice"),
            _("Sent"),
            _("Route"),
            _("Read"),
            _("Acknowledged"),
        )
        columns = (*columns, _("Told how"), _("Tries"), _("By"), _("note"))
        lines: list[tuple[object, ...]] = [
            (
                row.notice.title,
                row.notice.at,
                Route(row.route).label,
                row.read_at,
                row.acknowledged_at,
                Told(row.told_how).label if row.told_how else "",
                row.attempts,
                row.finished_by or "",
                row.note,
            )
            for row in rows.order_by("notice__send_at", "id")
        ]
        return [Section(_("Notices"), columns, lines)]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Notes of calls and knocks; that and how the household was told stays."""
        rows = Receipt.objects.filter(household__in=households, due_at__lt=before)
        return rows.exclude(note="").order_by().update(note="")
