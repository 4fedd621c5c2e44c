"""What each household orders in a round."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound, Home, Member
from households.models import Access, Household
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel
from supplies.models.rounds import GroupBuy, OfferLine


class Via(models.TextChoices):
    """Who placed an order; the household is told of any but its own."""

    OWN = "own", _("the household itself")
    RELATIVE = "relative", _("a relative")
    NEIGHBOUR = "neighbour", _("a neighbour")
    STAFF = "staff", _("staff or a volunteer")


class HotRow(TenantModel):
    """Written once an order, so without what says a thing twice.

    The key of the compound is carried by the keys to the round and the household: each check of it
    would lock the compound's row against the checks of all other orders. A key has an index
    of its own where something joins back from it, or looks through it before it deletes.
    """

    compound = models.ForeignKey(
        Compound, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        abstract = True


class Order(HotRow):
    """One a household and round, whoever places it. Taken back, it keeps its number."""

    buy = TenantKey(GroupBuy, related_name="orders")
    household = TenantKey(Household, related_name="orders")
    home = TenantKey(Home, related_name="+")
    number = models.PositiveIntegerField()  # in the round; never given again
    via = models.CharField(max_length=10, choices=Via.choices, default=Via.OWN)
    access = TenantKey(Access, null=True, blank=True, related_name="+", db_index=False)
    member = TenantKey(Member, null=True, blank=True, related_name="+", db_index=False)
    for_whom = models.CharField(_("who asked"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)
    is_flagged = models.BooleanField(default=False)  # had a care mark when it last ordered
    placed_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # nothing is wanted any more
    bags = models.PositiveSmallIntegerField(null=True, blank=True)  # as packed

    class Meta:
        ordering = ["buy_id", "number"]
        constraints = [
            # Two phones of one household at once, and a number given twice.
            models.UniqueConstraint(
                fields=["compound", "buy", "household"], name="one_order_a_household"
            ),
            models.UniqueConstraint(fields=["compound", "buy", "number"], name="one_number_a_buy"),
        ]
        indexes = [
            models.Index(fields=["compound", "household", "-placed_at"], name="order_by_household")
        ]

    def __str__(self) -> str:
        return f"{self.buy_id}/{self.number}"


class OrderLine(HotRow):
    """`quantity` is wanted for certain, up to `up_to` would be taken to fill a case."""

    order = TenantKey(Order, related_name="lines")
    line = TenantKey(OfferLine, related_name="order_lines")
    quantity = models.PositiveIntegerField()
    up_to = models.PositiveIntegerField()
    # A copy of the item's cap, so that the database itself refuses more.
    cap_household = models.PositiveIntegerField(null=True, blank=True)
    locked = models.PositiveIntegerField(null=True, blank=True)  # what is bought, from cut-off on

    class Meta:
        ordering = ["order_id", "line_id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "order", "line"], name="one_line_an_item"),
            models.CheckConstraint(condition=Q(up_to__gte=F("quantity")), name="up_to_at_least"),
            models.CheckConstraint(
                condition=Q(cap_household__isnull=True) | Q(up_to__lte=F("cap_household")),
                name="household_cap_holds",
            ),
            models.CheckConstraint(
                condition=Q(locked__isnull=True) | Q(locked__lte=F("up_to")),
                name="locked_within_up_to",
            ),
        ]
        indexes = [models.Index(fields=["compound", "line"], name="orderline_by_line")]

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}"


class OrderRequest(HotRow):
    """A cart as it was sent, under the sender's key: the same key again is the same answer."""

    buy = TenantKey(GroupBuy, related_name="+", db_index=False)
    household = TenantKey(Household, related_name="+")
    key = models.CharField(max_length=64)
    cart = models.JSONField()  # {"<line id>": [quantity, up_to]}
    by = models.CharField(max_length=80)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "household", "key"], name="one_answer_an_order_key"
            )
        ]

    def __str__(self) -> str:
        return self.key


class WaitingRequest(TenantModel):
    """Too late, or nothing left: kept until the organiser can say yes or no."""

    class Reason(models.TextChoices):
        LATE = "late", _("after the cut-off")
        SOLD_OUT = "sold_out", _("nothing left")

    buy = TenantKey(GroupBuy, related_name="waiting")
    household = TenantKey(Household, related_name="+")
    home = TenantKey(Home, related_name="+")
    line = TenantKey(OfferLine, related_name="waiting")
    quantity = models.PositiveIntegerField(_("quantity"))
    reason = models.CharField(max_length=10, choices=Reason.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.CharField(max_length=80)
    granted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    decided_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "line", "household"],
                name="one_waiting_request",
                condition=Q(granted_at=None, declined_at=None),
            ),
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True) | Q(declined_at__isnull=True),
                name="granted_or_declined",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="waiting_for_something"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}"
