"""Seal orders, the plan that each starts, recalls, and the dates that were before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Building, Home, Member, Unit
from compounds.pace import plan_time
from compounds.work import Work, work_constraints, work_indexes
from households.models import Household, Resident
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel, tenant_manager


class Level(models.TextChoices):
    """From the strictest down; overlapping orders resolve to the strictest."""

    SEALED = "sealed", _("sealed")  # nobody leaves the home
    CONTROLLED = "controlled", _("controlled")  # nobody leaves the area
    GUARDED = "guarded", _("guarded")


STRICTNESS = {Level.SEALED: 3, Level.CONTROLLED: 2, Level.GUARDED: 1}


class PlaceKind(models.TextChoices):
    COMPOUND = "compound", _("whole compound")
    BUILDING = "building", _("building")
    UNIT = "unit", _("unit")
    FLOOR = "floor", _("floor")
    HOME = "home", _("home")


class OrderState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_FORCE = "in_force", _("in force")
    LIFTED = "lifted", _("lifted")
    CANCELLED = "cancelled", _("cancelled")


TRANSITIONS = {
    OrderState.DRAFT: {OrderState.IN_FORCE, OrderState.CANCELLED},
    OrderState.IN_FORCE: {OrderState.LIFTED, OrderState.CANCELLED},
    OrderState.LIFTED: set(),
    OrderState.CANCELLED: set(),
}


class PlanTemplate(TenantModel):
    """A compound's own copy of a plan. The built-in ones are data in `seals/builtin.py`."""

    name = models.CharField(_("name"), max_length=80)
    base = models.CharField(max_length=40)  # slug of the built-in it was copied from
    level = models.CharField(max_length=12, choices=Level.choices, default=Level.SEALED)
    days = models.PositiveSmallIntegerField(_("planned days"), default=7)
    steps = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="one_template_name")
        ]

    def __str__(self) -> str:
        return self.name


class SealOrderQuerySet(models.QuerySet):
    def in_force(self) -> SealOrderQuerySet:
        return self.filter(state=OrderState.IN_FORCE)


class SealOrder(TenantModel):
    """An order that closes a place. One order in force per place and level at a time."""

    number = models.PositiveIntegerField()  # counted within the compound
    place_kind = models.CharField(max_length=10, choices=PlaceKind.choices)
    building = TenantKey(Building, null=True, blank=True, related_name="+")
    unit = TenantKey(Unit, null=True, blank=True, related_name="+")
    floor = models.SmallIntegerField(null=True, blank=True)
    home = TenantKey(Home, null=True, blank=True, related_name="+")
    place_key = models.CharField(max_length=40)  # "unit:12", "floor:12:5"
    place_label = models.CharField(max_length=60)
    level = models.CharField(max_length=12, choices=Level.choices)
    state = models.CharField(max_length=12, choices=OrderState.choices, default=OrderState.DRAFT)
    template_name = models.CharField(max_length=80)
    steps = models.JSONField(default=list)  # frozen copy of the template's steps
    issuer = models.CharField(_("issued by"), max_length=80, blank=True)
    legal_source = models.CharField(_("based on"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("planned end"))
    request_key = models.CharField(max_length=64)  # the confirming form's own key
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = TenantKey(Member, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = TenantKey(Member, null=True, blank=True, related_name="+")
    lift_statement = models.JSONField(null=True, blank=True)  # the checklist as it was signed

    objects: ClassVar[Any] = tenant_manager(SealOrderQuerySet)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "number"], name="one_order_number"),
            models.UniqueConstraint(fields=["compound", "request_key"], name="one_order_a_request"),
            # Closes the race of two people sealing the same place at once.
            models.UniqueConstraint(
                fields=["compound", "place_key"],
                name="one_order_in_force_a_place",
                condition=Q(state="in_force"),
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="ends_later"),
            models.CheckConstraint(
                condition=Q(state="lifted", lifted_at__isnull=False)
                | (~Q(state="lifted") & Q(lifted_at__isnull=True)),
                name="lifted_when_lifted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.place_label}"

    def may_become(self, state: OrderState) -> bool:
        return state in TRANSITIONS[OrderState(self.state)]

    def day_of(self, now: datetime) -> int:
        """1 on the first calendar day of the order, in the compound's zone.

        Until the planned end it is never more than `days`: seven days that began one afternoon
        end on the eighth date, which is still the seventh day.
        """
        tz = self.compound.tz
        here = plan_time(self.compound, self.starts_at, now)
        day = (timezone.localdate(here, tz) - timezone.localdate(self.starts_at, tz)).days + 1
        return min(day, self.days) if now <= self.ends_at else day

    @property
    def days(self) -> int:
        """How many days are planned, begun ones counted whole."""
        return -(-(self.ends_at - self.starts_at) * self.compound.pace // timedelta(days=1))


class OrderChange(TenantModel):
    """The dates that stood before an extension, a reduction or a restarted clock."""

    class Kind(models.TextChoices):
        EXTENDED = "extended", _("extended")
        REDUCED = "reduced", _("reduced")

    order = TenantKey(SealOrder, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    old_end = models.DateTimeField()
    new_end = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(default=timezone.now)
    by = TenantKey(Member, related_name="+")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.new_end:%F}"


class PlanPart(TenantModel):
    """One step of an order's plan and how far its start has come."""

    order = TenantKey(SealOrder, related_name="parts")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)  # the last failure, cleared by success
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "order", "key"], name="one_part_a_key")
        ]

    def __str__(self) -> str:
        return self.title


class PlanTask(Work):
    """A step that a person does by hand, because no app of this installation does it."""

    GRACE: ClassVar[timedelta] = timedelta(hours=12)

    order = TenantKey(SealOrder, related_name="tasks")
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("task")
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "order", "key", "due_at"], name="one_task_a_time"
            ),
            *work_constraints("plantask"),
        ]
        indexes = work_indexes("plantask")

    def missed_data(self) -> dict[str, object]:
        return super().missed_data() | {"what": self.title}

    def __str__(self) -> str:
        return self.title


class RecallOutcome(models.TextChoices):
    WAITING = "waiting", _("not called yet")
    NO_ANSWER = "no_answer", _("no answer")
    COMING = "coming", _("on the way back")
    RETURNED = "returned", _("is back")
    STAYS_AWAY = "stays_away", _("stays where they are, registered")


RECALL_SETTLED = (RecallOutcome.RETURNED, RecallOutcome.STAYS_AWAY)


class Recall(Work):
    """Somebody of the roster who was out when the place was sealed."""

    GRACE: ClassVar[timedelta] = timedelta(hours=12)
    MISS_RELATED: ClassVar[tuple[str, ...]] = ("home",)

    order = TenantKey(SealOrder, related_name="recalls")
    resident = TenantKey(Resident, related_name="recalls")
    household = TenantKey(Household, related_name="+")
    home = TenantKey(Home, related_name="+")
    outcome = models.CharField(
        max_length=12, choices=RecallOutcome.choices, default=RecallOutcome.WAITING
    )
    expected_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("recall call")
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "order", "resident"], name="one_recall_a_person"
            ),
            *work_constraints("recall"),
        ]
        indexes = work_indexes("recall")

    def missed_data(self) -> dict[str, object]:
        return super().missed_data() | {"place": self.home.label}

    def __str__(self) -> str:
        return f"recall of {self.resident_id}"
