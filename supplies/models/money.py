"""Integer fen: the ledger that is only ever added to, payments, claims, settlement."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.models import Member, Picture
from households.models import Household
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel
from supplies.models.purchasing import Allocation
from supplies.models.rounds import GroupBuy


class EntryKind(models.TextChoices):
    CHARGE = "charge", _("goods")
    FEE = "fee", _("delivery fee")
    REFUND = "refund", _("refund")
    PAYMENT = "payment", _("payment")
    ADJUSTMENT = "adjustment", _("adjustment")


class PaymentMethod(models.TextChoices):
    CASH = "cash", _("cash")
    TRANSFER = "transfer", _("bank transfer")
    CHAT_PAY = "chat_pay", _("chat pay")


class Payment(TenantModel):
    """Money that came in (or went back, below zero), with what proves it."""

    household = TenantKey(Household, related_name="payments")
    buy = TenantKey(GroupBuy, related_name="payments")
    amount_fen = models.IntegerField(_("amount"))
    method = models.CharField(max_length=10, choices=PaymentMethod.choices)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    request_key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    by = TenantKey(Member, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "request_key"], name="one_payment_a_request"
            ),
            # A chat-pay or transfer slip typed in twice.
            models.UniqueConstraint(
                fields=["compound", "method", "reference"],
                name="one_payment_a_reference",
                condition=~Q(reference="") & ~Q(method="cash"),
            ),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="payment_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_fen}"


class LedgerEntry(TenantModel):
    """One line of a household's account in a round. Above zero the household owes it.

    The app's role may add lines and read them, never change or remove them.
    """

    household = TenantKey(Household, related_name="ledger")
    buy = TenantKey(GroupBuy, related_name="ledger")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    amount_fen = models.IntegerField()
    cause = models.CharField(max_length=60)  # "lock:12:goods": the same cause is written once
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=80)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "household", "cause"], name="one_entry_a_cause"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["charge", "fee"], amount_fen__gte=0)
                | Q(kind="refund", amount_fen__lte=0)
                | Q(kind__in=["payment", "adjustment"]),
                name="entry_sign_fits_kind",
            ),
        ]
        indexes = [models.Index(fields=["compound", "buy", "household"], name="ledger_by_buy")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_fen}"


class ClaimKind(models.TextChoices):
    MISSING = "missing", _("missing")
    SPOILED = "spoiled", _("spoiled")
    WRONG = "wrong", _("the wrong thing")


class Decision(models.TextChoices):
    REFUND = "refund", _("pay back")
    REPLACE = "replace", _("replace")
    REFUSE = "refuse", _("refuse")


class Claim(TenantModel):
    """Something was wrong with what came; decided from the same allocation."""

    allocation = TenantKey(Allocation, related_name="claims")
    household = TenantKey(Household, related_name="claims")
    kind = models.CharField(max_length=10, choices=ClaimKind.choices)
    quantity = models.PositiveIntegerField(_("how many"))
    share = models.PositiveSmallIntegerField(_("how much of it is spoiled, %"), default=100)
    note = models.CharField(_("what is wrong"), max_length=200, blank=True)
    picture = TenantKey(Picture, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.CharField(max_length=80)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    refund_fen = models.PositiveIntegerField(default=0)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "allocation", "kind"], name="one_claim_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(share__gte=1, share__lte=100, quantity__gte=1),
                name="claim_of_something",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="claim_decided_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity}"


class Settlement(TenantModel):
    """The sums with which a round was closed, and the difference by its name."""

    buy = TenantKey(GroupBuy, related_name="settlements")
    charges_fen = models.BigIntegerField()
    fees_fen = models.BigIntegerField()
    refunds_fen = models.BigIntegerField()
    adjustments_fen = models.BigIntegerField(default=0)
    payments_fen = models.BigIntegerField()
    invoice_fen = models.BigIntegerField()  # the supplier's bill for the goods
    difference_fen = models.BigIntegerField()  # goods charged and kept, less the bill
    unpaid_fen = models.BigIntegerField()  # what households still owe (below zero: are owed)
    reason = models.CharField(_("why the sums differ"), max_length=200, blank=True)
    figures = models.JSONField(default=dict)  # the closing figures as they were
    at = models.DateTimeField(default=timezone.now)
    by = TenantKey(Member, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compound", "buy"], name="one_settlement_a_buy"),
            models.CheckConstraint(
                condition=Q(difference_fen=0, unpaid_fen=0) | ~Q(reason=""),
                name="a_difference_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.buy_id}: {self.difference_fen}"
