"""Relief stock and protective equipment: what is there, who got it, what is short."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Home, Member
from households.models import Household
from lockdown.kernel.fields import TenantKey
from lockdown.kernel.tenancy import TenantModel


class StockKind(models.TextChoices):
    RELIEF = "relief", _("relief goods")
    PROTECTIVE = "protective", _("protective equipment")


class StockItem(TenantModel):
    """`on_hand` is the sum of the moves, kept with each of them; never below zero."""

    name = models.CharField(_("item"), max_length=60)
    unit = models.CharField(_("counted in"), max_length=12)
    kind = models.CharField(max_length=12, choices=StockKind.choices)
    minimum = models.PositiveIntegerField(_("at least"), default=0)
    on_hand = models.IntegerField(default=0)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="one_stock_item"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_not_below_zero"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_short(self) -> bool:
        return self.on_hand < self.minimum


class MoveKind(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("stock", "received")
    TO_HOUSEHOLD = "to_household", _("given to a household")
    TO_MEMBER = "to_member", _("given to a volunteer or staff")
    COUNTED = "counted", _("stocktake")


class HandOut(TenantModel):
    """Something free for each household of a list: masks for the elders, a bag for everyone."""

    item = TenantKey(StockItem, related_name="hand_outs")
    title = models.CharField(_("title"), max_length=60)
    each = models.PositiveIntegerField(_("for each household"))
    made_at = models.DateTimeField(default=timezone.now)
    made_by = TenantKey(Member, related_name="+")

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(each__gte=1), name="hand_out_something")]

    def __str__(self) -> str:
        return self.title


class HandOutDoor(TenantModel):
    hand_out = TenantKey(HandOut, related_name="doors")
    household = TenantKey(Household, related_name="+")
    home = TenantKey(Home, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)
    given_by = TenantKey(Member, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["hand_out_id", "home__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "hand_out", "household"], name="one_hand_out_a_household"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hand_out_id} {self.home_id}"


class StockMove(TenantModel):
    """Only ever added to. Above zero into the store, below zero out of it."""

    item = TenantKey(StockItem, related_name="moves")
    kind = models.CharField(max_length=12, choices=MoveKind.choices)
    quantity = models.IntegerField()
    household = TenantKey(Household, null=True, blank=True, related_name="+")
    member = TenantKey(Member, null=True, blank=True, related_name="+")
    hand_out = TenantKey(HandOut, null=True, blank=True, related_name="moves")
    source = models.CharField(_("where it comes from"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)
    request_key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    by = TenantKey(Member, null=True, blank=True, related_name="+")  # None: by an arrival's count

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "request_key"], name="one_move_a_request"),
            models.CheckConstraint(
                condition=Q(kind="received", quantity__gt=0)
                | Q(kind="to_household", quantity__lt=0, household__isnull=False)
                | Q(kind="to_member", quantity__lt=0, member__isnull=False)
                | Q(kind="counted"),
                name="move_fits_kind",
            ),
        ]
        indexes = [models.Index(fields=["compound", "item", "-at"], name="stock_move_by_item")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.quantity:+}"
