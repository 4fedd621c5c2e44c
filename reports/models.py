"""Reports own no facts but the committee's comments and the frozen reports of lifted orders."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel
from seals.models import SealOrder


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


class ClosingReport(TenantModel):
    """The whole course of one order, frozen when it was lifted; the app's role cannot change it.

    `data` is what `reports/closing.py` made: moments as ISO texts, names masked, so that the
    report stays readable after the households' files were cleared.
    """

    order = TenantKey(SealOrder, related_name="+")
    lifted_at = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-lifted_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "order"], name="one_closing_an_order")
        ]

    def __str__(self) -> str:
        return f"closing of {self.order_id}"
