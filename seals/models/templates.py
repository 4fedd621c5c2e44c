"""A compound's own copies of plans."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Member
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel
from seals.models.orders import Level


class PlanTemplate(TenantModel):
    """A compound's own copy of a plan. The built-in ones are data in `seals/builtin.py`."""

    name = models.CharField(pgettext_lazy("place", "name"), max_length=80)
    base = models.CharField(max_length=40)  # slug of the built-in it was copied from
    level = models.CharField(max_length=12, choices=Level.choices, default=Level.SEALED)
    days = models.PositiveSmallIntegerField(_("planned days"), default=7)
    steps = models.JSONField(default=list)
    easing = models.JSONField(default=list)  # later stages: level, days, steps; see seals/easing.py
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
