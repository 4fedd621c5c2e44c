"""What is said at the doors of a sweep, tap by tap, and what follows for each person."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from households.models.files import Household, Presence, Relative, Resident, Sweep, Verification
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class How(models.TextChoices):
    """How the household was reached."""

    DOOR = "door", _("at the door")
    CALL = "call", _("by phone")
    NEIGHBOUR = "neighbour", _("through a neighbour")
    RELATIVE = "relative", _("through a relative")


class Tap(models.TextChoices):
    """What one tap says."""

    DOOR = "door", _("the door's outcome")
    PERSON = "person", _("one person")
    NEW = "new", _("somebody new")
    UNDO = "undo", _("taken back")


class SweepTap(TenantModel):
    """One line of a sweep's log, from a phone, a form or a paper sheet; lines are only added.

    A door's state is the sum of its lines in the order in which they were said, whatever the order
    in which they came (households/sweep_log.py).
    """

    sweep = TenantKey(Sweep, related_name="taps")
    verification = TenantKey(Verification, related_name="taps")
    member = TenantKey(Member, null=True, blank=True, related_name="+")  # None: before the log
    key = models.UUIDField()  # made where the tap was made: sent again, it is the same line
    kind = models.CharField(max_length=8, choices=Tap.choices)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()  # when it was said, by the server's clock
    device = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField(default=0)  # counted by the device
    received_at = models.DateTimeField(default=timezone.now)
    # How far the phone's clock was ahead, where that was too far to be believed.
    clock_ahead = models.DurationField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "key"], name="one_line_a_tap"),
        ]
        indexes = [
            models.Index(fields=["compound", "verification"], name="tap_by_door"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.verification_id}"


class Found(models.TextChoices):
    """What was found about one person of a door."""

    SEEN = "seen", _("seen")
    AWAY = "away", _("away")
    TRANSFERRED = "transferred", _("transferred")
    UNKNOWN = "unknown", _("not known here")


class PersonCheck(TenantModel):
    """One person of a household in a sweep; no row: not accounted for yet."""

    verification = TenantKey(Verification, related_name="checks")
    resident = TenantKey(Resident, related_name="checks")
    found = models.CharField(max_length=12, choices=Found.choices)
    implied = models.BooleanField(default=False)  # by the door's outcome, not by a tap of its own
    was = models.CharField(max_length=12, choices=Presence.choices)  # before the sweep touched it
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "verification", "resident"], name="one_check_a_person"
            ),
        ]
        indexes = [
            models.Index(fields=["compound", "resident"], name="check_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.found}"


class ReachTry(TenantModel):
    """Somebody was asked to reach a shut door, by a time; the newest one is the next step."""

    AFTER: ClassVar[timedelta] = timedelta(minutes=30)

    verification = TenantKey(Verification, related_name="tries")
    how = models.CharField(max_length=10, choices=How.choices)
    household = TenantKey(Household, null=True, blank=True, related_name="+")  # the neighbours
    relative = TenantKey(Relative, models.CASCADE, null=True, blank=True, related_name="+")
    member = TenantKey(Member, null=True, blank=True, related_name="+")  # who follows it up
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = TenantKey(Member, related_name="+")

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["compound", "verification", "-asked_at"], name="try_by_door"),
        ]

    def __str__(self) -> str:
        return f"{self.how} {self.verification_id}"
