"""Reports own no facts but the committee's comments."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class DayComment(TenantModel):
    """A reviewer's remark on one compound's figures of one day."""

    day = models.DateField()
    by = TenantKey(Member, related_name="+")
    text = models.TextField(_("comment"), max_length=1000)
    request_key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "request_key"], name="one_comment_a_request"
            )
        ]
        indexes = [models.Index(fields=["compound", "day"], name="comment_by_day")]

    def __str__(self) -> str:
        return self.text[:40]
