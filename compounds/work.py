"""Work that somebody does by a time: the common part of rounds, calls, visits and tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from compounds.pace import longer_ago, quickened
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel, tenant_manager


class WorkState(models.TextChoices):
    """Derived from times, never stored. The names are those of the five marks on screen."""

    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    MISSED = "missed", _("missed")
    LATE = "late", _("late")
    NOW = "now", _("now")
    NEXT = "next", _("later")


SOON = timedelta(hours=1)  # within this time before it is due, work shows as "now"


class WorkQuerySet(models.QuerySet):
    def open(self) -> WorkQuerySet:
        """Neither done nor cancelled; missed work stays open, so that it can still be done."""
        return self.filter(finished_at__isnull=True, cancelled_at__isnull=True)

    def late(self, now: datetime) -> WorkQuerySet:
        return self.open().filter(due_at__lt=now)

    def of(self, member: Member) -> WorkQuerySet:
        return self.filter(assignee=member)

    def to_miss(self, now: datetime, paces: dict[int, list[int]] | None = None) -> WorkQuerySet:
        """Open work whose grace is over and that nobody has marked as missed yet.

        `paces` are those of the practice compounds (compounds/pace.py), when they are known.
        """
        found = quickened() if paces is None else paces
        over = longer_ago("due_at", self.model.GRACE, now, found)  # type: ignore[attr-defined]
        return self.open().filter(over, missed_at__isnull=True)


class Work(TenantModel):
    """`due_at` is the time by which it is to be done; after GRACE more it counts as missed."""

    GRACE: ClassVar[timedelta] = timedelta(hours=2)
    MISS_EVENT: ClassVar[str] = "WorkMissed"
    MISS_RELATED: ClassVar[tuple[str, ...]] = ()  # what missed_data() reads, for one query

    assignee = TenantKey(Member, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(_("due"))
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = TenantKey(Member, null=True, blank=True, related_name="+")
    missed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects: ClassVar[Any] = tenant_manager(WorkQuerySet)

    class Meta:
        abstract = True

    def state(self, now: datetime | None = None) -> WorkState:
        if self.finished_at:
            return WorkState.DONE
        if self.cancelled_at:
            return WorkState.CANCELLED
        if self.missed_at:
            return WorkState.MISSED
        now = now or timezone.now()
        if self.due_at < now:
            return WorkState.LATE
        return WorkState.NOW if self.due_at - now <= SOON else WorkState.NEXT

    def missed_data(self) -> dict[str, object]:
        """The journal's data when this is missed; names a place, never a person."""
        return {"what": str(self._meta.verbose_name), "place": "", "due": self.due_at.isoformat()}


def work_constraints(name: str) -> list[models.BaseConstraint]:
    """Done and cancelled exclude each other."""
    return [
        models.CheckConstraint(
            condition=Q(finished_at__isnull=True) | Q(cancelled_at__isnull=True),
            name=f"{name}_done_or_cancelled",
        )
    ]


def work_indexes(name: str) -> list[models.Index]:
    """For "my list" and for the sweep that marks work as missed."""
    waiting = Q(finished_at__isnull=True, cancelled_at__isnull=True)
    return [
        models.Index(
            fields=["compound", "assignee", "due_at"], name=f"{name}_mine", condition=waiting
        ),
        models.Index(
            fields=["due_at"], name=f"{name}_to_miss", condition=waiting & Q(missed_at__isnull=True)
        ),
    ]
