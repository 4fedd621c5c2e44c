"""A list printed on paper, so that it can be worked without a phone and typed back in."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member, Unit
from households.models.files import Sweep
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class SheetKind(models.TextChoices):
    SWEEP = "sweep", _("verification sheet")
    TELL = "tell", _("telling sheet")


class Sheet(TenantModel):
    """`rows` are homes in the order of the paper; typing back shows the same rows."""

    number = models.PositiveIntegerField()  # counted within the compound; short, to be typed
    kind = models.CharField(max_length=10, choices=SheetKind.choices)
    title = models.CharField(max_length=120)
    sweep = TenantKey(Sweep, null=True, blank=True, related_name="sheets")
    subject = models.BigIntegerField(null=True, blank=True)  # of an app above: the notice to tell
    unit = TenantKey(Unit, null=True, blank=True, related_name="+")
    floors = ArrayField(models.SmallIntegerField(), default=list)
    rows = ArrayField(models.BigIntegerField(), default=list)
    printed_at = models.DateTimeField(default=timezone.now)
    printed_by = TenantKey(Member, related_name="+")
    last_form = models.UUIDField(null=True, blank=True)  # the form typed last: again it is nothing
    typed_at = models.DateTimeField(null=True, blank=True)
    typed_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "number"], name="one_sheet_number"),
            models.CheckConstraint(
                condition=models.Q(typed_at__isnull=True, typed_by__isnull=True)
                | models.Q(typed_at__isnull=False, typed_by__isnull=False),
                name="typed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
