"""What happened: append-only entries, and the outbox that starts work elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel, tenant_manager

RETRY_STEPS = (5, 15, 60, 300, 900)  # seconds before the next try; the last one repeats


class Entry(TenantModel):
    """One fact. The app's database role can add entries and read them, nothing else."""

    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    member_id = models.BigIntegerField(null=True, blank=True)
    by = models.CharField(max_length=80)  # the name as it was then: a person, or "system"
    household_id = models.BigIntegerField(null=True, blank=True)
    order_id = models.BigIntegerField(null=True, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["compound", "-at"], name="entry_by_time"),
            models.Index(
                fields=["compound", "household_id", "-at"],
                name="entry_by_household",
                condition=Q(household_id__isnull=False),
            ),
            models.Index(
                fields=["compound", "order_id", "-at"],
                name="entry_by_order",
                condition=Q(order_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.at:%F %T}"


class DeliveryQuerySet(models.QuerySet):
    def due(self, now: datetime) -> DeliveryQuerySet:
        return self.filter(done_at__isnull=True, next_at__lte=now)


class Delivery(TenantModel):
    """A fact handed to one handler; stays until the handler has committed its work."""

    entry = TenantKey(Entry, related_name="deliveries")
    handler = models.CharField(max_length=60)
    key = models.CharField(max_length=60, default="", blank=True)
    payload = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, default="", blank=True)

    objects: ClassVar[Any] = tenant_manager(DeliveryQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "entry", "handler", "key"], name="one_delivery_per_handler"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="delivery_waiting", condition=Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.key}"

    def put_off(self, error: Exception, now: datetime) -> None:
        """Remember the failure and when to try again."""
        wait = RETRY_STEPS[min(self.attempts, len(RETRY_STEPS) - 1)]
        self.attempts += 1
        self.next_at = now + timedelta(seconds=wait)
        self.last_error = f"{type(error).__name__}: {error}"[:300]
        self.save(update_fields=["attempts", "next_at", "last_error"])


class Tick(models.Model):
    """One row per periodic job and period, so that two beats do no harm."""

    job = models.CharField(max_length=60)
    period = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "period"], name="one_tick_per_period")
        ]
        indexes = [models.Index(fields=["at"], name="tick_by_time")]

    def __str__(self) -> str:
        return f"{self.job} {self.period:%F %T}"


class RequestKey(TenantModel):
    """An Idempotency-Key and the answer it got: the same request again gets the same answer."""

    key = models.CharField(max_length=100)
    actor = models.CharField(max_length=40)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "actor", "key"], name="one_answer_per_request_key"
            )
        ]

    def __str__(self) -> str:
        return self.key
