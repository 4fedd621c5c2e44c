"""How long what was gathered about a household is kept after its place was lifted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compounds.models import Home, Member
from households.models.files import Household
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel, tenant_manager

# A server's clock may be an hour or two ahead: nothing is cleared until it is surely due.
SLACK = timedelta(hours=2)


class RetentionQuerySet(models.QuerySet):
    def waiting(self) -> RetentionQuerySet:
        """Neither cleared nor cancelled by another seal."""
        return self.filter(purged_at=None, cancelled_at=None)

    def to_purge(self, now: datetime) -> RetentionQuerySet:
        """Surely due, and not put off by a failure that is to be tried again later."""
        return self.waiting().filter(next_at__lte=now - SLACK)


class Retention(TenantModel):
    """One household's clock: what was gathered before `starts_at` is cleared at `due_at`.

    `cause` is the order that was lifted. `next_at` is when the sweep looks at it: `due_at`, or
    later after a failure.
    """

    household = TenantKey(Household, related_name="retentions")
    home = TenantKey(Home, related_name="+")
    cause = models.BigIntegerField()
    cause_label = models.CharField(max_length=60)  # the place that was lifted, as its order says
    starts_at = models.DateTimeField(_("lifted"))
    due_at = models.DateTimeField(_("to be cleared"))
    next_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)  # sealed again before it was due
    # The last extension; every one is an entry of the journal.
    extended_at = models.DateTimeField(null=True, blank=True)
    extended_by = TenantKey(Member, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)  # which keeper failed; cleared by success
    purged_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = tenant_manager(RetentionQuerySet)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "cause", "household"], name="one_retention_a_cause"
            ),
            models.UniqueConstraint(
                fields=["compound", "household"],
                name="one_retention_waiting",
                condition=Q(purged_at=None, cancelled_at=None),
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None) | Q(cancelled_at=None), name="purged_or_cancelled"
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None, extended_by=None)
                | Q(extended_at__isnull=False, extended_by__isnull=False),
                name="extended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("starts_at")), name="due_after_the_lift"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="retention_to_purge",
                condition=Q(purged_at=None, cancelled_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.due_at:%F}"
