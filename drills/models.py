"""Drills: a seal practised in a compound of its own, with invented people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound, Member
from drills.figures import DAY_MINUTES
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class Mode(models.TextChoices):
    """Who plays the staff. Households are played by the system in both."""

    PEOPLE = "people", _("our people do the work")
    PLAYED = "played", _("the system plays our people too")


class Pace(models.IntegerChoices):
    """How many minutes of the plan pass in one real minute."""

    REAL = 1, _("as on the clock: a day takes a day")
    SLOW = 12, _("12 times: a day takes 2 hours")
    FAST = 60, _("60 times: a day takes 24 minutes")
    RUSH = 120, _("120 times: a day takes 12 minutes")


class Drill(TenantModel):
    """One drill of a real compound; what happens in it are rows of the practice compound.

    A drill is one day of the plan, from the minute the order is issued.
    """

    practice = models.OneToOneField(Compound, models.PROTECT, related_name="drill")
    number = models.PositiveIntegerField()  # counted within the real compound
    mode = models.CharField(_("who plays"), max_length=8, choices=Mode.choices)
    pace = models.PositiveSmallIntegerField(_("pace"), choices=Pace.choices)
    seed = models.PositiveIntegerField(_("seed"))  # the same seed invents the same people
    helpers = models.PositiveSmallIntegerField(_("volunteers more"), default=0)
    place_label = models.CharField(max_length=60)
    template_name = models.CharField(max_length=80)
    order_id = models.BigIntegerField()  # the order in the practice compound
    started_at = models.DateTimeField(default=timezone.now)
    started_by = TenantKey(Member, related_name="+")
    request_key = models.CharField(max_length=64)  # the starting form's own key
    targets = models.JSONField(default=dict)  # what the scorecard measures against, in minutes
    scripts = models.JSONField(default=dict)  # how each invented household answers
    state = models.JSONField(default=dict)  # what the played staff have in hand, tries so far
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)
    card = models.JSONField(null=True, blank=True)  # the scorecard, frozen at the end
    cleared_at = models.DateTimeField(null=True, blank=True)  # the practice compound's rows went

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "number"], name="one_drill_number"),
            # Closes the race of a form that is sent twice.
            models.UniqueConstraint(fields=["compound", "request_key"], name="one_drill_a_request"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, card__isnull=True)
                | Q(ended_at__isnull=False, card__isnull=False),
                name="ended_with_a_scorecard",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | Q(ended_at__isnull=False),
                name="cleared_after_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["started_at"], name="drill_running", condition=Q(ended_at__isnull=True)
            ),
            models.Index(
                fields=["ended_at"],
                name="drill_to_clear",
                condition=Q(cleared_at__isnull=True, ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"drill {self.number}"

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    def minute(self, now: datetime) -> float:
        """Minutes of the plan since the order was issued."""
        return (now - self.started_at).total_seconds() / 60 * self.pace

    def plan_clock(self, minute: float) -> datetime:
        """The moment on the plan's own clock."""
        return self.started_at + timedelta(minutes=minute)

    @property
    def is_over(self) -> bool:
        return self.minute(timezone.now()) >= DAY_MINUTES

    def figures(self) -> dict[str, Any]:
        return self.card or {}
