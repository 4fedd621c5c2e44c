"""Care for those who need it: calls and visits by schedule."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from compounds.models import Home
from compounds.work import Work, work_constraints, work_indexes
from households.models import Household, Resident
from lockdown.kernel.fields import TenantKey
from seals.models import SealOrder

KNOCKS_AFTER = 2  # calls without an answer
TO_KNOCK = gettext_noop("no answer twice, somebody knocks at the door")


class CareOutcome(models.TextChoices):
    WAITING = "waiting", _("not called yet")
    WELL = "well", _("is well")
    NEEDS = "needs", _("needs something")
    NO_ANSWER = "no_answer", _("no answer")


class CareVisit(Work):
    """A call or visit to one person on one day. No answer keeps it open and counts."""

    GRACE: ClassVar[timedelta] = timedelta(hours=4)
    MISS_RELATED: ClassVar[tuple[str, ...]] = ("home",)

    order = TenantKey(SealOrder, null=True, blank=True, related_name="care_visits")
    household = TenantKey(Household, related_name="care_visits")
    resident = TenantKey(Resident, related_name="care_visits")
    home = TenantKey(Home, related_name="+")
    day = models.DateField(_("day"))
    outcome = models.CharField(
        max_length=12, choices=CareOutcome.choices, default=CareOutcome.WAITING
    )
    needs = models.CharField(_("what is needed"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("care call")
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "resident", "day"], name="one_care_visit_a_day"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(outcome__in=["well", "needs"]),
                name="care_finished_with_outcome",
            ),
            *work_constraints("carevisit"),
        ]
        indexes = work_indexes("carevisit")

    @property
    def needs_knock(self) -> bool:
        return self.finished_at is None and self.attempts >= KNOCKS_AFTER

    def missed_data(self) -> dict[str, object]:
        return super().missed_data() | {"place": self.home.label}

    def __str__(self) -> str:
        return f"care {self.resident_id} {self.day}"
