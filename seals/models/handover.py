"""Shifts of a compound, their handovers, and the tasks of the duty desk."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member, Unit
from compounds.work import Work, work_constraints, work_indexes
from journal.events import plain
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel
from seals.models.barriers import Barrier
from seals.models.lodging import Guest, Stay


class DutyPlan(TenantModel):
    """A compound's own shifts and posts. Without a row the defaults of seals/shifts.py hold."""

    shifts = models.JSONField(default=list)  # [{"name", "begins": "06:00", "ends": "14:00"}]
    posts = models.JSONField(default=list)  # ["…"]
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = TenantKey(Member, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["compound"], name="one_duty_plan")]

    def __str__(self) -> str:
        return f"duty plan {self.compound_id}"


class HandoverState(models.TextChoices):
    """Derived from times, never stored."""

    WRITING = "writing", _("being written")
    HANDED = "handed", _("waits to be taken over")
    ASKED = "asked", _("a question waits")
    TAKEN = "taken", _("taken over")


class Handover(TenantModel):
    """What one shift at one post leaves to the next. Frozen when both have signed."""

    post = models.CharField(max_length=20)
    shift = models.CharField(max_length=20)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = TenantKey(Member, related_name="+")
    figures = models.JSONField(default=list)  # as they stood when it was handed over
    to = TenantKey(Member, null=True, blank=True, related_name="+")
    handed_at = models.DateTimeField(null=True, blank=True)
    handed_by = TenantKey(Member, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)  # an unanswered question
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-begins_at", "post", "id"]
        constraints = [
            # Closes the race of two people opening the same shift's handover.
            models.UniqueConstraint(
                fields=["compound", "post", "begins_at"], name="one_handover_a_shift"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="shift_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(handed_at=None, handed_by=None)
                | Q(handed_at__isnull=False, handed_by__isnull=False, to__isnull=False),
                name="handed_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_by=None)
                | Q(taken_at__isnull=False, taken_by__isnull=False, handed_at__isnull=False),
                name="taken_when_handed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.shift} {self.begins_at:%F}"

    @property
    def state(self) -> HandoverState:
        if self.taken_at:
            return HandoverState.TAKEN
        if self.asked_at:
            return HandoverState.ASKED
        return HandoverState.HANDED if self.handed_at else HandoverState.WRITING


class DutyKind(models.TextChoices):
    BED = "bed", _("A bed for tonight")
    ASK = "ask", _("Ask guest and household")
    LANE = "lane", _("Fire-lane check")
    HAZARD = "hazard", _("Clear the way out")
    POINT = "point", _("From the handover")


class DutyTask(Work):
    """What the duty desk owes: a bed, a fire-lane check, a way to be cleared, a point handed on."""

    kind = models.CharField(max_length=6, choices=DutyKind.choices)
    title = models.CharField(max_length=120)  # masked name, spot, or the point as it was written
    place = models.CharField(max_length=100)
    unit = TenantKey(Unit, null=True, blank=True, related_name="+")
    guest = TenantKey(Guest, null=True, blank=True, related_name="tasks")
    stay = TenantKey(Stay, null=True, blank=True, related_name="tasks")
    barrier = TenantKey(Barrier, null=True, blank=True, related_name="tasks")
    handover = TenantKey(Handover, null=True, blank=True, related_name="tasks")
    answers = models.JSONField(null=True, blank=True)  # of a fire-lane check: three yes or no

    class Meta:
        verbose_name = _("duty task")
        constraints = [
            # One open task of a kind for a guest, and for a barrier: twice is once.
            models.UniqueConstraint(
                fields=["compound", "guest", "kind"],
                name="one_open_task_a_guest",
                condition=Q(finished_at=None, cancelled_at=None, guest__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["compound", "barrier", "kind"],
                name="one_open_task_a_barrier",
                condition=Q(finished_at=None, cancelled_at=None, barrier__isnull=False),
            ),
            *work_constraints("dutytask"),
        ]
        indexes = [
            *work_indexes("dutytask"),
            models.Index(fields=["compound", "barrier", "due_at"], name="dutytask_of_barrier"),
            models.Index(fields=["compound", "handover"], name="dutytask_of_handover"),
        ]

    def missed_data(self) -> dict[str, Any]:
        return super().missed_data() | {
            "what": plain(DutyKind(self.kind).label),
            "place": self.place,
        }

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"


class WordKind(models.TextChoices):
    NOTE = "note", _("note")
    POINT = "point", _("open point")
    QUESTION = "question", _("question")
    ANSWER = "answer", _("answer")


class HandoverWord(TenantModel):
    """One line of a handover, with its author; lines are added, never changed.

    So two people who write at once lose nothing.
    """

    handover = TenantKey(Handover, related_name="words")
    kind = models.CharField(max_length=8, choices=WordKind.choices)
    text = models.CharField(max_length=300)
    task = TenantKey(DutyTask, null=True, blank=True, related_name="+")
    request_key = models.CharField(max_length=40)  # the form's own key: sent twice is one line
    at = models.DateTimeField(default=timezone.now)
    by = TenantKey(Member, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "handover", "request_key"], name="one_line_a_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
