"""Every physical barrier, and who opens it in an emergency."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member, Unit
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel, tenant_manager
from seals.models.orders import SealOrder

CHECK_HOURS = 24  # our default; the lane is looked at once a day


class BarrierKind(models.TextChoices):
    FENCE = "fence", _("fence")
    LOCK = "lock", _("lock")
    TAPE = "tape", _("tape")
    POST = "post", _("guard post")
    DOOR = "door", _("sealed door")


class BarrierQuerySet(models.QuerySet):
    def standing(self) -> BarrierQuerySet:
        return self.filter(removed_at__isnull=True)


class Barrier(TenantModel):
    """A fence, lock, tape, post or sealed door. Never without a person who opens it."""

    kind = models.CharField(_("kind"), max_length=6, choices=BarrierKind.choices)
    unit = TenantKey(Unit, null=True, blank=True, related_name="+")  # None: of the whole compound
    spot = models.CharField(_("where it stands"), max_length=60)
    order = TenantKey(SealOrder, null=True, blank=True, related_name="barriers")
    since = models.DateTimeField(_("since"), default=timezone.now)
    opener = models.CharField(_("opens it in an emergency"), max_length=40)
    opener_phone = models.CharField(_("phone"), max_length=20)
    deputy = models.CharField(_("deputy"), max_length=40)
    deputy_phone = models.CharField(_("deputy's phone"), max_length=20)
    key_place = models.CharField(_("where key or tool is"), max_length=80)
    opens_within = models.PositiveSmallIntegerField(
        _("opens within, minutes"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    check_hours = models.PositiveSmallIntegerField(
        _("looked at every … hours"),
        default=CHECK_HOURS,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
    )
    checked_at = models.DateTimeField(null=True, blank=True)  # the last look
    hazard = models.JSONField(default=list)  # which of the three answers was "no" at that look
    registered_at = models.DateTimeField(default=timezone.now)
    registered_by = TenantKey(Member, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = TenantKey(Member, null=True, blank=True, related_name="+")

    objects: ClassVar[Any] = tenant_manager(BarrierQuerySet)

    class Meta:
        ordering = ["unit__position", "spot", "id"]
        constraints = [
            # Closes the race of two people registering the same barrier at once.
            models.UniqueConstraint(
                fields=["compound", "unit", "kind", "spot"],
                name="one_barrier_a_spot",
                condition=Q(removed_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="removed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.place

    @property
    def due_again(self) -> datetime | None:
        """When it is to be looked at next."""
        return self.checked_at and self.checked_at + timedelta(hours=self.check_hours)

    @property
    def place(self) -> str:
        return f"{self.unit} {self.spot}" if self.unit_id else self.spot
