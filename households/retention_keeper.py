"""The clocks themselves, in a household's export; there is nothing in them to clear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from households.keeping import Section
from households.models import Household, Retention


class RetentionKeeper:
    name = "retention"

    def export(self, household: Household) -> list[Section]:
        columns = (_("Place"), _("Lifted"), _("To be cleared"), _("Cleared"), _("Put off because"))
        rows = Retention.objects.filter(household=household)
        lines: list[tuple[object, ...]] = [
            (row.cause_label, row.starts_at, row.due_at, row.purged_at, row.reason) for row in rows
        ]
        return [Section(_("How long this is kept"), columns, lines)]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        return 0
