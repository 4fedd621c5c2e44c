"""From the purchase order to the count at the gate, and the allocation that follows."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel
from supplies.models.orders import Order
from supplies.models.rounds import GroupBuy, OfferLine


class PurchaseOrder(TenantModel):
    """What was sent to the supplier. A later cancellation makes a new version."""

    buy = TenantKey(GroupBuy, related_name="purchase_orders")
    number = models.PositiveIntegerField()  # counted within the compound; the versions share it
    version = models.PositiveSmallIntegerField(default=1)
    # Frozen: [{line, name, unit, case_size, cases, quantity, price_fen, amount_fen}]
    lines = models.JSONField()
    total_fen = models.PositiveIntegerField()
    reason = models.CharField(_("why it was changed"), max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = TenantKey(Member, related_name="+")

    class Meta:
        ordering = ["number", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "number", "version"], name="one_purchase_version"
            ),
            models.UniqueConstraint(
                fields=["compound", "buy", "version"], name="one_version_a_buy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}.{self.version}"


class Arrival(TenantModel):
    """A vehicle expected at the gate, with a pass that is good once."""

    buy = TenantKey(GroupBuy, related_name="arrivals")
    pass_code = models.CharField(_("vehicle pass"), max_length=12)
    plate = models.CharField(_("number plate"), max_length=16, blank=True)
    driver = models.CharField(_("driver"), max_length=40, blank=True)
    drop_zone = models.CharField(_("where it is put down"), max_length=60, blank=True)
    expected_at = models.DateTimeField(_("expected"))
    arrived_at = models.DateTimeField(null=True, blank=True)
    received_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["expected_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "pass_code"], name="one_pass_code")
        ]

    def __str__(self) -> str:
        return self.pass_code


class Count(TenantModel):
    """What was in the buffer zone, item by item. The good ones are allocated."""

    arrival = TenantKey(Arrival, related_name="counts")
    line = TenantKey(OfferLine, related_name="counts")
    good = models.PositiveIntegerField(_("good"))
    damaged = models.PositiveIntegerField(_("damaged"), default=0)
    missing = models.PositiveIntegerField(_("missing"), default=0)
    note = models.CharField(_("note"), max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = TenantKey(Member, related_name="+")

    class Meta:
        ordering = ["line_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "arrival", "line"], name="one_count_an_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.good}"


class Allocation(TenantModel):
    """What a household gets of an item. Sheets, labels, refunds and the supplier's claim read
    this and nothing else; ordered = allocated + refunded by its CHECK."""

    buy = TenantKey(GroupBuy, related_name="allocations")
    order = TenantKey(Order, related_name="allocations")
    line = TenantKey(OfferLine, related_name="allocations")
    ordered = models.PositiveIntegerField()
    allocated = models.PositiveIntegerField()
    refunded = models.PositiveIntegerField()  # pieces, paid back at the price below
    price_fen = models.PositiveIntegerField()

    class Meta:
        ordering = ["order_id", "line_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "order", "line"], name="one_allocation_an_item"
            ),
            models.CheckConstraint(
                condition=Q(ordered=F("allocated") + F("refunded")),
                name="ordered_is_allocated_and_refunded",
            ),
        ]
        indexes = [models.Index(fields=["compound", "buy"], name="allocation_by_buy")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_id}: {self.allocated}"
