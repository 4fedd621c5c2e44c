"""What stood before an order was changed: dates, clock and level, with the reason."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel
from seals.models.orders import SealOrder


class OrderChange(TenantModel):
    """One change of an order; the old dates stay on record.

    A restarted part points to the order it was given. An exemption changes no date: it keeps why
    a new positive did not restart the clock.
    """

    class Kind(models.TextChoices):
        EXTENDED = "extended", _("extended")
        REDUCED = "reduced", _("reduced")
        RESTARTED = "restarted", _("clock restarted")
        PART = "part", _("clock restarted for a part")
        EXEMPT = "exempt", _("clock kept")
        EASED = "eased", _("eased")

    order = TenantKey(SealOrder, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    old_end = models.DateTimeField()
    new_end = models.DateTimeField()
    old_clock = models.DateTimeField(null=True, blank=True)  # where the days were counted from
    new_clock = models.DateTimeField(null=True, blank=True)
    old_level = models.CharField(max_length=12, blank=True)
    new_level = models.CharField(max_length=12, blank=True)
    part = TenantKey(SealOrder, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(default=timezone.now)
    by = TenantKey(Member, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="part") | Q(part__isnull=False), name="part_has_its_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.new_end:%F}"
