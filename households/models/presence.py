"""Where people were and when: every change of presence is a row."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from households.models.files import Presence, Resident
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class Why(models.TextChoices):
    """What brought a presence about."""

    FILE = "file", _("in the household file")
    IMPORT = "import", _("by a roster import")
    SWEEP = "sweep", _("at the door")
    SHEET = "sheet", _("from a paper sheet")
    RECALL = "recall", _("by the recall")
    UNDONE = "undone", _("taken back")


class PresenceChange(TenantModel):
    """One person's presence as it became at a moment; `old` is empty where it began.

    Rows are only added, so that who was inside can be told for any past moment.
    """

    # A person whom an import made and its taking back removes takes the rows along.
    resident = TenantKey(Resident, models.CASCADE, related_name="presences")
    old = models.CharField(max_length=12, choices=Presence.choices, blank=True)
    new = models.CharField(max_length=12, choices=Presence.choices)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=80)  # the name as it was then: a person, or "system"
    why = models.CharField(max_length=10, choices=Why.choices)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["compound", "resident", "at"], name="presence_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.old}→{self.new}"
