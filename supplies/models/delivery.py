"""Carrying to the doors: a run is one carrier's walk, a stop is one door."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Home, Member, Picture, Unit
from compounds.work import Work, work_constraints, work_indexes
from households.models import Household
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel
from supplies.models.orders import Order
from supplies.models.rounds import GroupBuy

TAKE_IN = timedelta(minutes=30)  # a perishable at a door for longer: somebody rings


class StopOutcome(models.TextChoices):
    WAITING = "waiting", _("not there yet")
    LEFT = "left", _("left at the door")
    TAKEN = "taken", _("taken in")
    NO_ANSWER = "no_answer", _("nobody opened")
    REFUSED = "refused", _("refused")


class DeliveryRun(Work):
    """One stair, or the isolated homes of one stair: these last, and by somebody else."""

    GRACE: ClassVar[timedelta] = timedelta(hours=3)
    MISS_RELATED: ClassVar[tuple[str, ...]] = ("unit__building", "buy")

    buy = TenantKey(GroupBuy, related_name="runs")
    unit = TenantKey(Unit, related_name="+")
    is_isolated = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)  # in walking order, isolated last
    started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("delivery run")
        ordering = ["buy_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "buy", "unit", "is_isolated"], name="one_run_a_stair"
            ),
            *work_constraints("deliveryrun"),
        ]
        indexes = work_indexes("deliveryrun")

    def missed_data(self) -> dict[str, object]:
        return super().missed_data() | {"place": str(self.unit)}

    def __str__(self) -> str:
        return f"{self.buy_id} {self.unit_id}"


class Stop(TenantModel):
    run = TenantKey(DeliveryRun, related_name="stops")
    order = TenantKey(Order, related_name="stops")
    household = TenantKey(Household, related_name="+")
    home = TenantKey(Home, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)  # from the top floor down
    bags = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(
        max_length=10, choices=StopOutcome.choices, default=StopOutcome.WAITING
    )
    at = models.DateTimeField(null=True, blank=True)
    by = TenantKey(Member, null=True, blank=True, related_name="+")
    bags_left = models.PositiveSmallIntegerField(null=True, blank=True)  # of `bags`
    picture = TenantKey(Picture, null=True, blank=True, related_name="+")
    note = models.CharField(_("note"), max_length=120, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)  # the household says so, or the carrier
    # A perishable waits at the door: ring the resident, then the relative.
    ring_at = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    rung_by = TenantKey(Member, null=True, blank=True, related_name="+")
    rings = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["run_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "order"], name="one_stop_an_order"),
            models.CheckConstraint(
                condition=Q(outcome="waiting", at__isnull=True)
                | (~Q(outcome="waiting") & Q(at__isnull=False)),
                name="stop_outcome_with_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["at"],
                name="stop_at_the_door",
                condition=Q(outcome="left", taken_at__isnull=True, ring_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.outcome}"

    @property
    def waits(self) -> timedelta | None:
        """How long the goods have been at the door; None when they are not."""
        if self.outcome != StopOutcome.LEFT or self.taken_at or self.at is None:
            return None
        return timezone.now() - self.at
