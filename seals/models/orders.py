"""Seal orders, the plan that each starts, and recalls."""

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

HOURS_COUNT_BELOW = timedelta(days=3)  # shorter orders are given in hours, not days


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


class SealOrderQuerySet(models.QuerySet):
    def in_force(self) -> SealOrderQuerySet:
        return self.filter(state=OrderState.IN_FORCE)


class SealOrder(TenantModel):
    """An order that closes a place. One order in force per place and level at a time."""

    # Counted within the compound, given when the order is issued: a draft has none.
    number = models.PositiveIntegerField(null=True, blank=True)
    # The order over the place around this one when it was issued; the narrowest of several.
    parent = TenantKey("self", null=True, blank=True, related_name="children")
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
    steps = models.JSONField(default=list)  # frozen copy of the steps of the present stage
    # Frozen copies of all stages, the first included; empty when the plan has only one.
    stages = models.JSONField(default=list)
    stage = models.PositiveSmallIntegerField(default=0)
    issuer = models.CharField(_("issued by"), max_length=80, blank=True)
    legal_source = models.CharField(_("based on"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("planned end"))  # of the present stage
    # Since when the days are counted, and since when this level applies; none: from the start.
    clock_from = models.DateTimeField(null=True, blank=True)
    level_since = models.DateTimeField(null=True, blank=True)
    draft = models.JSONField(null=True, blank=True)  # the form as it was sent, while a draft
    kept_at = models.DateTimeField(null=True, blank=True)  # when the draft was last kept
    request_key = models.CharField(max_length=64)  # the confirming form's own key
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = TenantKey(Member, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = TenantKey(Member, null=True, blank=True, related_name="+")
    lift_statement = models.JSONField(null=True, blank=True)  # the checklist as it was signed
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = TenantKey(Member, null=True, blank=True, related_name="+")
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects: ClassVar[Any] = tenant_manager(SealOrderQuerySet)

    class Meta:
        ordering = [F("number").desc(nulls_last=True), "-id"]
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
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
                name="cancelled_when_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True)
                | Q(state="cancelled")
                | Q(state__in=("in_force", "lifted"), number__isnull=False),
                name="numbered_when_issued",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.place_label}"

    def may_become(self, state: OrderState) -> bool:
        return state in TRANSITIONS[OrderState(self.state)]

    @property
    def clock(self) -> datetime:
        """Since when its days are counted: the last restart or easing, else the start."""
        return self.clock_from or self.starts_at

    @property
    def since(self) -> datetime:
        """Since when its present level applies."""
        return self.level_since or self.starts_at

    @property
    def ended_at(self) -> datetime | None:
        """When it was lifted or cancelled."""
        return self.lifted_at or self.cancelled_at

    def day_of(self, now: datetime) -> int:
        """1 on the first calendar day of the clock, in the compound's zone; 0 before it.

        Until the planned end it is never more than `days`: seven days that began one afternoon
        end on the eighth date, which is still the seventh day.
        """
        if now < self.clock:
            return 0
        tz = self.compound.tz
        here = plan_time(self.compound, self.clock, now)
        day = (timezone.localdate(here, tz) - timezone.localdate(self.clock, tz)).days + 1
        return min(day, self.days) if now <= self.ends_at else day

    @property
    def days(self) -> int:
        """How many days are planned since the clock began, begun ones counted whole.

        Orders of days end at noon: seven days that began one morning are not eight.
        """
        length = (self.ends_at - self.clock) * self.compound.pace
        if length >= HOURS_COUNT_BELOW:
            length -= timedelta(hours=12)
        return -(-length // timedelta(days=1))


class PlanPart(TenantModel):
    """One step of an order's plan and how far its start has come."""

    order = TenantKey(SealOrder, related_name="parts")
    stage = models.PositiveSmallIntegerField(default=0)  # of the order, when it was planned
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
        ordering = ["order_id", "stage", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "order", "stage", "key"], name="one_part_a_stage_and_key"
            )
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
