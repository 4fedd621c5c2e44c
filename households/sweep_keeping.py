"""What presence and sweeps keep about a household: for its export, and for the purge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Func, JSONField, Q
from django.utils.translation import gettext_lazy as _

from households.keeping import Section
from households.models import Household, PersonCheck, PresenceChange, ReachTry, SweepTap, Tap


class PresenceKeeper:
    """Where the people of a household were, and when."""

    name = "presence"

    def export(self, household: Household) -> list[Section]:
        rows = PresenceChange.objects.filter(resident__household=household)
        return [
            Section(
                _("Presence"),
                (_("when"), _("name"), _("presence before"), _("presence"), _("why"), _("by")),
                [
                    (
                        one.at,
                        one.resident.name,
                        one.get_old_display(),
                        one.get_new_display(),
                        one.get_why_display(),
                        one.by,
                    )
                    for one in rows.select_related("resident")
                ],
            )
        ]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """The changes stay, for the figures of past days; the words beside them go."""
        rows = PresenceChange.objects.filter(resident__household_id__in=households, at__lt=before)
        return rows.exclude(note="").update(note="")


class SweepKeeper:
    """What was found at the door, and who was asked to reach it."""

    name = "sweeps"

    def export(self, household: Household) -> list[Section]:
        checks = PersonCheck.objects.filter(verification__household=household)
        tries = ReachTry.objects.filter(verification__household=household)
        new = SweepTap.objects.filter(verification__household=household, kind=Tap.NEW)
        return [
            Section(
                _("Found at the door"),
                (_("when"), _("name"), _("found")),
                [
                    (one.at, one.resident.name, one.get_found_display())
                    for one in checks.select_related("resident").order_by("at")
                ],
            ),
            Section(
                _("Written down at the door"),
                (_("when"), _("name"), _("phone")),
                [(one.at, one.data.get("name", ""), one.data.get("phone", "")) for one in new],
            ),
            Section(
                _("Asked to reach this door"),
                (_("when"), _("how")),
                [(one.asked_at, one.get_how_display()) for one in tries],
            ),
        ]

    def redact(self, households: Sequence[int], *, before: datetime) -> int:
        """Names, numbers and words leave the log; outcomes stay, for the figures."""
        private = Q(data__has_any_keys=["name", "phone", "note"])
        rows = SweepTap.objects.filter(
            private, verification__household_id__in=households, received_at__lt=before
        )
        bare = Func(
            F("data"),
            template="(%(expressions)s - ARRAY['name', 'phone', 'note'])",
            output_field=JSONField(),
        )
        tries = ReachTry.objects.filter(
            verification__household_id__in=households, asked_at__lt=before, relative__isnull=False
        )
        return rows.update(data=bare) + tries.update(relative=None)
